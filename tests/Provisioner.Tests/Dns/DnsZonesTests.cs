using System.Diagnostics;
using Provisioner.Domain.Dns;
using Provisioner.Domain.Networks;
using Provisioner.Wire;
using Provisioner.Wire.Dns;

namespace Provisioner.Tests.Dns;

public sealed class DnsZonesTests
{
    [Fact]
    public void A_change_is_seen_at_once_and_an_older_snapshot_stays_as_it_was()
    {
        var before = Asking.Zones("node1.rack.internal A 10.77.0.100");
        var draft = new DnsZonesDraft(before);
        draft.Put("machine", DnsRank.Machine, [Asking.Record("a.b.rack.internal A 10.77.0.7")]);
        var after = draft.Done(9);
        Assert.Equal(DnsResult.NxDomain, Asking.Ask(before, "b.rack.internal").Result);
        Assert.Equal(DnsResult.NoError, Asking.Ask(after, "b.rack.internal").Result);
        Assert.Single(Asking.Ask(after, "a.b.rack.internal").Answers);
    }

    [Fact]
    public void What_is_taken_out_leaves_no_empty_names_behind()
    {
        var before = Asking.Zones();
        var draft = new DnsZonesDraft(before);
        draft.Put("m", DnsRank.Machine, [Asking.Record("a.b.c.rack.internal A 10.77.0.7")]);
        var with = draft.Done(9);
        draft.Put("m", DnsRank.Machine, [Asking.Record("c.rack.internal A 10.77.0.7")]);
        var moved = draft.Done(9);
        draft.Remove("m");
        var without = draft.Done(9);
        Assert.Equal((before.Nodes.Count, before.Nodes.Count + 3, before.Nodes.Count + 1), (without.Nodes.Count, with.Nodes.Count, moved.Nodes.Count));
        Assert.Equal(DnsResult.NxDomain, Asking.Ask(moved, "b.c.rack.internal").Result);
    }

    [Fact]
    public void The_serial_number_of_a_zone_goes_up_with_each_of_its_changes_and_with_no_other()
    {
        var draft = new DnsZonesDraft(Asking.Zones());
        var names = DnsName.Parse("rack.internal");
        var other = DnsName.Parse("0.77.10.in-addr.arpa");
        var first = draft.Done(100);
        draft.Put("m", DnsRank.Machine, [Asking.Record("a.rack.internal A 10.77.0.7")]);
        var second = draft.Done(100);
        draft.Put("m", DnsRank.Machine, [Asking.Record("a.rack.internal A 10.77.0.7")]); // the same
        var third = draft.Done(500);
        draft.Put("m", DnsRank.Machine, [Asking.Record("a.rack.internal A 10.77.0.8")]);
        var fourth = draft.Done(500);
        Assert.Equal([8u, 100u, 100u, 500u], ((DnsZones[])[first, second, third, fourth]).Select(z => z.Zones[names].Serial));
        Assert.Equal(7u, fourth.Zones[other].Serial);
        Assert.Contains(" 500 ", Asking.Ask(fourth, "rack.internal", DnsType.Soa).Answers[0].ToString());
    }

    [Fact]
    public void A_machine_goes_before_a_record_of_the_same_name_and_what_is_beside_it_stays()
    {
        var draft = new DnsZonesDraft(Asking.Zones("node.rack.internal CNAME other.rack.internal", "two.rack.internal A 10.77.0.9", "two.rack.internal TXT \"stays\""));
        draft.Put("node", DnsRank.Machine, [Asking.Record("node.rack.internal A 10.77.0.7")]);
        draft.Put("two", DnsRank.Machine, [Asking.Record("two.rack.internal A 10.77.0.8")]);
        var zones = draft.Done(9);
        Assert.Equal(["node.rack.internal 300 IN A 10.77.0.7"], Asking.Lines(Asking.Ask(zones, "node.rack.internal").Answers));
        Assert.Equal(["two.rack.internal 300 IN A 10.77.0.8"], Asking.Lines(Asking.Ask(zones, "two.rack.internal").Answers));
        Assert.Single(Asking.Ask(zones, "two.rack.internal", DnsType.Txt).Answers);
        var node = zones.Find(DnsName.Parse("node.rack.internal"))!;
        Assert.Equal([true, false], node.Entries.Select(node.IsHidden));
        draft.Remove("node");
        Assert.Equal(DnsType.Cname, Asking.Ask(draft.Done(9), "node.rack.internal").Answers[0].Type);
    }

    [Fact]
    public void Records_of_one_type_have_one_ttl()
    {
        var draft = new DnsZonesDraft(Asking.Zones());
        draft.Put("a", DnsRank.Added, [Asking.Record("x.rack.internal A 10.77.0.7", 60)]);
        draft.Put("b", DnsRank.Added, [Asking.Record("x.rack.internal A 10.77.0.8", 600)]);
        Assert.All(Asking.Ask(draft.Done(9), "x.rack.internal").Answers, r => Assert.Equal(60u, r.Ttl));
    }

    [Fact]
    public void A_zone_within_a_zone_answers_for_itself()
    {
        var zones = Asking.Zones(["lab.far.rack.internal"], ["x.lab.far.rack.internal A 10.77.0.4"]);
        Assert.Equal("lab.far.rack.internal", Asking.Ask(zones, "y.lab.far.rack.internal").Authority[0].Name.ToString());
        Assert.Equal((DnsResult.NoError, "rack.internal"), (Asking.Ask(zones, "far.rack.internal").Result, Asking.Ask(zones, "far.rack.internal").Authority[0].Name.ToString()));
    }

    [Theory]
    [InlineData("10.77.0.0/16", "77.10.in-addr.arpa")]
    [InlineData("10.0.0.0/8", "10.in-addr.arpa")]
    [InlineData("10.77.4.0/24", "4.77.10.in-addr.arpa")]
    [InlineData("10.80.16.0/22", "16.80.10.in-addr.arpa 17.80.10.in-addr.arpa 18.80.10.in-addr.arpa 19.80.10.in-addr.arpa")]
    [InlineData("172.16.0.0/15", "16.172.in-addr.arpa 17.172.in-addr.arpa")]
    [InlineData("10.0.0.64/31", "64/31.0.0.10.in-addr.arpa 64.0.0.10.in-addr.arpa 65.0.0.10.in-addr.arpa")]
    public void Reverse_zones_are_cut_at_whole_octets(string cidr, string zones) =>
        Assert.Equal(zones, string.Join(' ', ReverseName.ZonesOf(Subnet(cidr)).Select(z => z.Apex)));

    [Fact]
    public void An_address_in_a_subnet_longer_than_24_is_found_through_an_alias()
    {
        var subnet = Subnet("192.0.2.64/26");
        var draft = new DnsZonesDraft(DnsZones.Empty);
        var server = DnsName.Parse("provisioner.rack.internal");
        draft.AddZones(ReverseName.ZonesOf(subnet).Select(z => new DnsZone(z.Apex, z.Kind, server, 1)));
        draft.Put("m", DnsRank.Machine, [.. ReverseName.Pointers(Ipv4Address.Parse("192.0.2.65"), subnet, DnsName.Parse("node1.rack.internal"), 30)]);
        var zones = draft.Done(2);
        Assert.Equal(["65.2.0.192.in-addr.arpa 30 IN CNAME 65.64/26.2.0.192.in-addr.arpa.", "65.64/26.2.0.192.in-addr.arpa 30 IN PTR node1.rack.internal."],
            Asking.Lines(Asking.Ask(zones, "65.2.0.192.in-addr.arpa", DnsType.Ptr).Answers));
        Assert.Equal(DnsStep.Ask, Asking.Raw(zones, Asking.Query("5.2.0.192.in-addr.arpa", DnsType.Ptr)).Decision.Step); // the neighbour's
        Assert.Equal("64/26.2.0.192.in-addr.arpa", Asking.Ask(zones, "77.64/26.2.0.192.in-addr.arpa", DnsType.Ptr).Authority[0].Name.ToString());
    }

    [Fact]
    public void Ipv6_addresses_have_reverse_names_too()
    {
        Assert.Equal("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", ReverseName.OfV6(System.Net.IPAddress.Parse("2001:db8::1").GetAddressBytes()).ToString());
        Assert.Equal("7.7.0.0.0.0.d.f.ip6.arpa", ReverseName.ZoneOfV6(System.Net.IPAddress.Parse("fd00:0077::").GetAddressBytes(), 32).ToString());
        Assert.True(Ipv6Prefix.TryParse("fd00:77::/64", out var prefix));
        Assert.True(prefix.Contains(System.Net.IPAddress.Parse("fd00:77::9").GetAddressBytes()));
        Assert.False(prefix.Contains(System.Net.IPAddress.Parse("fd00:78::9").GetAddressBytes()));
        foreach (string wrong in (string[])["fd00:77::/63", "fd00:77::1/64", "10.0.0.0/8", "fd00::", "fd00::/128"]) Assert.False(Ipv6Prefix.TryParse(wrong, out _), wrong);
    }

    [Fact]
    public void Ten_thousand_machines_change_one_by_one_without_a_look_at_the_others()
    {
        var draft = new DnsZonesDraft(Asking.Zones());
        for (int i = 0; i < 10_000; i++) Machine(draft, i, 0);
        var zones = draft.Done(9);
        Assert.True(zones.Nodes.Count > 10_000);
        var clock = Stopwatch.StartNew();
        for (int i = 0; i < 1000; i++)
        {
            var change = new DnsZonesDraft(zones);
            Machine(change, i, 1);
            zones = change.Done(9);
            Assert.Single(Asking.Ask(zones, $"node{i}b1.rack.internal").Answers);
            Assert.Equal(DnsResult.NxDomain, Asking.Ask(zones, $"node{i}b0.rack.internal").Result);
        }
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"1000 changes and 2000 questions took {clock.Elapsed}"); // alone: a quarter of a second

        static void Machine(DnsZonesDraft draft, int i, int generation) =>
            draft.Put($"m{i}", DnsRank.Machine, [Asking.Record($"node{i}b{generation}.rack.internal A 10.77.{i / 250}.{i % 250 + 1}")]);
    }

    private static Ipv4Subnet Subnet(string cidr) => Ipv4Subnet.TryParse(cidr, out var subnet) ? subnet : throw new FormatException(cidr);
}

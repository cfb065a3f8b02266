using System.Net;
using Provisioner.Domain.Dns;
using Provisioner.Wire.Dns;

namespace Provisioner.Tests.Dns;

public sealed class DnsRulesTests
{
    private static readonly DnsZones Zones = Made();

    private static DnsZones Made()
    {
        var draft = new DnsZonesDraft(Asking.Zones(["lab.example"], []));
        draft.Put("machine calm-otter", DnsRank.Machine, [Asking.Record("calm-otter.rack.internal A 10.77.0.5"), Asking.Record("5.0.77.10.in-addr.arpa PTR calm-otter.rack.internal")]);
        draft.Put(DnsRules.SourceOf("r1"), DnsRank.Added, [Asking.Record("www.rack.internal CNAME calm-otter.rack.internal")]);
        draft.Put(DnsRules.SourceOf("r2"), DnsRank.Added, [Asking.Record("mail.rack.internal A 10.77.0.6")]);
        draft.Put(DnsRules.SourceOf("r3"), DnsRank.Added, [Asking.Record("sub.rack.internal NS ns.sub.rack.internal")]);
        return draft.Done(9);
    }

    [Theory]
    [InlineData("new.rack.internal", "A", "10.77.0.9")]
    [InlineData("calm-otter.rack.internal", "SSHFP", "4 2 0101010101010101010101010101010101010101010101010101010101010101")]
    [InlineData("calm-otter.rack.internal", "TXT", "\"in row 4\"")]
    [InlineData("calm-otter.rack.internal", "AAAA", "fd00:77::5")]
    [InlineData("mail.rack.internal", "A", "10.77.0.7")]
    [InlineData("rack.internal", "MX", "10 mail.rack.internal")]
    [InlineData("*.apps.rack.internal", "A", "10.77.0.9")]
    [InlineData("x.lab.example", "CNAME", "www.example.com")]
    [InlineData("_sip._tcp.rack.internal", "SRV", "0 5 5060 mail.rack.internal")]
    [InlineData("ns.sub.rack.internal", "A", "10.77.0.9")]
    [InlineData("x.rack.internal", "TYPE257", "\\# 4 00000000")]
    public void What_fits_is_taken(string name, string type, string data) => Assert.Empty(DnsRules.Faults(new("new", name, type, data), Zones));

    [Theory]
    [InlineData("new.rack.internal", "SOA", "x", "is not a type that can be added")]
    [InlineData("new.rack.internal", "TYPE255", "\\# 0", "is not a type that can be added")]
    [InlineData("new..internal", "A", "10.77.0.9", "is not a domain name")]
    [InlineData("new.rack.internal", "A", "ten", "is not the data of a record of type A, such as 10.77.0.9")]
    [InlineData("www.example.com", "A", "10.77.0.9", "lies in no zone here (lab.example, rack.internal): add its zone first")]
    [InlineData("x.localhost", "A", "10.77.0.9", "set aside (RFC 6761")]
    [InlineData("9.0.0.10.in-addr.arpa", "PTR", "a.rack.internal", "set aside (RFC 6761")]
    [InlineData("calm-otter.rack.internal", "A", "10.77.0.9", "belongs to machine calm-otter (A 10.77.0.5): choose another name, or rename that")]
    [InlineData("calm-otter.rack.internal", "CNAME", "mail.rack.internal", "has A 10.77.0.5 (of machine calm-otter), and an alias suffers nothing beside it")]
    [InlineData("5.0.77.10.in-addr.arpa", "PTR", "other.rack.internal", "belongs to machine calm-otter")]
    [InlineData("mail.rack.internal", "CNAME", "calm-otter.rack.internal", "has A 10.77.0.6 (record r2)")]
    [InlineData("www.rack.internal", "A", "10.77.0.9", "has CNAME calm-otter.rack.internal. (record r1)")]
    [InlineData("mail.rack.internal", "A", "10.77.0.6", "is there already (record r2)")]
    [InlineData("provisioner.rack.internal", "A", "10.77.0.9", "the appliance's own name")]
    [InlineData("rack.internal", "CNAME", "mail.rack.internal", "apex of a zone")]
    [InlineData("rack.internal", "MX", "10 www.rack.internal", "is an alias, and MX must name what has addresses itself")]
    [InlineData("self.rack.internal", "CNAME", "self.rack.internal", "leads back to itself")]
    [InlineData("x.sub.rack.internal", "TXT", "\"x\"", "lies under sub.rack.internal, which is delegated")]
    [InlineData("*.rack.internal", "NS", "ns.example", "those are not delegated")]
    public void What_does_not_fit_is_refused_with_the_other_partys_name(string name, string type, string data, string why) =>
        Assert.Contains(why, Assert.Single(DnsRules.Faults(new("new", name, type, data), Zones)));

    [Fact]
    public void A_record_may_be_changed_into_what_would_conflict_with_itself() =>
        Assert.Empty(DnsRules.Faults(new("r2", "mail.rack.internal", "CNAME", "calm-otter.rack.internal"), Zones));

    [Fact]
    public void All_faults_are_told_at_once() => Assert.Equal(3, DnsRules.Faults(new("n", "a..b", "NOPE", "x", Ttl: 9_999_999), Zones).Count);

    [Theory]
    [InlineData("other.example", null)]
    [InlineData("lab.example", null)] // its comment changes
    [InlineData("rack.internal", "is a subnet's domain")]
    [InlineData("0.77.10.in-addr.arpa", "reverse names of a subnet")]
    [InlineData("localhost", "set aside")]
    [InlineData("*.x", "wildcard")]
    [InlineData(".", "is not a domain name")]
    public void Zones_are_added_once(string name, string? why)
    {
        if (why is null) Assert.Null(DnsRules.Fault(new AddedZone(name), Zones));
        else Assert.Contains(why, DnsRules.Fault(new AddedZone(name), Zones));
    }

    [Fact]
    public void A_zone_that_holds_records_stays()
    {
        var model = DnsModel.Empty with { Records = DnsModel.Empty.Records.Add("r9", new("r9", "x.lab.example", "A", "10.77.0.9")) };
        Assert.Equal("lab.example still holds 1 record (x.lab.example A): delete them first", DnsRules.FaultOfRemoval(DnsName.Parse("lab.example"), model, Zones));
        Assert.Null(DnsRules.FaultOfRemoval(DnsName.Parse("lab.example"), DnsModel.Empty, Zones));
    }

    [Fact]
    public void Settings_are_checked_wholly()
    {
        var own = IPAddress.Parse("10.77.0.1");
        Assert.Empty(DnsRules.Faults(new DnsSettings { Upstreams = ["192.0.2.53", "192.0.2.54:5353", "2001:db8::53", "[2001:db8::53]:5353"], Ipv6Prefixes = ["fd00:77::/64"] }, [own]));
        var faults = DnsRules.Faults(new DnsSettings { Upstreams = ["10.77.0.1", "dns.example", "0.0.0.0", "1.2"], Ipv6Prefixes = ["fd00:77::/63"] }, [own]);
        Assert.Equal(5, faults.Count);
        Assert.Contains("the appliance itself", faults[0]);
    }
}

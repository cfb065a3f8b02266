using Provisioner.Domain.Networks;
using Provisioner.Tests.Dhcp;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Tests.Networks;

public sealed class SubnetPoolTests
{
    [Fact]
    public void Own_address_gateway_network_and_broadcast_are_never_given()
    {
        var desk = new Desk(Rack.Served("10.77.0.1", "10.77.0.254"));
        var given = Enumerable.Range(0, 300).Select(i => desk.Offered(Rack.Mac(i))).OfType<Ipv4Address>().ToList();
        Assert.Equal(252, given.Distinct().Count());
        Assert.Equal(252, given.Count);
        foreach (string never in (string[])["10.77.0.0", "10.77.0.1", "10.77.0.254", "10.77.0.255"]) Assert.DoesNotContain(Rack.Ip(never), given);
    }

    [Fact]
    public void An_address_that_a_bmc_uses_is_never_given_but_its_holder_keeps_it()
    {
        var desk = new Desk();
        desk.Leases.NoteInUse(Rack.Ip("10.77.0.100"), "the BMC of node1");
        Assert.Equal(Rack.Ip("10.77.0.101"), desk.Offered(Rack.Ana));
        var asked = desk.Reply(Rack.Message(DhcpMessageType.Request, Rack.Ben, Rack.ForUs, Rack.Wants("10.77.0.100")));
        Assert.Contains("in use by the BMC of node1", asked.Why);

        var bmc = Rack.Mac(5);
        var address = desk.Bind(bmc);
        desk.Leases.NoteInUse(address, "the BMC of node2");
        Assert.Equal(address, desk.Offered(bmc));
    }

    [Fact]
    public void The_address_that_is_asked_for_is_given_when_it_is_free()
    {
        var desk = new Desk();
        Assert.Equal(Rack.Ip("10.77.0.150"), desk.Reply(Rack.Message(DhcpMessageType.Discover, Rack.Ana, Rack.Wants("10.77.0.150"))).Message.YiAddr);
        Assert.Equal(Rack.Ip("10.77.0.100"), desk.Reply(Rack.Message(DhcpMessageType.Discover, Rack.Ben, Rack.Wants("10.77.0.150"))).Message.YiAddr);
    }

    [Fact]
    public void Of_ended_leases_the_one_that_ended_longest_ago_goes_first()
    {
        var desk = new Desk(Rack.Served("10.77.0.100", "10.77.0.102"));
        for (int i = 0; i < 3; i++)
        {
            desk.Bind(Rack.Mac(i));
            desk.Now += TimeSpan.FromMinutes(1);
        }
        Assert.Null(desk.Offered(Rack.Ana));
        desk.Now += TimeSpan.FromHours(1);
        Assert.Equal(Rack.Ip("10.77.0.100"), desk.Offered(Rack.Ana));
        Assert.Equal(Rack.Ip("10.77.0.101"), desk.Offered(Rack.Ben));
    }

    [Fact]
    public void An_offer_that_nobody_took_is_free_after_a_minute()
    {
        var desk = new Desk(Rack.Served("10.77.0.100", "10.77.0.100"));
        desk.Offered(Rack.Ana);
        Assert.Contains("no address is left", desk.Silence(Rack.Message(DhcpMessageType.Discover, Rack.Ben)));
        desk.Now += SubnetPool.OfferHold;
        Assert.Equal(Rack.Ip("10.77.0.100"), desk.Offered(Rack.Ben));
    }

    [Fact]
    public void A_machine_of_ours_keeps_its_address_after_its_lease_ended()
    {
        var desk = new Desk(Rack.Served("10.77.0.100", "10.77.0.100"), Rack.Ana);
        var address = desk.Bind(Rack.Ana);
        desk.Now += TimeSpan.FromDays(30);
        Assert.Null(desk.Offered(Rack.Ben));
        Assert.Equal(address, desk.Offered(Rack.Ana));
    }

    [Fact]
    public void A_flood_of_10000_strangers_ends_the_range_and_nothing_else()
    {
        var desk = new Desk(Rack.Ana, Rack.Ben);
        var address = desk.Bind(Rack.Ana);
        int offered = Enumerable.Range(0, 10_000).Count(i => desk.Offered(Rack.Mac(i)) is not null);
        Assert.Equal(99, offered);
        Assert.Equal(100, desk.Leases.All.Count);
        Assert.Equal(address, desk.Offered(Rack.Ana));
        Assert.NotNull(desk.Offered(Rack.Ben)); // enlisted, never leased: it takes a stranger's mere offer
    }

    [Fact]
    public void Over_a_long_random_life_no_address_is_held_by_two()
    {
        var random = new Random(77);
        var desk = new Desk(Rack.Served("10.77.0.100", "10.77.0.119"), Rack.Mac(0), Rack.Mac(1));
        var acked = new Dictionary<Ipv4Address, (MacAddress Mac, DateTimeOffset Until)>();
        for (int i = 0; i < 50_000; i++)
        {
            desk.Now += TimeSpan.FromSeconds(random.Next(40));
            var mac = Rack.Mac(random.Next(40));
            var type = (DhcpMessageType)random.Next(1, 9);
            var address = new Ipv4Address(Rack.Ip("10.77.0.98").Value + (uint)random.Next(24));
            if (desk.Leases.Of(mac) is { } own && random.Next(3) > 0) address = own.Address;
            var message = Rack.Message(type, mac, [.. random.Next(2) == 0 ? [Rack.ForUs] : Array.Empty<DhcpOption>(), Rack.Wants(address.ToString())]) with { CiAddr = random.Next(3) == 0 ? address : default };
            var answer = desk.Ask(message);
            if (type is DhcpMessageType.Release or DhcpMessageType.Decline && answer.Lease is { } ended && acked.GetValueOrDefault(ended.Address).Mac == mac) acked.Remove(ended.Address);
            if (answer is not Provisioner.Domain.Dhcp.DhcpAnswer.Reply { Message: { Type: DhcpMessageType.Ack } ack } || ack.YiAddr == default) continue;
            if (acked.TryGetValue(ack.YiAddr, out var holder) && holder.Mac != mac) Assert.True(holder.Until <= desk.Now, $"{ack.YiAddr} was given to {mac} while {holder.Mac} held it");
            foreach (var (moved, _) in acked.Where(a => a.Value.Mac == mac).ToList()) acked.Remove(moved);
            acked[ack.YiAddr] = (mac, desk.Now + Provisioner.Domain.Dhcp.DhcpTimes.Lease);
        }
    }
}

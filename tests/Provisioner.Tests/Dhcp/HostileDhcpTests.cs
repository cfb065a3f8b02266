using Provisioner.Domain.Dhcp;
using Provisioner.Domain.Networks;
using Provisioner.Tests.Fuzz;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Tests.Dhcp;

public sealed class HostileDhcpTests
{
    private static readonly string[] Seeds =
    [
        "udhcpc-discover", "udhcpc-request", "dhclient-discover", "dhcpcd-discover", "dhcpcd-request", "networkd-discover", "ipxe-rom-discover", "ipxe-efi-rom-discover",
        "ovmf-pxe-discover", "dhcrelay-discover", "dnsmasq-offer",
    ];

    [Fact]
    public void Spoiled_captures_are_refused_or_answered_and_nothing_else()
    {
        byte[][] seeds = [.. Seeds.Select(Rack.Golden), .. OfEveryType()];
        var mutator = new Mutator(67, seeds, 1400);
        var desks = (Desk[])[new(Rooms.Model(), Rack.Ana), new(Rooms.Model(DhcpMode.Proxy))];
        var reply = new byte[1472];
        int read = 0, replies = 0;
        for (int i = 0; i < Mutator.Runs(1_000_000); i++)
        {
            DhcpMessage message;
            try
            {
                message = DhcpCodec.Parse(mutator.Next());
            }
            catch (WireException)
            {
                continue;
            }
            read++;
            var desk = desks[i & 1];
            if (i % 64 == 0) desk.Now += TimeSpan.FromMinutes(1);
            if (desk.Ask(message) is DhcpAnswer.Reply answer)
            {
                int length = DhcpCodec.Write(answer.Message, reply);
                replies++;
                if (length > Math.Max(message.MaximumLength, DhcpCodec.MinimumLength)) Assert.Fail($"run {i}: a reply of {length} octets to a client that takes {message.MaximumLength}");
            }
            if (desk.AskBootServer(message) is DhcpAnswer.Reply proxy) DhcpCodec.Write(proxy.Message, reply);
        }
        Assert.True(read > Mutator.Runs(1_000_000) / 20 && replies > 0, $"only {read} were read, {replies} answered");
        foreach (var desk in desks) Assert.True(desk.All.Count() <= Rooms.Addresses, "leases grew past the ranges");
        Assert.DoesNotContain(desks[1].All, l => desks[1].Leases.Subnet.Cidr.Contains(l.Address)); // beside another server nobody gets an address
    }

    [Fact]
    public void No_sequence_of_spoiled_messages_gives_one_address_to_two()
    {
        var mutator = new Mutator(68, [.. OfEveryType()], 600);
        var desk = new Desk(Rooms.Model());
        var held = new Dictionary<Ipv4Address, (MacAddress Mac, DateTimeOffset Until)>();
        for (int i = 0; i < Math.Max(1000, Mutator.Runs(1_000_000) / 20); i++)
        {
            desk.Now += TimeSpan.FromSeconds(1);
            DhcpMessage message;
            try
            {
                message = DhcpCodec.Parse(mutator.Next());
            }
            catch (WireException)
            {
                continue;
            }
            var answer = desk.Ask(message with { ChAddr = Rack.Mac(mutator.Chance.Next(20)), GiAddr = default });
            if (answer.Lease is { State: LeaseState.Released or LeaseState.Declined } gone) held.Remove(gone.Address);
            if (answer is not DhcpAnswer.Reply { Message: { Type: DhcpMessageType.Ack } ack } || ack.YiAddr == default) continue;
            if (held.TryGetValue(ack.YiAddr, out var other) && other.Mac != ack.ChAddr && other.Until > desk.Now) Assert.Fail($"run {i}: {ack.YiAddr} was given to {ack.ChAddr} and is {other.Mac}'s until {other.Until}");
            held[ack.YiAddr] = (ack.ChAddr, answer.Lease!.Until);
        }
        Assert.NotEmpty(held);
    }

    [Theory]
    [InlineData("00:00:00:00:00:00")]
    [InlineData("ff:ff:ff:ff:ff:ff")]
    [InlineData("01:00:5e:00:00:01")]
    public void A_hardware_address_that_is_nobody_s_or_a_group_s_is_not_answered(string mac) =>
        Assert.Contains("no machine's hardware address", new Desk().Silence(Rack.Message(DhcpMessageType.Discover, MacAddress.Parse(mac))));

    [Fact]
    public void Who_declines_or_releases_with_another_server_s_identifier_changes_nothing()
    {
        var desk = new Desk();
        var address = desk.Bind(Rack.Ana);
        var other = DhcpOption.Of(DhcpOptionCode.ServerIdentifier, Rack.Ip("10.77.0.3"));
        Assert.Contains("another DHCP server, 10.77.0.3", desk.Silence(Rack.Message(DhcpMessageType.Decline, Rack.Ana, other, Rack.Wants(address.ToString()))));
        Assert.Contains("another DHCP server, 10.77.0.3", desk.Silence(Rack.Message(DhcpMessageType.Release, Rack.Ana, other) with { CiAddr = address }));
        Assert.True(desk.Leases.Of(Rack.Ana)!.IsBound(desk.Now));
    }

    [Fact]
    public void A_renewal_under_a_false_address_gives_nobody_another_s()
    {
        var desk = new Desk();
        var bens = desk.Bind(Rack.Ben);
        desk.Bind(Rack.Ana);
        Assert.Equal(DhcpMessageType.Nak, desk.Reply(Rack.Message(DhcpMessageType.Request, Rack.Ana) with { CiAddr = bens }).Message.Type);
        Assert.Equal(DhcpMessageType.Nak, desk.Reply(Rack.Message(DhcpMessageType.Request, Rack.Ana) with { CiAddr = Rack.Ip("192.0.2.9") }).Message.Type);
        Assert.Equal(Rack.Ben, desk.Leases.At(bens)!.Mac);
    }

    [Fact]
    public void A_full_range_is_told_and_a_machine_of_ours_still_gets_an_address()
    {
        var desk = new Desk(Rack.Served("10.77.0.100", "10.77.0.109"), Rack.Ana);
        for (int i = 0; i < 200; i++) desk.Offered(Rack.Mac(i));
        Assert.Contains("no address is left in 10.77.0.100–10.77.0.109", desk.Silence(Rack.Message(DhcpMessageType.Discover, Rack.Ben)));
        Assert.NotNull(desk.Offered(Rack.Ana));
    }

    private static IEnumerable<byte[]> OfEveryType()
    {
        var bytes = new byte[600];
        var relay = new DhcpOption(DhcpOptionCode.RelayAgentInformation, Convert.FromHexString("0102633005040a58000a0b040a580001"));
        foreach (var type in Enum.GetValues<DhcpMessageType>())
            foreach (var message in (DhcpMessage[])
            [
                Rack.Message(type, Rack.Ana, Rack.ForUs, Rack.Wants("10.77.0.100")), Rack.Message(type, Rack.Ben, Rack.Wants("10.77.0.101")),
                Rack.Message(type, Rack.Ana) with { CiAddr = Rack.Ip("10.77.0.100") },
                Rack.Message(type, Rack.Ben, relay, DhcpOption.Of(DhcpOptionCode.SubnetSelection, Rack.Ip("10.88.0.0"))) with { GiAddr = Rack.Ip("10.88.0.9") },
            ])
                yield return bytes[..DhcpCodec.Write(message, bytes)];
    }
}

using Provisioner.Domain.Dhcp;
using Provisioner.Domain.Networks;
using Provisioner.Tests.Networks;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Tests.Dhcp;

public sealed class DhcpScopesTests
{
    private static readonly Ipv4Address Relay = Rack.Ip("10.88.0.1");

    [Fact]
    public void A_relayed_client_gets_an_address_of_its_relay_s_subnet_and_what_that_subnet_says()
    {
        var desk = new Desk(Rooms.Model());
        var discover = Rack.Message(DhcpMessageType.Discover, Rack.Ana, Asks(26, 3)) with { GiAddr = Relay };
        var offer = desk.Reply(discover);
        Assert.Equal((Rack.Ip("10.88.0.10"), new DhcpDestination.Relay(Relay)), (offer.Message.YiAddr, offer.Destination));
        Assert.Equal(Rack.Ip("10.88.0.254"), offer.Message.Options.Address(DhcpOptionCode.Router));
        Assert.Equal("9000 28800", $"{offer.Message.Options.UInt16(DhcpOptionCode.InterfaceMtu)} {offer.Message.Options.UInt32(DhcpOptionCode.LeaseTime)}");
        Assert.Equal(Rack.Ip("10.77.0.1"), offer.Message.ServerIdentifier);
        Assert.Equal(desk.Now + TimeSpan.FromHours(8), Bind(desk, discover).Lease!.Until);
    }

    [Fact]
    public void Option_82_goes_back_as_it_came()
    {
        var value = Convert.FromHexString("0102633009050000000a00ff01aa");
        var offer = new Desk(Rooms.Model()).Reply(Rack.Message(DhcpMessageType.Discover, Rack.Ana, new DhcpOption(DhcpOptionCode.RelayAgentInformation, value)) with { GiAddr = Relay });
        Assert.Equal(value, offer.Message.Options.Find(DhcpOptionCode.RelayAgentInformation)!.Value.ToArray());
    }

    [Fact]
    public void A_relay_chooses_the_link_and_its_word_counts_before_its_own_address()
    {
        var desk = new Desk(Rooms.Model());
        var offer = desk.Reply(Rack.Message(DhcpMessageType.Discover, Rack.Ana, Option82("05040a580001")) with { GiAddr = Rack.Ip("192.0.2.1") });
        Assert.Equal((Rack.Ip("10.88.0.10"), new DhcpDestination.Relay(Rack.Ip("192.0.2.1"))), (offer.Message.YiAddr, offer.Destination));
        Assert.Contains("on the link of 10.55.0.1", desk.Silence(Rack.Message(DhcpMessageType.Discover, Rack.Ana, Option82("05040a370001")) with { GiAddr = Relay }));
    }

    [Fact]
    public void A_relay_that_wants_to_be_the_server_is_named_as_the_server()
    {
        var desk = new Desk(Rooms.Model());
        var relay = Option82("0b040a580001");
        var offer = desk.Reply(Rack.Message(DhcpMessageType.Discover, Rack.Ana, relay) with { GiAddr = Relay });
        Assert.Equal(Relay, offer.Message.ServerIdentifier);
        var request = Rack.Message(DhcpMessageType.Request, Rack.Ana, relay, DhcpOption.Of(DhcpOptionCode.ServerIdentifier, Relay), Rack.Wants("10.88.0.10")) with { GiAddr = Relay };
        Assert.Equal(DhcpMessageType.Ack, desk.Reply(request).Message.Type);
        // Without a relay that says so, an identifier that isn't ours is another server's.
        Assert.Contains("another DHCP server", desk.Silence(request with { GiAddr = default }));
    }

    [Fact]
    public void Option_118_chooses_a_subnet_of_ones_own_vlan_and_no_other()
    {
        var desk = new Desk(Rooms.Model());
        Assert.Equal(Rack.Ip("10.78.0.10"), desk.Reply(Selecting("10.78.0.0")).Message.YiAddr);
        Assert.Contains("not on its own VLAN", desk.Silence(Selecting("10.88.0.0")));
        Assert.Contains("not on its own VLAN", desk.Silence(Selecting("203.0.113.0")));
        Assert.Equal(Rack.Ip("10.88.0.10"), desk.Reply(Selecting("10.88.0.0") with { GiAddr = Rack.Ip("10.77.0.9") }).Message.YiAddr);
    }

    [Fact]
    public void Behind_a_relay_a_client_renews_and_releases_without_it()
    {
        var desk = new Desk(Rooms.Model());
        var ack = Bind(desk, Rack.Message(DhcpMessageType.Discover, Rack.Ana) with { GiAddr = Relay });
        var renewal = desk.Reply(Rack.Message(DhcpMessageType.Request, Rack.Ana) with { CiAddr = ack.Message.YiAddr });
        Assert.Equal((DhcpMessageType.Ack, new DhcpDestination.Client(ack.Message.YiAddr)), (renewal.Message.Type, renewal.Destination));
        Assert.Contains("released", desk.Silence(Rack.Message(DhcpMessageType.Release, Rack.Ana, Rack.ForUs) with { CiAddr = ack.Message.YiAddr }));
    }

    [Theory]
    [InlineData(DhcpMode.Off, "DHCP is off on VLAN")]
    [InlineData(DhcpMode.Relay, "answers relays only")]
    public void A_vlan_without_dhcp_or_for_relays_only_answers_nobody_on_it(DhcpMode mode, string why) =>
        Assert.Contains(why, new Desk(Rooms.Model(mode)).Silence(Rack.Message(DhcpMessageType.Discover, Rack.Ana)));

    [Fact]
    public void A_relay_of_a_vlan_without_dhcp_is_not_answered() =>
        Assert.Contains("DHCP is off on VLAN room3", new Desk(Rooms.Model()).Silence(Rack.Message(DhcpMessageType.Discover, Rack.Ana) with { GiAddr = Rack.Ip("10.99.0.1") }));

    [Fact]
    public void A_relays_only_vlan_answers_its_relay() =>
        Assert.Equal(Rack.Ip("10.77.0.100"), new Desk(Rooms.Model(DhcpMode.Relay)).Reply(Rack.Message(DhcpMessageType.Discover, Rack.Ana) with { GiAddr = Rack.Ip("10.77.0.9") }).Message.YiAddr);

    [Fact]
    public void Of_several_subnets_on_a_vlan_the_next_is_used_when_the_first_is_full()
    {
        var desk = new Desk(Rooms.Model());
        for (int i = 0; i < 100; i++) desk.Bind(Rack.Mac(i));
        var offer = desk.Reply(Rack.Message(DhcpMessageType.Discover, Rack.Ana)).Message;
        Assert.Equal((Rack.Ip("10.78.0.10"), 24), (offer.YiAddr, 24));
        Assert.Equal(Rack.Ip("10.78.0.11"), desk.Bind(Rack.Ben));
        Assert.Equal(Rack.Ip("10.78.0.11"), desk.Offered(Rack.Ben));
    }

    [Fact]
    public void A_reservation_in_any_subnet_of_the_vlan_is_given_and_nothing_else()
    {
        var model = Rooms.Model().After(new NetworkChange.PutReservation(new(Rack.Ip("10.78.0.5"), Rack.Ana, "s-78") { HostName = "printer" }));
        var desk = new Desk(model);
        var offer = desk.Reply(Rack.Message(DhcpMessageType.Discover, Rack.Ana, Rack.Wants("10.77.0.120"))).Message;
        Assert.Equal((Rack.Ip("10.78.0.5"), "printer"), (offer.YiAddr, offer.Options.Text(DhcpOptionCode.HostName)));
        Assert.Contains("10.78.0.5 is reserved for it", desk.Reply(Rack.Message(DhcpMessageType.Request, Rack.Ana, Rack.Wants("10.78.0.6"))).Why);
        Assert.Equal(DhcpMessageType.Ack, desk.Reply(Rack.Message(DhcpMessageType.Request, Rack.Ana, Rack.Wants("10.78.0.5"))).Message.Type); // INIT-REBOOT that was never seen before
        Assert.Equal(DhcpMessageType.Ack, desk.Reply(Rack.Message(DhcpMessageType.Request, Rack.Ana) with { CiAddr = Rack.Ip("10.78.0.5") }).Message.Type);
        Assert.Contains("10.78.0.5 is outside the range", desk.Reply(Rack.Message(DhcpMessageType.Request, Rack.Ben, Rack.ForUs, Rack.Wants("10.78.0.5"))).Why);
    }

    [Fact]
    public void Bootp_gets_what_is_reserved_and_nothing_for_ever()
    {
        var model = Rooms.Model().After(new NetworkChange.PutReservation(new(Rack.Ip("10.77.0.7"), Rack.Ana, Rooms.Model().Subnets[0].Id) { ReplyDelay = TimeSpan.FromSeconds(2) }));
        var desk = new Desk(model);
        var reply = desk.Reply(new DhcpMessage { Xid = 9, ChAddr = Rack.Ana });
        Assert.Equal((Rack.Ip("10.77.0.7"), DhcpMessageType.None, 9u), (reply.Message.YiAddr, reply.Message.Type, reply.Message.Xid));
        Assert.Null(reply.Message.Options.Find(DhcpOptionCode.LeaseTime));
        Assert.Null(reply.Message.Options.Find(DhcpOptionCode.ServerIdentifier));
        Assert.Equal((TimeSpan.FromSeconds(2), null), (reply.Delay, reply.Lease));
        Assert.Contains("reserve one for it", desk.Silence(new DhcpMessage { ChAddr = Rack.Ben }));
    }

    [Fact]
    public void A_subnet_s_own_options_go_to_those_that_ask_and_vendors_options_to_all()
    {
        var model = Rooms.Model();
        model = model.After(new NetworkChange.PutSubnet(model.Subnets[0] with
        {
            SearchList = ["rack.internal"],
            Options = [new(114, "text https://portal.example"), new(121, "routes 10.0.0.0/8 via 10.77.0.253"), new(150, "ip 10.77.0.9"), new(108, "u32 300"), new(43, "hex 0102")],
        }));
        var desk = new Desk(model);
        var asking = desk.Reply(Rack.Message(DhcpMessageType.Discover, Rack.Ana, Asks(121, 119, 108))).Message.Options;
        Assert.Equal(["10.0.0.0/8 via 10.77.0.253", "0.0.0.0/0 via 10.77.0.254"], ClasslessRoute.Read(asking.Find(DhcpOptionCode.ClasslessRoutes)!.Value.Span).Select(r => r.ToString()));
        Assert.NotNull(asking.Find(DhcpOptionCode.DomainSearch));
        Assert.NotNull(asking.Find(DhcpOptionCode.Ipv6OnlyPreferred));
        Assert.Null(asking.Find(DhcpOptionCode.CaptivePortal));
        Assert.Equal(Rack.Ip("10.77.0.9"), asking.Address(DhcpOptionCode.TftpServerAddresses));
        var all = desk.Reply(Rack.Message(DhcpMessageType.Discover, Rack.Ben)).Message.Options;
        Assert.Equal("https://portal.example", all.Text(DhcpOptionCode.CaptivePortal));
        Assert.Null(all.Find(DhcpOptionCode.Ipv6OnlyPreferred)); // RFC 8925 §3.3: only to those that ask
        var firmware = desk.Reply(BootOptionsTests.Firmware("PXEClient:Arch:00000:UNDI:002001", 0)).Message.Options;
        Assert.Equal([6, 1, 8, 255], firmware.Find(DhcpOptionCode.VendorSpecific)!.Value.ToArray());
    }

    [Theory]
    [InlineData("01", "04", "node1.rack.internal")] // S, as ASCII: ours anyway
    [InlineData("00", "03", "node1.rack.internal")] // wants to write itself: overridden
    public void A_machine_s_name_is_written_by_us_and_said_so(string asked, string flags, string name)
    {
        byte[] option = [.. Convert.FromHexString(asked), 0, 0, .. "laptop"u8];
        var known = ClientFqdn.Of(new Desk(Rooms.Model(), Rack.Ana).Reply(Rack.Message(DhcpMessageType.Discover, Rack.Ana, new DhcpOption(DhcpOptionCode.ClientFqdn, option))).Message.Options)!;
        Assert.Equal((asked == "01" ? 1 : Convert.ToInt32(flags, 16), name), ((int)known.Flags, known.Name));
        var stranger = ClientFqdn.Of(new Desk(Rooms.Model()).Reply(Rack.Message(DhcpMessageType.Discover, Rack.Ana, new DhcpOption(DhcpOptionCode.ClientFqdn, option))).Message.Options)!;
        Assert.Equal((FqdnFlags.NoUpdates | (asked == "01" ? FqdnFlags.Overridden : 0), "laptop"), (stranger.Flags, stranger.Name));
    }

    [Fact]
    public void Replies_are_held_back_for_as_long_as_subnet_or_reservation_say()
    {
        var model = Rooms.Model();
        model = model.After(new NetworkChange.PutSubnet(model.Subnets[0] with { ReplyDelay = TimeSpan.FromSeconds(1) }),
            new NetworkChange.PutReservation(new(Rack.Ip("10.77.0.7"), Rack.Ana, model.Subnets[0].Id) { ReplyDelay = TimeSpan.FromSeconds(3) }));
        var desk = new Desk(model);
        Assert.Equal(3, desk.Reply(Rack.Message(DhcpMessageType.Discover, Rack.Ana)).Delay.TotalSeconds);
        Assert.Equal(1, desk.Reply(Rack.Message(DhcpMessageType.Discover, Rack.Ben)).Delay.TotalSeconds);
    }

    [Fact]
    public void The_link_is_asked_before_an_address_that_the_client_never_had()
    {
        var desk = new Desk();
        Assert.True(desk.Reply(Rack.Message(DhcpMessageType.Discover, Rack.Ana)).AskFirst);
        Assert.True(desk.Reply(Rack.Message(DhcpMessageType.Discover, Rack.Ana)).AskFirst);
        desk.Bind(Rack.Ana);
        Assert.False(desk.Reply(Rack.Message(DhcpMessageType.Discover, Rack.Ana)).AskFirst);
    }

    [Fact]
    public void What_if_tells_relay_link_selection_reservation_mode_and_delay()
    {
        var model = Rooms.Model().After(new NetworkChange.PutReservation(new(Rack.Ip("10.88.0.7"), Rack.Ana, "s-88") { ReplyDelay = TimeSpan.FromSeconds(2) }));
        var question = new DhcpQuestion(Rack.Ana, 7, null, Relay);
        var said = new Desk(model).Explain(question).Reasons.ToDictionary(r => r.Step, r => r.Says);
        Assert.Equal("relayed from 10.88.0.1, which lies in 10.88.0.0/24", said["relay"]);
        Assert.Equal("DHCP of VLAN room2 is relay", said["mode"]);
        Assert.Equal(("10.88.0.7 is reserved for it", "10.88.0.7: a person decided so"), (said["reservation"], said["address"]));
        Assert.Equal("held back for 2 s, as its subnet or reservation says", said["delay"]);
        var linked = new Desk(model).Explain(question with { GiAddr = Rack.Ip("192.0.2.1"), LinkSelection = Rack.Ip("10.88.0.0") }).Reasons.First(r => r.Step == "relay").Says;
        Assert.Equal("the relay 192.0.2.1 asks for an address of 10.88.0.0/24 (link selection 10.88.0.0, RFC 3527)", linked);
        var proxy = new Desk(Rooms.Model(DhcpMode.Proxy)).Explain(question with { GiAddr = default }).Reasons.Select(r => r.Step);
        Assert.Equal(["network", "mode", "machine", "client", "boot", "sent to"], proxy);
    }

    private static DhcpAnswer.Reply Bind(Desk desk, DhcpMessage discover)
    {
        var offer = desk.Reply(discover).Message;
        return desk.Reply(discover with { Options = new([DhcpOption.Of(DhcpOptionCode.MessageType, (byte)DhcpMessageType.Request), Rack.ForUs, Rack.Wants(offer.YiAddr.ToString())]) });
    }

    private static DhcpMessage Selecting(string subnet) => Rack.Message(DhcpMessageType.Discover, Rack.Ana, DhcpOption.Of(DhcpOptionCode.SubnetSelection, Rack.Ip(subnet)));

    private static DhcpOption Option82(string octets) => new(DhcpOptionCode.RelayAgentInformation, Convert.FromHexString(octets));

    private static DhcpOption Asks(params byte[] codes) => new(DhcpOptionCode.ParameterRequestList, codes);
}

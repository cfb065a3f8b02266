using Provisioner.Domain.Dhcp;
using Provisioner.Domain.Networks;
using Provisioner.Tests.Networks;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Tests.Dhcp;

public sealed class DhcpAnswerTests
{
    [Fact]
    public void A_discover_is_offered_an_address_that_is_held_for_it()
    {
        var desk = new Desk();
        Assert.Equal(Rack.Ip("10.77.0.100"), desk.Offered(Rack.Ana));
        Assert.Equal(Rack.Ip("10.77.0.101"), desk.Offered(Rack.Ben));
        Assert.Equal(LeaseState.Offered, desk.Leases.Of(Rack.Ana)!.State);
    }

    [Fact]
    public void A_request_of_the_offer_is_acknowledged_and_bound_for_the_time_of_a_lease()
    {
        var desk = new Desk();
        var address = desk.Bind(Rack.Ana);
        var lease = desk.Leases.Of(Rack.Ana)!;
        Assert.Equal((address, LeaseState.Bound, Rack.Noon + DhcpTimes.Lease), (lease.Address, lease.State, lease.Until));
    }

    [Fact]
    public void Firmware_ipxe_and_installed_system_of_one_machine_keep_one_address()
    {
        var desk = new Desk();
        var address = desk.Bind(Rack.Ana);
        var asSystem = Rack.Message(DhcpMessageType.Discover, Rack.Ana, new DhcpOption(DhcpOptionCode.ClientIdentifier, new byte[] { 0xff, 1, 2, 3, 4, 0, 2 }));
        Assert.Equal(address, desk.Reply(asSystem).Message.YiAddr);
        Assert.Equal(LeaseState.Bound, desk.Leases.Of(Rack.Ana)!.State);
    }

    [Fact]
    public void Who_takes_another_server_s_offer_frees_ours()
    {
        var desk = new Desk(Rack.Served("10.77.0.100", "10.77.0.100"));
        desk.Offered(Rack.Ana);
        Assert.Contains("10.77.0.3", desk.Silence(Rack.Message(DhcpMessageType.Request, Rack.Ana, DhcpOption.Of(DhcpOptionCode.ServerIdentifier, Rack.Ip("10.77.0.3")), Rack.Wants("10.77.0.50"))));
        Assert.Equal(Rack.Ip("10.77.0.100"), desk.Offered(Rack.Ben));
    }

    [Fact]
    public void After_a_restart_that_forgot_the_offer_the_request_is_still_granted()
    {
        var ack = new Desk().Reply(Rack.Message(DhcpMessageType.Request, Rack.Ana, Rack.ForUs, Rack.Wants("10.77.0.150")));
        Assert.Equal((DhcpMessageType.Ack, Rack.Ip("10.77.0.150")), (ack.Message.Type, ack.Message.YiAddr));
    }

    [Theory]
    [InlineData("10.77.0.1", "outside the range")]
    [InlineData("10.77.0.99", "outside the range")]
    [InlineData("192.168.1.5", "is not an address of")]
    [InlineData("10.77.0.100", "is held by 52:54:00:00:00:0b")]
    public void A_request_for_what_cannot_be_given_is_refused_with_the_reason(string address, string why)
    {
        var desk = new Desk();
        desk.Bind(Rack.Ben);
        var nak = desk.Reply(Rack.Message(DhcpMessageType.Request, Rack.Ana, Rack.ForUs, Rack.Wants(address)));
        Assert.Equal(DhcpMessageType.Nak, nak.Message.Type);
        Assert.Contains(why, nak.Why);
        Assert.IsType<DhcpDestination.Broadcast>(nak.Destination);
        Assert.Equal(default, nak.Message.YiAddr);
        Assert.Null(nak.Lease);
    }

    [Fact]
    public void Init_reboot_with_the_right_address_is_acknowledged_and_with_a_wrong_one_refused()
    {
        var desk = new Desk();
        var address = desk.Bind(Rack.Ana);
        Assert.Equal(DhcpMessageType.Ack, desk.Reply(Rack.Message(DhcpMessageType.Request, Rack.Ana, Rack.Wants(address.ToString()))).Message.Type);
        Assert.Equal(DhcpMessageType.Nak, desk.Reply(Rack.Message(DhcpMessageType.Request, Rack.Ana, Rack.Wants("10.77.0.177"))).Message.Type);
        Assert.Equal(DhcpMessageType.Nak, desk.Reply(Rack.Message(DhcpMessageType.Request, Rack.Ana, Rack.Wants("192.168.1.7"))).Message.Type);
    }

    [Fact]
    public void Init_reboot_of_somebody_unknown_is_left_to_other_servers() =>
        Assert.Contains("nothing is known", new Desk().Silence(Rack.Message(DhcpMessageType.Request, Rack.Ana, Rack.Wants("10.77.0.100"))));

    [Fact]
    public void A_renewal_extends_the_lease_and_goes_to_the_client_s_own_address()
    {
        var desk = new Desk();
        var address = desk.Bind(Rack.Ana);
        desk.Now += DhcpTimes.Lease / 2;
        var ack = desk.Reply(Rack.Message(DhcpMessageType.Request, Rack.Ana) with { CiAddr = address });
        Assert.Equal(new DhcpDestination.Client(address), ack.Destination);
        Assert.Equal(address, ack.Message.CiAddr);
        Assert.Equal(desk.Now + DhcpTimes.Lease, desk.Leases.Of(Rack.Ana)!.Until);
    }

    [Fact]
    public void A_renewal_of_an_address_that_went_to_another_is_refused()
    {
        var desk = new Desk();
        var address = desk.Bind(Rack.Ana);
        Assert.Equal(DhcpMessageType.Nak, desk.Reply(Rack.Message(DhcpMessageType.Request, Rack.Ben) with { CiAddr = address }).Message.Type);
    }

    [Fact]
    public void A_released_address_is_kept_in_mind_for_its_machine_and_given_to_others_last()
    {
        var desk = new Desk(Rack.Served("10.77.0.100", "10.77.0.101"));
        var address = desk.Bind(Rack.Ana);
        Assert.Contains("released", desk.Silence(Rack.Message(DhcpMessageType.Release, Rack.Ana) with { CiAddr = address }));
        Assert.Equal(Rack.Ip("10.77.0.101"), desk.Offered(Rack.Ben));
        Assert.Equal(address, desk.Offered(Rack.Ana));
    }

    [Fact]
    public void Nobody_releases_or_declines_another_s_address()
    {
        var desk = new Desk();
        var address = desk.Bind(Rack.Ana);
        Assert.Contains("does not hold", desk.Silence(Rack.Message(DhcpMessageType.Release, Rack.Ben) with { CiAddr = address }));
        Assert.Contains("not its own", desk.Silence(Rack.Message(DhcpMessageType.Decline, Rack.Ben, Rack.ForUs, Rack.Wants(address.ToString()))));
        Assert.True(desk.Leases.Of(Rack.Ana)!.IsBound(desk.Now));
    }

    [Fact]
    public void A_declined_address_is_in_quarantine_and_comes_back_after_it()
    {
        var desk = new Desk(Rack.Served("10.77.0.100", "10.77.0.100"));
        var address = desk.Bind(Rack.Ana);
        Assert.Contains("nobody gets it for 10 minutes", desk.Silence(Rack.Message(DhcpMessageType.Decline, Rack.Ana, Rack.ForUs, Rack.Wants(address.ToString()))));
        Assert.Null(desk.Offered(Rack.Ana));
        desk.Now += DhcpTimes.Quarantine;
        Assert.Equal(address, desk.Offered(Rack.Ben));
    }

    [Fact]
    public void An_inform_is_told_the_settings_without_an_address_or_a_lease()
    {
        var ack = new Desk().Reply(Rack.Message(DhcpMessageType.Inform, Rack.Ana) with { CiAddr = Rack.Ip("10.77.0.20") });
        Assert.Equal(default, ack.Message.YiAddr);
        Assert.Null(ack.Message.Options.Find(DhcpOptionCode.LeaseTime));
        Assert.Equal(Rack.Ip("10.77.0.1"), ack.Message.Options.Address(DhcpOptionCode.DnsServers));
        Assert.Null(ack.Lease);
    }

    [Fact]
    public void Replies_go_where_rfc_2131_says()
    {
        var discover = Rack.Message(DhcpMessageType.Discover, Rack.Ana);
        Assert.Equal(new DhcpDestination.Hardware(Rack.Ana, Rack.Ip("10.77.0.100")), new Desk().Reply(discover).Destination);
        Assert.Equal(new DhcpDestination.Broadcast(), new Desk().Reply(discover with { Broadcast = true }).Destination);
        Assert.Equal(new DhcpDestination.Relay(Rack.Ip("10.77.0.9")), new Desk().Reply(discover with { GiAddr = Rack.Ip("10.77.0.9") }).Destination);
    }

    [Fact]
    public void A_relay_of_nobody_is_not_answered() =>
        Assert.Contains("where no subnet of the model is", new Desk().Silence(Rack.Message(DhcpMessageType.Discover, Rack.Ana) with { GiAddr = Rack.Ip("10.88.0.9") }));

    [Theory]
    [InlineData(DhcpMessageType.Offer)]
    [InlineData(DhcpMessageType.None)]
    [InlineData((DhcpMessageType)99)]
    public void What_no_client_sends_is_not_answered(DhcpMessageType type) => new Desk().Silence(Rack.Message(type, Rack.Ana));

    [Fact]
    public void A_reply_that_would_be_too_long_loses_what_a_client_lives_without_and_never_its_boot_file()
    {
        var discover = DhcpCodec.Parse(Rack.Golden("ovmf-pxe-discover"));
        var tight = discover with { Options = new([.. discover.Options.Items.Where(o => o.Code != DhcpOptionCode.MaximumMessageSize), new(DhcpOptionCode.ClientIdentifier, new byte[250])]) };
        var model = Rack.Served("10.77.0.100", "10.77.0.199");
        model = model.After(new NetworkChange.PutSubnet(model.Subnets[0] with { Domain = string.Join('.', Enumerable.Repeat("abcdefghijklmno", 12)) }));
        var offer = new Desk(model).Reply(tight).Message;
        Assert.True(DhcpCodec.Measure(offer) <= DhcpMessage.DefaultMaximum);
        Assert.Equal("snponly.efi", offer.File);
        Assert.NotNull(offer.Options.Find(DhcpOptionCode.VendorClass));
    }
}

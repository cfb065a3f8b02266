using Provisioner.Domain.Dhcp;
using Provisioner.Domain.Networks;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Tests.Dhcp;

public sealed class ProxyAnswerTests
{
    [Fact]
    public void A_machine_with_a_lease_is_told_its_file_again()
    {
        var (desk, request) = Leased();
        var reply = Assert.IsType<DhcpAnswer.Reply>(Ask(desk, request)).Message;
        Assert.Equal((DhcpMessageType.Ack, "snponly.efi", request.Xid), (reply.Type, reply.File, reply.Xid));
        Assert.Equal(default, reply.YiAddr);
        Assert.Null(reply.Options.Find(DhcpOptionCode.LeaseTime));
    }

    [Fact]
    public void The_boot_item_that_it_chose_goes_back()
    {
        var (desk, request) = Leased();
        var chosen = request with { Options = new([.. request.Options.Items, new(DhcpOptionCode.VendorSpecific, new byte[] { 71, 4, 0, 0, 0, 0, 255 })]) };
        var reply = Assert.IsType<DhcpAnswer.Reply>(Ask(desk, chosen)).Message;
        Assert.Equal([6, 1, 8, 71, 4, 0, 0, 0, 0, 255], reply.Options.Find(DhcpOptionCode.VendorSpecific)!.Value.ToArray());
    }

    [Fact]
    public void Somebody_without_a_lease_or_under_another_address_is_not_answered()
    {
        var (desk, request) = Leased();
        Assert.Contains("without a lease", Assert.IsType<DhcpAnswer.Silence>(Ask(desk, request with { ChAddr = Rack.Ben })).Why);
        Assert.Contains("10.77.0.100", Assert.IsType<DhcpAnswer.Silence>(Ask(desk, request with { CiAddr = Rack.Ip("10.77.0.7") })).Why);
    }

    [Theory]
    [InlineData("ipxe-rom-discover", "PXEClient", "http://10.77.0.1:5240/boot/52-54-00-98-00-01/boot.ipxe")]
    [InlineData("ovmf-pxe-discover", "PXEClient", "snponly.efi")]
    public void Beside_another_server_boot_clients_are_offered_a_file_and_no_address(string capture, string vendorClass, string file)
    {
        var discover = DhcpCodec.Parse(Rack.Golden(capture));
        var reply = new Desk(Rooms.Model(DhcpMode.Proxy)).Reply(discover);
        var offer = reply.Message;
        Assert.Equal((DhcpMessageType.Offer, default, file, discover.Xid), (offer.Type, offer.YiAddr, offer.File, offer.Xid));
        Assert.Equal((vendorClass, Rack.Ip("10.77.0.1")), (offer.Options.Text(DhcpOptionCode.VendorClass), offer.SiAddr));
        Assert.Equal([6, 1, 8, 255], offer.Options.Find(DhcpOptionCode.VendorSpecific)!.Value.ToArray());
        Assert.Equal(discover.Options.Find(DhcpOptionCode.ClientMachineIdentifier)!.Value.ToArray(), offer.Options.Find(DhcpOptionCode.ClientMachineIdentifier)!.Value.ToArray());
        foreach (var code in (DhcpOptionCode[])[DhcpOptionCode.LeaseTime, DhcpOptionCode.SubnetMask, DhcpOptionCode.Router, DhcpOptionCode.DnsServers, DhcpOptionCode.Ipxe])
            Assert.Null(offer.Options.Find(code));
        Assert.Equal(new DhcpDestination.Broadcast(), reply.Destination);
        Assert.Null(reply.Lease);
    }

    [Fact]
    public void Http_firmware_beside_another_server_gets_its_url_and_no_pxe_options()
    {
        var offer = new Desk(Rooms.Model(DhcpMode.Proxy)).Reply(BootOptionsTests.Firmware("HTTPClient:Arch:00016:UNDI:003001", 16)).Message;
        Assert.Equal("HTTPClient", offer.Options.Text(DhcpOptionCode.VendorClass));
        Assert.Null(offer.Options.Find(DhcpOptionCode.VendorSpecific));
        Assert.EndsWith("/boot/ipxe.efi", offer.File);
    }

    [Fact]
    public void Beside_another_server_nobody_else_is_answered_and_that_is_no_news()
    {
        var desk = new Desk(Rooms.Model(DhcpMode.Proxy));
        foreach (string capture in (string[])["udhcpc-discover", "dhclient-discover", "networkd-discover", "dhcpcd-request"])
            Assert.True(Assert.IsType<DhcpAnswer.Silence>(desk.Ask(DhcpCodec.Parse(Rack.Golden(capture)))).Expected);
        var firmware = BootOptionsTests.Firmware("PXEClient:Arch:00000:UNDI:002001", 0);
        foreach (var type in (DhcpMessageType[])[DhcpMessageType.Request, DhcpMessageType.Inform, DhcpMessageType.Release, DhcpMessageType.Decline, DhcpMessageType.None])
            Assert.IsType<DhcpAnswer.Silence>(desk.Ask(firmware with { Options = new([.. firmware.Options.Items.Where(o => o.Code != DhcpOptionCode.MessageType), DhcpOption.Of(DhcpOptionCode.MessageType, (byte)type)]) }));
        Assert.Empty(desk.All);
    }

    [Fact]
    public void Beside_another_server_port_4011_answers_whoever_has_an_address_of_the_vlan()
    {
        var (_, request) = Leased();
        var desk = new Desk(Rooms.Model(DhcpMode.Proxy));
        Assert.Equal("snponly.efi", Assert.IsType<DhcpAnswer.Reply>(Ask(desk, request with { CiAddr = Rack.Ip("10.77.0.57") })).Message.File);
        Assert.Contains("not an address of", Assert.IsType<DhcpAnswer.Silence>(Ask(desk, request with { CiAddr = Rack.Ip("192.0.2.1") })).Why);
    }

    private static (Desk Desk, DhcpMessage Request) Leased()
    {
        var desk = new Desk();
        var address = desk.Bind(Rack.Ana);
        var discover = BootOptionsTests.Firmware("PXEClient:Arch:00007:UNDI:003016", 7);
        var options = discover.Options.Items.Where(o => o.Code != DhcpOptionCode.MessageType).Append(DhcpOption.Of(DhcpOptionCode.MessageType, (byte)DhcpMessageType.Request));
        return (desk, discover with { CiAddr = address, Options = new([.. options]) });
    }

    private static DhcpAnswer Ask(Desk desk, DhcpMessage message) => desk.AskBootServer(message);
}

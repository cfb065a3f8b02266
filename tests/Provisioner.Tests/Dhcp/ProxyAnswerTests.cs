using Provisioner.Domain.Dhcp;
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

    private static (Desk Desk, DhcpMessage Request) Leased()
    {
        var desk = new Desk();
        var address = desk.Bind(Rack.Ana);
        var discover = BootOptionsTests.Firmware("PXEClient:Arch:00007:UNDI:003016", 7);
        var options = discover.Options.Items.Where(o => o.Code != DhcpOptionCode.MessageType).Append(DhcpOption.Of(DhcpOptionCode.MessageType, (byte)DhcpMessageType.Request));
        return (desk, discover with { CiAddr = address, Options = new([.. options]) });
    }

    private static DhcpAnswer Ask(Desk desk, DhcpMessage message) => ProxyAnswer.For(message, new(Rack.Network, desk.Leases, null), desk.Now);
}

using Provisioner.Domain.Dhcp;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Tests.Dhcp;

public sealed class DhcpExplanationTests
{
    private static readonly DhcpQuestion Uefi = new(Rack.Ana, 7, null, Ipv4Address.Any);

    [Fact]
    public void Every_reason_stands_on_the_way_to_the_answer()
    {
        var desk = new Desk(Rack.Ana);
        Assert.Equal(
        [
            ("network", "prov0, 10.77.0.0/24, range 10.77.0.100–10.77.0.199"),
            ("machine", "52:54:00:00:00:0a is node1"),
            ("client", "PXE firmware, UEFI x64 (7)"),
            ("lease", "none yet"),
            ("address", "10.77.0.100: the lowest that nobody has"),
            ("boot", "PXE firmware, UEFI x64 (7) → snponly.efi"),
            ("probe", "the link is asked first whether somebody uses 10.77.0.100; then another is offered"),
            ("sent to", "10.77.0.100 at 52:54:00:00:00:0a, without ARP, UDP port 68"),
        ], Reasons(desk, Uefi));
    }

    [Fact]
    public void Nothing_is_leased_or_held()
    {
        var desk = new Desk(Rack.Ana);
        for (int i = 0; i < 300; i++) Explain(desk, Uefi with { Mac = Rack.Mac(i) });
        Assert.Empty(desk.All);
        Assert.Equal(Rack.Ip("10.77.0.100"), desk.Offered(Rack.Ben));
    }

    [Fact]
    public void What_is_explained_is_what_is_then_answered()
    {
        var desk = new Desk(Rack.Ana);
        desk.Bind(Rack.Ben);
        foreach (var question in (DhcpQuestion[])[Uefi, Uefi with { Architecture = 16 }, Uefi with { UserClass = "iPXE" }, Uefi with { Architecture = null }, Uefi with { Architecture = 11 }, Uefi with { GiAddr = Rack.Ip("10.77.0.9") }])
        {
            var explained = Assert.IsType<DhcpAnswer.Reply>(Explain(desk, question).Answer);
            var answered = desk.Reply(question.ToMessage());
            Assert.Equal((answered.Why, answered.Destination), (explained.Why, explained.Destination));
            Assert.Equal(Octets(answered), Octets(explained));
        }
    }

    [Theory]
    [InlineData("iPXE", "iPXE, UEFI x64 (7) → http://10.77.0.1:5240/boot/52-54-00-00-00-0a/boot.ipxe")]
    [InlineData("other", "PXE firmware, UEFI x64 (7) → snponly.efi")]
    public void The_user_class_decides(string userClass, string why) => Assert.Equal(why, Explain(new Desk(), Uefi with { UserClass = userClass }).Answer.Why);

    [Fact]
    public void A_lease_that_it_has_and_one_that_it_lost_are_told()
    {
        var desk = new Desk(Rack.Served("10.77.0.100", "10.77.0.100"));
        desk.Bind(Rack.Ana);
        Assert.Contains(("lease", "bound 10.77.0.100 until 2026-11-21 13:00:00Z"), Reasons(desk, Uefi));
        Assert.Contains(("address", "10.77.0.100: it had that before"), Reasons(desk, Uefi));
        Assert.Contains(("silence", "no address is left in 10.77.0.100–10.77.0.100: widen the range, or wait until a lease ends"), Reasons(desk, Uefi with { Mac = Rack.Ben }));
        desk.Now += TimeSpan.FromHours(2);
        Assert.Contains(("address", "10.77.0.100: all have been given, and the lease of 52:54:00:00:00:0a on it ended longest ago"), Reasons(desk, Uefi with { Mac = Rack.Ben }));
    }

    [Fact]
    public void A_relay_of_nobody_is_not_answered_and_told_why() =>
        Assert.Contains("relayed from 192.0.2.1, where no subnet of the model is", Assert.IsType<DhcpAnswer.Silence>(Explain(new Desk(), Uefi with { GiAddr = Rack.Ip("192.0.2.1") }).Answer).Why);

    private static DhcpExplanation Explain(Desk desk, DhcpQuestion question) =>
        desk.Explain(question);

    private static IEnumerable<(string, string)> Reasons(Desk desk, DhcpQuestion question) =>
        Explain(desk, question).Reasons.Select(r => (r.Step, r.Says));

    private static string Octets(DhcpAnswer.Reply reply)
    {
        var octets = new byte[1472];
        return Convert.ToHexString(octets, 0, DhcpCodec.Write(reply.Message, octets));
    }
}

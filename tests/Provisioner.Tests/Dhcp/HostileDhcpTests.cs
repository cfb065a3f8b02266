using Provisioner.Domain.Dhcp;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Tests.Dhcp;

public sealed class HostileDhcpTests
{
    private static readonly string[] Seeds = ["udhcpc-discover", "dhclient-discover", "ipxe-rom-discover", "ipxe-efi-rom-discover", "ovmf-pxe-discover"];

    [Fact]
    public void Random_octets_are_refused_or_answered_and_nothing_else()
    {
        var random = new Random(1);
        var desk = new Desk();
        for (int i = 0; i < 20_000; i++)
        {
            var octets = new byte[random.Next(700)];
            random.NextBytes(octets);
            Through(desk, octets);
        }
    }

    [Fact]
    public void Changed_and_cut_captures_are_refused_or_answered_and_nothing_else()
    {
        var random = new Random(2);
        var desk = new Desk();
        int answered = 0;
        for (int i = 0; i < 100_000; i++)
        {
            var octets = Rack.Golden(Seeds[i % Seeds.Length]);
            for (int change = random.Next(6); change > 0; change--) octets[random.Next(2) == 0 ? random.Next(octets.Length) : random.Next(236, octets.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0) octets[242] = (byte)random.Next(1, 9);
            if (random.Next(4) == 0) octets = octets[..random.Next(octets.Length)];
            if (Through(desk, octets)) answered++;
        }
        Assert.True(answered > 1000, $"only {answered} of them were read");
        Assert.True(desk.Leases.All.Count <= 100);
    }

    private static bool Through(Desk desk, byte[] octets)
    {
        DhcpMessage message;
        try
        {
            message = DhcpCodec.Parse(octets);
        }
        catch (WireException)
        {
            return false;
        }
        var reply = new byte[1472];
        if (desk.Ask(message) is DhcpAnswer.Reply answer) DhcpCodec.Write(answer.Message, reply);
        if (ProxyAnswer.For(message, new(Rack.Network, desk.Leases, null), desk.Now) is DhcpAnswer.Reply proxy) DhcpCodec.Write(proxy.Message, reply);
        return true;
    }
}

using Provisioner.Wire;
using Provisioner.Wire.WakeOnLan;

namespace Provisioner.Tests.Power;

/// <summary>AMD publication 20213: what a sleeping card looks for.</summary>
public sealed class MagicPacketTests
{
    [Fact]
    public void Six_octets_FF_are_followed_by_the_address_sixteen_times()
    {
        string packet = Convert.ToHexStringLower(MagicPacket.For(MacAddress.Parse("52:54:00:12:34:56")));
        Assert.Equal("ffffffffffff" + string.Concat(Enumerable.Repeat("525400123456", 16)), packet);
        Assert.Equal(MagicPacket.Length, packet.Length / 2);
    }

    [Fact]
    public void A_password_stands_at_its_end_and_has_four_or_six_octets()
    {
        Assert.EndsWith("525400123456" + "0a0b0c0d0e0f", Convert.ToHexStringLower(MagicPacket.For(MacAddress.Parse("52:54:00:12:34:56"), [10, 11, 12, 13, 14, 15])), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => MagicPacket.For(MacAddress.Parse("52:54:00:12:34:56"), [1, 2, 3]));
    }
}

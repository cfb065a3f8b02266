using Provisioner.Wire.Icmpv6;

namespace Provisioner.Tests;

public sealed class RouterAdvertisementTests
{
    [Fact]
    public void It_offers_no_route_no_prefix_and_no_DHCPv6()
    {
        byte[] bytes = new byte[RouterAdvertisement.Length];
        RouterAdvertisement.WriteNoRouter(bytes);
        // RFC 4861 §4.2: type, code, checksum (the kernel's), hop limit, flags, lifetime, reachable time, retransmission timer.
        Assert.Equal([134, 0, 0, 0, 64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], bytes);
    }

    [Fact]
    public void Only_a_whole_solicitation_is_one()
    {
        Assert.True(RouterAdvertisement.IsSolicitation([133, 0, 0x12, 0x34, 0, 0, 0, 0]));
        Assert.False(RouterAdvertisement.IsSolicitation([133, 0, 0x12, 0x34, 0, 0, 0]));
        Assert.False(RouterAdvertisement.IsSolicitation([133, 1, 0x12, 0x34, 0, 0, 0, 0]));
        Assert.False(RouterAdvertisement.IsSolicitation([135, 0, 0x12, 0x34, 0, 0, 0, 0]));
        Assert.False(RouterAdvertisement.IsSolicitation([]));
    }
}

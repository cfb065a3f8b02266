using Provisioner.Domain.Boot;
using Provisioner.Domain.Machines;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;
using static Provisioner.Tests.Machines.Samples;

namespace Provisioner.Tests.Boot;

public sealed class BootTrailTests
{
    private static readonly BootWish Nobody = BootWish.Of(null);

    [Fact]
    public void A_stranger_gets_what_is_signed_for_that_starts_with_Secure_Boot_on_and_off() => Assert.Equal((BootChain.Signed, false), (Nobody.Chain, Nobody.Fixed));

    [Theory]
    [InlineData(true, BootChain.Signed)]
    [InlineData(false, BootChain.Ipxe)]
    public void What_the_agent_saw_decides(bool secureBoot, BootChain chain) => Assert.Equal(chain, BootWish.Of(Seen(secureBoot)).Chain);

    [Theory]
    [InlineData("boot-ipxe", BootChain.Ipxe)]
    [InlineData("boot-signed", BootChain.Signed)]
    public void The_operators_tag_goes_before_what_the_agent_saw(string tag, BootChain chain)
    {
        foreach (bool secureBoot in new[] { true, false })
            Assert.Equal((chain, true), BootWish.Of(Seen(secureBoot) with { Tags = [tag] }) is var wish ? (wish.Chain, wish.Fixed) : default);
    }

    [Fact]
    public void Firmware_that_took_iPXE_and_comes_again_gets_shim_with_a_sentence()
    {
        var wish = BootWish.Of(Seen(secureBoot: false));
        var trail = Took(null, wish);
        var (next, turn) = BootTrail.After(trail, DhcpMessageType.Discover, ours: false, wish);
        Assert.Equal(BootChain.Signed, next.Chain);
        Assert.Contains("Secure Boot", turn);
    }

    [Fact]
    public void Firmware_that_took_shim_and_comes_again_gets_iPXE_with_a_sentence()
    {
        var (next, turn) = BootTrail.After(Took(null, Nobody), DhcpMessageType.Discover, ours: false, Nobody);
        Assert.Equal(BootChain.Ipxe, next.Chain);
        Assert.Contains("Microsoft", turn);
    }

    [Fact]
    public void What_spoke_stays()
    {
        var trail = Took(null, Nobody) with { Silent = false };
        Assert.Equal((trail, null), BootTrail.After(trail, DhcpMessageType.Discover, ours: false, Nobody));
    }

    [Fact]
    public void A_DISCOVER_that_is_repeated_or_taken_to_another_server_turns_nothing()
    {
        var (trail, _) = BootTrail.After(null, DhcpMessageType.Discover, ours: false, Nobody);
        (trail, _) = BootTrail.After(trail, DhcpMessageType.Request, ours: false, Nobody);
        Assert.Equal((trail, null), BootTrail.After(trail, DhcpMessageType.Discover, ours: false, Nobody));
    }

    [Fact]
    public void Where_Secure_Boot_is_known_to_be_on_iPXE_is_never_tried()
    {
        var wish = BootWish.Of(Seen(secureBoot: true));
        Assert.Equal((BootChain.Signed, null), BootTrail.After(Took(null, wish), DhcpMessageType.Discover, ours: false, wish) is var (next, turn) ? (next.Chain, turn) : default);
    }

    [Theory]
    [InlineData(BootStage.Pxe, 7, true)]
    [InlineData(BootStage.Http, 16, true)]
    [InlineData(BootStage.Pxe, 0, false)]
    [InlineData(BootStage.Pxe, 11, false)]
    [InlineData(BootStage.Ipxe, 7, false)]
    public void Only_UEFI_x64_can_be_started_both_ways(BootStage stage, int architecture, bool choice) =>
        Assert.Equal(choice, BootTrail.HasChoice(new(stage, (ushort)architecture, MacAddress.Parse("52:54:00:00:00:01"))));

    private static BootTrail Took(BootTrail? last, BootWish wish)
    {
        var (trail, _) = BootTrail.After(last, DhcpMessageType.Discover, ours: false, wish);
        return BootTrail.After(trail, DhcpMessageType.Request, ours: true, wish).Trail;
    }

    private static Machine Seen(bool secureBoot) => In(MachineState.Ready) with { Inventory = Inventory() with { SecureBoot = secureBoot } };
}

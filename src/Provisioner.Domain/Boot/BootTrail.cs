using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Domain.Boot;

/// <summary>How a machine's last start from the network went on, as far as it shows on the wire.</summary>
/// <param name="Chain">The chain that it was told to load.</param>
/// <param name="Silent">It took that, and neither iPXE nor GRUB has spoken since.</param>
public sealed record BootTrail(BootChain Chain, bool Silent)
{
    /// <summary>Only UEFI on x64 can be started both ways.</summary>
    public static bool HasChoice(BootClient client) => client is { Stage: BootStage.Pxe or BootStage.Http, Architecture: 7 or 9 or 16 };

    /// <summary>The trail after a message of its firmware.</summary>
    /// <param name="last">The trail before; null where none is remembered.</param>
    /// <param name="type">A DISCOVER begins a start; a REQUEST for us takes what it was told.</param>
    /// <param name="ours">The message is for us, not for another DHCP server.</param>
    /// <param name="wish">What the machine is to get.</param>
    /// <returns>The trail, and one sentence where this start differs from the last.</returns>
    public static (BootTrail Trail, string? Turn) After(BootTrail? last, DhcpMessageType type, bool ours, BootWish wish) => type switch
    {
        DhcpMessageType.Discover => Begin(last, wish),
        DhcpMessageType.Request when ours => ((last ?? new(wish.Chain, false)) with { Silent = true }, null),
        _ => (last ?? new(wish.Chain, false), null),
    };

    // Where the chain of last time never spoke the other one is tried: a wrong guess costs one start, never the machine. What works speaks, and stays.
    private static (BootTrail Trail, string? Turn) Begin(BootTrail? last, BootWish wish) => last switch
    {
        null => (new(wish.Chain, false), null),
        _ when wish.Fixed => (new(wish.Chain, false), null),
        { Silent: true, Chain: BootChain.Ipxe } => (new(BootChain.Signed, false),
            "it took iPXE, and its firmware came again: iPXE did not start, as where Secure Boot is on (nobody has signed iPXE). It is given shim and GRUB now, which are signed"),
        { Silent: true } => (new(BootChain.Ipxe, false),
            "it took shim, and its firmware came again before GRUB had asked for its script: perhaps it doesn't trust Microsoft's UEFI CA (a switch in its setup). It is given iPXE now"),
        _ => (last, null),
    };
}

using Provisioner.Domain.Machines;

namespace Provisioner.Domain.Boot;

/// <summary>The programs between a UEFI machine's firmware and our kernel.</summary>
public enum BootChain
{
    /// <summary>iPXE. Nobody has signed it: firmware with Secure Boot on refuses it.</summary>
    Ipxe,
    /// <summary>shim (signed by Microsoft), GRUB and kernel (signed by Debian): starts with Secure Boot on, and with it off.</summary>
    Signed,
}

/// <summary>Which chain a machine is to get, by what is known of it. Firmware doesn't tell DHCP whether Secure Boot is on.</summary>
/// <param name="Chain">The chain.</param>
/// <param name="Fixed">The other one is never tried instead.</param>
/// <param name="Why">Why, for a person.</param>
public sealed record BootWish(BootChain Chain, bool Fixed, string Why)
{
    /// <summary>A machine with this tag gets iPXE, always.</summary>
    public const string IpxeTag = "boot-ipxe";
    /// <summary>A machine with this tag gets shim and GRUB, always.</summary>
    public const string SignedTag = "boot-signed";

    /// <summary>The operator's word first, then what the agent saw, and shim for whom nobody knows: it starts both ways.</summary>
    /// <param name="machine">The machine; null for a stranger.</param>
    public static BootWish Of(Machine? machine) => machine switch
    {
        not null when machine.Tags.Contains(IpxeTag) => new(BootChain.Ipxe, true, $"its tag {IpxeTag} says so"),
        not null when machine.Tags.Contains(SignedTag) => new(BootChain.Signed, true, $"its tag {SignedTag} says so"),
        { Inventory.SecureBoot: true } => new(BootChain.Signed, true, "Secure Boot is on there"),
        { Inventory.SecureBoot: false } => new(BootChain.Ipxe, false, "Secure Boot was off there when its agent looked"),
        _ => new(BootChain.Signed, false, "nobody knows yet whether Secure Boot is on there"),
    };
}

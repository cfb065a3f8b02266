namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>The parameters of the system boot options in use here: IPMI 2.0 table 28-14.</summary>
public enum BootOption : byte
{
    /// <summary>Whether somebody is changing them.</summary>
    SetInProgress = 0,
    /// <summary>When the BMC clears the boot flags by itself.</summary>
    ValidBitClearing = 3,
    /// <summary>Who has seen the boot flags already.</summary>
    BootInfoAcknowledge = 4,
    /// <summary>The boot flags.</summary>
    BootFlags = 5,
}

/// <summary>Where the firmware is to boot from: IPMI 2.0 table 28-14, parameter 5, data 2.</summary>
public enum BootSelector : byte
{
    /// <summary>No override.</summary>
    None = 0,
    /// <summary>Network.</summary>
    Pxe = 1,
    /// <summary>Default hard disk.</summary>
    Disk = 2,
    /// <summary>Default hard disk, safe mode.</summary>
    DiskSafeMode = 3,
    /// <summary>Diagnostic partition.</summary>
    Diagnostic = 4,
    /// <summary>CD or DVD.</summary>
    Cd = 5,
    /// <summary>The firmware's set-up.</summary>
    Setup = 6,
    /// <summary>Floppy or other removable medium.</summary>
    Removable = 15,
}

/// <summary>The boot flags: IPMI 2.0 table 28-14, parameter 5.</summary>
/// <param name="Valid">They hold; the BMC clears this once they were used.</param>
/// <param name="Persistent">For all boots, not only the next.</param>
/// <param name="Uefi">For UEFI; else for a legacy BIOS.</param>
/// <param name="Device">Where to boot from.</param>
public sealed record BootFlags(bool Valid, bool Persistent, bool Uefi, BootSelector Device)
{
    /// <summary>Five octets, the last three of which (console, verbosity, overrides) are left at their defaults.</summary>
    public byte[] ToBytes() =>
        [(byte)((Valid ? 0x80 : 0) | (Persistent ? 0x40 : 0) | (Uefi ? 0x20 : 0)), (byte)((byte)Device << 2), 0, 0, 0];

    /// <summary>Reads the parameter's data.</summary>
    /// <exception cref="WireException">truncated.</exception>
    public static BootFlags Parse(ReadOnlySpan<byte> data)
    {
        var reader = new IpmiReader(data, "boot flags");
        byte flags = reader.U8("data 1");
        byte device = reader.U8("data 2");
        return new((flags & 0x80) != 0, (flags & 0x40) != 0, (flags & 0x20) != 0, (BootSelector)(device >> 2 & 0x0f));
    }

    /// <summary>For sentences: <c>Pxe, UEFI, next boot only</c>.</summary>
    public override string ToString() => !Valid ? "no boot device" :
        $"{Device switch { BootSelector.Pxe => "network", BootSelector.Disk => "disk", _ => Device.ToString() }}, {(Uefi ? "UEFI" : "BIOS")}, {(Persistent ? "every boot" : "next boot only")}";
}

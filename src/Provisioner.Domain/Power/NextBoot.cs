namespace Provisioner.Domain.Power;

/// <summary>What a machine is to boot from next time: IPMI 2.0 §28.12 boot flags, Redfish DSP2046 BootSourceOverrideTarget.</summary>
public enum BootDevice
{
    /// <summary>The network, by PXE.</summary>
    Pxe,
    /// <summary>Its own disk.</summary>
    Disk,
    /// <summary>The network, by UEFI HTTP boot (UEFI 2.10 §24.7): Redfish UefiHttp.</summary>
    Http,
    /// <summary>An image that its controller shows it as a CD: Redfish VirtualMedia.</summary>
    VirtualMedia,
}

/// <summary>The boot device of the next boot, and of that one only.</summary>
/// <param name="Device">The device.</param>
/// <param name="Uri">For <see cref="BootDevice.Http"/> the boot file, for <see cref="BootDevice.VirtualMedia"/> the image; null for the others.</param>
public sealed record NextBoot(BootDevice Device, Uri? Uri = null)
{
    /// <summary>In words: <c>network</c>, <c>disk</c>, <c>network (HTTP)</c>, <c>virtual media</c>.</summary>
    public static string Words(BootDevice device) => device switch
    {
        BootDevice.Pxe => "network",
        BootDevice.Disk => "disk",
        BootDevice.Http => "network (HTTP)",
        _ => "virtual media",
    };
}

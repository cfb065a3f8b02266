using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Domain.Boot;

/// <summary>Who is asking to be booted, by its DHCP options.</summary>
public enum BootStage
{
    /// <summary>Nobody: an operating system, a BMC, a printer. It gets no boot options.</summary>
    None,
    /// <summary>Firmware that loads over TFTP (option 60 <c>PXEClient</c>).</summary>
    Pxe,
    /// <summary>UEFI firmware that loads over HTTP (option 60 <c>HTTPClient</c>).</summary>
    Http,
    /// <summary>iPXE: takes a script over HTTP.</summary>
    Ipxe,
}

/// <summary>A client as the boot file is chosen for it.</summary>
/// <param name="Stage">How far its boot has come.</param>
/// <param name="Architecture">First number of option 93 (RFC 4578, IANA processor architectures); null without it.</param>
/// <param name="Mac">Its hardware address.</param>
public sealed record BootClient(BootStage Stage, ushort? Architecture, MacAddress Mac)
{
    private const byte IpxeHttpFeature = 0x13;

    /// <summary>Reads it off a DHCP message.</summary>
    public static BootClient Of(DhcpMessage message)
    {
        var vendorClass = message.Options.Find(DhcpOptionCode.VendorClass) is { } value ? value.Span : default;
        return new(StageOf(message.Options, vendorClass), message.Options.UInt16(DhcpOptionCode.ClientArchitecture), message.ChAddr);
    }

    /// <summary>The architecture in words: <c>UEFI x64 (7)</c>.</summary>
    public string ArchitectureInWords => Architecture switch
    {
        null => "unnamed architecture",
        0 => "BIOS x86 (0)",
        6 => "UEFI IA32 (6)",
        7 => "UEFI x64 (7)",
        9 => "UEFI x64 (9)",
        10 => "UEFI ARM32 (10)",
        11 => "UEFI ARM64 (11)",
        15 => "UEFI IA32 over HTTP (15)",
        16 => "UEFI x64 over HTTP (16)",
        18 => "UEFI ARM32 over HTTP (18)",
        19 => "UEFI ARM64 over HTTP (19)",
        27 => "UEFI RISC-V 64 (27)",
        28 => "UEFI RISC-V 64 over HTTP (28)",
        var other => $"architecture {other}",
    };

    /// <summary>Stage and architecture in words, for a timeline: <c>PXE firmware, BIOS x86 (0)</c>.</summary>
    public string InWords => Stage switch
    {
        BootStage.Pxe => $"PXE firmware, {ArchitectureInWords}",
        BootStage.Http => $"HTTP boot firmware, {ArchitectureInWords}",
        BootStage.Ipxe => $"iPXE, {ArchitectureInWords}",
        _ => "no boot client",
    };

    private static BootStage StageOf(DhcpOptions options, ReadOnlySpan<byte> vendorClass)
    {
        if (IsIpxe(options)) return BootStage.Ipxe;
        if (vendorClass.StartsWith("HTTPClient"u8)) return BootStage.Http;
        return vendorClass.StartsWith("PXEClient"u8) ? BootStage.Pxe : BootStage.None;
    }

    // iPXE says so twice: user class "iPXE" (without RFC 3004's inner length; other builds write it with) and its own option 175. A ROM whose
    // feature list lacks HTTP (old vendor builds) is treated as plain firmware and gets our iPXE over TFTP.
    private static bool IsIpxe(DhcpOptions options)
    {
        bool byUserClass = options.Find(DhcpOptionCode.UserClass) is { } userClass && userClass.Span.IndexOf("iPXE"u8) >= 0;
        var features = options.Find(DhcpOptionCode.Ipxe);
        return features is { Length: > 0 } list ? HasFeature(list.Span, IpxeHttpFeature) : byUserClass;
    }

    private static bool HasFeature(ReadOnlySpan<byte> encapsulated, byte feature)
    {
        for (int at = 0; at + 1 < encapsulated.Length; at += 2 + encapsulated[at + 1])
        {
            if (encapsulated[at] == feature) return true;
            if (encapsulated[at] == 255) break;
        }
        return false;
    }
}

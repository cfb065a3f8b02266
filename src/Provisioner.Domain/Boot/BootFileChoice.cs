using Provisioner.Domain.Networks;

namespace Provisioner.Domain.Boot;

/// <summary>Which file a client is told to load: firmware architecture × stage → name.</summary>
public static class BootFileChoice
{
    /// <summary>For BIOS: iPXE on the ROM's own network driver (UNDI).</summary>
    public const string Bios = "undionly.kpxe";
    /// <summary>For UEFI x64: iPXE on the firmware's own network driver (SNP), which knows the card that booted.</summary>
    public const string Uefi = "snponly.efi";
    /// <summary>For UEFI x64 where <see cref="Uefi"/> is not there, and for HTTP boot: iPXE with its own drivers.</summary>
    public const string UefiAllDrivers = "ipxe.efi";

    /// <summary>Whoever asks for the first over TFTP where it is not there gets the second.</summary>
    public static string? InsteadOf(string name) => name == Uefi ? UefiAllDrivers : null;

    /// <summary>All names that <see cref="For"/> gives over TFTP, or that stand in for one: nothing else is served there.</summary>
    public static readonly IReadOnlySet<string> OverTftp = new HashSet<string> { Bios, Uefi, UefiAllDrivers };

    /// <summary>The file name or URL for a client, or null with the reason. A client that doesn't boot from the network has none and needs none.</summary>
    public static string? For(BootClient client, ServedNetwork network, out string why)
    {
        string http = $"http://{network.Address}:{network.HttpPort}/boot";
        why = client.InWords;
        switch (client)
        {
            case { Stage: BootStage.None }: return null;
            case { Stage: BootStage.Ipxe }: return $"{http}/{client.Mac.ToHyphens()}/boot.ipxe";
            case { Stage: BootStage.Pxe, Architecture: 0 or null }: return Bios; // PXE 2.0 ROMs from before RFC 4578 are BIOS
            case { Stage: BootStage.Pxe, Architecture: 7 or 9 }: return Uefi;
            case { Stage: BootStage.Http, Architecture: 16 }: return $"{http}/{UefiAllDrivers}";
            default:
                why = $"no boot file for {client.InWords}: BIOS x86 (0), UEFI x64 (7, 9) and UEFI x64 over HTTP (16) can be booted";
                return null;
        }
    }
}

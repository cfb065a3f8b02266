using Provisioner.Domain.Networks;

namespace Provisioner.Domain.Boot;

/// <summary>Which file a client is told to load: firmware architecture × stage × chain → name.</summary>
public static class BootFileChoice
{
    /// <summary>For BIOS: iPXE on the ROM's own network driver (UNDI).</summary>
    public const string Bios = "undionly.kpxe";
    /// <summary>For UEFI x64: iPXE on the firmware's own network driver (SNP), which knows the card that booted.</summary>
    public const string Uefi = "snponly.efi";
    /// <summary>For UEFI x64 where <see cref="Uefi"/> is not there, and for HTTP boot: iPXE with its own drivers.</summary>
    public const string UefiAllDrivers = "ipxe.efi";
    /// <summary>shim for x64. It loads <c>grubx64.efi</c> from where it came from itself.</summary>
    public const string ShimX64 = "shimx64.efi";
    /// <summary>shim for 32-bit UEFI, with <c>grubia32.efi</c>: the kernel is the 64-bit one (EFI mixed mode).</summary>
    public const string ShimIa32 = "shimia32.efi";
    /// <summary>shim for ARM64, with <c>grubaa64.efi</c>.</summary>
    public const string ShimArm64 = "shimaa64.efi";

    /// <summary>For virtual media: iPXE as a CD image.</summary>
    public const string Iso = "ipxe.iso";

    /// <summary>Whoever asks for the first over TFTP where it is not there gets the second.</summary>
    public static string? InsteadOf(string name) => name == Uefi ? UefiAllDrivers : null;

    /// <summary>All names that <see cref="For"/> gives over TFTP, that stand in for one, or that one of them loads: nothing else is served there.</summary>
    public static readonly IReadOnlySet<string> OverTftp = new HashSet<string>
    {
        Bios, Uefi, UefiAllDrivers, ShimX64, ShimIa32, ShimArm64, "grubx64.efi", "grubia32.efi", "grubaa64.efi",
    };

    /// <summary>All names that boot scripts and firmware load over HTTP, under /boot of <see cref="ServedNetwork.FilePort"/>: nothing else is served there.</summary>
    public static readonly IReadOnlySet<string> OverHttp = new HashSet<string>(OverTftp)
    {
        "kernel", "ramdisk", "ramdisk.signatures", "kernel-arm64", "ramdisk-arm64", "localboot.efi", Iso,
    };

    /// <summary>
    /// Asked for by shim 16 (revocations, certificates) and GRUB (lists of modules) as a matter of course: that we don't have it is no news.
    /// </summary>
    /// <param name="path">A TFTP name or a URL's path.</param>
    public static bool IsProbe(string path)
    {
        string name = path[(path.LastIndexOf('/') + 1)..];
        return name is "revocations_sku.efi" or "revocations_sbat.efi" or "command.lst" or "fs.lst" or "crypto.lst" or "terminal.lst"
            || name.StartsWith("shim_certificate_", StringComparison.Ordinal);
    }

    /// <summary>The file name or URL for a client, or null with the reason. A client that doesn't boot from the network has none and needs none.</summary>
    /// <param name="client">Who asks.</param>
    /// <param name="chain">For UEFI x64: iPXE, or what is signed.</param>
    /// <param name="network">Where it is served.</param>
    /// <param name="why">Who it is; without a file what is wrong, and what helps.</param>
    public static string? For(BootClient client, BootChain chain, ServedNetwork network, out string why)
    {
        string http = $"http://{network.Address}:{network.HttpPort}/boot", files = $"http://{network.Address}:{network.FilePort}/boot";
        why = client.InWords;
        switch (client)
        {
            case { Stage: BootStage.None }: return null;
            case { Stage: BootStage.Ipxe }: return $"{http}/{client.Mac.ToHyphens()}/boot.ipxe";
            case { Stage: BootStage.Pxe, Architecture: 0 or null }: return Bios; // PXE 2.0 ROMs from before RFC 4578 are BIOS
            case { Stage: BootStage.Pxe, Architecture: 7 or 9 }: return chain == BootChain.Signed ? ShimX64 : Uefi;
            case { Stage: BootStage.Pxe, Architecture: 6 }: return ShimIa32;
            case { Stage: BootStage.Pxe, Architecture: 11 }: return ShimArm64;
            case { Stage: BootStage.Http, Architecture: 16 }: return $"{files}/{(chain == BootChain.Signed ? ShimX64 : UefiAllDrivers)}";
            case { Stage: BootStage.Http, Architecture: 15 }: return $"{files}/{ShimIa32}";
            case { Stage: BootStage.Http, Architecture: 19 }: return $"{files}/{ShimArm64}";
            default:
                why = $"no boot file for {client.InWords}: BIOS x86 (0), UEFI x64 (7, 9, over HTTP 16), UEFI IA32 (6, 15) and UEFI ARM64 (11, 19) can be booted. "
                    + "Choose one of them as boot mode in the machine's setup, or switch its network boot off";
                return null;
        }
    }
}

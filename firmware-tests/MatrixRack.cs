namespace Provisioner.FirmwareTests;

/// <summary>A server for each kind of firmware; all but BIOS without the card's iPXE ROM, so that the firmware's own network stack is what boots.</summary>
public sealed class MatrixRack() : RackFixture("m",
    "name=bios,firmware=bios,memory=1024,disk=1G",
    $"name=bios-cd,firmware=bios,rom=none,cd={Iso},memory=1024,disk=1G",
    $"name=uefi-cd,firmware=uefi,rom=none,cd={Iso},memory=1024,disk=1G",
    "name=uefi,firmware=uefi,rom=none,memory=1024,disk=1G",
    "name=uefi-http,firmware=uefi,rom=none,net=http,memory=1024,disk=1G",
    "name=secure,firmware=secure,memory=1024,disk=1G",
    "name=secure-http,firmware=secure,net=http,memory=1024,disk=1G",
    "name=turned,firmware=uefi,rom=none,memory=1024,disk=1G",
    "name=ia32,firmware=uefi32,memory=1024,disk=1G",
    "name=arm64,firmware=arm64,memory=1024,disk=1G",
    "name=arm64-http,firmware=arm64,net=http,memory=1024,disk=1G",
    "name=arm32,firmware=arm32,memory=512,disk=1G")
{
    private static string Iso => Path.Combine(Needed("PROVISIONER_BOOT_FILES"), "ipxe.iso");

    /// <summary>What staff does in the firmware's setup: Microsoft's keys are enrolled.</summary>
    internal void SwitchSecureBootOn(string server)
    {
        string folder = Path.GetDirectoryName((string)Server(server)["console"]!)!, settings = Path.Combine(folder, "settings");
        File.WriteAllText(settings, File.ReadAllText(settings).Replace("firmware=uefi", "firmware=secure", StringComparison.Ordinal).Replace("OVMF_CODE_4M.fd", "OVMF_CODE_4M.secboot.fd", StringComparison.Ordinal));
        File.Copy("/usr/share/OVMF/OVMF_VARS_4M.ms.fd", Path.Combine(folder, "vars.fd"), overwrite: true);
    }

    /// <summary>The small image instead of Debian's: what is shown is that the disk is started.</summary>
    protected override string Images()
    {
        string images = Path.Combine(Folder, "images");
        Sh.Run(Short, Path.Combine(Root(), "firmware-tests", "rack", "small-image"), images, Needed("PROVISIONER_BOOT_FILES"));
        return images;
    }
}

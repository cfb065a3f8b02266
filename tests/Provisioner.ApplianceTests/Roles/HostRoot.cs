using System.Security.Cryptography;
using System.Text;

namespace Provisioner.ApplianceTests.Roles;

/// <summary>
/// A Debian 12 userland with what our image has in it, less its kernel and boot loader: made once by mmdebstrap (about 30 s), kept as
/// a tar in PROVISIONER_CACHE (~/.cache/provisioner), and unpacked afresh for each test.
/// </summary>
internal static class HostRoot
{
    private const string Packages =
        "systemd-sysv,libpam-systemd,dbus,udev,iproute2,netbase,ca-certificates,curl,chrony,sudo,openssh-server,cloud-init,netplan.io,busybox";

    private static readonly Lock Making = new();

    public static void Unpack(string folder, string more = "")
    {
        string tar;
        lock (Making) tar = Tar(more);
        Directory.CreateDirectory(folder);
        Shell.Run("tar", "-C", folder, "-xf", tar, "--exclude=./usr/share/doc", "--exclude=./usr/share/man", "--exclude=./var/cache", "--exclude=./var/lib/apt/lists");
    }

    private static string Tar(string more)
    {
        string packages = more.Length > 0 ? $"{Packages},{more}" : Packages;
        string cache = Environment.GetEnvironmentVariable("PROVISIONER_CACHE") is { Length: > 0 } set
            ? set : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache/provisioner");
        Directory.CreateDirectory(cache);
        string tar = Path.Combine(cache, $"host-root-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(packages)))[..12]}.tar");
        if (File.Exists(tar)) return tar;
        string half = $"{tar}.{Environment.ProcessId}.tar";
        Shell.Run("mmdebstrap", "--quiet", "--variant=minbase", $"--include={packages}", "bookworm", half);
        File.Move(half, tar, overwrite: true);
        return tar;
    }
}

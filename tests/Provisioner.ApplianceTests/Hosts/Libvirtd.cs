using System.Diagnostics;
using Provisioner.ApplianceTests.Servers;

namespace Provisioner.ApplianceTests.Hosts;

/// <summary>
/// A libvirtd of its own (Debian: libvirt-daemon-system): its folders are its own by a mount namespace, so that nothing of the machine's libvirt is
/// touched; QEMU without acceleration. Domains outlive its end, as everywhere.
/// </summary>
internal sealed class Libvirtd : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("libvirtd-").FullName;
    private Process? _process;

    private Libvirtd()
    {
        File.WriteAllText(Path.Combine(_folder, "libvirtd.conf"), $"""
            auth_unix_rw = "none"
            auth_unix_ro = "none"
            host_uuid_source = "machine-id"
            log_outputs = "3:file:{_folder}/libvirtd.log"

            """);
        File.WriteAllText(Path.Combine(_folder, "start"), $$"""
            set -e
            for d in /etc/libvirt /var/lib/libvirt /var/log/libvirt /var/cache/libvirt /run/libvirt; do
              mkdir -p $d {{_folder}}/root$d; mount --bind {{_folder}}/root$d $d
            done
            printf '%s\n' 'user = "root"' 'group = "root"' 'security_driver = "none"' 'stdio_handler = "file"' 'cgroup_controllers = []' 'namespaces = []' 'remember_owner = 0' >/etc/libvirt/qemu.conf
            exec libvirtd --config {{_folder}}/libvirtd.conf --pid-file {{_folder}}/libvirtd.pid
            """);
    }

    public string Socket => Path.Combine(_folder, "root/run/libvirt/libvirt-sock");

    public string Uri => $"qemu:///system?socket={Socket}";

    public static Libvirtd Start()
    {
        var libvirtd = new Libvirtd();
        libvirtd.StartAgain();
        return libvirtd;
    }

    public void StartAgain()
    {
        _process = Tool.Start("unshare", $"--mount --propagation private sh {_folder}/start", _ => { });
        var began = Stopwatch.StartNew();
        // Before its first answer it asks QEMU for all that it can.
        while (Tool.Try("virsh", $"-c {Uri} version", 60) is { Exit: not 0 } said)
        {
            if (_process.HasExited || began.Elapsed > TimeSpan.FromSeconds(90)) throw new InvalidOperationException($"libvirtd did not start: {said.Text}");
            Thread.Sleep(200);
        }
    }

    /// <summary>kill -9: domains go on.</summary>
    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit(10_000);
        _process.Dispose();
        _process = null;
    }

    public string Virsh(string arguments) => Tool.Run("virsh", $"-c {Uri} {arguments}", 60);

    /// <summary>Defines a domain with a small empty disk and a NIC; it goes with what is returned.</summary>
    public IDisposable Define(string name, string mac, string uuid, string boot = "<boot dev='hd'/>", string perDisk = "", string perNic = "")
    {
        string file = Path.Combine(_folder, $"{name}.xml"), disk = Path.Combine(_folder, $"{name}.raw");
        using (var raw = File.Create(disk)) raw.SetLength(1 << 20);
        File.WriteAllText(file, $"""
            <domain type='qemu'><name>{name}</name><uuid>{uuid}</uuid><memory unit='MiB'>32</memory><vcpu>1</vcpu>
              <os><type arch='x86_64' machine='pc'>hvm</type>{boot}</os>
              <devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
                <disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='{disk}'/><target dev='vda' bus='virtio'/>{perDisk}</disk>
                <interface type='user'><mac address='{mac}'/><model type='virtio'/>{perNic}</interface>
                <graphics type='vnc' port='-1' autoport='yes' passwd='kept-vnc'/>
              </devices></domain>
            """);
        Virsh($"define {file}");
        return new Defined(this, name);
    }

    /// <summary>An SSH server that leads to this libvirtd and to no other.</summary>
    public SshDoor OpenSsh() => new(_folder, _process!.Id);

    private sealed class Defined(Libvirtd daemon, string name) : IDisposable
    {
        public void Dispose()
        {
            Tool.Try("virsh", $"-c {daemon.Uri} destroy {name}", 60);
            Tool.Try("virsh", $"-c {daemon.Uri} undefine {name}", 60);
        }
    }

    /// <summary>As it is at its next start, with its passwords.</summary>
    public string NextXml(string name) => Virsh($"dumpxml --inactive --security-info {name}");

    public void Dispose()
    {
        if (_process is null && Directory.Exists(Path.Combine(_folder, "root/run/libvirt/qemu"))) StartAgain();
        foreach (string name in Virsh("list --name").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)) Tool.Try("virsh", $"-c {Uri} destroy {name}", 60);
        Kill();
        // Its mounts ended with it.
        Directory.Delete(_folder, recursive: true);
    }
}

namespace Provisioner.FirmwareTests;

/// <summary>
/// A KVM host on the rack's network: a libvirtd of its own in the rack's namespace, with one virtual machine on the rack's bridge. The rack's server of
/// the same name lends it its MAC address, and is never switched on.
/// </summary>
public sealed class LibvirtRack() : RackFixture("l", "name=guest,disk=1M,memory=64")
{
    private string Home => Path.Combine(Folder, "libvirt");

    internal string Uri => $"qemu:///system?socket={Home}/root/run/libvirt/libvirt-sock";

    protected override async Task BeginAsync()
    {
        Directory.CreateDirectory(Home);
        File.WriteAllText(Path.Combine(Home, "libvirtd.conf"), $"""
            auth_unix_rw = "none"
            host_uuid_source = "machine-id"
            log_outputs = "3:file:{Home}/libvirtd.log"

            """);
        // Nothing of the machine's own libvirt is touched; `rack down` ends what lives in the rack's namespace.
        File.WriteAllText(Path.Combine(Home, "start"), $$"""
            for d in /etc/libvirt /var/lib/libvirt /var/log/libvirt /var/cache/libvirt /run/libvirt; do
              mkdir -p $d {{Home}}/root$d && mount --bind {{Home}}/root$d $d || exit 1
            done
            printf '%s\n' 'user = "root"' 'group = "root"' 'security_driver = "none"' 'stdio_handler = "file"' 'cgroup_controllers = []' 'namespaces = []' 'remember_owner = 0' >/etc/libvirt/qemu.conf
            exec libvirtd --config {{Home}}/libvirtd.conf --pid-file {{Home}}/libvirtd.pid >{{Home}}/out.log 2>&1
            """);
        Sh.Run(Short, "sh", "-c", $"setsid ip netns exec prack-{Rack} unshare --mount --propagation private sh {Home}/start </dev/null >/dev/null 2>&1 &");
        await WaitAsync("libvirtd answers", TimeSpan.FromMinutes(2), () => Task.FromResult(Sh.Try(Short, "virsh", "-c", Uri, "version").Code == 0));
        Define();
    }

    internal string Virsh(params string[] arguments) => Sh.Run(Short, "virsh", ["-c", Uri, .. arguments]);

    /// <summary>Its console's last lines.</summary>
    internal string GuestConsole() => File.Exists($"{Home}/console.log") ? string.Join('\n', File.ReadAllText($"{Home}/console.log").Split('\n').TakeLast(40)) : "(no console)";

    // From its disk first, as most virtual machines: the appliance has to change that.
    private void Define()
    {
        using (var disk = File.Create($"{Home}/disk.raw")) disk.SetLength(8L << 30);
        File.WriteAllText($"{Home}/guest.xml", $"""
            <domain type='qemu'><name>guest</name><memory unit='MiB'>1536</memory><vcpu>1</vcpu>
              <os><type arch='x86_64' machine='pc'>hvm</type><boot dev='hd'/></os>
              <features><acpi/></features>
              <cpu mode='custom' match='minimum' check='none'><model>Westmere</model></cpu>
              <devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
                <disk type='file' device='disk'><driver name='qemu' type='raw' cache='unsafe' discard='unmap' detect_zeroes='unmap'/><source file='{Home}/disk.raw'/><target dev='vda' bus='virtio'/><serial>GUEST-0</serial></disk>
                <interface type='bridge'><mac address='{(string)Server("guest")["mac"]!}'/><source bridge='br0'/><model type='virtio'/></interface>
                <serial type='file'><source path='{Home}/console.log'/></serial>
                <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
              </devices></domain>
            """);
        Virsh("define", $"{Home}/guest.xml");
    }
}

using System.Xml.Linq;
using Provisioner.Domain.Power;
using Provisioner.Wire.Vim;

namespace Provisioner.Domain.Hosts;

/// <summary>
/// A vSphere machine's boot order (vim25 VirtualMachineBootOptions.bootOrder, since 5.0) as a text: <c>network:4000 disk:2000 cdrom</c> with the keys of
/// the devices; empty: the firmware's own order, which is also what comes behind the last of them.
/// </summary>
public static class VsphereBootOrder
{
    private const string Network = "network:", Disk = "disk:";

    /// <summary>Properties that it is made of.</summary>
    public static readonly string[] Paths = ["config.bootOptions", "config.hardware.device", "runtime.powerState", "runtime.bootTime", "summary.runtime.bootTime"];

    /// <summary>The order that is set.</summary>
    public static string Read(VimObject vm) => string.Join(' ', vm.Properties.GetValueOrDefault("config.bootOptions")?.Elements().Where(e => e.Name.LocalName == "bootOrder").Select(Word).Where(w => w.Length > 0) ?? []);

    /// <summary>The order with network or disk first and the rest behind it, or a fault: half a sentence.</summary>
    public static (string? Order, string? Fault) With(VimObject vm, BootDevice device, string mac)
    {
        var devices = vm.Properties.GetValueOrDefault("config.hardware.device");
        string? first = device switch
        {
            BootDevice.Pxe => VsphereMachine.Nics(devices).OrderByDescending(n => n.Mac == mac).Select(n => Network + n.Key).FirstOrDefault(),
            BootDevice.Disk => VsphereMachine.Disks(devices).Select(k => Disk + k).FirstOrDefault(),
            _ => null,
        };
        if (first is null) return (null, device is BootDevice.Pxe ? "it has no network interface" : "it has no disk");
        return (string.Join(' ', Read(vm).Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(w => w != first).Prepend(first)), null);
    }

    /// <summary>What comes first: network, disk, or null for something else and for the firmware's own order.</summary>
    public static BootDevice? First(string order) => order.StartsWith(Network, StringComparison.Ordinal) ? BootDevice.Pxe : order.StartsWith(Disk, StringComparison.Ordinal) ? BootDevice.Disk : null;

    private static string Word(XElement boot)
    {
        string key = VimReply.Child(boot, "deviceKey")?.Value.Trim() ?? "";
        return VimReply.TypeOf(boot) switch
        {
            "VirtualMachineBootOptionsBootableEthernetDevice" => Network + key,
            "VirtualMachineBootOptionsBootableDiskDevice" => Disk + key,
            "VirtualMachineBootOptionsBootableCdromDevice" => "cdrom",
            "VirtualMachineBootOptionsBootableFloppyDevice" => "floppy",
            _ => "",
        };
    }
}

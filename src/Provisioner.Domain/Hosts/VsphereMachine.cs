using System.Collections.Immutable;
using System.Globalization;
using System.Xml.Linq;
using Provisioner.Domain.Power;
using Provisioner.Wire;
using Provisioner.Wire.Vim;

namespace Provisioner.Domain.Hosts;

/// <summary>A virtual machine of the vSphere API (vim25 VirtualMachine), as far as it matters here.</summary>
public static class VsphereMachine
{
    /// <summary>Properties that are asked for.</summary>
    public static readonly ImmutableArray<string> Paths =
    [
        "name", "config.uuid", "config.instanceUuid", "config.firmware", "config.template", "config.hardware.numCPU", "config.hardware.memoryMB",
        "config.hardware.device", "runtime.powerState", "runtime.bootTime", "summary.runtime.bootTime",
    ];

    /// <summary>The facts; null for what is no machine: a template, or one whose configuration its host can't read at the moment.</summary>
    public static VirtualMachine? Read(VimObject vm)
    {
        string uuid = vm.Text("config.uuid").ToLowerInvariant(), instance = vm.Text("config.instanceUuid").ToLowerInvariant();
        if (uuid.Length == 0 || vm.Text("config.template") == "true") return null;
        return new(instance.Length > 0 ? instance : uuid, vm.Text("name") is { Length: > 0 } name ? Uri.UnescapeDataString(name) : vm.Ref.Value)
        {
            Uuid = uuid,
            Macs = [.. Nics(vm.Properties.GetValueOrDefault("config.hardware.device")).Select(n => n.Mac)],
            Firmware = vm.Text("config.firmware") switch { "efi" => "uefi", "bios" or "" => "bios", var other => other },
            Cpus = int.TryParse(vm.Text("config.hardware.numCPU"), CultureInfo.InvariantCulture, out int cpus) ? cpus : 0,
            MemoryMiB = long.TryParse(vm.Text("config.hardware.memoryMB"), CultureInfo.InvariantCulture, out long memory) ? memory : 0,
            Power = PowerOf(vm),
            Run = RunOf(vm),
        };
    }

    /// <summary>Its power. A suspended machine would go on where it was: only off, then on, makes it boot.</summary>
    public static PowerState PowerOf(VimObject vm) => vm.Text("runtime.powerState") switch { "poweredOn" or "suspended" => PowerState.On, "poweredOff" => PowerState.Off, _ => PowerState.Unknown };

    /// <summary>Which run it is in: when it was switched on last, a time that is kept while it is off; empty where it is not on.</summary>
    public static string RunOf(VimObject vm) => PowerOf(vm) is not PowerState.On ? ""
        : vm.Text("runtime.bootTime") is { Length: > 0 } time ? time : vm.Text("summary.runtime.bootTime") is { Length: > 0 } summary ? summary : "on";

    /// <summary>Its NICs: devices with a MAC address, whatever card they are.</summary>
    internal static IEnumerable<(string Key, string Mac)> Nics(XElement? devices) => Devices(devices)
        .Where(d => VimReply.Child(d, "macAddress") is not null && MacAddress.TryParse(VimReply.Child(d, "macAddress")!.Value.Trim(), out _))
        .Select(d => (VimReply.Child(d, "key")?.Value.Trim() ?? "", MacAddress.Parse(VimReply.Child(d, "macAddress")!.Value.Trim()).ToString()));

    /// <summary>Keys of its disks.</summary>
    internal static IEnumerable<string> Disks(XElement? devices) => Devices(devices).Where(d => VimReply.TypeOf(d) == "VirtualDisk").Select(d => VimReply.Child(d, "key")?.Value.Trim() ?? "");

    private static IEnumerable<XElement> Devices(XElement? devices) => devices?.Elements().Where(d => d.Name.LocalName == "VirtualDevice") ?? [];
}

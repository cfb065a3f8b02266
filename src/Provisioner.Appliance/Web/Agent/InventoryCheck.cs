using System.Collections.Immutable;
using Provisioner.Domain.Machines;
using Provisioner.Wire;

namespace Provisioner.Appliance.Web.Agent;

/// <summary>Whether an inventory can be believed as far as its form goes. The first fault is named with its field.</summary>
internal static class InventoryCheck
{
    private const int MostDisks = 256, MostNics = 128, MostText = 256;

    /// <summary>What is wrong, or null.</summary>
    public static string? Fault(Inventory inventory)
    {
        if (inventory.Firmware is not ("bios" or "uefi")) return $"firmware: \"{inventory.Firmware}\" is neither bios nor uefi";
        if (inventory.MemoryBytes <= 0) return "memoryBytes: a machine has some";
        if (inventory.Cpu.Threads <= 0) return "cpu.threads: a machine has some";
        if (inventory.Disks.IsDefault || inventory.Disks.Length > MostDisks) return $"disks: a list of {MostDisks} at the most";
        if (inventory.Nics.IsDefault || inventory.Nics.Length > MostNics) return $"nics: a list of {MostNics} at the most";
        if (inventory.Disks.Any(d => d is null)) return "disks: null is no disk";
        if (inventory.Nics.Any(n => n is null || !n.Neighbours.IsDefault && n.Neighbours.Any(l => l is null))) return "nics: null is no interface and no neighbour";
        return TextFaults(inventory).FirstOrDefault()
            ?? inventory.Disks.Select(DiskFault).FirstOrDefault(f => f is not null)
            ?? inventory.Nics.Select(NicFault).FirstOrDefault(f => f is not null);
    }

    /// <summary>The same with MAC addresses in our spelling.</summary>
    public static Inventory Normal(Inventory inventory) =>
        inventory with { Nics = [.. inventory.Nics.Select(n => n with { Mac = MacAddress.Parse(n.Mac).ToString() })] };

    private static IEnumerable<string> TextFaults(Inventory inventory)
    {
        var system = inventory.System;
        (string Field, string Text)[] texts =
        [
            ("manufacturer", system.Manufacturer), ("product", system.Product), ("serial", system.Serial), ("uuid", system.Uuid),
            ("biosVendor", system.BiosVendor), ("biosVersion", system.BiosVersion), ("biosDate", system.BiosDate), ("cpu.model", inventory.Cpu.Model),
        ];
        return texts.Where(t => t.Text.Length > MostText).Select(t => $"{t.Field}: longer than {MostText} characters");
    }

    private static string? DiskFault(DiskInfo disk)
    {
        if (disk.Name.Length is 0 or > 64 || disk.Name.Any(c => !(char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '!'))) return $"disks: \"{disk.Name}\" is no name of a disk";
        if (disk.Path != $"/dev/{disk.Name.Replace('!', '/')}") return $"disks: {disk.Name} has the path {disk.Path}";
        if (disk.SizeBytes < 0) return $"disks: {disk.Name} has a negative size";
        return new[] { disk.Serial, disk.Wwn, disk.Model, disk.DiskId }.Any(t => t.Length > MostText) ? $"disks: {disk.Name} has a text longer than {MostText} characters" : null;
    }

    private static string? NicFault(NicInfo nic)
    {
        if (!MacAddress.TryParse(nic.Mac, out _)) return $"nics: \"{nic.Mac}\" is not a MAC address";
        if (nic.Neighbours.IsDefault || nic.Neighbours.Length > 16) return $"nics: {nic.Name} has no list of neighbours, or more than 16";
        return nic.Name.Length is 0 or > 64 || nic.Driver.Length > MostText || nic.Pci.Length > MostText ? $"nics: \"{nic.Name}\" has a text that is empty or too long" : null;
    }
}

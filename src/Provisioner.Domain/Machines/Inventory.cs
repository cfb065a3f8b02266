using System.Collections.Immutable;

namespace Provisioner.Domain.Machines;

/// <summary>What the agent found in a machine. The agent's JSON report has this shape, in camelCase.</summary>
/// <param name="System">Who made it: SMBIOS types 0, 1 and 3.</param>
/// <param name="Firmware"><c>bios</c> or <c>uefi</c>: how the agent's kernel was started.</param>
/// <param name="Cpu">Processors, summed up.</param>
/// <param name="MemoryBytes">Installed RAM in bytes, as the kernel sees it.</param>
/// <param name="Disks">Block devices that could hold an operating system.</param>
/// <param name="Nics">Network interfaces with hardware behind them.</param>
public sealed record Inventory(
    SystemInfo System, string Firmware, CpuInfo Cpu, long MemoryBytes,
    ImmutableArray<DiskInfo> Disks, ImmutableArray<NicInfo> Nics)
{
    /// <summary>Secure Boot is in force (UEFI 2.10 §32.3, variable SecureBoot); null on BIOS, and where nobody has looked.</summary>
    public bool? SecureBoot { get; init; }
}

/// <summary>SMBIOS identity of a machine; empty strings where the firmware says nothing.</summary>
public sealed record SystemInfo(
    string Manufacturer, string Product, string Serial, string Uuid, string BiosVendor, string BiosVersion, string BiosDate);

/// <summary>Processors: model of the first, counts over all sockets.</summary>
/// <param name="Virtualisation">VT-x or AMD-V is offered.</param>
public sealed record CpuInfo(string Model, int Sockets, int Cores, int Threads, bool Virtualisation);

/// <summary>One disk.</summary>
/// <param name="Name">Kernel name, <c>sda</c>; not stable over boots.</param>
/// <param name="Path"><c>/dev/sda</c>.</param>
/// <param name="SizeBytes">Capacity in bytes.</param>
/// <param name="Serial">Serial number, empty where the disk has none.</param>
/// <param name="Wwn">World Wide Name, empty where the disk has none.</param>
/// <param name="Model">Model string.</param>
/// <param name="Rotational">It spins.</param>
/// <param name="HasData">A partition table or a file system signature stands on it.</param>
/// <param name="DiskId">GUID of its GPT, empty without one. An install of ours writes one that the appliance remembers.</param>
public sealed record DiskInfo(
    string Name, string Path, long SizeBytes, string Serial, string Wwn, string Model, bool Rotational, bool HasData, string DiskId);

/// <summary>One network interface.</summary>
/// <param name="SpeedMbps">Link speed in Mbit/s; 0 without a link or where the driver doesn't say.</param>
/// <param name="Neighbours">LLDP neighbours: which switch and port the cable ends in.</param>
public sealed record NicInfo(
    string Name, string Mac, int SpeedMbps, bool Carrier, string Driver, string Pci, ImmutableArray<LldpNeighbour> Neighbours);

/// <summary>An LLDP neighbour (IEEE 802.1AB): chassis id, port id and system name as it announced them.</summary>
public sealed record LldpNeighbour(string Chassis, string Port, string System);

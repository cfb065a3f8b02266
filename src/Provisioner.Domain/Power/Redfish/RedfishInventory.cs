using System.Collections.Immutable;

namespace Provisioner.Domain.Power.Redfish;

/// <summary>What a controller knows of its machine without the machine running.</summary>
public sealed record RedfishInventory
{
    /// <summary>Maker.</summary>
    public string Manufacturer { get; init; } = "";
    /// <summary>Model.</summary>
    public string Model { get; init; } = "";
    /// <summary>Serial number.</summary>
    public string Serial { get; init; } = "";
    /// <summary>SMBIOS UUID, or null.</summary>
    public string? Uuid { get; init; }
    /// <summary>The machine's firmware.</summary>
    public string Bios { get; init; } = "";
    /// <summary>OK, Warning, Critical, or empty.</summary>
    public string Health { get; init; } = "";
    /// <summary>Memory in bytes, as the summary says.</summary>
    public long Memory { get; init; }
    /// <summary>Processors.</summary>
    public ImmutableArray<RedfishProcessor> Processors { get; init; } = [];
    /// <summary>Memory modules that are there.</summary>
    public ImmutableArray<RedfishModule> Modules { get; init; } = [];
    /// <summary>Network interfaces.</summary>
    public ImmutableArray<RedfishNic> Nics { get; init; } = [];
    /// <summary>Disks.</summary>
    public ImmutableArray<RedfishDrive> Drives { get; init; } = [];
    /// <summary>Firmware of the machine's parts.</summary>
    public ImmutableArray<RedfishFirmware> Firmware { get; init; } = [];
    /// <summary>What could not be read, half a sentence each.</summary>
    public ImmutableArray<string> Missing { get; init; } = [];
}

/// <summary>DSP0268 Processor.</summary>
public sealed record RedfishProcessor(string Id, string Model, int Cores, int Threads, int MaxMhz)
{
    /// <summary>Reads it; null where the socket is empty or it is no processor of the machine's own.</summary>
    public static RedfishProcessor? Of(RedfishResource json) => Part.IsAbsent(json) || json.Text("ProcessorType") is not (null or "" or "CPU") ? null : new(
        json.TextOrEmpty("Id"), json.TextOrEmpty("Model"), Part.Count(json, "TotalCores"), Part.Count(json, "TotalThreads"), Part.Count(json, "MaxSpeedMHz"));
}

/// <summary>DSP0268 Memory.</summary>
public sealed record RedfishModule(string Id, string Type, long Bytes, int Mhz, string Manufacturer, string PartNumber, string Serial)
{
    /// <summary>Reads it; null where the slot is empty. iLO 4 says DIMMStatus and SizeMB.</summary>
    public static RedfishModule? Of(RedfishResource json)
    {
        double mib = json.Number("CapacityMiB") ?? json.Number("SizeMB") ?? 0;
        if (Part.IsAbsent(json) || mib is <= 0 or > 1e9 || json.Text("DIMMStatus") is "NotPresent") return null;
        return new(json.Text("DeviceLocator") ?? json.Text("Name") ?? json.TextOrEmpty("Id"), json.Text("MemoryDeviceType") ?? json.TextOrEmpty("DIMMType"), (long)(mib * 1048576),
            json.Has("OperatingSpeedMhz") ? Part.Count(json, "OperatingSpeedMhz") : Part.Count(json, "MaximumFrequencyMHz"), json.TextOrEmpty("Manufacturer"), json.TextOrEmpty("PartNumber"), json.TextOrEmpty("SerialNumber"));
    }
}

/// <summary>DSP0268 EthernetInterface.</summary>
public sealed record RedfishNic(string Id, string Mac, int Mbps, bool? Link)
{
    /// <summary>Reads it; null where it has no MAC. The permanent one comes first: a bond may wear another.</summary>
    public static RedfishNic? Of(RedfishResource json)
    {
        string mac = (json.Text("PermanentMACAddress") is { Length: > 0 } permanent ? permanent : json.TextOrEmpty("MACAddress")).ToLowerInvariant().Replace('-', ':');
        if (!IsMac(mac)) return null;
        return new(json.TextOrEmpty("Id"), mac, Part.Count(json, "SpeedMbps"), json.Text("LinkStatus") switch { "LinkUp" => true, "LinkDown" or "NoLink" => false, _ => null });
    }

    /// <summary>Six octets that are not all zero, with colons.</summary>
    public static bool IsMac(string text) => Provisioner.Wire.MacAddress.TryParse(text, out var mac) && text.Length == 17 && mac != default;
}

/// <summary>DSP0268 Drive, and a device of SimpleStorage.</summary>
public sealed record RedfishDrive(string Id, string Model, string Serial, long Bytes, string Media, string Protocol, string Firmware, string Health)
{
    /// <summary>Reads it; null where the bay is empty.</summary>
    public static RedfishDrive? Of(RedfishResource json) => Part.IsAbsent(json) ? null : new(
        json.Text("Id") ?? json.TextOrEmpty("Name"), json.TextOrEmpty("Model"), json.TextOrEmpty("SerialNumber"), json.Whole("CapacityBytes") is { } bytes and > 0 ? bytes : 0,
        json.TextOrEmpty("MediaType"), json.TextOrEmpty("Protocol"), json.Text("Revision") ?? json.TextOrEmpty("FirmwareVersion"), json.Sub("Status").TextOrEmpty("Health"));
}

/// <summary>DSP0268 SoftwareInventory.</summary>
public sealed record RedfishFirmware(string Name, string Version)
{
    /// <summary>Reads it; null where it has no version.</summary>
    public static RedfishFirmware? Of(RedfishResource json) => json.Text("Version") is { Length: > 0 } version ? new(json.Text("Name") ?? json.TextOrEmpty("Id"), version) : null;
}

internal static class Part
{
    public static bool IsAbsent(RedfishResource json) => json.IsEmpty || json.Sub("Status").Text("State") is "Absent";

    public static int Count(RedfishResource json, string name) => json.Whole(name) is { } number and > 0 and < int.MaxValue ? (int)number : 0;
}

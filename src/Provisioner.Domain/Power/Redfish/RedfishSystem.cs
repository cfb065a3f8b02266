using System.Collections.Immutable;

namespace Provisioner.Domain.Power.Redfish;

/// <summary>A machine as a controller shows it: DSP0268 ComputerSystem.</summary>
/// <param name="Path">Where it is.</param>
public sealed record RedfishSystem(string Path)
{
    /// <summary>Its name in the collection: <c>1</c>, <c>System.Embedded.1</c>, <c>system</c>.</summary>
    public string Id { get; init; } = "";
    /// <summary>Name for people.</summary>
    public string Name { get; init; } = "";
    /// <summary><c>Physical</c>, <c>Virtual</c>, <c>OS</c> … or empty.</summary>
    public string Type { get; init; } = "";
    /// <summary>Maker.</summary>
    public string Manufacturer { get; init; } = "";
    /// <summary>Model.</summary>
    public string Model { get; init; } = "";
    /// <summary>Serial number; Dell's service tag, which it calls SKU, where that is all there is.</summary>
    public string Serial { get; init; } = "";
    /// <summary>SMBIOS UUID, lower case, or null.</summary>
    public string? Uuid { get; init; }
    /// <summary>Firmware of the machine.</summary>
    public string Bios { get; init; } = "";
    /// <summary><c>PowerState</c> as it came, or empty.</summary>
    public string PowerWord { get; init; } = "";
    /// <summary>MACs that the resource itself names (<c>HostCorrelation</c> of iLO 4), lower case.</summary>
    public ImmutableArray<string> HostMacs { get; init; } = [];
    /// <summary>How it is reset; null where it can't be.</summary>
    public RedfishReset? Reset { get; init; }
    /// <summary>Its boot override.</summary>
    public RedfishBoot Boot { get; init; } = RedfishBoot.None;
    /// <summary>How far its start is (DSP0268 ComputerSystem v1_13 BootProgress LastState; iLO's PostState), or null.</summary>
    public string? Progress { get; init; }
    /// <summary>Where its settings are written that a reset makes true (DSP0266 §9.10 <c>@Redfish.Settings</c>), or null.</summary>
    public string? Settings { get; init; }
    /// <summary>ETag in the body, or null.</summary>
    public string? ETag { get; init; }
    /// <summary>Processors, as a number.</summary>
    public int Processors { get; init; }
    /// <summary>Their model.</summary>
    public string ProcessorModel { get; init; } = "";
    /// <summary>Memory in bytes.</summary>
    public long Memory { get; init; }
    /// <summary>Health as the controller sees it: OK, Warning, Critical, or empty.</summary>
    public string Health { get; init; } = "";
    /// <summary>Collections and resources that belong to it, by property: Processors, Memory, EthernetInterfaces, Storage, SimpleStorage, VirtualMedia.</summary>
    public ImmutableDictionary<string, string> Parts { get; init; } = ImmutableDictionary<string, string>.Empty;
    /// <summary>Its managers.</summary>
    public ImmutableArray<string> Managers { get; init; } = [];
    /// <summary>Makers whose extensions it carries: <c>Hp</c>, <c>Hpe</c>, <c>Dell</c>, <c>Supermicro</c> …</summary>
    public ImmutableArray<string> Oem { get; init; } = [];

    private static readonly string[] PartNames = ["Processors", "Memory", "EthernetInterfaces", "Storage", "SimpleStorage", "VirtualMedia"];

    /// <summary>
    /// The state that it is in (DSP0268 Resource PowerState). One that is on its way is still where it was, so that an order counts as
    /// followed when it has been; null where the controller doesn't say.
    /// </summary>
    public PowerState? Power => PowerWord switch
    {
        "On" or "PoweringOff" or "Paused" => PowerState.On,
        "Off" or "PoweringOn" => PowerState.Off,
        _ => null,
    };

    /// <summary>Reads it.</summary>
    /// <param name="path">Where it was asked for: a resource may leave out <c>@odata.id</c>.</param>
    /// <param name="json">The resource.</param>
    public static RedfishSystem Of(string path, RedfishResource json)
    {
        var links = json.Sub("Links");
        // Redfish before 1.0 (iLO 4 before 2.30): lower case, with href.
        var old = json.Sub("links");
        var processors = json.Sub("ProcessorSummary");
        var oem = json.Sub("Oem");
        return new(path)
        {
            Id = json.Text("Id") ?? path.TrimEnd('/')[(path.TrimEnd('/').LastIndexOf('/') + 1)..],
            Name = json.TextOrEmpty("Name"),
            Type = json.TextOrEmpty("SystemType"),
            Manufacturer = json.TextOrEmpty("Manufacturer"),
            Model = json.TextOrEmpty("Model"),
            Serial = json.Text("SerialNumber") is { Length: > 0 } serial ? serial : json.TextOrEmpty("SKU"),
            Uuid = json.Text("UUID") is { Length: > 0 } uuid ? uuid.ToLowerInvariant() : null,
            Bios = json.Text("BiosVersion") ?? json.Sub("Bios").Sub("Current").TextOrEmpty("VersionString"),
            PowerWord = json.Text("PowerState") ?? json.TextOrEmpty("Power"),
            HostMacs = [.. json.Sub("HostCorrelation").Texts("HostMACAddress").Select(m => m.ToLowerInvariant())],
            Reset = RedfishReset.Of(path, json),
            Boot = RedfishBoot.Of(json.Sub("Boot")),
            Progress = json.Sub("BootProgress").Text("LastState") ?? oem.Sub("Hpe").Text("PostState") ?? oem.Sub("Hp").Text("PostState"),
            Settings = json.Sub("@Redfish.Settings").Link("SettingsObject"),
            ETag = json.Text("@odata.etag"),
            Processors = (int)(processors.Whole("Count") is { } count and >= 0 and < 4096 ? count : 0),
            ProcessorModel = processors.TextOrEmpty("Model"),
            Memory = (long)((json.Sub("MemorySummary").Number("TotalSystemMemoryGiB") ?? json.Sub("Memory").Number("TotalSystemMemoryGB") ?? 0) is var gib and >= 0 and < 1e6 ? gib * (1L << 30) : 0),
            Health = json.Sub("Status").TextOrEmpty("Health"),
            Parts = PartNames.Select(p => KeyValuePair.Create(p, json.Link(p) ?? links.Link(p) ?? old.Link(p))).Where(p => p.Value is not null).ToImmutableDictionary(p => p.Key, p => p.Value!),
            Managers = links.Links("ManagedBy") is { IsEmpty: false } managers ? managers : links.Links("Managers") is { IsEmpty: false } others ? others : old.Links("ManagedBy"),
            Oem = [.. oem.Names],
        };
    }

    /// <summary>What tells it from others, for a person.</summary>
    public string InWords => string.Join(", ", new[] { $"\"{Id}\"", $"{Manufacturer} {Model}".Trim(), Serial.Length > 0 ? $"serial {Serial}" : "", Uuid is null ? "" : $"UUID {Uuid}" }.Where(w => w.Length > 0));
}

using System.Collections.Immutable;

namespace Provisioner.Domain.Power.Redfish;

/// <summary>The service root: DSP0268 ServiceRoot.</summary>
/// <param name="Systems">The collection of machines, or null.</param>
/// <param name="Managers">The collection of controllers, or null.</param>
/// <param name="Sessions">Where a session is made (DSP0266 §13.3.4), or null: there are none.</param>
/// <param name="UpdateService">Where firmware versions are listed, or null.</param>
public sealed record RedfishRoot(string? Systems, string? Managers, string? Sessions, string? UpdateService)
{
    /// <summary>Version of the protocol, as it says.</summary>
    public string Version { get; init; } = "";
    /// <summary>Who made the service.</summary>
    public string Vendor { get; init; } = "";
    /// <summary>The product.</summary>
    public string Product { get; init; } = "";
    /// <summary>Members of a collection come in one answer if asked with <c>$expand=.</c> (DSP0266 §7.3.4).</summary>
    public bool CanExpand { get; init; }

    /// <summary>Reads it; null where it is no service root.</summary>
    public static RedfishRoot? Of(RedfishResource json)
    {
        var old = json.Sub("links");
        string? systems = json.Link("Systems") ?? old.Link("Systems"), managers = json.Link("Managers") ?? old.Link("Managers");
        if (systems is null && managers is null && !json.Has("RedfishVersion")) return null;
        string? sessions = json.Sub("Links").Link("Sessions") ?? old.Link("Sessions")
            ?? (json.Link("SessionService") is { } service ? $"{service.TrimEnd('/')}/Sessions" : null);
        return new(systems, managers, sessions, json.Link("UpdateService"))
        {
            Version = json.TextOrEmpty("RedfishVersion"),
            // Vendor came with ServiceRoot v1_5; before that, the name of the extension says it.
            Vendor = json.Text("Vendor") ?? VendorOf(json.Sub("Oem").Names) ?? "",
            Product = json.Text("Product") ?? ProductOf(json),
            CanExpand = json.Sub("ProtocolFeaturesSupported").Sub("ExpandQuery").Flag("NoLinks") is true,
        };
    }

    private static string? VendorOf(IEnumerable<string> extensions) => extensions.FirstOrDefault() switch
    {
        null => null,
        "Hp" or "Hpe" => "HPE",
        "Dell" => "Dell",
        var other => other,
    };

    // iLO 4 and 5: Oem.Hp(e).Manager[0].ManagerType is "iLO 4".
    private static string ProductOf(RedfishResource json)
    {
        var oem = json.Sub("Oem");
        return new[] { "Hpe", "Hp" }.SelectMany(n => oem.Sub(n).Subs("Manager")).Select(m => m.Text("ManagerType")).FirstOrDefault(t => t is { Length: > 0 }) ?? json.TextOrEmpty("Name");
    }
}

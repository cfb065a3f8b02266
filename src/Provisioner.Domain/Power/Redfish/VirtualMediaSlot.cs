using System.Collections.Immutable;

namespace Provisioner.Domain.Power.Redfish;

/// <summary>A drive that a controller pretends to its machine: DSP0268 VirtualMedia.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Id">Its name in the collection.</param>
public sealed record VirtualMediaSlot(string Path, string Id)
{
    /// <summary>CD, DVD, USBStick, Floppy; empty where it doesn't say.</summary>
    public ImmutableArray<string> Media { get; init; } = [];
    /// <summary>An image is in it; null where it doesn't say.</summary>
    public bool? Inserted { get; init; }
    /// <summary>The image, or empty.</summary>
    public string Image { get; init; } = "";
    /// <summary>How: URI, Applet, NotConnected … or empty.</summary>
    public string ConnectedVia { get; init; } = "";
    /// <summary>Where InsertMedia is posted; null: the resource is PATCHed instead.</summary>
    public string? InsertAt { get; init; }
    /// <summary>Where EjectMedia is posted; null: the resource is PATCHed instead.</summary>
    public string? EjectAt { get; init; }
    /// <summary>ETag in the body, or null.</summary>
    public string? ETag { get; init; }

    /// <summary>Reads it.</summary>
    public static VirtualMediaSlot Of(string path, RedfishResource json) => new(path, json.Text("Id") ?? path.TrimEnd('/')[(path.TrimEnd('/').LastIndexOf('/') + 1)..])
    {
        Media = json.Texts("MediaTypes"),
        Inserted = json.Flag("Inserted"),
        Image = json.TextOrEmpty("Image"),
        ConnectedVia = json.TextOrEmpty("ConnectedVia"),
        InsertAt = Action(json, "#VirtualMedia.InsertMedia", "InsertVirtualMedia"),
        EjectAt = Action(json, "#VirtualMedia.EjectMedia", "EjectVirtualMedia"),
        ETag = json.Text("@odata.etag"),
    };

    /// <summary>It shows CDs.</summary>
    public bool IsCd => Media.IsEmpty || Media.Any(m => m is "CD" or "DVD");

    /// <summary>Something is in it, as far as can be told.</summary>
    public bool IsFull => Inserted ?? (Image.Length > 0 || ConnectedVia is "URI" or "Applet");

    /// <summary>The slot for an image, or null: an empty one for CDs, else the first for CDs.</summary>
    public static VirtualMediaSlot? Choose(ImmutableArray<VirtualMediaSlot> slots) => slots.FirstOrDefault(s => s.IsCd && !s.IsFull) ?? slots.FirstOrDefault(s => s.IsCd);

    /// <summary>Bodies to insert an image with, one after the other while the one before is refused as wrong.</summary>
    public ImmutableArray<MediaBody> InsertBodies(Uri image)
    {
        string protocol = image.Scheme.ToUpperInvariant();
        // A PATCH without Inserted does nothing on Lenovo SD530, an action with it fails on Supermicro X11 (openstack/sushy virtual_media.py).
        if (InsertAt is null) return [new(image.AbsoluteUri) { Inserted = true, WriteProtected = true }, new(image.AbsoluteUri)];
        return
        [
            new(image.AbsoluteUri),
            new(image.AbsoluteUri) { TransferProtocolType = protocol },
            new(image.AbsoluteUri) { TransferProtocolType = protocol, TransferMethod = "Stream" },
            new(image.AbsoluteUri) { Inserted = true, WriteProtected = true },
        ];
    }

    // iLO 4: Oem.Hp.Actions["#HpiLOVirtualMedia.InsertVirtualMedia"], beside a PATCH of Image that it takes too.
    private static string? Action(RedfishResource json, string name, string oem)
    {
        if (RedfishPath.Of(json.Sub("Actions").Sub(name).Text("target")) is { } target) return target;
        foreach (string maker in json.Sub("Oem").Names)
        {
            var actions = json.Sub("Oem").Sub(maker).Sub("Actions");
            if (actions.Names.FirstOrDefault(n => n.EndsWith("." + oem, StringComparison.Ordinal)) is { } theirs && RedfishPath.Of(actions.Sub(theirs).Text("target")) is { } path) return path;
        }
        return null;
    }
}

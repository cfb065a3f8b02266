using System.Collections.Immutable;

namespace Provisioner.Domain.Power.Redfish;

/// <summary>
/// The virtual CD as next boot device of an iDRAC: Redfish's Cd means the drive in the machine there (dell/iDRAC-Redfish-Scripting #90, #116), so that a
/// configuration profile with two attributes is imported; it is done by a job.
/// </summary>
public static class DellProfile
{
    /// <summary>What the attribute reads when it is set.</summary>
    public const string VirtualCd = "VCD-DVD";

    /// <summary>The body of ImportSystemConfiguration.</summary>
    public static DellProfileBody BootVirtualCdOnce => new(
        "<SystemConfiguration><Component FQDD=\"iDRAC.Embedded.1\"><Attribute Name=\"ServerBoot.1#BootOnce\">Enabled</Attribute>"
        + $"<Attribute Name=\"ServerBoot.1#FirstBootDevice\">{VirtualCd}</Attribute></Component></SystemConfiguration>", new("ALL"));

    /// <summary>Where it is posted: the action of a manager whose name ends so (<c>OemManager.v1_1_0#OemManager.ImportSystemConfiguration</c>, <c>#EID_674_Manager.…</c>), or null.</summary>
    public static string? ImportAt(RedfishResource manager)
    {
        var actions = manager.Sub("Actions").Sub("Oem");
        return actions.Names.FirstOrDefault(n => n.EndsWith(".ImportSystemConfiguration", StringComparison.Ordinal)) is { } name ? RedfishPath.Of(actions.Sub(name).Text("target")) : null;
    }

    /// <summary>Where the attributes are read back: <c>Links.Oem.Dell.DellAttributes</c>, or beside the manager; null where there are none.</summary>
    public static string? AttributesAt(string managerPath, RedfishResource manager) =>
        manager.Sub("Links").Sub("Oem").Sub("Dell").Links("DellAttributes") is [var first, ..] ? first : RedfishPath.Of(managerPath.TrimEnd('/') + "/Attributes");

    /// <summary>Whether the attributes say so; null where they say nothing.</summary>
    public static bool? IsSet(RedfishResource attributes) =>
        attributes.Sub("Attributes").Text("ServerBoot.1.FirstBootDevice") is { } device ? device == VirtualCd : null;
}

/// <summary>The body of Dell's ImportSystemConfiguration.</summary>
public sealed record DellProfileBody(string ImportBuffer, DellShare ShareParameters);

/// <summary>Which parts of it are meant.</summary>
public sealed record DellShare(string Target);

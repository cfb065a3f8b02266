using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Provisioner.Domain.Power;

/// <summary>How a power controller is reached. Its secrets are sealed with the appliance's key and never leave it.</summary>
/// <param name="Kind">Which driver speaks to it: <c>ipmi</c>, <c>redfish</c>, <c>libvirt</c>, <c>vsphere</c>, <c>pdu</c>, <c>wol</c>, <c>webhook</c>, <c>manual</c>.</param>
/// <param name="Address">IPv4 or IPv6 address, host name or URI.</param>
/// <param name="Port">Its port: UDP 623 for IPMI, TCP 443 for Redfish; 0 where the kind has none.</param>
/// <param name="Username">User there.</param>
/// <param name="SealedPassword">AES-256-GCM, base64; empty without one.</param>
/// <param name="Privilege">IPMI's privilege level of the user, <c>administrator</c> or <c>operator</c>.</param>
/// <param name="ManufacturerId">IANA enterprise number that a BMC gives; 0 when unknown.</param>
/// <param name="FirmwareVersion">The controller's firmware, empty when unknown.</param>
public sealed record ControllerAccess(
    string Kind, string Address, int Port, string Username, string SealedPassword, string Privilege, int ManufacturerId, string FirmwareVersion)
{
    /// <summary>Its name within the machine, part of URLs: the kind, with a number where there are several: <c>pdu-2</c>.</summary>
    public string Id { get => field.Length > 0 ? field : Kind; init => field = value == Kind ? "" : value ?? ""; } = "";

    /// <summary>What the kind needs besides and is no secret: <c>system</c>, <c>outlet</c>, <c>vm</c>, <c>mac</c>, <c>fingerprint</c>, <c>profile</c> …</summary>
    public ImmutableSortedDictionary<string, string> Settings { get; init => field = value is { Count: > 0 } ? value : Empty; } = Empty;

    /// <summary>Further secrets (<c>kg</c>, <c>auth</c>, <c>priv</c>, <c>community</c> …) as one JSON object, sealed; null without any.</summary>
    public string? SealedMore { get; init; }

    /// <summary>A person gave it; reports of the machine's agent leave it alone.</summary>
    public bool ByHand { get; init; }

    /// <summary>It is a BMC: part of the server, with a network address of its own.</summary>
    [JsonIgnore]
    public bool IsBmc => Kind is "ipmi" or "redfish";

    /// <summary>An id that is free: the kind, with a number from the second on.</summary>
    public static string FreeId(ImmutableArray<ControllerAccess> controllers, string kind)
    {
        for (int n = 1; ; n++)
        {
            string id = n == 1 ? kind : $"{kind}-{n}";
            if (controllers.All(c => c.Id != id)) return id;
        }
    }

    /// <summary>For logs: without secrets.</summary>
    public override string ToString() => $"{Kind} {Username}@{Address}:{Port}";

    private static readonly ImmutableSortedDictionary<string, string> Empty = ImmutableSortedDictionary<string, string>.Empty;
}

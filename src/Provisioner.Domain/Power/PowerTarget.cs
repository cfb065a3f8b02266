using System.Collections.Immutable;

namespace Provisioner.Domain.Power;

/// <summary>Where and as whom a controller is spoken to, secrets in the clear: lives only as long as the call.</summary>
/// <param name="Machine">The machine's name, for error sentences.</param>
/// <param name="Kind">The controller's kind, for error sentences and to choose the driver.</param>
/// <param name="Address">The controller's address: IPv4, IPv6, host name or URI.</param>
/// <param name="Port">Its port (IPMI: UDP 623).</param>
/// <param name="Username">User there.</param>
/// <param name="Password">Password there.</param>
/// <param name="Privilege"><c>administrator</c> or <c>operator</c>: the level asked for (IPMI).</param>
/// <param name="Uefi">The next boot is to be set for UEFI.</param>
public sealed record PowerTarget(string Machine, string Kind, string Address, int Port, string Username, string Password, string Privilege, bool Uefi)
{
    /// <summary>What the kind needs besides and is no secret: see <see cref="ControllerAccess.Settings"/>.</summary>
    public ImmutableSortedDictionary<string, string> Settings { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Further secrets by name: <c>kg</c>, <c>auth</c>, <c>priv</c>, <c>community</c> …</summary>
    public ImmutableDictionary<string, string> Secrets { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>For logs: without any secret.</summary>
    public override string ToString() => $"{Machine} via {Kind} {Username}@{Address}:{Port}";
}

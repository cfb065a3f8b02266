using Provisioner.Wire;

namespace Provisioner.Domain.Networks;

/// <summary>Why an address isn't free, strongest first.</summary>
public enum ClaimKind
{
    /// <summary>The appliance's own.</summary>
    Appliance,
    /// <summary>The gateway.</summary>
    Gateway,
    /// <summary>Set by hand or by a deployer.</summary>
    Static,
    /// <summary>Always one MAC's.</summary>
    Reservation,
    /// <summary>In quarantine: a client or a probe found somebody else using it.</summary>
    Quarantine,
    /// <summary>Held by a lease or an offer.</summary>
    Lease,
    /// <summary>Kept for an enlisted machine whose lease ended.</summary>
    Kept,
    /// <summary>Seen in use without a lease: a BMC, a neighbour.</summary>
    InUse,
    /// <summary>In a reserved range.</summary>
    Range,
}

/// <summary>Who has an address, and why.</summary>
/// <param name="Address">The address.</param>
/// <param name="Kind">By what right.</param>
/// <param name="Mac">Whose, where that is known.</param>
/// <param name="Says">A clause for a person that goes on from the address: <c>is the gateway</c>, <c>is held by 52:54:… until 14:03:00</c>.</param>
/// <param name="Until">When it ends by itself, or null.</param>
public sealed record AddressClaim(Ipv4Address Address, ClaimKind Kind, MacAddress? Mac, string Says, DateTimeOffset? Until = null)
{
    /// <summary>As a sentence without its stop.</summary>
    public string InWords => $"{Address} {Says}";
}

/// <summary>Addresses in a row that nobody has.</summary>
/// <param name="First">First.</param>
/// <param name="Last">Last, included.</param>
/// <param name="Dynamic">DHCP gives them; otherwise they are free to be set by hand.</param>
public readonly record struct FreeRun(Ipv4Address First, Ipv4Address Last, bool Dynamic)
{
    /// <summary>How many.</summary>
    public long Count => (long)Last.Value - First.Value + 1;
}

/// <summary>How full a subnet is, in addresses.</summary>
/// <param name="Hosts">That hosts can have.</param>
/// <param name="Dynamic">In dynamic ranges.</param>
/// <param name="Held">Held by leases and offers.</param>
/// <param name="Reserved">Reserved for MACs.</param>
/// <param name="Static">Set by hand.</param>
/// <param name="Free">Left for DHCP.</param>
public sealed record SubnetUsage(long Hosts, long Dynamic, long Held, long Reserved, long Static, long Free);

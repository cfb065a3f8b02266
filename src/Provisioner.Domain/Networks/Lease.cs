using Provisioner.Wire;

namespace Provisioner.Domain.Networks;

/// <summary>What stands between an address and a MAC.</summary>
public enum LeaseState
{
    /// <summary>Offered and held for a short time; not on disk.</summary>
    Offered,
    /// <summary>Acknowledged.</summary>
    Bound,
    /// <summary>Given back; remembered, so that the machine gets it again.</summary>
    Released,
    /// <summary>In quarantine: the client found somebody else using it.</summary>
    Declined,
}

/// <summary>An address and whose it is. One lease an address, at most one a MAC.</summary>
/// <param name="Mac">Whose: the hardware address, for ROM, iPXE, ramdisk and installed system each name themselves differently.</param>
/// <param name="Address">The address.</param>
/// <param name="State">What stands between them.</param>
/// <param name="Since">When it came to this state.</param>
/// <param name="Until">When the hold ends; past for a released one.</param>
public sealed record Lease(MacAddress Mac, Ipv4Address Address, LeaseState State, DateTimeOffset Since, DateTimeOffset Until)
{
    /// <summary>Nobody else may have the address at that time.</summary>
    public bool IsHeld(DateTimeOffset now) => State != LeaseState.Released && Until > now;

    /// <summary>The machine uses the address at that time, as far as we know.</summary>
    public bool IsBound(DateTimeOffset now) => State == LeaseState.Bound && Until > now;
}

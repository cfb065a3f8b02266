using System.Collections.Immutable;
using Provisioner.Wire;

namespace Provisioner.Domain.Networks;

/// <summary>A change of the network model. Put adds what is new and replaces what has the same key.</summary>
public abstract record NetworkChange
{
    /// <summary>A fabric, by its id.</summary>
    public sealed record PutFabric(Fabric Fabric) : NetworkChange;
    /// <summary>Away with a fabric that has no VLANs.</summary>
    public sealed record RemoveFabric(string Id) : NetworkChange;
    /// <summary>A space, by its id.</summary>
    public sealed record PutSpace(Space Space) : NetworkChange;
    /// <summary>Away with a space that no VLAN is in.</summary>
    public sealed record RemoveSpace(string Id) : NetworkChange;
    /// <summary>A VLAN, by its id.</summary>
    public sealed record PutVlan(Vlan Vlan) : NetworkChange;
    /// <summary>Away with a VLAN that has no subnets.</summary>
    public sealed record RemoveVlan(string Id) : NetworkChange;
    /// <summary>A subnet, by its id.</summary>
    public sealed record PutSubnet(Subnet Subnet) : NetworkChange;
    /// <summary>Away with a subnet that nobody has an address in; its ranges go with it.</summary>
    public sealed record RemoveSubnet(string Id) : NetworkChange;
    /// <summary>A range, by its id.</summary>
    public sealed record PutRange(IpRange Range) : NetworkChange;
    /// <summary>Away with a range; who has a lease in it keeps that until it ends.</summary>
    public sealed record RemoveRange(string Id) : NetworkChange;
    /// <summary>A reservation, by its address.</summary>
    public sealed record PutReservation(Reservation Reservation) : NetworkChange;
    /// <summary>Away with a reservation.</summary>
    public sealed record RemoveReservation(Ipv4Address Address) : NetworkChange;
    /// <summary>A static address.</summary>
    public sealed record PutStatic(StaticAddress Address) : NetworkChange;
    /// <summary>A static address is given back.</summary>
    public sealed record RemoveStatic(Ipv4Address Address) : NetworkChange;
    /// <summary>Several, all or none.</summary>
    public sealed record All(ImmutableArray<NetworkChange> Changes) : NetworkChange;
}

/// <summary>What came of a change of the network model.</summary>
public abstract record NetworkOutcome
{
    /// <summary>The model as it is to stand.</summary>
    /// <param name="Model">The model.</param>
    /// <param name="Told">What changed, a sentence each.</param>
    public sealed record Changed(NetworkModel Model, ImmutableArray<string> Told) : NetworkOutcome;

    /// <summary>Nothing changes: all that is wrong with it, a sentence each, naming the other party.</summary>
    public sealed record Refused(ImmutableArray<string> Why) : NetworkOutcome
    {
        /// <summary>In one text.</summary>
        public string InWords => string.Join("; ", Why);
    }

    /// <summary>There is no such thing.</summary>
    public sealed record Missing(string What) : NetworkOutcome;
}

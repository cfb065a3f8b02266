using System.Collections.Immutable;

namespace Provisioner.Domain.Networks;

public sealed partial record NetworkModel
{
    /// <summary>Decides on a change: the whole next model, or all that is wrong with it. What leases say to it is asked elsewhere.</summary>
    public NetworkOutcome Apply(NetworkChange change) => change switch
    {
        NetworkChange.PutFabric(var fabric) => Put(NetworkRules.Faults(this, fabric), () => this with { Fabrics = Fabrics.SetItem(fabric.Id, fabric) },
            Fabrics.ContainsKey(fabric.Id) ? $"fabric {fabric.Name} was changed" : $"fabric {fabric.Name} was added"),
        NetworkChange.RemoveFabric(var key) => Fabric(key) is { } fabric
            ? Put(NetworkRules.FaultsWithout(this, fabric), () => this with { Fabrics = Fabrics.Remove(fabric.Id) }, $"fabric {fabric.Name} was removed")
            : new NetworkOutcome.Missing($"there is no fabric {key}"),
        NetworkChange.PutSpace(var space) => Put(NetworkRules.Faults(this, space), () => this with { Spaces = Spaces.SetItem(space.Id, space) },
            Spaces.ContainsKey(space.Id) ? $"space {space.Name} was changed" : $"space {space.Name} was added"),
        NetworkChange.RemoveSpace(var key) => Space(key) is { } space
            ? Put(NetworkRules.FaultsWithout(this, space), () => this with { Spaces = Spaces.Remove(space.Id) }, $"space {space.Name} was removed")
            : new NetworkOutcome.Missing($"there is no space {key}"),
        NetworkChange.PutVlan(var vlan) => Put(NetworkRules.Faults(this, vlan), () => this with { Vlans = Vlans.SetItem(vlan.Id, vlan) },
            Vlans.ContainsKey(vlan.Id) ? $"VLAN {vlan.Vid} ({vlan.Name}) was changed: DHCP {Word(vlan.Dhcp)}" : $"VLAN {vlan.Vid} ({vlan.Name}) was added: DHCP {Word(vlan.Dhcp)}"),
        NetworkChange.RemoveVlan(var key) => Vlan(key) is { } vlan
            ? Put(NetworkRules.FaultsWithout(this, vlan), () => this with { Vlans = Vlans.Remove(vlan.Id) }, $"VLAN {vlan.Vid} ({vlan.Name}) was removed")
            : new NetworkOutcome.Missing($"there is no VLAN {key}"),
        NetworkChange.PutSubnet(var subnet) => Put(NetworkRules.Faults(this, subnet), () => With(subnet),
            _inOrder.Any(s => s.Id == subnet.Id) ? $"subnet {subnet} was changed" : $"subnet {subnet} was added"),
        NetworkChange.RemoveSubnet(var key) => Subnet(key) is { } subnet
            ? Put(NetworkRules.FaultsWithout(this, subnet), () => Without(subnet), $"subnet {subnet} was removed")
            : new NetworkOutcome.Missing($"there is no subnet {key}"),
        NetworkChange.PutRange(var range) => Put(NetworkRules.Faults(this, range), () => With(range),
            Ranges.ContainsKey(range.Id) ? $"{range.InWords} was changed" : $"{range.InWords} was added"),
        NetworkChange.RemoveRange(var key) => Range(key) is { } range
            ? Put([], () => Without(range), $"{range.InWords} was removed")
            : new NetworkOutcome.Missing($"there is no range {key}"),
        NetworkChange.PutReservation(var reservation) => Put(NetworkRules.Faults(this, reservation), () => With(reservation),
            $"{reservation.Address} is reserved for {reservation.Mac}"),
        NetworkChange.RemoveReservation(var address) => Reservations.GetValueOrDefault(address) is { } reservation
            ? Put([], () => Without(reservation), $"{address} is no longer reserved for {reservation.Mac}")
            : new NetworkOutcome.Missing($"{address} is reserved for nobody"),
        NetworkChange.PutStatic(var address) => Put(NetworkRules.Faults(this, address), () => With(address), $"{address.Address} is a static address of {address.Holder}"),
        NetworkChange.RemoveStatic(var address) => Statics.GetValueOrDefault(address) is { } held
            ? Put([], () => Without(held), $"{address} was given back by {held.Holder}")
            : new NetworkOutcome.Missing($"{address} is no static address"),
        NetworkChange.All(var changes) => ApplyAll(changes),
        _ => throw new InvalidOperationException("a change without an arm"),
    };

    /// <summary>A mode in words.</summary>
    public static string Word(DhcpMode mode) => mode.ToString().ToLowerInvariant();

    private NetworkOutcome ApplyAll(ImmutableArray<NetworkChange> changes)
    {
        var model = this;
        var told = ImmutableArray.CreateBuilder<string>();
        foreach (var change in changes)
        {
            if (model.Apply(change) is not NetworkOutcome.Changed changed) return model.Apply(change);
            model = changed.Model;
            told.AddRange(changed.Told);
        }
        return new NetworkOutcome.Changed(model, told.ToImmutable());
    }

    private static NetworkOutcome Put(ImmutableArray<string> faults, Func<NetworkModel> next, string told) =>
        faults.IsEmpty ? new NetworkOutcome.Changed(next(), [told]) : new NetworkOutcome.Refused(faults);
}

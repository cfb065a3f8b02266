using System.Collections.Immutable;
using Provisioner.Appliance.Machines;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Networks;
using Provisioner.Wire;

namespace Provisioner.Appliance.Serving;

/// <summary>
/// Which addresses have a name, and which: a static address's own or its machine's, a reservation's machine's or its own, a lease's machine's. An index
/// by MAC and by machine, so that a change finds what it touches. Guarded by its owner.
/// </summary>
internal sealed class AddressNames(MachineBook machines)
{
    private readonly Dictionary<Ipv4Address, MacAddress> _leases = [];
    private readonly Dictionary<MacAddress, HashSet<Ipv4Address>> _ofMac = [], _ofReserved = [];
    private ImmutableDictionary<Ipv4Address, Reservation> _reservations = ImmutableDictionary<Ipv4Address, Reservation>.Empty;
    private ImmutableDictionary<Ipv4Address, StaticAddress> _statics = ImmutableDictionary<Ipv4Address, StaticAddress>.Empty;
    private readonly Dictionary<string, HashSet<Ipv4Address>> _ofMachine = [];

    /// <summary>All that could have one.</summary>
    public IEnumerable<Ipv4Address> All => _leases.Keys.Concat(_reservations.Keys).Concat(_statics.Keys).Distinct();

    /// <summary>A lease became this; true where its address has another holder now.</summary>
    public bool Note(Lease lease)
    {
        bool had = _leases.TryGetValue(lease.Address, out var before);
        if (lease.State == LeaseState.Offered || had && lease.State == LeaseState.Bound && before == lease.Mac) return false;
        if (had) _ofMac[before].Remove(lease.Address);
        if (had && _ofMac[before].Count == 0) _ofMac.Remove(before);
        // A machine keeps its name while it is switched off: the end of a lease ends nothing here, giving it back does.
        if (lease.State != LeaseState.Bound) return _leases.Remove(lease.Address);
        _leases[lease.Address] = lease.Mac;
        Add(_ofMac, lease.Mac, lease.Address);
        return true;
    }

    /// <summary>The model is this now: the addresses whose reservation or static address is another one.</summary>
    public HashSet<Ipv4Address> Settle(NetworkModel model)
    {
        HashSet<Ipv4Address> touched = [];
        if (!ReferenceEquals(_reservations, model.Reservations)) Compare(_reservations, model.Reservations, touched, r => Index(_ofReserved, r.Mac, r.Address, false), r => Index(_ofReserved, r.Mac, r.Address, true));
        if (!ReferenceEquals(_statics, model.Statics)) Compare(_statics, model.Statics, touched, s => IndexStatic(s, false), s => IndexStatic(s, true));
        (_reservations, _statics) = (model.Reservations, model.Statics);
        return touched;
    }

    /// <summary>Addresses that a machine's name may stand on.</summary>
    public IEnumerable<Ipv4Address> Of(Machine? machine)
    {
        if (machine is null) return [];
        var macs = machine.Macs.Select(m => MacAddress.TryParse(m, out var mac) ? mac : default).ToList();
        return macs.SelectMany(m => Found(_ofMac, m).Concat(Found(_ofReserved, m))).Concat(Found(_ofMachine, machine.Id));
    }

    /// <summary>The name on an address and whose it is, or null.</summary>
    public (string Name, string Holder)? Of(Ipv4Address address, NetworkModel model)
    {
        if (model.Statics.GetValueOrDefault(address) is { } held)
        {
            if (held.HostName is { Length: > 0 } own) return (own, $"static address {address} ({held.Holder})");
            return Machine(held.Machine is { } id ? machines.Find(id) : held.Mac is { } mac ? machines.ByMac(mac) : null);
        }
        if (model.Reservations.GetValueOrDefault(address) is { } reserved)
            return Machine(machines.ByMac(reserved.Mac)) ?? (reserved.HostName is { Length: > 0 } name ? (name, $"reservation of {reserved.Mac}") : null);
        return _leases.TryGetValue(address, out var holder) ? Machine(machines.ByMac(holder)) : null;
    }

    private static (string, string)? Machine(Machine? machine) => machine is null ? null : (machine.Name, $"machine {machine.Name}");

    private void IndexStatic(StaticAddress held, bool add)
    {
        if (held.Machine is { } id) Index(_ofMachine, id, held.Address, add);
        if (held.Mac is { } mac) Index(_ofReserved, mac, held.Address, add);
    }

    private static void Compare<T>(ImmutableDictionary<Ipv4Address, T> before, ImmutableDictionary<Ipv4Address, T> after, HashSet<Ipv4Address> touched, Action<T> gone, Action<T> come) where T : class
    {
        foreach (var (address, was) in before)
        {
            if (ReferenceEquals(after.GetValueOrDefault(address), was)) continue;
            touched.Add(address);
            gone(was);
        }
        foreach (var (address, now) in after)
        {
            if (ReferenceEquals(before.GetValueOrDefault(address), now)) continue;
            touched.Add(address);
            come(now);
        }
    }

    private static void Index<TKey>(Dictionary<TKey, HashSet<Ipv4Address>> index, TKey key, Ipv4Address address, bool add) where TKey : notnull
    {
        if (add) Add(index, key, address);
        else if (index.TryGetValue(key, out var there) && there.Remove(address) && there.Count == 0) index.Remove(key);
    }

    private static void Add<TKey>(Dictionary<TKey, HashSet<Ipv4Address>> index, TKey key, Ipv4Address address) where TKey : notnull =>
        (index.TryGetValue(key, out var there) ? there : index[key] = []).Add(address);

    private static IEnumerable<Ipv4Address> Found<TKey>(Dictionary<TKey, HashSet<Ipv4Address>> index, TKey key) where TKey : notnull =>
        index.TryGetValue(key, out var there) ? there : [];
}

using System.Diagnostics.CodeAnalysis;
using Provisioner.Wire;

namespace Provisioner.Domain.Networks;

/// <summary>
/// The leases of one served network and the one rule by which addresses are given, so that none is given twice. It holds at most one lease
/// an address of the range, whoever asks. Not safe for threads by itself.
/// </summary>
/// <param name="network">The network and its range.</param>
/// <param name="isMachine">A MAC of an enlisted machine: its last address is kept for it even after the lease ended.</param>
public sealed class LeasePool(ServedNetwork network, Func<MacAddress, bool> isMachine)
{
    /// <summary>How long an offer is held for the one it was made to: firmware takes it within seconds.</summary>
    public static readonly TimeSpan OfferHold = TimeSpan.FromSeconds(60);

    private readonly Dictionary<MacAddress, Lease> _byMac = [];
    private readonly Dictionary<Ipv4Address, Lease> _byAddress = [];
    private readonly Dictionary<Ipv4Address, string> _inUse = [];
    private readonly SortedSet<(DateTimeOffset Until, Ipv4Address Address)> _byEnd = [];
    private readonly SortedSet<Ipv4Address> _givenBack = [];
    private readonly Ipv4Subnet _subnet = network.Subnet;
    private readonly Ipv4Address _first = Ipv4Address.From(network.RangeFirst), _last = Ipv4Address.From(network.RangeLast);
    private readonly Ipv4Address _own = Ipv4Address.From(network.Address);
    private readonly Ipv4Address? _gateway = network.Gateway is { } gateway ? Ipv4Address.From(gateway) : null;
    private ulong _neverGiven = Ipv4Address.From(network.RangeFirst).Value;

    /// <summary>All leases, ended ones among them, in no order.</summary>
    public IReadOnlyCollection<Lease> All => _byAddress.Values;

    /// <summary>The lease of a MAC, perhaps an ended one.</summary>
    public Lease? Of(MacAddress mac) => _byMac.GetValueOrDefault(mac);

    /// <summary>The lease on an address, perhaps an ended one.</summary>
    public Lease? At(Ipv4Address address) => _byAddress.GetValueOrDefault(address);

    /// <summary>An address somebody was seen to use without a lease (a BMC): it is given to nobody any more.</summary>
    public void NoteInUse(Ipv4Address address, string by) => _inUse[address] = by;

    /// <summary>Records a lease, in place of what stood on its address and of what else its MAC had.</summary>
    public void Put(Lease lease)
    {
        if (_byAddress.TryGetValue(lease.Address, out var before)) Forget(before);
        if (lease.State != LeaseState.Declined)
        {
            if (_byMac.TryGetValue(lease.Mac, out var other)) Remove(other);
            _byMac[lease.Mac] = lease;
        }
        _byAddress[lease.Address] = lease;
        _givenBack.Remove(lease.Address);
        _byEnd.Add((lease.Until, lease.Address));
    }

    /// <summary>Takes a lease away, as if the address had never been given.</summary>
    public void Remove(Lease lease)
    {
        if (_byAddress.GetValueOrDefault(lease.Address) != lease) return;
        Forget(lease);
        if (lease.Address.Value < _neverGiven && InRange(lease.Address)) _givenBack.Add(lease.Address);
    }

    /// <summary>
    /// The address for a DISCOVER: the one that the MAC had; else the one it asks for; else the lowest that nobody ever had; else the one
    /// whose lease ended longest ago. For a machine of ours, when all are gone, one that a stranger was only offered. Null: none is left.
    /// </summary>
    /// <param name="wanted">Option 50, or null.</param>
    public Ipv4Address? Choose(MacAddress mac, Ipv4Address? wanted, DateTimeOffset now)
    {
        if (Of(mac) is { } own && CanHave(mac, own.Address, now, out _)) return own.Address;
        if (wanted is { } asked && CanHave(mac, asked, now, out _)) return asked;
        return NeverGiven() ?? LongestEnded(now) ?? (isMachine(mac) ? OnlyOffered(now) : null);
    }

    /// <summary>The MAC may have this very address now.</summary>
    /// <param name="why">Why not, for a person.</param>
    public bool CanHave(MacAddress mac, Ipv4Address address, DateTimeOffset now, [NotNullWhen(false)] out string? why)
    {
        why = WhyNever(address);
        if (At(address) is not { } lease)
        {
            if (why is null && _inUse.TryGetValue(address, out var by)) why = $"{address} is in use by {by}";
            return why is null;
        }
        if (why is not null) return false;
        if (lease.State == LeaseState.Declined && lease.IsHeld(now)) why = $"{address} is in quarantine until {lease.Until:HH:mm:ss}: {lease.Mac} found somebody else using it";
        else if (lease.Mac == mac) return true;
        else if (lease.IsHeld(now)) why = $"{address} is held by {lease.Mac} until {lease.Until:HH:mm:ss}";
        else if (isMachine(lease.Mac)) why = $"{address} is kept for {lease.Mac}";
        else if (_inUse.TryGetValue(address, out var by)) why = $"{address} is in use by {by}";
        return why is null;
    }

    /// <summary>The address lies in the dynamic range.</summary>
    public bool InRange(Ipv4Address address) => address.Value >= _first.Value && address.Value <= _last.Value;

    private string? WhyNever(Ipv4Address address) =>
        !InRange(address) ? $"{address} is outside the range {_first}–{_last}"
        : !_subnet.HasHost(address) ? $"{address} is no host address of {_subnet}"
        : address == _own ? $"{address} is the appliance's own"
        : address == _gateway ? $"{address} is the gateway"
        : null;

    private Ipv4Address? NeverGiven()
    {
        foreach (var address in _givenBack)
            if (!_inUse.ContainsKey(address)) return address;
        for (; _neverGiven <= _last.Value; _neverGiven++)
        {
            var address = new Ipv4Address((uint)_neverGiven);
            if (!_byAddress.ContainsKey(address) && !_inUse.ContainsKey(address) && WhyNever(address) is null) return address;
        }
        return null;
    }

    private Ipv4Address? LongestEnded(DateTimeOffset now)
    {
        foreach (var (until, address) in _byEnd)
        {
            if (until > now) break;
            if (!_inUse.ContainsKey(address) && WhyNever(address) is null && Free(_byAddress[address])) return address;
        }
        return null;

        bool Free(Lease lease) => lease.State == LeaseState.Declined || !isMachine(lease.Mac);
    }

    private Ipv4Address? OnlyOffered(DateTimeOffset now)
    {
        foreach (var (until, address) in _byEnd)
        {
            if (until > now + OfferHold) break;
            if (_byAddress[address] is { State: LeaseState.Offered } offer && !isMachine(offer.Mac) && !_inUse.ContainsKey(address)) return address;
        }
        return null;
    }

    private void Forget(Lease lease)
    {
        _byAddress.Remove(lease.Address);
        _byEnd.Remove((lease.Until, lease.Address));
        if (_byMac.GetValueOrDefault(lease.Mac) == lease) _byMac.Remove(lease.Mac);
    }
}

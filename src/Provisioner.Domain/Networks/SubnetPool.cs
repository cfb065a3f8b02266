using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Provisioner.Wire;

namespace Provisioner.Domain.Networks;

/// <summary>
/// Whose the addresses of one subnet are: what people decided (<see cref="NetworkModel"/>), the leases, and what was seen in use. It is the
/// one rule by which an address is given, whoever asks, so that none is given twice. Not safe for threads by itself.
/// </summary>
public sealed partial class SubnetPool
{
    /// <summary>How long an offer is held for the one it was made to: firmware takes it within seconds.</summary>
    public static readonly TimeSpan OfferHold = TimeSpan.FromSeconds(60);

    private readonly Func<MacAddress, bool> _isMachine;
    private readonly Dictionary<MacAddress, Lease> _byMac = [];
    private readonly Dictionary<Ipv4Address, Lease> _byAddress = [];
    private readonly Dictionary<Ipv4Address, string> _inUse = [];
    private readonly SortedSet<(DateTimeOffset Until, Ipv4Address Address)> _byEnd = [];
    private readonly SortedSet<Ipv4Address> _givenBack = [];
    private readonly Queue<(DateTimeOffset Until, Ipv4Address Address, string By)> _conflicts = [];
    private ImmutableArray<IpRange> _dynamic = [], _reserved = [];
    private int _range;
    private ulong _neverGiven;

    /// <param name="model">What people decided.</param>
    /// <param name="subnet">The subnet, one of the model's.</param>
    /// <param name="own">The appliance's own address there, or null where it has none.</param>
    /// <param name="isMachine">A MAC of an enlisted machine: its last address is kept for it even after the lease ended.</param>
    public SubnetPool(NetworkModel model, Subnet subnet, Ipv4Address? own, Func<MacAddress, bool> isMachine)
    {
        _isMachine = isMachine;
        Settle(model, subnet, own);
    }

    /// <summary>What people decided.</summary>
    public NetworkModel Model { get; private set; }

    /// <summary>The subnet.</summary>
    public Subnet Subnet { get; private set; }

    /// <summary>The appliance's own address in it, or null where it has none (behind a relay).</summary>
    public Ipv4Address? Own { get; private set; }

    /// <summary>The dynamic ranges, in order of address.</summary>
    public ImmutableArray<IpRange> Dynamic => _dynamic;

    /// <summary>All leases, ended ones among them, in no order.</summary>
    public IReadOnlyCollection<Lease> All => _byAddress.Values;

    /// <summary>Takes over what people decided since; the leases stay.</summary>
    [MemberNotNull(nameof(Model), nameof(Subnet))]
    public void Settle(NetworkModel model, Subnet subnet, Ipv4Address? own)
    {
        (Model, Subnet, Own) = (model, subnet, own);
        var ranges = model.RangesOf(subnet.Id);
        _dynamic = ranges.RemoveAll(r => r.Kind != RangeKind.Dynamic);
        _reserved = ranges.RemoveAll(r => r.Kind != RangeKind.Reserved);
        _givenBack.Clear();
        (_range, _neverGiven) = (0, _dynamic is [var first, ..] ? first.First.Value : 0);
    }

    /// <summary>The lease of a MAC, perhaps an ended one.</summary>
    public Lease? Of(MacAddress mac) => _byMac.GetValueOrDefault(mac);

    /// <summary>The lease on an address, perhaps an ended one.</summary>
    public Lease? At(Ipv4Address address) => _byAddress.GetValueOrDefault(address);

    /// <summary>An address somebody was seen to use without a lease (a BMC, a neighbour): it is given to nobody any more.</summary>
    public void NoteInUse(Ipv4Address address, string by) => _inUse[address] = by;

    /// <summary>A probe found somebody using an address that nobody was given: it is given to nobody until then.</summary>
    public void NoteConflict(Ipv4Address address, string by, DateTimeOffset until)
    {
        if (_inUse.TryAdd(address, by)) _conflicts.Enqueue((until, address, by));
    }

    private void ForgetConflicts(DateTimeOffset now)
    {
        while (_conflicts.TryPeek(out var oldest) && oldest.Until <= now)
        {
            _conflicts.Dequeue();
            if (_inUse.GetValueOrDefault(oldest.Address) == oldest.By) _inUse.Remove(oldest.Address);
        }
    }

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
        if (InRange(lease.Address)) _givenBack.Add(lease.Address);
    }

    /// <summary>
    /// The address for a DISCOVER: what is reserved for the MAC or set on its machine; else the one that it had; else the one it asks for; else
    /// the lowest that nobody ever had; else the one whose lease ended longest ago. For a machine of ours, when all are gone, one that a
    /// stranger was only offered. Null: none is left.
    /// </summary>
    /// <param name="mac">Who asks.</param>
    /// <param name="wanted">Option 50, or null.</param>
    /// <param name="now">The time.</param>
    public Ipv4Address? Choose(MacAddress mac, Ipv4Address? wanted, DateTimeOffset now)
    {
        ForgetConflicts(now);
        if (Fixed(mac) is { } fixedAddress) return CanHave(mac, fixedAddress, now, out _) ? fixedAddress : null;
        if (Of(mac) is { } own && CanHave(mac, own.Address, now, out _)) return own.Address;
        if (wanted is { } asked && CanHave(mac, asked, now, out _)) return asked;
        return NeverGiven() ?? LongestEnded(now) ?? (_isMachine(mac) ? OnlyOffered(now) : null);
    }

    /// <summary>The address that a person decided for a MAC: reserved for it, or static on what holds it. Null: DHCP chooses.</summary>
    public Ipv4Address? Fixed(MacAddress mac) => Model.ReservationOf(mac, Subnet.Id)?.Address ?? Model.StaticOf(mac, Subnet.Id)?.Address;

    /// <summary>The MAC may have this very address now.</summary>
    /// <param name="mac">Who.</param>
    /// <param name="address">Which.</param>
    /// <param name="now">The time.</param>
    /// <param name="why">Why not, for a person.</param>
    public bool CanHave(MacAddress mac, Ipv4Address address, DateTimeOffset now, [NotNullWhen(false)] out string? why)
    {
        why = null;
        if (Fixed(mac) is { } mine)
        {
            if (mine != address) why = $"{mine} is reserved for {mac}, not {address}";
        }
        else if (!InRange(address)) why = OutOfRange(address);
        else if (!Subnet.Cidr.HasHost(address)) why = $"{address} is no host address of {Subnet.Cidr}";
        if (why is null && ClaimOn(address, now) is { } claim && !(claim.Mac == mac && claim.Kind != ClaimKind.Quarantine) && claim.Kind != ClaimKind.Range) why = claim.InWords;
        return why is null;
    }

    /// <summary>The address lies in a dynamic range.</summary>
    public bool InRange(Ipv4Address address)
    {
        foreach (var range in _dynamic)
            if (range.Contains(address)) return true;
        return false;
    }

    /// <summary>The dynamic ranges in words.</summary>
    public string RangesInWords => _dynamic.IsEmpty ? "no dynamic range" : string.Join(", ", _dynamic.Select(r => $"{r.First}–{r.Last}"));

    private string OutOfRange(Ipv4Address address) =>
        !Subnet.Cidr.Contains(address) ? $"{address} is not an address of {Subnet.Cidr}"
        : _dynamic.IsEmpty ? $"{Subnet.Cidr} has no dynamic range"
        : $"{address} is outside the range {RangesInWords}";

    private Ipv4Address? NeverGiven()
    {
        foreach (var address in _givenBack)
            if (Unclaimed(address)) return address;
        for (; _range < _dynamic.Length; _range++, _neverGiven = _range < _dynamic.Length ? _dynamic[_range].First.Value : 0)
        {
            for (; _neverGiven <= _dynamic[_range].Last.Value; _neverGiven++)
            {
                var address = new Ipv4Address((uint)_neverGiven);
                if (!_byAddress.ContainsKey(address) && Unclaimed(address)) return address;
            }
        }
        return null;
    }

    private Ipv4Address? LongestEnded(DateTimeOffset now)
    {
        foreach (var (until, address) in _byEnd)
        {
            if (until > now) break;
            if (InRange(address) && Unclaimed(address) && Free(_byAddress[address])) return address;
        }
        return null;

        bool Free(Lease lease) => lease.State == LeaseState.Declined || !_isMachine(lease.Mac);
    }

    private Ipv4Address? OnlyOffered(DateTimeOffset now)
    {
        foreach (var (until, address) in _byEnd)
        {
            if (until > now + OfferHold) break;
            if (_byAddress[address] is { State: LeaseState.Offered } offer && !_isMachine(offer.Mac) && InRange(address) && Unclaimed(address)) return address;
        }
        return null;
    }

    // No right but a lease's stands on it.
    private bool Unclaimed(Ipv4Address address) =>
        Subnet.Cidr.HasHost(address) && address != Own && address != Subnet.Gateway && !_inUse.ContainsKey(address)
        && !Model.Reservations.ContainsKey(address) && !Model.Statics.ContainsKey(address);

    private void Forget(Lease lease)
    {
        _byAddress.Remove(lease.Address);
        _byEnd.Remove((lease.Until, lease.Address));
        if (_byMac.GetValueOrDefault(lease.Mac) == lease) _byMac.Remove(lease.Mac);
    }
}

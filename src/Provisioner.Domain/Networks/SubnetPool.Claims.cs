using Provisioner.Wire;

namespace Provisioner.Domain.Networks;

public sealed partial class SubnetPool
{
    /// <summary>Who has an address, by the strongest right; null: it is free.</summary>
    public AddressClaim? ClaimOn(Ipv4Address address, DateTimeOffset now)
    {
        if (address == Own) return new(address, ClaimKind.Appliance, null, "is the appliance's own");
        if (address == Subnet.Gateway) return new(address, ClaimKind.Gateway, null, "is the gateway");
        if (Model.Statics.GetValueOrDefault(address) is { } held) return new(address, ClaimKind.Static, held.Mac, $"is a static address of {held.Holder}");
        var lease = At(address);
        if (lease is { State: LeaseState.Declined } && lease.IsHeld(now))
            return new(address, ClaimKind.Quarantine, lease.Mac, $"is in quarantine until {lease.Until:HH:mm:ss}: {lease.Mac} found somebody else using it", lease.Until);
        if (lease is not null && lease.IsHeld(now)) return new(address, ClaimKind.Lease, lease.Mac, $"is held by {lease.Mac} until {lease.Until:HH:mm:ss}", lease.Until);
        if (Model.Reservations.GetValueOrDefault(address) is { } reserved) return new(address, ClaimKind.Reservation, reserved.Mac, $"is reserved for {reserved.Mac}");
        if (lease is { State: not LeaseState.Declined } && _isMachine(lease.Mac)) return new(address, ClaimKind.Kept, lease.Mac, $"is kept for {lease.Mac}");
        if (_inUse.TryGetValue(address, out var by)) return new(address, ClaimKind.InUse, null, $"is in use by {by}");
        foreach (var range in _reserved)
            if (range.Contains(address)) return new(address, ClaimKind.Range, null, $"lies in {range.InWords}");
        return null;
    }

    /// <summary>All single addresses that somebody has, in order; reserved ranges are told by the model.</summary>
    public IEnumerable<AddressClaim> Claims(DateTimeOffset now) =>
        Claimed().Select(a => ClaimOn(a, now)).OfType<AddressClaim>().Where(c => c.Kind != ClaimKind.Range);

    /// <summary>The rows of addresses that nobody has, in order.</summary>
    public IEnumerable<FreeRun> Free(DateTimeOffset now)
    {
        var taken = new Queue<Ipv4Address>(Claims(now).Select(c => c.Address));
        foreach (var (first, last, kind) in Stretches())
        {
            uint from = first;
            while (taken.TryPeek(out var next) && next.Value <= last)
            {
                taken.Dequeue();
                if (next.Value < first) continue;
                if (kind != RangeKind.Reserved && next.Value > from) yield return new(new(from), new(next.Value - 1), kind == RangeKind.Dynamic);
                from = next.Value + 1;
            }
            if (kind != RangeKind.Reserved && from <= last && from >= first) yield return new(new(from), new(last), kind == RangeKind.Dynamic);
        }
    }

    /// <summary>How full it is.</summary>
    public SubnetUsage Usage(DateTimeOffset now)
    {
        long hosts = (1L << (32 - Subnet.Cidr.PrefixLength)) - 2;
        long taken = Claims(now).LongCount(c => InRange(c.Address));
        long reserved = Model.Reservations.Values.LongCount(r => r.Subnet == Subnet.Id), statics = Model.Statics.Values.LongCount(s => s.Subnet == Subnet.Id);
        long dynamic = _dynamic.Sum(r => r.Count);
        return new(hosts, dynamic, _byAddress.Values.LongCount(l => l.IsHeld(now)), reserved, statics, dynamic - taken);
    }

    /// <summary>The lowest address for something that is set by hand: outside all ranges, nobody's. Null: none is left.</summary>
    public Ipv4Address? ChooseStatic(DateTimeOffset now)
    {
        foreach (var run in Free(now))
            if (!run.Dynamic) return run.First;
        return null;
    }

    private SortedSet<Ipv4Address> Claimed()
    {
        SortedSet<Ipv4Address> all = [.. _byAddress.Keys, .. _inUse.Keys];
        if (Own is { } own) all.Add(own);
        if (Subnet.Gateway is { } gateway) all.Add(gateway);
        all.UnionWith(Model.Reservations.Values.Where(r => r.Subnet == Subnet.Id).Select(r => r.Address));
        all.UnionWith(Model.Statics.Values.Where(s => s.Subnet == Subnet.Id).Select(s => s.Address));
        return all;
    }

    // The hosts' addresses cut at the ranges.
    private IEnumerable<(uint First, uint Last, RangeKind? Kind)> Stretches()
    {
        uint at = Subnet.Cidr.Network.Value + 1, end = Subnet.Cidr.Broadcast.Value - 1;
        foreach (var range in Model.RangesOf(Subnet.Id))
        {
            if (range.First.Value > at) yield return (at, range.First.Value - 1, null);
            yield return (Math.Max(at, range.First.Value), range.Last.Value, range.Kind);
            at = range.Last.Value + 1;
        }
        if (at <= end) yield return (at, end, null);
    }
}

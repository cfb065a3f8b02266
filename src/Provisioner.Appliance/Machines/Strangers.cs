using Provisioner.Domain.Events;
using Provisioner.Wire;

namespace Provisioner.Appliance.Machines;

/// <summary>The last sightings of MAC addresses that no machine has: bounded in addresses and in sightings of each, oldest address out first.</summary>
internal sealed class Strangers
{
    private const int MostAddresses = 512, MostOfOne = 16;
    private readonly Dictionary<MacAddress, LinkedListNode<(MacAddress Mac, Queue<Sighting> Seen)>> _byMac = [];
    private readonly LinkedList<(MacAddress Mac, Queue<Sighting> Seen)> _order = new();

    /// <summary>Keeps one. True where it is the first of its kind among those kept.</summary>
    public bool Add(Sighting sighting)
    {
        if (!_byMac.TryGetValue(sighting.Mac, out var node))
        {
            if (_byMac.Count >= MostAddresses) Forget(_order.First!);
            _byMac[sighting.Mac] = node = _order.AddLast((sighting.Mac, new Queue<Sighting>()));
        }
        else
        {
            _order.Remove(node);
            _order.AddLast(node);
        }
        if (node.Value.Seen.Count >= MostOfOne) node.Value.Seen.Dequeue();
        bool first = node.Value.Seen.All(s => s.Kind != sighting.Kind);
        node.Value.Seen.Enqueue(sighting);
        return first;
    }

    /// <summary>What was seen of an address, oldest first; it is a stranger no more.</summary>
    public IReadOnlyList<Sighting> Take(MacAddress mac)
    {
        if (!_byMac.TryGetValue(mac, out var node)) return [];
        Forget(node);
        return [.. node.Value.Seen];
    }

    private void Forget(LinkedListNode<(MacAddress Mac, Queue<Sighting> Seen)> node)
    {
        _byMac.Remove(node.Value.Mac);
        _order.Remove(node);
    }
}

/// <summary>
/// Bounds what machines can put onto their timelines by sending packets: 200 lines of one at once, then one a second, a boot takes about 15;
/// and 100,000 of all together at once, then 500 a second, so that a room which is switched on is seen whole and a flood doesn't fill the store.
/// </summary>
internal sealed class NoteLimit
{
    private static readonly (double Burst, double PerSecond) OfOne = (200, 1), OfAll = (100_000, 500);
    private readonly Dictionary<string, (double Tokens, DateTimeOffset At)> _buckets = [];
    private (double Tokens, DateTimeOffset At) _all = (OfAll.Burst, DateTimeOffset.MaxValue);

    public bool Takes(string machine, DateTimeOffset now)
    {
        var one = Filled(_buckets.GetValueOrDefault(machine, (OfOne.Burst, now)), OfOne, now);
        _all = Filled(_all, OfAll, now);
        bool takes = one.Tokens >= 1 && _all.Tokens >= 1;
        if (takes) (one.Tokens, _all.Tokens) = (one.Tokens - 1, _all.Tokens - 1);
        _buckets[machine] = one;
        return takes;
    }

    private static (double Tokens, DateTimeOffset At) Filled((double Tokens, DateTimeOffset At) bucket, (double Burst, double PerSecond) limit, DateTimeOffset now) =>
        (Math.Min(limit.Burst, bucket.Tokens + Math.Max(0, (now - bucket.At).TotalSeconds) * limit.PerSecond), now);
}

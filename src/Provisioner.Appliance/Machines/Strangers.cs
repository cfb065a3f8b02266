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
/// Bounds what a machine can put onto its own timeline by sending packets: 200 lines at once, then one a second.
/// A boot takes about 15.
/// </summary>
internal sealed class NoteLimit
{
    private const double Burst = 200, PerSecond = 1;
    private readonly Dictionary<string, (double Tokens, DateTimeOffset At)> _buckets = [];

    public bool Takes(string machine, DateTimeOffset now)
    {
        var (tokens, at) = _buckets.GetValueOrDefault(machine, (Burst, now));
        tokens = Math.Min(Burst, tokens + Math.Max(0, (now - at).TotalSeconds) * PerSecond);
        bool takes = tokens >= 1;
        _buckets[machine] = (takes ? tokens - 1 : tokens, now);
        return takes;
    }
}

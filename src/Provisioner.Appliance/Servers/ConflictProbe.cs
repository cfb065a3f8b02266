using Provisioner.Wire;

namespace Provisioner.Appliance.Servers;

/// <summary>What came of a probe.</summary>
internal enum ProbeVerdict
{
    /// <summary>Nobody answered for the address in time, or it was not asked: there were too many to ask.</summary>
    Free,
    /// <summary>Somebody else answered.</summary>
    Taken,
    /// <summary>It is being asked; the answer comes by the call that was given.</summary>
    Asked,
}

/// <summary>
/// Asks a link whether somebody uses an address before it is offered (RFC 2131 §2.2, step 2 of §3.1), off the receiving thread. What was
/// found free is not asked again for a while. Bounded: beyond <see cref="MostWaiting"/> offers go out unasked, for machines that are switched
/// on together must not wait for each other, and a client asks the link itself and declines (§4.4.1).
/// </summary>
internal sealed class ConflictProbe : IDisposable
{
    public const int MostWaiting = 256, MostRemembered = 16384;
    /// <summary>A host answers ARP within a millisecond, one that sleeps within some ten; pings of a relayed subnet take its round trip.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50), StaysFree = TimeSpan.FromMinutes(2), JustHeard = TimeSpan.FromMinutes(1);

    private readonly string _interface;
    private readonly Action<Ipv4Address> _ask;
    private readonly NeighbourBook _neighbours;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly RateLimit _rate;
    private readonly Lock _lock = new();
    private readonly Dictionary<Ipv4Address, Waiting> _waiting = [];
    private readonly Dictionary<Ipv4Address, long> _free = [];
    private long _unasked;

    /// <param name="interfaceName">Whose neighbours are meant.</param>
    /// <param name="ask">Sends the question; from any thread.</param>
    public ConflictProbe(string interfaceName, Action<Ipv4Address> ask, NeighbourBook neighbours, TimeProvider time)
    {
        (_interface, _ask, _neighbours, _time) = (interfaceName, ask, neighbours, time);
        _rate = new(burst: MostWaiting, perSecond: 500, time);
        _timer = time.CreateTimer(_ => Expire(), null, Tick, Tick);
    }

    /// <summary>Offers that went out unasked.</summary>
    public long Unasked => Interlocked.Read(ref _unasked);

    /// <summary>What went wrong in answering last; null, if we did our work.</summary>
    public Exception? LastFault { get; private set; }

    /// <summary>Asks for an address that is to be offered to a MAC.</summary>
    /// <param name="found">Called once, from another thread, where the verdict is <see cref="ProbeVerdict.Asked"/>: null, or the MAC that answered.</param>
    /// <param name="by">The MAC that was heard with it just now, where it is taken.</param>
    public ProbeVerdict Ask(Ipv4Address address, MacAddress client, Action<MacAddress?> found, out MacAddress by)
    {
        by = default;
        if (_neighbours.At(_interface, address) is { } heard && heard.Mac != client && _time.GetUtcNow() - heard.Last < JustHeard)
        {
            by = heard.Mac;
            return ProbeVerdict.Taken;
        }
        lock (_lock)
        {
            if (_waiting.TryGetValue(address, out var before))
            {
                // A second DISCOVER: the answer to it takes the place of the answer to the first.
                _waiting[address] = before with { Client = client, Found = found };
                return ProbeVerdict.Asked;
            }
            if (_free.TryGetValue(address, out long until) && _time.GetTimestamp() < until) return ProbeVerdict.Free;
            if (_waiting.Count >= MostWaiting || !_rate.Takes())
            {
                _unasked++;
                return ProbeVerdict.Free;
            }
            _waiting[address] = new(client, found, After(Patience));
        }
        _ask(address);
        return ProbeVerdict.Asked;
    }

    /// <summary>Somebody was heard with an address.</summary>
    public void Heard(Ipv4Address address, MacAddress mac)
    {
        Waiting? asked;
        lock (_lock)
        {
            _free.Remove(address);
            if (!_waiting.TryGetValue(address, out asked) || asked.Client == mac) return;
            _waiting.Remove(address);
        }
        Tell(asked, mac);
    }

    public void Dispose() => _timer.Dispose();

    private void Expire()
    {
        List<Waiting> done = [];
        lock (_lock)
        {
            if (_waiting.Count == 0) return;
            long now = _time.GetTimestamp();
            foreach (var (address, waiting) in _waiting.Where(w => w.Value.Until <= now).ToList())
            {
                _waiting.Remove(address);
                if (_free.Count >= MostRemembered) _free.Clear();
                _free[address] = After(StaysFree);
                done.Add(waiting);
            }
        }
        foreach (var waiting in done) Tell(waiting, null);
    }

    // On a timer's or a listener's thread: one offer that can't be made must not end the process.
    private void Tell(Waiting waiting, MacAddress? by)
    {
        try
        {
            waiting.Found(by);
        }
        catch (Exception e)
        {
            LastFault = e;
        }
    }

    private long After(TimeSpan time) => _time.GetTimestamp() + (long)(time.TotalSeconds * _time.TimestampFrequency);

    private sealed record Waiting(MacAddress Client, Action<MacAddress?> Found, long Until);
}

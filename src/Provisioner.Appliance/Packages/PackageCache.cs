using System.Collections.Concurrent;
using Provisioner.Domain.Packages;

namespace Provisioner.Appliance.Packages;

/// <summary>What a machine gets.</summary>
internal abstract record PackageAnswer
{
    private PackageAnswer()
    {
    }

    /// <summary>A file, as a stream that may still be coming.</summary>
    public sealed record File(CachedFile Record, PackageStream Body, CacheVerdict Verdict) : PackageAnswer;
    /// <summary>The archive's answer as it comes, kept nowhere; to be disposed of.</summary>
    public sealed record Passed(HttpResponseMessage Reply, string Why) : PackageAnswer;
    /// <summary>Nothing: status and sentence.</summary>
    public sealed record Refused(int Status, string Why) : PackageAnswer;
}

/// <summary>The package cache: what is on the disk, what is on its way, and which of them a machine gets.</summary>
internal sealed class PackageCache(PackageStore store, Upstream upstream, PackageFigures figures, TimeProvider time) : IDisposable
{
    private const int MostFlights = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1), LastWords = TimeSpan.FromSeconds(3);
    private readonly ConcurrentDictionary<string, Task> _running = new();
    private readonly Dictionary<string, PackageFlight> _flights = [];
    private readonly SemaphoreSlim _slots = new(MostFlights);
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lazy<Task> _loaded = new(() => Task.Run(store.Load));

    /// <summary>Begins to read what is on the disk, beside the start.</summary>
    public void Start() => _ = _loaded.Value;

    /// <summary>Flights at this moment.</summary>
    public int InFlight
    {
        get { lock (_lock) return _flights.Count; }
    }

    /// <summary>Gives a machine its file.</summary>
    /// <param name="file">Which one.</param>
    /// <param name="noCache">The machine wants it asked about, whatever it is.</param>
    /// <param name="cancel">The machine hung up.</param>
    public async Task<PackageAnswer> GetAsync(PackageFile file, bool noCache, CancellationToken cancel)
    {
        await _loaded.Value.WaitAsync(cancel);
        var (answer, verdict) = await FindAsync(file, noCache, cancel);
        figures.Count(file.Archive.Name, verdict);
        return answer;
    }

    /// <summary>Throws away what is in the cache; what is on its way is not touched.</summary>
    public async Task<(int Files, long Bytes)> EvictAsync(Func<CachedFile, bool> which)
    {
        await _loaded.Value;
        return store.Evict(which);
    }

    private async Task<(PackageAnswer, CacheVerdict)> FindAsync(PackageFile file, bool noCache, CancellationToken cancel)
    {
        // A second time where the copy was evicted, or the flight had ended, between the answer and the opening.
        for (int turn = 0; turn < 3; turn++)
        {
            var decision = FreshnessDecision.Of(file.Kind, store.Find(file.Key) is not null, noCache);
            if (decision is Freshness.Serve)
            {
                if (FromDisk(file, CacheVerdict.Hit) is { } hit) return hit;
                continue;
            }
            var (flight, joined) = Join(file);
            var departure = await flight.Departure.WaitAsync(Patience, time, cancel);
            if (departure is Departure.Coming && Along(file, flight) is { } body)
            {
                var verdict = joined ? CacheVerdict.Shared : CacheVerdict.Miss;
                return (new PackageAnswer.File(flight.Coming, body, verdict), verdict);
            }
            switch (flight.Crash ?? departure)
            {
                case Departure.NotModified when FromDisk(file, CacheVerdict.Revalidated) is { } same:
                    return same;
                case Departure.Failed { Unreached: true } when FromDisk(file, CacheVerdict.Stale) is { } stale:
                    return stale;
                case Departure.Failed failed:
                    return (new PackageAnswer.Refused(failed.Status, failed.Why), CacheVerdict.Failed);
                case Departure.NoRoom full:
                    return await PassAsync(file, full.Why, cancel);
            }
        }
        return (new PackageAnswer.Refused(503, $"{file.Url} leaves the cache as fast as it comes: give it more room (--package-cache-size)"), CacheVerdict.Failed);
    }

    private (PackageAnswer, CacheVerdict)? FromDisk(PackageFile file, CacheVerdict verdict) => store.Open(file.Key) is { } found
        ? (new PackageAnswer.File(found.File, new PackageStream(found.File, found.Body, null, n => figures.Served(file.Archive.Name, n)), verdict), verdict)
        : null;

    private PackageStream? Along(PackageFile file, PackageFlight flight)
    {
        try
        {
            return new(flight.Coming, flight.Open(), flight, n => figures.Served(file.Archive.Name, n));
        }
        catch (IOException)
        {
            return null; // it has ended badly since, and its body is gone
        }
    }

    private (PackageFlight Flight, bool Joined) Join(PackageFile file)
    {
        lock (_lock)
        {
            if (_flights.TryGetValue(file.Key, out var flying)) return (flying, true);
            var flight = _flights[file.Key] = new(file, store, upstream, n => figures.Fetched(file.Archive.Name, n), time);
            _running[file.Key] = Task.Run(() => FlyAsync(file, flight));
            return (flight, false);
        }
    }

    private async Task FlyAsync(PackageFile file, PackageFlight flight)
    {
        await flight.RunAsync(_slots, _stopping.Token);
        lock (_lock) _flights.Remove(file.Key);
        _running.TryRemove(file.Key, out _);
    }

    private async Task<(PackageAnswer, CacheVerdict)> PassAsync(PackageFile file, string why, CancellationToken cancel)
    {
        try
        {
            return (new PackageAnswer.Passed(await upstream.GetAsync(file, _ => { }, cancel), why), CacheVerdict.Passed);
        }
        catch (UpstreamException e)
        {
            return (new PackageAnswer.Refused(e.Status, e.Message), CacheVerdict.Failed);
        }
    }

    /// <summary>Ends flights; what they have is kept.</summary>
    public void Dispose()
    {
        _stopping.Cancel();
        Task.WaitAll([.. _running.Values], LastWords);
        upstream.Dispose();
        _slots.Dispose();
    }
}

using System.Collections.Concurrent;

namespace Provisioner.Appliance.Packages;

/// <summary>How a request was answered.</summary>
internal enum CacheVerdict
{
    /// <summary>From the disk; nobody was asked.</summary>
    Hit,
    /// <summary>From the disk; the archive said that it is still the same.</summary>
    Revalidated,
    /// <summary>Read along with another machine's.</summary>
    Shared,
    /// <summary>From the disk, though the archive could not be asked.</summary>
    Stale,
    /// <summary>Fetched.</summary>
    Miss,
    /// <summary>Fetched and not kept: there was no room.</summary>
    Passed,
    /// <summary>Not to be had.</summary>
    Failed,
}

/// <summary>Counts of one archive, since the appliance started.</summary>
internal sealed record ArchiveCount(IReadOnlyDictionary<CacheVerdict, long> Requests, long BytesServed, long BytesFetched)
{
    public long All => Requests.Values.Sum();
    /// <summary>Requests whose file was not fetched for them alone.</summary>
    public long Hits => Requests.Where(r => r.Key is CacheVerdict.Hit or CacheVerdict.Revalidated or CacheVerdict.Shared or CacheVerdict.Stale).Sum(r => r.Value);
}

/// <summary>The hit figures.</summary>
internal sealed class PackageFigures
{
    private readonly ConcurrentDictionary<string, Counters> _archives = new();
    private long _refused;

    /// <summary>Requests for what is in no archive, or from somebody whom we don't serve.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    public void Refuse() => Interlocked.Increment(ref _refused);

    public void Count(string archive, CacheVerdict verdict) => Interlocked.Increment(ref Of(archive).Requests[(int)verdict]);

    public void Served(string archive, long bytes) => Interlocked.Add(ref Of(archive).Served, bytes);

    public void Fetched(string archive, long bytes) => Interlocked.Add(ref Of(archive).Fetched, bytes);

    public IReadOnlyDictionary<string, ArchiveCount> ByArchive() => _archives.ToDictionary(a => a.Key, a => new ArchiveCount(
        Enum.GetValues<CacheVerdict>().ToDictionary(v => v, v => Interlocked.Read(ref a.Value.Requests[(int)v])), Interlocked.Read(ref a.Value.Served), Interlocked.Read(ref a.Value.Fetched)));

    private Counters Of(string archive) => _archives.GetOrAdd(archive, _ => new());

    private sealed class Counters
    {
        public readonly long[] Requests = new long[Enum.GetValues<CacheVerdict>().Length];
        public long Served, Fetched;
    }
}

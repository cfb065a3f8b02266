namespace Provisioner.Domain.Packages;

/// <summary>What is done with a request: served from the disk, asked about, fetched.</summary>
public enum Freshness
{
    /// <summary>From the disk; nobody is asked.</summary>
    Serve,
    /// <summary>The archive is asked whether it is still what it was (If-None-Match, If-Modified-Since).</summary>
    Revalidate,
    /// <summary>It is fetched.</summary>
    Fetch,
}

/// <summary>Decides it.</summary>
public static class FreshnessDecision
{
    /// <param name="kind">What the file is.</param>
    /// <param name="stored">A whole copy is on the disk.</param>
    /// <param name="noCache">The machine wants to have it asked about (Cache-Control: no-cache, RFC 9111 §5.2.1.4): apt after a wrong checksum.</param>
    /// <returns>What to do. Indexes are asked about each time: an InRelease and a Packages of different ages are a broken archive to apt.</returns>
    public static Freshness Of(FileKind kind, bool stored, bool noCache) =>
        !stored ? Freshness.Fetch : kind is FileKind.Immutable && !noCache ? Freshness.Serve : Freshness.Revalidate;
}

/// <summary>How much has to leave the disk before so much can be stored.</summary>
/// <param name="Bound">Bytes that the cache may take.</param>
/// <param name="Reserve">Bytes of the disk that stay free, whatever the bound says.</param>
public sealed record CacheRoom(long Bound, long Reserve)
{
    /// <summary>Bytes to evict; null where it does not fit even into an empty cache.</summary>
    /// <param name="wanted">Bytes that are to come.</param>
    /// <param name="used">Bytes that the cache takes now.</param>
    /// <param name="free">Bytes free on the disk now.</param>
    public long? ToEvict(long wanted, long used, long free)
    {
        long evict = Math.Max(0, Math.Max(used + wanted - Bound, wanted + Reserve - free));
        return wanted > Bound || evict > used ? null : evict;
    }
}

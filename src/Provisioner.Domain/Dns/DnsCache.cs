using System.Diagnostics.CodeAnalysis;
using Provisioner.Wire.Dns;

namespace Provisioner.Domain.Dns;

/// <summary>What a question to others is known by.</summary>
/// <param name="flags">DO and CD: answers differ by them.</param>
public readonly ref struct DnsCacheKey(ReadOnlySpan<byte> lower, DnsType type, byte flags)
{
    internal readonly ReadOnlySpan<byte> Lower = lower;
    internal readonly DnsType Type = type;
    internal readonly byte Bits = flags;

    /// <summary>DO and CD as they stand in a key.</summary>
    public static byte Flags(bool dnssecOk, bool checkingDisabled) => (byte)((dnssecOk ? 1 : 0) | (checkingDisabled ? 2 : 0));

    /// <summary>The key of a query for a name, which an alias may have led to.</summary>
    public static DnsCacheKey Of(in DnsQuery query, DnsNameBuffer name) => new(name.From(0), query.Type, Flags(query.DnssecOk, query.CheckingDisabled));
}

/// <summary>
/// Answers of others, for as long as they may be believed and a while longer (RFC 8767), bounded in number and octets: what was asked for longest ago
/// goes first. For several threads.
/// </summary>
public sealed class DnsCache(int mostEntries, long mostBytes)
{
    private const uint StaleFor = 86400;
    private readonly Dictionary<Key, Entry> _entries = new(Comparer.Instance);
    private readonly LinkedList<Entry> _byUse = [];
    private readonly Lock _lock = new();
    private long _bytes, _hits, _misses;

    /// <summary>Answers in it, their octets about, and how often one was found and not.</summary>
    public (int Entries, long Bytes, long Hits, long Misses) Figures
    {
        get { lock (_lock) return (_entries.Count, _bytes, _hits, _misses); }
    }

    /// <summary>An answer that may be believed now, or null.</summary>
    public ResolvedAnswer? Find(DnsCacheKey key, uint now)
    {
        lock (_lock)
        {
            if (Lookup(key) is { } entry && now - entry.Answer.At < entry.Answer.Ttl)
            {
                _hits++;
                Use(entry);
                return entry.Answer;
            }
            _misses++;
            return null;
        }
    }

    /// <summary>An answer that has ended not too long ago, to be given when nobody says anything newer.</summary>
    public ResolvedAnswer? FindStale(DnsCacheKey key, uint now)
    {
        lock (_lock)
            return Lookup(key) is { } entry && entry.Answer.Result != DnsResult.ServFail && now - entry.Answer.At < entry.Answer.Ttl + StaleFor ? entry.Answer.Stale(now) : null;
    }

    /// <summary>Remembers an answer; a failure never in the place of one that could be given as stale.</summary>
    public void Put(DnsCacheKey key, ResolvedAnswer answer)
    {
        if (answer.Ttl == 0) return;
        lock (_lock)
        {
            var before = Lookup(key);
            if (before is not null && answer.Result == DnsResult.ServFail && before.Answer.Result != DnsResult.ServFail) return;
            if (before is not null) Remove(before);
            var entry = new Entry(new(key.Lower.ToArray(), key.Type, key.Bits), answer);
            _entries[entry.Key] = entry;
            entry.Place = _byUse.AddFirst(entry);
            _bytes += entry.Size;
            while (_entries.Count > mostEntries || _bytes > mostBytes) Remove(_byUse.Last!.Value);
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _entries.Clear();
            _byUse.Clear();
            _bytes = 0;
        }
    }

    private Entry? Lookup(DnsCacheKey key) => _entries.GetAlternateLookup<DnsCacheKey>().TryGetValue(key, out var entry) ? entry : null;

    private void Use(Entry entry)
    {
        if (ReferenceEquals(_byUse.First, entry.Place)) return;
        _byUse.Remove(entry.Place!);
        _byUse.AddFirst(entry.Place!);
    }

    private void Remove(Entry entry)
    {
        _entries.Remove(entry.Key);
        _byUse.Remove(entry.Place!);
        _bytes -= entry.Size;
    }

    private sealed record Key(byte[] Lower, DnsType Type, byte Flags);

    private sealed class Entry(Key key, ResolvedAnswer answer)
    {
        public Key Key => key;
        public ResolvedAnswer Answer => answer;
        public long Size { get; } = answer.Size + key.Lower.Length + 160;
        public LinkedListNode<Entry>? Place { get; set; }
    }

    // Who asks chooses the names in here: HashCode has a secret of its own in each process.
    private sealed class Comparer : IEqualityComparer<Key>, IAlternateEqualityComparer<DnsCacheKey, Key>
    {
        public static readonly Comparer Instance = new();

        public bool Equals(Key? x, Key? y) => x is not null && y is not null && x.Type == y.Type && x.Flags == y.Flags && x.Lower.AsSpan().SequenceEqual(y.Lower);

        public int GetHashCode([DisallowNull] Key key) => Hash(key.Lower, key.Type, key.Flags);

        public bool Equals(DnsCacheKey alternate, Key other) => alternate.Type == other.Type && alternate.Bits == other.Flags && alternate.Lower.SequenceEqual(other.Lower);

        public int GetHashCode(DnsCacheKey alternate) => Hash(alternate.Lower, alternate.Type, alternate.Bits);

        public Key Create(DnsCacheKey alternate) => new(alternate.Lower.ToArray(), alternate.Type, alternate.Bits);

        private static int Hash(ReadOnlySpan<byte> lower, DnsType type, byte flags)
        {
            var hash = new HashCode();
            hash.AddBytes(lower);
            hash.Add((int)type << 8 | flags);
            return hash.ToHashCode();
        }
    }
}

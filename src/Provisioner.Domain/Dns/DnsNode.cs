using System.Collections.Immutable;
using Provisioner.Wire.Dns;

namespace Provisioner.Domain.Dns;

/// <summary>Where a record comes from; at one name the better one counts, for types that allow no second opinion.</summary>
public enum DnsRank
{
    /// <summary>The zone's own: SOA, NS, the appliance's address.</summary>
    Zone,
    /// <summary>A machine's, a reservation's or a static address's.</summary>
    Machine,
    /// <summary>Added by people.</summary>
    Added,
    /// <summary>Follows from an added record: the PTR of its address.</summary>
    Derived,
}

/// <summary>A record at a name, with who put it there.</summary>
/// <param name="Source"><c>zone</c>, <c>machine calm-otter</c>, <c>record r7k2</c> …</param>
/// <param name="Body">As <see cref="DnsReplyWriter"/> writes it.</param>
public sealed record DnsEntry(string Source, DnsRank Rank, DnsType Type, byte[] Body);

/// <summary>The records of one type at a name, ready to be copied into an answer.</summary>
public sealed record DnsSet(DnsType Type, byte[][] Bodies);

/// <summary>A name that exists, with its records: none where it exists only because others lie under it (RFC 8020 §2).</summary>
public sealed class DnsNode : INamed
{
    private readonly DnsName _name;

    internal DnsNode(DnsName name, int apexLabels, bool isApex, int children, ImmutableArray<DnsEntry> entries, DnsSet[]? compiled = null)
    {
        (_name, ApexLabels, IsApex, Children, Entries) = (name, apexLabels, isApex, children, entries);
        Sets = compiled ?? Compile(entries);
        IsCut = !isApex && Sets.Any(s => s.Type == DnsType.Ns);
    }

    /// <summary>The name, its case kept.</summary>
    public DnsName Name => _name;
    /// <inheritdoc/>
    public ReadOnlySpan<byte> Lower => _name.Lower;
    /// <inheritdoc/>
    public uint Hash => _name.Hash;
    /// <summary>Labels of the apex of its zone.</summary>
    public int ApexLabels { get; }
    /// <summary>It is a zone's apex.</summary>
    public bool IsApex { get; }
    /// <summary>Names directly under it.</summary>
    public int Children { get; }
    /// <summary>All that was put here, hidden ones among them.</summary>
    public ImmutableArray<DnsEntry> Entries { get; }
    /// <summary>What is answered.</summary>
    public DnsSet[] Sets { get; }
    /// <summary>NS records below an apex: from here on others answer (RFC 1034 §4.2.1).</summary>
    public bool IsCut { get; }

    /// <summary>Records of a type, or null.</summary>
    public DnsSet? Of(DnsType type)
    {
        foreach (var set in Sets)
            if (set.Type == type) return set;
        return null;
    }

    /// <summary>An entry is not answered, for a better one stands in its way.</summary>
    public bool IsHidden(DnsEntry entry) => Of(entry.Type) is not { } set || !Array.Exists(set.Bodies, b => DnsReplyWriter.DataOf(b).SequenceEqual(DnsReplyWriter.DataOf(entry.Body)));

    // A CNAME suffers nothing beside it (RFC 1034 §3.6.2); an address and its PTR have one owner.
    private static DnsSet[] Compile(ImmutableArray<DnsEntry> entries)
    {
        if (entries.IsEmpty) return [];
        var best = entries.Min(e => e.Rank);
        bool alias = entries.Any(e => e.Type == DnsType.Cname && e.Rank == best) && entries.All(e => e.Type == DnsType.Cname || e.Rank > best);
        var counting = entries.Where(e => alias ? e.Type == DnsType.Cname && e.Rank == best : e.Type != DnsType.Cname);
        return [.. counting.GroupBy(e => e.Type).Select(Set)];

        static DnsSet Set(IGrouping<DnsType, DnsEntry> type)
        {
            bool one = type.Key is DnsType.A or DnsType.Ptr or DnsType.Cname;
            var rank = type.Min(e => e.Rank);
            var bodies = type.Where(e => !one || e.Rank == rank).Select(e => e.Body).DistinctBy(b => Convert.ToHexString(DnsReplyWriter.DataOf(b)));
            return new(type.Key, OneTtl([.. type.Key == DnsType.Cname ? bodies.Take(1) : bodies]));
        }

        // All records of a type have one TTL: the shortest (RFC 2181 §5.2).
        static byte[][] OneTtl(byte[][] bodies)
        {
            if (bodies.Length == 1) return bodies;
            uint ttl = bodies.Min(b => DnsReplyWriter.TtlOf(b));
            return [.. bodies.Select(b => DnsReplyWriter.TtlOf(b) == ttl ? b : DnsReplyWriter.BodyOf(type: DnsReplyWriter.TypeOf(b), DnsRecord.Internet, ttl, DnsReplyWriter.DataOf(b)))];
        }
    }
}

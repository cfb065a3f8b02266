using System.Collections.Immutable;
using Provisioner.Wire.Dns;

namespace Provisioner.Domain.Dns;

/// <summary>Why the appliance answers for a zone.</summary>
public enum DnsZoneKind
{
    /// <summary>Domain of a subnet's machines.</summary>
    Domain,
    /// <summary>Reverse names of a subnet or of an IPv6 prefix.</summary>
    Reverse,
    /// <summary>One address of a subnet longer than /24: an alias into that subnet's own reverse zone (RFC 2317).</summary>
    Alias,
    /// <summary>Added by people.</summary>
    Added,
    /// <summary>Never asked of others: localhost, private reverse names (RFC 6761, RFC 6303).</summary>
    Local,
}

/// <summary>A zone.</summary>
/// <param name="Server">The appliance's name in it: SOA's primary server, NS. The apex itself in a local zone (RFC 6303 §3).</param>
/// <param name="Serial">SOA serial: goes up with each change.</param>
public sealed record DnsZone(DnsName Apex, DnsZoneKind Kind, DnsName Server, uint Serial)
{
    /// <summary>Short, for a machine that gets another address is to be found there (RFC 2308 §5 for what does not exist).</summary>
    public const uint Ttl = 30;
    private const uint Refresh = 3600, Retry = 600, Expire = 86400, LocalTtl = 10800;

    internal IEnumerable<DnsRecord> Records()
    {
        if (Kind == DnsZoneKind.Alias) yield break;
        yield return Soa();
        uint ttl = Kind == DnsZoneKind.Local ? LocalTtl : Ttl;
        yield return new(Apex, DnsType.Ns, DnsRecord.Internet, ttl, DnsRdata.Host(Server));
    }

    internal DnsRecord Soa() => Kind == DnsZoneKind.Local
        ? new(Apex, DnsType.Soa, DnsRecord.Internet, LocalTtl, DnsRdata.Soa(Apex, Nobody, 1, 3600, 1200, 604800, LocalTtl))
        : new(Apex, DnsType.Soa, DnsRecord.Internet, Ttl, DnsRdata.Soa(Server, Server.Parent!.Child("hostmaster") ?? Server, Serial, Refresh, Retry, Expire, Ttl));

    private static readonly DnsName Nobody = DnsName.Parse("nobody.invalid");
}

/// <summary>
/// All that the appliance is authoritative for. Immutable: readers take one and keep it for an answer; <see cref="DnsZonesDraft"/> makes the next
/// one, at the cost of what changed.
/// </summary>
public sealed class DnsZones
{
    /// <summary>The appliance's own name in each domain.</summary>
    public const string ApplianceName = "provisioner";
    /// <summary>Nothing at all.</summary>
    public static readonly DnsZones Empty = new(NameTable<DnsNode>.Empty, ImmutableDictionary<DnsName, DnsZone>.Empty, ImmutableDictionary<string, ImmutableArray<DnsName>>.Empty, 0);

    internal DnsZones(NameTable<DnsNode> nodes, ImmutableDictionary<DnsName, DnsZone> zones, ImmutableDictionary<string, ImmutableArray<DnsName>> sources, int cuts) =>
        (Nodes, Zones, Sources, Cuts) = (nodes, zones, sources, cuts);

    /// <summary>Zones by apex.</summary>
    public ImmutableDictionary<DnsName, DnsZone> Zones { get; }
    /// <summary>Names that exist.</summary>
    public NameTable<DnsNode> Nodes { get; }
    /// <summary>Names that each source has records at.</summary>
    internal ImmutableDictionary<string, ImmutableArray<DnsName>> Sources { get; }
    /// <summary>Delegations in all of them.</summary>
    internal int Cuts { get; }

    /// <summary>A source has records here.</summary>
    public bool HasSource(string source) => Sources.ContainsKey(source);

    /// <summary>A name that exists, or null.</summary>
    public DnsNode? Find(DnsName name) => Nodes.Find(name.Hash, name.Lower);

    /// <summary>The zone that a name lies in, whether it exists or not; null where it is not ours.</summary>
    public DnsZone? ZoneOf(DnsName name)
    {
        for (var at = name; at is not null; at = at.Parent)
            if (Zones.TryGetValue(at, out var zone)) return zone;
        return null;
    }
}

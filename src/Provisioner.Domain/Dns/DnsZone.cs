using System.Collections.Frozen;
using System.Collections.Immutable;
using Provisioner.Domain.Networks;
using Provisioner.Wire;
using Provisioner.Wire.Dns;

namespace Provisioner.Domain.Dns;

/// <summary>
/// What the appliance is authoritative for: the domains of its networks and the reverse of their addresses. Immutable, made anew when a
/// machine or a lease changes.
/// </summary>
public sealed class DnsZone
{
    /// <summary>Short, for a machine that gets another address is to be found there (RFC 2308 §5 for what does not exist).</summary>
    public const uint Ttl = 30;
    /// <summary>The appliance's own name in each domain.</summary>
    public const string ApplianceName = "provisioner";
    /// <summary>Nothing at all.</summary>
    public static readonly DnsZone Empty = For([], [], 0);

    private readonly FrozenDictionary<DnsName, ImmutableArray<DnsRecord>> _records;
    private readonly ImmutableArray<DnsRecord> _apexes;
    private readonly ImmutableArray<Ipv4Subnet> _subnets;

    private DnsZone(Dictionary<DnsName, ImmutableArray<DnsRecord>> records, IEnumerable<DnsRecord> apexes, IEnumerable<Ipv4Subnet> subnets) =>
        (_records, _apexes, _subnets) = (records.ToFrozenDictionary(), [.. apexes], [.. subnets]);

    /// <summary>Makes the zone.</summary>
    /// <param name="networks">The served networks: each host stands in the domain of the network that its address lies in.</param>
    /// <param name="hosts">Host names (one label) and addresses; a name may have several, an address outside every network is left out.</param>
    /// <param name="serial">SOA serial number: goes up with each change.</param>
    public static DnsZone For(IReadOnlyCollection<ServedNetwork> networks, IEnumerable<(string Name, Ipv4Address Address)> hosts, uint serial)
    {
        var builder = new DnsZoneBuilder(serial);
        foreach (var network in networks) builder.Add(network);
        foreach (var (name, address) in hosts)
            if (networks.FirstOrDefault(n => n.Subnet.Contains(address)) is { } network && name != ApplianceName) builder.AddHost(name, address, network);
        return new(builder.Records, builder.Apexes, networks.Select(n => n.Subnet));
    }

    /// <summary>Records of a name; empty for a name that exists only because others lie under it; null where it doesn't exist.</summary>
    public ImmutableArray<DnsRecord>? Find(DnsName name) => _records.TryGetValue(name, out var records) ? records : null;

    /// <summary>The SOA record of the zone that a name lies in, or null where it is not ours to answer.</summary>
    public DnsRecord? AuthorityFor(DnsName name)
    {
        foreach (var soa in _apexes)
            if (name.IsAtOrUnder(soa.Name) && (!name.IsAtOrUnder(ReverseName.Apex) || ReverseName.Overlaps(name, _subnets))) return soa;
        return null;
    }
}

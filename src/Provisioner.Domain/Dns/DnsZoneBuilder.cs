using System.Collections.Immutable;
using Provisioner.Domain.Networks;
using Provisioner.Wire;
using Provisioner.Wire.Dns;

namespace Provisioner.Domain.Dns;

/// <summary>Collects the records of a zone.</summary>
internal sealed class DnsZoneBuilder(uint serial)
{
    private const uint Refresh = 3600, Retry = 600, Expire = 86400;

    internal Dictionary<DnsName, ImmutableArray<DnsRecord>> Records { get; } = [];

    internal List<DnsRecord> Apexes { get; } = [];

    internal void Add(ServedNetwork network)
    {
        if (!DnsName.TryParse($"{DnsZone.ApplianceName}.{network.Domain}", out var server) || server.Labels < 2) return;
        AddApex(server.Parent!, server);
        AddApex(ReverseName.ApexOf(network.Subnet), server);
        AddHost(DnsZone.ApplianceName, Ipv4Address.From(network.Address), network);
    }

    internal void AddHost(string name, Ipv4Address address, ServedNetwork network)
    {
        if (!DnsName.TryParse($"{name}.{network.Domain}", out var full)) return;
        Put(full, DnsType.A, new DnsData.V4(address));
        Put(ReverseName.Of(address), DnsType.Ptr, new DnsData.Host(full));
    }

    // Two networks may share a domain or a reverse zone: its apex stands once.
    private void AddApex(DnsName apex, DnsName server)
    {
        if (Apexes.Any(a => a.Name.Equals(apex))) return;
        var soa = new DnsData.Soa(server, DnsName.Parse($"hostmaster.{server.Parent}"), serial, Refresh, Retry, Expire, DnsZone.Ttl);
        Apexes.Add(new(apex, DnsType.Soa, DnsRecord.Internet, DnsZone.Ttl, soa));
        Put(apex, DnsType.Soa, soa);
        Put(apex, DnsType.Ns, new DnsData.Host(server));
    }

    private void Put(DnsName name, DnsType type, DnsData data)
    {
        var record = new DnsRecord(name, type, DnsRecord.Internet, DnsZone.Ttl, data);
        var before = Records.GetValueOrDefault(name, []);
        if (!before.Contains(record)) Records[name] = before.Add(record);
        // Names between it and the apex exist, without records (RFC 8020 §2).
        for (var above = name.Parent; above is not null && !Apexes.Any(a => a.Name.IsAtOrUnder(above)); above = above.Parent) Records.TryAdd(above, []);
    }
}

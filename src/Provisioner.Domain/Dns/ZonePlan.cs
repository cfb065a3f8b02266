using Provisioner.Domain.Networks;
using Provisioner.Wire;
using Provisioner.Wire.Dns;

namespace Provisioner.Domain.Dns;

/// <summary>Which zones there are, and what of them follows from the networks.</summary>
public static class ZonePlan
{
    /// <summary>All zones: the subnets' domains and reverse names, the IPv6 prefixes, the added ones, those that are answered here and nowhere else.</summary>
    /// <param name="domain">Domain of subnets that name no other.</param>
    /// <param name="serial">Serial number of those that can change.</param>
    public static IEnumerable<DnsZone> For(NetworkModel model, IReadOnlyCollection<ServedNetwork> served, DnsModel added, string domain, uint serial)
    {
        var server = Server(domain);
        if (server is null) yield break;
        foreach (var subnet in model.Subnets)
        {
            if (Server(subnet.Domain ?? domain) is not { } own) continue;
            yield return new(own.Parent!, DnsZoneKind.Domain, own, serial);
            foreach (var (apex, kind) in ReverseName.ZonesOf(subnet.Cidr)) yield return new(apex, kind, own, serial);
        }
        foreach (var network in served)
            if (Server(network.Domain) is { } own) yield return new(own.Parent!, DnsZoneKind.Domain, own, serial);
        foreach (var prefix in Prefixes(added.Settings)) yield return new(ReverseName.ZoneOfV6(prefix.Network.GetAddressBytes(), prefix.Length), DnsZoneKind.Reverse, server, serial);
        foreach (var apex in added.Zones.Keys) yield return new(apex, DnsZoneKind.Added, server, serial);
        foreach (var local in LocalZones.All(added.Settings.ForwardPrivate)) yield return local;
    }

    /// <summary>
    /// The appliance's own names: in each domain its address in the subnets of that domain, or, where it has none there, its addresses elsewhere.
    /// </summary>
    public static IEnumerable<DnsRecord> OwnRecords(NetworkModel model, IReadOnlyCollection<ServedNetwork> served, string domain)
    {
        var own = served.Select(n => (Address: Ipv4Address.From(n.Address), Subnet: n.Subnet, Domain: model.SubnetOf(Ipv4Address.From(n.Address))?.Domain ?? n.Domain)).ToList();
        foreach (string each in model.Subnets.Select(s => s.Domain ?? domain).Concat(own.Select(o => o.Domain)).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (Server(each) is not { } name) continue;
            var here = own.Where(o => o.Domain.Equals(each, StringComparison.OrdinalIgnoreCase)).ToList();
            foreach (var (address, _, _) in here.Count > 0 ? here : own) yield return new(name, DnsType.A, DnsRecord.Internet, DnsZone.Ttl, DnsRdata.A(address));
            foreach (var (address, subnet, _) in here)
                foreach (var pointer in ReverseName.Pointers(address, subnet, name, DnsZone.Ttl)) yield return pointer;
        }
    }

    /// <summary>The whole name of a host: one that has a dot is whole already. Null where it is none, or the appliance's.</summary>
    public static DnsName? NameIn(string host, string domain)
    {
        if (host.Equals(DnsZones.ApplianceName, StringComparison.OrdinalIgnoreCase)) return null;
        return DnsName.TryParse(host.Contains('.') ? host : $"{host}.{domain}", out var name) && name.Labels > 1 ? name : null;
    }

    /// <summary>The reverse name of an added address, where it lies in a subnet or prefix of ours and the name is no wildcard.</summary>
    public static IEnumerable<DnsRecord> Pointers(DnsRecord record, NetworkModel model, DnsSettings settings)
    {
        if (record.Name.IsWildcard) return [];
        if (record.Type == DnsType.A && Ipv4Address.FromBytes(record.Data.Span) is var address && model.SubnetOf(address) is { } subnet)
            return ReverseName.Pointers(address, subnet.Cidr, record.Name, record.Ttl);
        if (record.Type == DnsType.Aaaa && Prefixes(settings).Any(p => p.Contains(record.Data.Span)))
            return [new(ReverseName.OfV6(record.Data.Span), DnsType.Ptr, DnsRecord.Internet, record.Ttl, DnsRdata.Host(record.Name))];
        return [];
    }

    private static DnsName? Server(string domain) =>
        DnsName.TryParse($"{DnsZones.ApplianceName}.{domain}", out var name) && name.Labels > 1 ? name : null;

    private static IEnumerable<Ipv6Prefix> Prefixes(DnsSettings settings) =>
        settings.Ipv6Prefixes.Select(p => Ipv6Prefix.TryParse(p, out var prefix) ? prefix : default).Where(p => p.Length > 0);
}

using System.Net;
using Provisioner.Wire.Dns;

namespace Provisioner.Domain.Dns;

/// <summary>What people may add to the names: each fault one sentence that names the other party.</summary>
public static class DnsRules
{
    private const int MostUpstreams = 8, MostPrefixes = 32;
    private const ushort FirstOfQueries = 128; // RFC 6895 §3.1: 128 to 255 are types of queries

    /// <summary>All that is wrong with a record; none: it may be put in.</summary>
    /// <param name="record">The record; one with its id that is there is replaced by it.</param>
    /// <param name="zones">All names as they are served now.</param>
    public static IReadOnlyList<string> Faults(AddedRecord record, DnsZones zones)
    {
        List<string> faults = [];
        if (record.Ttl > AddedRecord.MostTtl) faults.Add($"ttl {record.Ttl} is longer than a week ({AddedRecord.MostTtl} seconds)");
        bool named = DnsName.TryParse(record.Name, out var name) && name.Labels > 0;
        if (!named) faults.Add($"\"{record.Name}\" is not a domain name such as www.rack.internal");
        byte[]? data = null;
        if (!DnsTypeName.TryParse(record.Type, out var type) || !MayBeAdded(type))
            faults.Add($"\"{record.Type}\" is not a type that can be added: A, AAAA, CNAME, MX, NS, PTR, SRV, SSHFP, TXT, or TYPE and a number (RFC 3597)");
        else if ((data = DnsRdataText.Read(type, record.Data, out string fault)) is null) faults.Add(fault);
        if (faults.Count > 0 || Place(name!, type, zones) is { } place && Add(faults, place)) return faults;
        var node = zones.Find(name!);
        string own = SourceOf(record.Id);
        foreach (var entry in node?.Entries.Where(e => e.Source != own && e.Rank != DnsRank.Derived) ?? [])
            if (Conflict(name!, type, data!, entry) is { } conflict && Add(faults, conflict)) break;
        if (Target(name!, type, data!, zones) is { } wrong) faults.Add(wrong);
        return faults;
    }

    /// <summary>The source of a record's entries.</summary>
    public static string SourceOf(string id) => $"record {id}";

    /// <summary>All that is wrong with a zone that is to be added.</summary>
    public static string? Fault(AddedZone zone, DnsZones zones)
    {
        if (!DnsName.TryParse(zone.Name, out var apex) || apex.Labels == 0) return $"\"{zone.Name}\" is not a domain name such as lab.example";
        if (apex.IsWildcard) return $"{apex} is a wildcard and no zone";
        if (!zones.Zones.TryGetValue(apex, out var there)) return null;
        return there.Kind switch
        {
            DnsZoneKind.Domain => $"{apex} is a subnet's domain and served already",
            DnsZoneKind.Added => null,
            DnsZoneKind.Local => $"{apex} is set aside (RFC 6761, RFC 6303): nothing stands in it",
            _ => $"{apex} holds the reverse names of a subnet and is served already",
        };
    }

    /// <summary>Why a zone can't go, or null.</summary>
    public static string? FaultOfRemoval(DnsName apex, DnsModel model, DnsZones zones)
    {
        var inside = model.Records.Values.Where(r => zones.ZoneOf(DnsName.Parse(r.Name))?.Apex.Equals(apex) == true).ToList();
        return inside.Count == 0 ? null
            : $"{apex} still holds {inside.Count} {(inside.Count == 1 ? "record" : "records")} ({string.Join(", ", inside.Take(3).Select(r => $"{r.Name} {r.Type}"))}{(inside.Count > 3 ? " …" : "")}): delete them first";
    }

    /// <summary>All that is wrong with the settings.</summary>
    /// <param name="own">The appliance's own addresses.</param>
    public static IReadOnlyList<string> Faults(DnsSettings settings, IReadOnlyCollection<IPAddress> own)
    {
        List<string> faults = [];
        if (settings.Upstreams.Length > MostUpstreams) faults.Add($"{settings.Upstreams.Length} upstream servers, {MostUpstreams} are possible");
        if (settings.Ipv6Prefixes.Length > MostPrefixes) faults.Add($"{settings.Ipv6Prefixes.Length} IPv6 prefixes, {MostPrefixes} are possible");
        foreach (string upstream in settings.Upstreams)
        {
            if (!TryUpstream(upstream, out var server)) faults.Add($"\"{upstream}\" is not the address of a DNS server such as 192.0.2.53 or 192.0.2.53:5353");
            else if (own.Contains(server.Address)) faults.Add($"{upstream} is the appliance itself: name the server that it is to ask");
        }
        foreach (string prefix in settings.Ipv6Prefixes)
            if (!Ipv6Prefix.TryParse(prefix, out _)) faults.Add($"\"{prefix}\" is not an IPv6 prefix such as fd00:77::/64, its length a multiple of 4 and its host bits zero");
        return faults;
    }

    /// <summary>Reads an address of an upstream server, with port 53 where none is said.</summary>
    public static bool TryUpstream(string text, out IPEndPoint server)
    {
        const int port = 53;
        server = new(IPAddress.None, port);
        if (IPAddress.TryParse(text, out var address) && (address.GetAddressBytes().Length == 16 || text.Count(c => c == '.') == 3)) server = new(address, port);
        else if (IPEndPoint.TryParse(text, out var both) && both.Port != 0) server = both;
        return !server.Address.Equals(IPAddress.None) && !server.Address.Equals(IPAddress.Any) && !server.Address.Equals(IPAddress.IPv6Any);
    }

    private static bool MayBeAdded(DnsType type) =>
        type is DnsType.A or DnsType.Aaaa or DnsType.Cname or DnsType.Mx or DnsType.Ns or DnsType.Ptr or DnsType.Srv or DnsType.Sshfp or DnsType.Txt
        || !Enum.IsDefined(type) && (ushort)type is not 0 and not (>= FirstOfQueries and <= 255);

    private static bool Add(List<string> faults, string fault)
    {
        faults.Add(fault);
        return true;
    }

    private static string? Place(DnsName name, DnsType type, DnsZones zones)
    {
        if (zones.ZoneOf(name) is not { } zone)
            return $"{name} lies in no zone here ({string.Join(", ", zones.Zones.Values.Where(z => z.Kind is DnsZoneKind.Domain or DnsZoneKind.Added).Select(z => z.Apex.ToString()).Order().Take(5))}): add its zone first";
        if (zone.Kind == DnsZoneKind.Local) return $"{name} lies in {zone.Apex}, which is set aside (RFC 6761, RFC 6303): nothing stands in it";
        if (zone.Kind == DnsZoneKind.Alias) return $"{name} is the alias of an address in a subnet longer than /24 (RFC 2317): put the record at the name that it leads to";
        if (type == DnsType.Cname && name.Equals(zone.Apex)) return $"{name} is the apex of a zone and can't be an alias (RFC 1034 §3.6.2)";
        if (type == DnsType.Ns && name.IsWildcard) return $"{name} is a wildcard, and those are not delegated (RFC 4592 §4.2)";
        for (var above = name.Parent; above is not null && !above.Equals(zone.Apex); above = above.Parent)
            if (zones.Find(above) is { IsCut: true } && type is not (DnsType.A or DnsType.Aaaa))
                return $"{name} lies under {above}, which is delegated by its NS records: only addresses of its servers stand here";
        return null;
    }

    private static string? Conflict(DnsName name, DnsType type, byte[] data, DnsEntry there)
    {
        string what = $"{DnsTypeName.Of(there.Type)} {DnsRdataText.Of(there.Type, DnsReplyWriter.DataOf(there.Body))}";
        string whose = there.Rank == DnsRank.Added ? there.Source : there.Rank == DnsRank.Zone ? "the zone's own" : $"of {there.Source}";
        if (there.Type == type && DnsReplyWriter.DataOf(there.Body).SequenceEqual(data)) return $"{name} {what} is there already ({whose})";
        if (there.Type == DnsType.Cname || type == DnsType.Cname)
            return $"{name} has {what} ({whose}), and an alias suffers nothing beside it (RFC 1034 §3.6.2)";
        if (there.Rank == DnsRank.Machine && there.Type == type && type is DnsType.A or DnsType.Ptr)
            return $"{name} belongs to {there.Source} ({what}): choose another name, or rename that";
        if (there.Rank == DnsRank.Zone && type == DnsType.A) return $"{name} is the appliance's own name ({what}): choose another";
        return null;
    }

    // RFC 2181 §10.3: what MX, NS and SRV name has addresses and is no alias. Aliases that lead back to themselves lead nowhere.
    private static string? Target(DnsName name, DnsType type, byte[] data, DnsZones zones)
    {
        var wire = DnsRdata.TargetOf(type, data);
        if (wire.IsEmpty) return null;
        var target = DnsName.FromWire(wire);
        if (type is DnsType.Mx or DnsType.Ns or DnsType.Srv && zones.Find(target)?.Of(DnsType.Cname) is not null)
            return $"{target} is an alias, and {DnsTypeName.Of(type)} must name what has addresses itself (RFC 2181 §10.3)";
        if (type != DnsType.Cname) return null;
        for (int step = 0; step < 8; step++)
        {
            if (target.Equals(name)) return $"{name} would be an alias that leads back to itself";
            if (zones.Find(target)?.Of(DnsType.Cname) is not { } next) return null;
            target = DnsName.FromWire(DnsReplyWriter.DataOf(next.Bodies[0]));
        }
        return $"{name} would begin a chain of more than 8 aliases";
    }
}

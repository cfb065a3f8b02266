using Provisioner.Appliance.Servers;
using Provisioner.Appliance.Serving;
using Provisioner.Domain.Dns;
using Provisioner.Wire;
using Provisioner.Wire.Dns;

namespace Provisioner.Appliance.Web.Api.Dns;

/// <summary>Names in the API's shapes.</summary>
internal sealed class DnsDescribe(NameBook names, DnsRecordBook book)
{
    /// <summary>A zone; null for the aliases of single addresses, which nobody wants in a list.</summary>
    public ZoneDto Of(DnsZone zone) =>
        new(zone.Apex.ToString(), zone.Kind.ToString().ToLowerInvariant(), zone.Server.ToString(), zone.Serial, book.Model.Zones.GetValueOrDefault(zone.Apex)?.Comment ?? "");

    /// <summary>An added record.</summary>
    public RecordDto Of(AddedRecord record)
    {
        var node = names.Zones.Find(DnsName.Parse(record.Name));
        var entry = node?.Entries.FirstOrDefault(e => e.Source == DnsRules.SourceOf(record.Id));
        return new(record.Id, record.Name, record.Type, record.Data, record.Ttl, "added", record.Comment, entry is null || node!.IsHidden(entry));
    }

    /// <summary>All records at a name.</summary>
    public IEnumerable<RecordDto> Of(DnsNode node) => node.Entries.Select(e => Of(node, e));

    private RecordDto Of(DnsNode node, DnsEntry entry)
    {
        const string record = "record ", derived = "address of record ", address = "address ";
        if (entry.Source.StartsWith(record, StringComparison.Ordinal) && book.Model.Records.GetValueOrDefault(entry.Source[record.Length..]) is { } added) return Of(added);
        string source = entry.Source switch
        {
            var s when s.StartsWith(derived, StringComparison.Ordinal) => s["address of ".Length..],
            var s when s.StartsWith(address, StringComparison.Ordinal) && Ipv4Address.TryParse(s[address.Length..], out var held) => names.HolderOf(held) ?? s,
            var s => s,
        };
        return new(null, node.Name.ToString(), DnsTypeName.Of(entry.Type), DnsRdataText.Of(entry.Type, DnsReplyWriter.DataOf(entry.Body)), DnsReplyWriter.TtlOf(entry.Body), source, "", node.IsHidden(entry));
    }

    /// <summary>Settings.</summary>
    public static DnsSettingsDto Of(DnsSettings s) => new(s.Upstreams, s.Ipv6Prefixes, s.ForwardPrivate, s.ServeStale);
}

using System.Collections.Immutable;
using Provisioner.Wire.Dns;

namespace Provisioner.Domain.Dns;

/// <summary>Changes to <see cref="DnsZones"/> that are made together. Not for two threads.</summary>
public sealed class DnsZonesDraft
{
    private readonly NameTable<DnsNode>.Draft _nodes;
    private readonly ImmutableDictionary<DnsName, DnsZone>.Builder _zones;
    private readonly ImmutableDictionary<string, ImmutableArray<DnsName>>.Builder _sources;
    private readonly HashSet<DnsName> _touched = [];
    private int _cuts;

    /// <summary>Begins with what is there.</summary>
    public DnsZonesDraft(DnsZones from) =>
        (_nodes, _zones, _sources, _cuts) = (new(from.Nodes), from.Zones.ToBuilder(), from.Sources.ToBuilder(), from.Cuts);

    /// <summary>Adds zones; to be done before records are put in. One that is there already stays as it is.</summary>
    public void AddZones(IEnumerable<DnsZone> zones)
    {
        // Outer ones first: an inner one hangs below them.
        foreach (var zone in zones.OrderBy(z => z.Apex.Labels))
        {
            if (!_zones.TryAdd(zone.Apex, zone)) continue;
            if (zone.Apex.Parent is { } above && ApexAbove(above) is not null) Grow(above);
            var own = zone.Records().Select(r => new DnsEntry($"zone {zone.Apex}", DnsRank.Zone, r.Type, r.Body));
            _nodes.Set(new(zone.Apex, zone.Apex.Labels, isApex: true, Find(zone.Apex)?.Children ?? 0, [.. own]));
            if (Find(zone.Apex.Parent) is { } parent) _nodes.Set(With(parent, children: parent.Children + 1));
        }
    }

    /// <summary>Puts a source's records in the place of those that it had. Records outside all zones are left out.</summary>
    /// <returns>Something changed.</returns>
    public bool Put(string source, DnsRank rank, IReadOnlyCollection<DnsRecord> records)
    {
        var before = _sources.GetValueOrDefault(source, []);
        if (Same(source, before, records)) return false;
        foreach (var name in before) TakeOut(name, source);
        var placed = new List<DnsName>();
        foreach (var record in records)
            if (Add(record, source, rank)) placed.Add(record.Name);
        if (placed.Count == 0) _sources.Remove(source);
        else _sources[source] = [.. placed.Distinct()];
        return true;
    }

    /// <summary>Takes out all records of a source.</summary>
    public bool Remove(string source) => Put(source, DnsRank.Machine, []);

    /// <summary>The zones with the changes; each zone that changed has another serial number.</summary>
    /// <param name="serial">Seconds since 1970, say: goes up over restarts too (RFC 1982 wraps in 2106).</param>
    public DnsZones Done(uint serial)
    {
        foreach (var apex in _touched)
        {
            if (!_zones.TryGetValue(apex, out var zone) || zone.Kind is DnsZoneKind.Local or DnsZoneKind.Alias) continue;
            zone = zone with { Serial = Math.Max(zone.Serial + 1, serial) };
            _zones[apex] = zone;
            var node = Find(apex)!;
            var soa = zone.Soa();
            _nodes.Set(With(node, entries: [new($"zone {apex}", DnsRank.Zone, DnsType.Soa, soa.Body), .. node.Entries.Where(e => e.Type != DnsType.Soa)]));
        }
        _touched.Clear();
        return new(_nodes.Done(), _zones.ToImmutable(), _sources.ToImmutable(), _cuts);
    }

    private bool Same(string source, ImmutableArray<DnsName> before, IReadOnlyCollection<DnsRecord> records)
    {
        var had = before.SelectMany(n => Find(n)!.Entries.Where(e => e.Source == source).Select(e => (n, Body: Convert.ToHexString(e.Body)))).ToHashSet();
        return had.Count == records.Count && records.All(r => had.Contains((r.Name, Convert.ToHexString(r.Body))));
    }

    private bool Add(DnsRecord record, string source, DnsRank rank)
    {
        if (ApexAbove(record.Name) is not { } apex) return false;
        var node = Grow(record.Name);
        var entry = new DnsEntry(source, rank, record.Type, record.Body);
        if (node.Entries.Any(e => e.Source == source && e.Body.AsSpan().SequenceEqual(entry.Body))) return true;
        Replace(node, With(node, entries: node.Entries.Add(entry)));
        _touched.Add(apex);
        return true;
    }

    private void TakeOut(DnsName name, string source)
    {
        if (Find(name) is not { } node) return;
        var after = With(node, entries: node.Entries.RemoveAll(e => e.Source == source));
        Replace(node, after);
        if (ApexAbove(name) is { } apex) _touched.Add(apex);
        // What is empty and has nothing under it doesn't exist.
        while (after is { Entries.IsEmpty: true, Children: 0, IsApex: false })
        {
            _nodes.Remove(after.Hash, after.Lower);
            if (Find(after.Name.Parent) is not { } parent) return;
            after = With(parent, children: parent.Children - 1);
            _nodes.Set(after);
        }
    }

    // Names between it and the apex exist too, without records (RFC 8020 §2).
    private DnsNode Grow(DnsName name)
    {
        if (Find(name) is { } there) return there;
        var parent = Grow(name.Parent!);
        _nodes.Set(With(parent, children: parent.Children + 1));
        var node = new DnsNode(name, parent.ApexLabels, isApex: false, 0, []);
        _nodes.Set(node);
        return node;
    }

    private void Replace(DnsNode before, DnsNode after)
    {
        _cuts += (after.IsCut ? 1 : 0) - (before.IsCut ? 1 : 0);
        _nodes.Set(after);
    }

    private DnsName? ApexAbove(DnsName name)
    {
        for (var at = name; at is not null; at = at.Parent)
        {
            if (Find(at) is { } node)
            {
                // A node knows how many labels its apex has.
                int labels = at.Labels;
                for (; labels > node.ApexLabels; labels--) at = at!.Parent;
                return at;
            }
        }
        return null;
    }

    private DnsNode? Find(DnsName? name) => name is null ? null : _nodes.Find(name.Hash, name.Lower);

    private static DnsNode With(DnsNode node, int? children = null, ImmutableArray<DnsEntry>? entries = null) =>
        new(node.Name, node.ApexLabels, node.IsApex, children ?? node.Children, entries ?? node.Entries, entries is null ? node.Sets : null);
}

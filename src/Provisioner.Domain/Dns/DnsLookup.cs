using Provisioner.Wire.Dns;

namespace Provisioner.Domain.Dns;

/// <summary>How a lookup ended.</summary>
/// <param name="Outside">The name, or the alias that the name led to, is not ours.</param>
/// <param name="Aliased">An alias of ours was followed.</param>
internal readonly record struct LookupOutcome(DnsResult Result, bool Authoritative, bool Outside, bool Aliased, string Why);

/// <summary>Finds the records for a question in our zones, follows aliases, and writes what it finds. One a thread.</summary>
internal sealed class DnsLookup
{
    private const int MostAliases = 8, MostServers = 13;
    private readonly DnsNameBuffer[] _targets = [new(), new()];

    /// <summary>The name that the last alias led to.</summary>
    public DnsNameBuffer Target { get; private set; } = new();

    public LookupOutcome Find(in DnsQuery query, DnsNameBuffer name, DnsZones zones, ResolvedAnswer? found, uint now, ref DnsReplyWriter writer)
    {
        int owner = DnsReplyWriter.QuestionAt;
        for (int aliases = 0; ; aliases++)
        {
            bool first = aliases == 0;
            var node = Closest(zones, name, out int skipped);
            if (node is null) return Outside(first, found, owner, now, ref writer);
            if (zones.Cuts > 0 && Cut(zones, name, node, skipped, query.Type) is { } cut) return Referral(zones, name, cut, owner, first, ref writer);
            if (skipped > 0)
            {
                if (Wildcard(zones, name, skipped) is not { } wildcard) return Nothing(zones, name, node, owner, DnsResult.NxDomain, "no such name", ref writer);
                node = wildcard;
            }
            if (Wanted(node, query.Type) is { } set)
            {
                foreach (var body in set.Bodies) writer.Record(DnsSection.Answer, owner, body);
                return new(DnsResult.NoError, true, false, !first, "a name of ours");
            }
            if (node.Of(DnsType.Cname) is not { } alias) return Nothing(zones, name, node, owner, DnsResult.NoError, "no records of this type", ref writer);
            owner = writer.Record(DnsSection.Answer, owner, alias.Bodies[0]);
            if (aliases == MostAliases || writer.Overflowed) return new(DnsResult.NoError, true, false, true, "more aliases than are followed");
            var next = _targets[aliases & 1];
            next.TryRead(DnsReplyWriter.DataOf(alias.Bodies[0]), 0, out _);
            name = Target = next;
        }
    }

    // ANY gets the records of one type (RFC 8482 §4.1).
    private static DnsSet? Wanted(DnsNode node, DnsType type) => type == DnsType.Any ? node.Sets.Length > 0 ? node.Sets[0] : null : node.Of(type);

    // The name itself, or what stands closest above it (RFC 4592 §3.3.1); null where no zone of ours does.
    private static DnsNode? Closest(DnsZones zones, DnsNameBuffer name, out int skipped)
    {
        for (skipped = 0; skipped <= name.Labels; skipped++)
            if (zones.Nodes.Find(name.HashOf(skipped), name.From(skipped)) is { } node) return node;
        return null;
    }

    private static DnsNode? Wildcard(DnsZones zones, DnsNameBuffer name, int skipped)
    {
        Span<byte> wildcard = stackalloc byte[DnsName.MaximumLength + 2];
        wildcard[0] = 1;
        wildcard[1] = (byte)'*';
        var above = name.From(skipped);
        above.CopyTo(wildcard[2..]);
        return zones.Nodes.Find(name.WildcardHashOf(skipped), wildcard[..(above.Length + 2)]);
    }

    // The delegation nearest to the apex that the name lies under (RFC 1034 §4.3.2, 3b). Of a cut itself, DS is the parent's (RFC 4035 §3.1.4.1).
    private static (DnsNode Node, int Skipped)? Cut(DnsZones zones, DnsNameBuffer name, DnsNode closest, int skipped, DnsType type)
    {
        for (int at = name.Labels - closest.ApexLabels - 1; at >= skipped; at--)
            if (zones.Nodes.Find(name.HashOf(at), name.From(at)) is { IsCut: true } node && !(at == 0 && type == DnsType.Ds)) return (node, at);
        return null;
    }

    private static LookupOutcome Referral(DnsZones zones, DnsNameBuffer name, (DnsNode Node, int Skipped) cut, int owner, bool first, ref DnsReplyWriter writer)
    {
        int at = owner + name.StartOf(cut.Skipped);
        var servers = cut.Node.Of(DnsType.Ns)!.Bodies;
        Span<int> names = stackalloc int[MostServers];
        int count = Math.Min(servers.Length, MostServers);
        for (int i = 0; i < count; i++) names[i] = writer.Record(DnsSection.Authority, at, servers[i]);
        for (int i = 0; i < count && !writer.Overflowed; i++) Glue(zones, names[i], servers[i], ref writer);
        return new(DnsResult.NoError, !first, false, !first, "a delegation");
    }

    // Addresses of the servers, as far as we know them (RFC 1034 §4.2.1).
    private static void Glue(DnsZones zones, int at, ReadOnlySpan<byte> server, ref DnsReplyWriter writer)
    {
        if (zones.Find(DnsName.FromWire(DnsReplyWriter.DataOf(server))) is not { } node) return;
        foreach (var set in node.Sets)
            if (set.Type is DnsType.A or DnsType.Aaaa)
                foreach (var body in set.Bodies) writer.Record(DnsSection.Additional, at, body);
    }

    // The SOA tells how long to believe that there is nothing (RFC 2308 §3). Of an alias apex (RFC 2317) there is none.
    private static LookupOutcome Nothing(DnsZones zones, DnsNameBuffer name, DnsNode node, int owner, DnsResult result, string why, ref DnsReplyWriter writer)
    {
        int above = name.Labels - node.ApexLabels;
        if (zones.Nodes.Find(name.HashOf(above), name.From(above))?.Of(DnsType.Soa) is { } soa)
            writer.Record(DnsSection.Authority, owner + name.StartOf(above), soa.Bodies[0]);
        return new(result, true, false, false, why);
    }

    private static LookupOutcome Outside(bool first, ResolvedAnswer? found, int owner, uint now, ref DnsReplyWriter writer)
    {
        if (found is null) return new(DnsResult.NoError, !first, true, !first, "an alias that leads outside");
        uint age = now - found.At;
        Write(DnsSection.Answer, found.Answers, owner, age, ref writer);
        Write(DnsSection.Authority, found.Authority, owner, age, ref writer);
        return new(found.Result, !first, true, !first, "as the upstream servers say");
    }

    private static void Write(DnsSection section, ResolvedRecord[] records, int asked, uint age, ref DnsReplyWriter writer)
    {
        byte[]? lastTarget = null;
        int lastAt = 0;
        foreach (var record in records)
        {
            int data = record.Owner is null ? writer.Record(section, asked, record.Body, age)
                : lastTarget is not null && lastAt <= DnsReplyWriter.FurthestPointer && record.Owner.AsSpan().SequenceEqual(DnsReplyWriter.DataOf(lastTarget)) ? writer.Record(section, lastAt, record.Body, age)
                : writer.Record(section, record.Owner, record.Body, age);
            // The records that follow an alias stand at the name that it leads to: point there.
            if (DnsReplyWriter.TypeOf(record.Body) == DnsType.Cname) (lastTarget, lastAt) = (record.Body, data);
        }
    }
}

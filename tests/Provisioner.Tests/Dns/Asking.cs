using System.Buffers.Binary;
using Provisioner.Domain.Dns;
using Provisioner.Wire;
using Provisioner.Wire.Dns;

namespace Provisioner.Tests.Dns;

/// <summary>Queries as bytes, and zones to ask.</summary>
internal static class Asking
{
    public const uint Now = 1_800_000_000;
    public static readonly DnsCookies Cookies = new([.. Enumerable.Range(1, 16).Select(i => (byte)i)]);
    public static readonly DnsAsker Served = new(Ipv4Address.Parse("10.77.0.50"), Served: true, Tcp: false, Now);

    /// <summary>A zone "rack.internal" with the given records, and what a served appliance answers besides.</summary>
    public static DnsZones Zones(params string[] records) => Zones([], records);

    public static DnsZones Zones(string[] added, string[] records)
    {
        var draft = new DnsZonesDraft(DnsZones.Empty);
        var server = DnsName.Parse("provisioner.rack.internal");
        draft.AddZones([new(DnsName.Parse("rack.internal"), DnsZoneKind.Domain, server, 7), new(DnsName.Parse("0.77.10.in-addr.arpa"), DnsZoneKind.Reverse, server, 7),
            .. added.Select(a => new DnsZone(DnsName.Parse(a), DnsZoneKind.Added, server, 7)), .. LocalZones.All(forwardPrivate: false)]);
        draft.Put("zone localhost", DnsRank.Zone, LocalZones.Records);
        draft.Put("the appliance", DnsRank.Zone, [Record("provisioner.rack.internal A 10.77.0.1")]);
        foreach (string line in records) draft.Put(line, DnsRank.Added, [Record(line)]);
        return draft.Done(7);
    }

    /// <summary><c>www.rack.internal CNAME node1.rack.internal</c>.</summary>
    public static DnsRecord Record(string line, uint ttl = 300)
    {
        var words = line.Split(' ', 3);
        return new AddedRecord("x", words[0], words[1], words[2], ttl).ToRecord();
    }

    /// <summary>A query as dig +noedns sends it.</summary>
    public static byte[] Query(string name, DnsType type = DnsType.A, ushort flags = 0x0100, ushort @class = 1) => Query(DnsName.Parse(name).Wire.Span, type, flags, @class);

    public static byte[] Query(ReadOnlySpan<byte> name, DnsType type, ushort flags = 0x0100, ushort @class = 1)
    {
        var query = new byte[12 + name.Length + 4];
        BinaryPrimitives.WriteUInt16BigEndian(query, 0x1234);
        BinaryPrimitives.WriteUInt16BigEndian(query.AsSpan(2), flags);
        query[5] = 1;
        name.CopyTo(query.AsSpan(12));
        BinaryPrimitives.WriteUInt16BigEndian(query.AsSpan(12 + name.Length), (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(query.AsSpan(14 + name.Length), @class);
        return query;
    }

    /// <summary>The same with an OPT record.</summary>
    public static byte[] WithOpt(byte[] query, ushort size = 1232, byte version = 0, ushort flags = 0, params byte[] options)
    {
        byte[] opt = [0, 0, 41, (byte)(size >> 8), (byte)size, 0, version, (byte)(flags >> 8), (byte)flags, (byte)(options.Length >> 8), (byte)options.Length, .. options];
        byte[] both = [.. query, .. opt];
        both[11]++;
        return both;
    }

    /// <summary>The decision, and the answer where there is one.</summary>
    public static (DnsDecision Decision, byte[] Octets) Raw(DnsZones zones, byte[] query, DnsAsker? asker = null, ResolvedAnswer? found = null)
    {
        var responder = new DnsResponder(Cookies);
        var reply = new byte[65535];
        var decision = responder.Answer(DnsQuery.Read(query, responder.Name), zones, asker ?? Served, reply, found);
        return (decision, reply[..decision.Length]);
    }

    public static DnsMessage Ask(DnsZones zones, byte[] query, DnsAsker? asker = null, ResolvedAnswer? found = null)
    {
        var (decision, octets) = Raw(zones, query, asker, found);
        Assert.Equal((DnsStep.Reply, ""), (decision.Step, decision.Step == DnsStep.Reply ? "" : decision.Why));
        return DnsCodec.Parse(octets);
    }

    public static DnsMessage Ask(DnsZones zones, string name, DnsType type = DnsType.A) => Ask(zones, Query(name, type));

    /// <summary>Records as lines: <c>node1.rack.internal 300 IN A 10.77.0.5</c>.</summary>
    public static string[] Lines(IEnumerable<DnsRecord> records) => [.. records.Where(r => r.Type != DnsType.Opt).Select(r => r.ToString())];

}

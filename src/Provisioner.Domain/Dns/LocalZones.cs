using Provisioner.Wire.Dns;

namespace Provisioner.Domain.Dns;

/// <summary>Zones that are answered here and never asked of others, for nobody out there knows them and the question tells about us.</summary>
public static class LocalZones
{
    private const uint Ttl = 10800;

    // RFC 6761 §6, RFC 7686, RFC 6762 §22.1, RFC 9462 §6.4, RFC 8375 §4.
    private static readonly string[] Names = ["localhost", "invalid", "test", "onion", "local", "resolver.arpa", "home.arpa"];

    // RFC 6303 §4 without the private networks.
    private static readonly string[] Reverse =
    [
        "0.in-addr.arpa", "127.in-addr.arpa", "254.169.in-addr.arpa", "2.0.192.in-addr.arpa", "100.51.198.in-addr.arpa", "113.0.203.in-addr.arpa",
        "255.255.255.255.in-addr.arpa", $"{Zeros(32)}ip6.arpa", $"1.{Zeros(31)}ip6.arpa", "8.e.f.ip6.arpa", "9.e.f.ip6.arpa", "a.e.f.ip6.arpa", "b.e.f.ip6.arpa",
        "8.b.d.0.1.0.0.2.ip6.arpa",
    ];

    // RFC 1918 and unique local addresses (RFC 6303 §4.1, §4.4), shared address space (RFC 7793).
    private static readonly string[] Private =
    [
        "10.in-addr.arpa", "168.192.in-addr.arpa", "d.f.ip6.arpa",
        .. Enumerable.Range(16, 16).Select(i => $"{i}.172.in-addr.arpa"), .. Enumerable.Range(64, 64).Select(i => $"{i}.100.in-addr.arpa"),
    ];

    /// <summary>The zones.</summary>
    /// <param name="forwardPrivate">Reverse names of private addresses are not among them: upstream servers know them.</param>
    public static IEnumerable<DnsZone> All(bool forwardPrivate) =>
        Names.Concat(Reverse).Concat(forwardPrivate ? [] : Private).Select(DnsName.Parse).Select(apex => new DnsZone(apex, DnsZoneKind.Local, apex, 1));

    /// <summary>What stands in them: localhost (RFC 6761 §6.3).</summary>
    public static IReadOnlyList<DnsRecord> Records { get; } =
    [
        new(DnsName.Parse("localhost"), DnsType.A, DnsRecord.Internet, Ttl, new byte[] { 127, 0, 0, 1 }),
        new(DnsName.Parse("localhost"), DnsType.Aaaa, DnsRecord.Internet, Ttl, new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 }),
        new(DnsName.Parse("*.localhost"), DnsType.A, DnsRecord.Internet, Ttl, new byte[] { 127, 0, 0, 1 }),
        new(DnsName.Parse("1.0.0.127.in-addr.arpa"), DnsType.Ptr, DnsRecord.Internet, Ttl, DnsRdata.Host(DnsName.Parse("localhost"))),
    ];

    private static string Zeros(int count) => string.Concat(Enumerable.Repeat("0.", count));
}

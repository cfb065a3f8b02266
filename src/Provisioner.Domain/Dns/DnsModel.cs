using System.Collections.Immutable;
using System.Net;
using Provisioner.Wire.Dns;

namespace Provisioner.Domain.Dns;

/// <summary>A record that people added.</summary>
/// <param name="Id">Fixed for life.</param>
/// <param name="Name">Its name, whole, without a trailing dot.</param>
/// <param name="Type"><c>A</c>, <c>AAAA</c>, <c>CNAME</c>, <c>MX</c>, <c>NS</c>, <c>PTR</c>, <c>SRV</c>, <c>SSHFP</c>, <c>TXT</c>, or <c>TYPE65280</c> (RFC 3597).</param>
/// <param name="Data">As a zone file has it: <c>10 mail.rack.internal</c>.</param>
/// <param name="Ttl">Seconds.</param>
/// <param name="Comment">For people.</param>
public sealed record AddedRecord(string Id, string Name, string Type, string Data, uint Ttl = AddedRecord.DefaultTtl, string Comment = "")
{
    /// <summary>TTL where none is said.</summary>
    public const uint DefaultTtl = 300;
    /// <summary>A week.</summary>
    public const uint MostTtl = 604800;

    /// <summary>As it is served.</summary>
    public DnsRecord ToRecord()
    {
        DnsTypeName.TryParse(Type, out var type);
        return new(DnsName.Parse(Name), type, DnsRecord.Internet, Ttl, DnsRdataText.Read(type, Data, out string fault) ?? throw new FormatException(fault));
    }

    /// <summary><c>A 10.77.0.9 (record r7k2m4)</c>.</summary>
    public string InWords => $"{Type} {Data} (record {Id})";
}

/// <summary>A zone that people added, besides the domains of the subnets.</summary>
/// <param name="Name">Its apex, without a trailing dot.</param>
/// <param name="Comment">For people.</param>
public sealed record AddedZone(string Name, string Comment = "");

/// <summary>An IPv6 prefix whose reverse names are ours.</summary>
/// <param name="Network">16 octets, host bits zero.</param>
/// <param name="Length">A multiple of four, 4 to 124.</param>
public readonly record struct Ipv6Prefix(IPAddress Network, int Length)
{
    /// <summary>Reads <c>fd00:77::/64</c>.</summary>
    public static bool TryParse(string text, out Ipv6Prefix prefix)
    {
        prefix = default;
        if (text.Split('/') is not [var address, var bits] || !address.Contains(':') || !IPAddress.TryParse(address, out var parsed) || parsed.ScopeId != 0) return false;
        if (!int.TryParse(bits, System.Globalization.NumberStyles.None, null, out int length) || length is < 4 or > 124 || length % 4 != 0) return false;
        prefix = new(parsed, length);
        return prefix.Mask(parsed.GetAddressBytes()).SequenceEqual(parsed.GetAddressBytes());
    }

    /// <summary>The address lies in it.</summary>
    /// <param name="address">16 octets.</param>
    public bool Contains(ReadOnlySpan<byte> address) => Mask(address).SequenceEqual(Network.GetAddressBytes());

    private byte[] Mask(ReadOnlySpan<byte> address)
    {
        var masked = address.ToArray();
        for (int bit = Length; bit < 128; bit++) masked[bit / 8] &= (byte)~(0x80 >> bit % 8);
        return masked;
    }
}

/// <summary>What people decided about names that are not ours.</summary>
public sealed record DnsSettings
{
    /// <summary>Servers that other names are asked of, <c>192.0.2.53</c> or <c>192.0.2.53:5353</c>; with none, those of the flags, or of /etc/resolv.conf.</summary>
    public ImmutableArray<string> Upstreams { get; init; } = [];
    /// <summary>IPv6 prefixes whose reverse names are answered here, <c>fd00:77::/64</c>.</summary>
    public ImmutableArray<string> Ipv6Prefixes { get; init; } = [];
    /// <summary>Reverse names of private addresses outside our subnets are asked of the upstream servers: those know them.</summary>
    public bool ForwardPrivate { get; init; }
    /// <summary>An answer that has ended is given when no upstream server says anything newer (RFC 8767).</summary>
    public bool ServeStale { get; init; } = true;
}

/// <summary>All that people decided about names: an immutable snapshot.</summary>
public sealed record DnsModel
{
    /// <summary>Nothing.</summary>
    public static readonly DnsModel Empty = new();
    /// <summary>Records that one model may hold.</summary>
    public const int MostRecords = 100_000;

    /// <summary>By id.</summary>
    public ImmutableDictionary<string, AddedRecord> Records { get; init; } = ImmutableDictionary<string, AddedRecord>.Empty;
    /// <summary>By apex.</summary>
    public ImmutableDictionary<DnsName, AddedZone> Zones { get; init; } = ImmutableDictionary<DnsName, AddedZone>.Empty;
    /// <summary>Settings.</summary>
    public DnsSettings Settings { get; init; } = new();
}

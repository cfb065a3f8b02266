using System.Buffers.Binary;

namespace Provisioner.Wire.Dns;

/// <summary>RDATA: where names stand in it, and how that of each type is made. Names in it are written out, never compressed.</summary>
public static class DnsRdata
{
    /// <summary>A, RFC 1035 §3.4.1.</summary>
    public static byte[] A(Ipv4Address address)
    {
        var data = new byte[Ipv4Address.Length];
        address.WriteTo(data);
        return data;
    }

    /// <summary>NS, CNAME, PTR.</summary>
    public static byte[] Host(DnsName name) => name.Wire.ToArray();

    /// <summary>SOA, RFC 1035 §3.3.13; times in seconds.</summary>
    public static byte[] Soa(DnsName primary, DnsName mailbox, uint serial, uint refresh, uint retry, uint expire, uint minimum)
    {
        var data = new byte[primary.Wire.Length + mailbox.Wire.Length + 20];
        primary.Wire.Span.CopyTo(data);
        mailbox.Wire.Span.CopyTo(data.AsSpan(primary.Wire.Length));
        var numbers = data.AsSpan(data.Length - 20);
        foreach (uint value in (ReadOnlySpan<uint>)[serial, refresh, retry, expire, minimum])
        {
            BinaryPrimitives.WriteUInt32BigEndian(numbers, value);
            numbers = numbers[4..];
        }
        return data;
    }

    /// <summary>MX, RFC 1035 §3.3.9.</summary>
    public static byte[] Mx(ushort preference, DnsName exchange) => [.. Octets(preference), .. exchange.Wire.Span];

    /// <summary>SRV, RFC 2782.</summary>
    public static byte[] Srv(ushort priority, ushort weight, ushort port, DnsName target) =>
        [.. Octets(priority), .. Octets(weight), .. Octets(port), .. target.Wire.Span];

    /// <summary>TXT, RFC 1035 §3.3.14: strings of at most 255 octets each.</summary>
    public static byte[] Txt(params IReadOnlyList<ReadOnlyMemory<byte>> strings) => [.. strings.SelectMany(s => (byte[])[(byte)s.Length, .. s.Span])];

    /// <summary>The SOA's last number: how long "there is none" may be believed (RFC 2308 §5).</summary>
    public static uint MinimumOf(ReadOnlySpan<byte> soa) => BinaryPrimitives.ReadUInt32BigEndian(soa[^4..]);

    /// <summary>The name that an NS, CNAME, PTR, MX or SRV record leads to, written out; empty for other types.</summary>
    public static ReadOnlySpan<byte> TargetOf(DnsType type, ReadOnlySpan<byte> data) => type switch
    {
        DnsType.Ns or DnsType.Cname or DnsType.Ptr or DnsType.Dname => data,
        DnsType.Mx => data[2..],
        DnsType.Srv => data[6..],
        _ => default,
    };

    /// <summary>
    /// Where the names in it stand: octets before the first one, and how many there are. Those of RFC 1035 come compressed, the others of RFC 3597
    /// §4 did once.
    /// </summary>
    internal static (int Before, int Names) Layout(DnsType type) => (ushort)type switch
    {
        2 or 3 or 4 or 5 or 7 or 8 or 9 or 12 or 39 => (0, 1), // NS MD MF CNAME MB MG MR PTR DNAME
        6 or 14 or 17 => (0, 2), // SOA MINFO RP
        15 or 18 or 21 or 36 => (2, 1), // MX AFSDB RT KX
        26 => (2, 2), // PX
        33 => (6, 1), // SRV
        _ => (0, 0),
    };

    /// <summary>What data of a type must look like, or null where it does.</summary>
    internal static string? Fault(DnsType type, ReadOnlySpan<byte> data) => type switch
    {
        DnsType.A when data.Length != 4 => "4 octets",
        DnsType.Aaaa when data.Length != 16 => "16 octets",
        DnsType.Soa when data.Length < 22 => "two names and five numbers",
        DnsType.Txt when !AreStrings(data) => "strings",
        _ => null,
    };

    private static bool AreStrings(ReadOnlySpan<byte> data)
    {
        int at = 0;
        while (at < data.Length) at += data[at] + 1;
        return at == data.Length;
    }

    private static byte[] Octets(ushort value) => [(byte)(value >> 8), (byte)value];
}

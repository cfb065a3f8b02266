using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;

namespace Provisioner.Wire.Dns;

/// <summary>RDATA as people write it (RFC 1035 §5, RFC 3597 §5), for the types that they may add.</summary>
public static class DnsRdataText
{
    /// <summary>Writes it; a type without a form of its own as <c>\# 4 0a000001</c>.</summary>
    public static string Of(DnsType type, ReadOnlySpan<byte> data) => type switch
    {
        DnsType.A when data.Length == 4 => Ipv4Address.FromBytes(data).ToString(),
        DnsType.Aaaa when data.Length == 16 => new IPAddress(data).ToString(),
        DnsType.Ns or DnsType.Cname or DnsType.Ptr => Host(data),
        DnsType.Mx => $"{U16(data)} {Host(data[2..])}",
        DnsType.Srv => $"{U16(data)} {U16(data[2..])} {U16(data[4..])} {Host(data[6..])}",
        DnsType.Soa => Soa(data),
        DnsType.Txt => Strings(data),
        DnsType.Sshfp when data.Length > 2 => $"{data[0]} {data[1]} {Convert.ToHexStringLower(data[2..])}",
        _ => $"\\# {data.Length} {Convert.ToHexStringLower(data)}".TrimEnd(),
    };

    /// <summary>Reads it.</summary>
    /// <param name="fault">Else why not: a sentence with an example.</param>
    public static byte[]? Read(DnsType type, string text, out string fault)
    {
        fault = "";
        var words = text.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        byte[]? data = words is ["\\#", ..] ? Generic(words) : type switch
        {
            DnsType.A => Ipv4Address.TryParse(text.Trim(), out var v4) ? DnsRdata.A(v4) : null,
            DnsType.Aaaa => words is [var one] && one.Contains(':') && !one.Contains('%') && IPAddress.TryParse(one, out var v6) ? v6.GetAddressBytes() : null,
            DnsType.Ns or DnsType.Cname or DnsType.Ptr => words is [var target] && Name(target) is { } name ? DnsRdata.Host(name) : null,
            DnsType.Mx => words is [var preference, var exchange] && Number(preference) is { } p && Name(exchange, rootToo: true) is { } name ? DnsRdata.Mx(p, name) : null,
            DnsType.Srv => words is [var a, var b, var c, var target] && Number(a) is { } priority && Number(b) is { } weight && Number(c) is { } port
                && Name(target, rootToo: true) is { } name ? DnsRdata.Srv(priority, weight, port, name) : null,
            DnsType.Txt => Quoted(text),
            DnsType.Sshfp => Fingerprint(words),
            _ => null,
        };
        if (data is not null && DnsRdata.Fault(type, data) is null && data.Length <= ushort.MaxValue) return data;
        fault = $"\"{text}\" is not the data of a record of type {DnsTypeName.Of(type)}, such as {Example(type)}";
        return null;
    }

    private static string Example(DnsType type) => type switch
    {
        DnsType.A => "10.77.0.9",
        DnsType.Aaaa => "fd00:77::9",
        DnsType.Mx => "10 mail.rack.internal",
        DnsType.Srv => "0 5 5060 sip.rack.internal",
        DnsType.Txt => "\"v=spf1 -all\"",
        DnsType.Sshfp => "4 2 and 64 hexadecimal digits",
        DnsType.Ns or DnsType.Cname or DnsType.Ptr => "host.rack.internal",
        _ => "\\# 4 0a000001",
    };

    private static string Host(ReadOnlySpan<byte> wire) => DnsName.FromWire(wire) is var name && name.Labels == 0 ? "." : $"{name}.";

    private static string Soa(ReadOnlySpan<byte> data)
    {
        int first = NameLength(data), second = NameLength(data[first..]);
        var text = new StringBuilder($"{Host(data[..first])} {Host(data.Slice(first, second))}");
        for (int at = first + second; at + 4 <= data.Length; at += 4) text.Append(CultureInfo.InvariantCulture, $" {BinaryPrimitives.ReadUInt32BigEndian(data[at..])}");
        return text.ToString();
    }

    private static int NameLength(ReadOnlySpan<byte> data)
    {
        int at = 0;
        while (data[at] != 0) at += data[at] + 1;
        return at + 1;
    }

    private static string Strings(ReadOnlySpan<byte> data)
    {
        var text = new StringBuilder();
        for (int at = 0; at < data.Length; at += data[at] + 1)
        {
            text.Append(at == 0 ? "\"" : " \"");
            foreach (byte octet in data.Slice(at + 1, data[at]))
            {
                if (octet is (byte)'"' or (byte)'\\') text.Append('\\').Append((char)octet);
                else if (octet is >= 0x20 and < 0x7f) text.Append((char)octet);
                else text.Append('\\').Append(octet.ToString("D3", CultureInfo.InvariantCulture));
            }
            text.Append('"');
        }
        return text.ToString();
    }

    // "one" "two", or words without quotes, each a string of its own; \" \\ and \DDD inside. A string over 255 octets goes on in the next.
    private static byte[]? Quoted(string text)
    {
        var strings = new List<ReadOnlyMemory<byte>>();
        for (int at = 0; at < text.Length;)
        {
            if (text[at] is ' ' or '\t')
            {
                at++;
                continue;
            }
            if (QuotedOne(text, ref at) is not { } octets) return null;
            if (octets.Length == 0) strings.Add(octets);
            for (int part = 0; part < octets.Length; part += 255) strings.Add(octets.AsMemory(part, Math.Min(255, octets.Length - part)));
        }
        return strings.Count > 0 ? DnsRdata.Txt(strings) : null;
    }

    private static byte[]? QuotedOne(string text, ref int at)
    {
        bool quoted = text[at] == '"';
        if (quoted) at++;
        var octets = new List<byte>();
        for (; at < text.Length; at++)
        {
            char c = text[at];
            if (quoted ? c == '"' : c is ' ' or '\t') break;
            if (c == '"') return null;
            if (c != '\\')
            {
                octets.AddRange(Encoding.UTF8.GetBytes([c]));
                continue;
            }
            if (at + 3 < text.Length && char.IsAsciiDigit(text[at + 1]) && byte.TryParse(text.AsSpan(at + 1, 3), NumberStyles.None, null, out byte number))
            {
                octets.Add(number);
                at += 3;
            }
            else if (++at < text.Length && char.IsAscii(text[at])) octets.Add((byte)text[at]);
            else return null;
        }
        if (quoted && (at >= text.Length || text[at++] != '"')) return null;
        return [.. octets];
    }

    // RFC 4255 §3.1, RFC 6594: SHA-1 has 20 octets, SHA-256 32.
    private static byte[]? Fingerprint(string[] words)
    {
        if (words.Length < 3 || !byte.TryParse(words[0], out byte algorithm) || !byte.TryParse(words[1], out byte kind)) return null;
        return Hex(words[2..]) is { } print && (kind, print.Length) is not ((1, not 20) or (2, not 32)) && print.Length > 0 ? [algorithm, kind, .. print] : null;
    }

    private static byte[]? Generic(string[] words) =>
        words.Length >= 2 && Number(words[1]) is { } length && Hex(words[2..]) is { } data && data.Length == length ? data : null;

    private static byte[]? Hex(string[] words)
    {
        string digits = string.Concat(words);
        return digits.Length % 2 == 0 && digits.All(char.IsAsciiHexDigit) ? Convert.FromHexString(digits) : null;
    }

    // A dot alone says "none" in MX (RFC 7505) and SRV (RFC 2782), and is nobody's name elsewhere.
    private static DnsName? Name(string text, bool rootToo = false) => DnsName.TryParse(text, out var name) && (rootToo || name.Labels > 0) ? name : null;

    private static ushort? Number(string text) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number) ? number : null;

    private static ushort U16(ReadOnlySpan<byte> data) => BinaryPrimitives.ReadUInt16BigEndian(data);
}

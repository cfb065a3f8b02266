using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Provisioner.Wire.Dhcp;

/// <summary>
/// An option as a person writes it: its kind, then its value. <c>ip 10.0.0.1 10.0.0.2</c> · <c>text tftp.example</c> · <c>hex 01:04:0a</c> ·
/// <c>u8 1</c> · <c>u16 1500</c> · <c>u32 3600</c> · <c>flag true</c> · <c>routes 10.0.0.0/8 via 10.77.0.254, …</c> · <c>vendor 343 hex 0104…</c>
/// (option 125). Commas may stand between numbers and addresses.
/// </summary>
public static class DhcpOptionText
{
    private const string Kinds = "ip, text, hex, u8, u16, u32, flag, routes or vendor";
    private const int LongestValue = 1024;

    /// <summary>Reads one.</summary>
    /// <param name="code">Its number.</param>
    /// <param name="text">Kind and value.</param>
    /// <param name="option">The option.</param>
    /// <param name="fault">What is wrong with it, for a person.</param>
    public static bool TryRead(int code, string text, out DhcpOption option, [NotNullWhen(false)] out string? fault)
    {
        option = default;
        fault = OwnedElsewhere(code);
        if (fault is not null) return false;
        var (octets, wrong) = Value(text.Trim());
        fault = wrong is not null ? $"option {code}: {wrong}" : OtherShape(code, octets!);
        if (fault is not null) return false;
        option = new((DhcpOptionCode)code, octets);
        return true;
    }

    // One way of doing a thing: what has a field of its own is set there, and the exchange's own options are nobody's to set.
    private static string? OwnedElsewhere(int code) => code switch
    {
        < 1 or > 254 => $"{code} is no DHCP option: they are 1 to 254",
        1 or 28 => $"option {code} follows from the subnet's CIDR",
        3 => "option 3 is the subnet's gateway: set that",
        6 => "option 6 is the subnet's DNS servers: set those",
        12 => "option 12 is the machine's own name",
        15 => "option 15 is the subnet's domain: set that",
        26 => "option 26 is the VLAN's MTU: set that",
        42 => "option 42 is the subnet's NTP servers: set those",
        51 or 58 or 59 => $"option {code} follows from the subnet's lease time: set that",
        119 => "option 119 is the subnet's search list: set that",
        50 or (>= 52 and <= 57) or 61 or 81 or 82 or 93 or 94 or 97 or 118 => $"option {code} is part of the exchange itself: it can't be set",
        _ => null,
    };

    private static (byte[]? Octets, string? Wrong) Value(string text)
    {
        var (kind, rest) = FirstWord(text);
        var (octets, wrong) = kind switch
        {
            "ip" => Addresses(rest),
            "text" => Ascii(rest),
            "hex" => Hex(rest),
            "u8" => Numbers(rest, 1),
            "u16" => Numbers(rest, 2),
            "u32" => Numbers(rest, 4),
            "flag" => rest is "true" or "false" ? ([rest == "true" ? (byte)1 : (byte)0], null) : (null, "after \"flag\" stands true or false"),
            "routes" => Routes(rest),
            "vendor" => Vendor(rest),
            "" => (null, $"its value is empty: write {Kinds}, then the value"),
            _ => (null, $"\"{kind}\" is no kind of value: {Kinds}"),
        };
        if (octets?.Length > LongestValue) return (null, $"its value has {octets.Length} octets, {LongestValue} at most");
        return (octets, wrong);
    }

    private static (byte[]?, string?) Addresses(string text)
    {
        var octets = new List<byte>();
        Span<byte> four = stackalloc byte[Ipv4Address.Length];
        foreach (string part in Parts(text))
        {
            if (!Ipv4Address.TryParse(part, out var address)) return (null, $"\"{part}\" is not an IPv4 address such as 10.77.0.1");
            address.WriteTo(four);
            octets.AddRange(four);
        }
        return octets.Count > 0 ? ([.. octets], null) : (null, "an address is missing after \"ip\"");
    }

    private static (byte[]?, string?) Ascii(string text) =>
        text.Length == 0 ? (null, "text is missing after \"text\"")
        : text.Any(c => c is < ' ' or > '~') ? (null, "its text has characters outside ASCII: write it as hex")
        : (Encoding.ASCII.GetBytes(text), null);

    private static (byte[]?, string?) Hex(string text)
    {
        string digits = text.Replace(":", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);
        if (digits.Length == 0) return ([], null); // options without a value exist
        return digits.Length % 2 == 0 && digits.All(char.IsAsciiHexDigit) ? (Convert.FromHexString(digits), null) : (null, $"\"{text}\" is not pairs of hexadecimal digits");
    }

    private static (byte[]?, string?) Numbers(string text, int width)
    {
        var octets = new List<byte>();
        Span<byte> four = stackalloc byte[4];
        uint largest = uint.MaxValue >> (32 - 8 * width);
        foreach (string part in Parts(text))
        {
            if (!uint.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) || number > largest)
                return (null, $"\"{part}\" is not a number from 0 to {largest}");
            BinaryPrimitives.WriteUInt32BigEndian(four, number);
            octets.AddRange(four[^width..]);
        }
        return octets.Count > 0 ? ([.. octets], null) : (null, $"a number is missing after \"u{8 * width}\"");
    }

    private static (byte[]?, string?) Routes(string text)
    {
        var routes = new List<ClasslessRoute>();
        foreach (string part in text.Split(',', Trimmed))
        {
            if (Route(part) is not { } route) return (null, $"\"{part}\" is not a route such as 10.0.0.0/8 via 10.77.0.254");
            routes.Add(route);
        }
        return routes.Count > 0 ? (ClasslessRoute.ToOption(routes).Value.ToArray(), null) : (null, "a route is missing after \"routes\"");
    }

    private static ClasslessRoute? Route(string text)
    {
        if (text.Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [var destination, "via", var hop] || destination.Split('/') is not [var network, var bits]) return null;
        if (!Ipv4Address.TryParse(network, out var to) || !Ipv4Address.TryParse(hop, out var router)) return null;
        if (!int.TryParse(bits, NumberStyles.None, CultureInfo.InvariantCulture, out int prefix) || prefix > 32) return null;
        uint mask = prefix == 0 ? 0 : uint.MaxValue << (32 - prefix);
        return (to.Value & ~mask) == 0 ? new(to, prefix, router) : null;
    }

    // RFC 3925 §4: enterprise number, length, options of that vendor.
    private static (byte[]?, string?) Vendor(string text)
    {
        var (number, rest) = FirstWord(text);
        var (kind, digits) = FirstWord(rest);
        if (!uint.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out uint enterprise)) return (null, $"\"{number}\" is not an enterprise number");
        if (kind != "hex") return (null, "after the enterprise number stands \"hex\" and the vendor's options");
        var (value, wrong) = Hex(digits);
        if (value is null) return (null, wrong);
        if (value.Length > 255) return (null, $"the vendor's options have {value.Length} octets, 255 at most");
        var head = new byte[5];
        BinaryPrimitives.WriteUInt32BigEndian(head, enterprise);
        head[4] = (byte)value.Length;
        return ([.. head, .. value], null);
    }

    // A machine that reads an address list of five octets is worse off than one that gets none.
    private static string? OtherShape(int code, byte[] value)
    {
        string? wants = code switch
        {
            4 or 5 or (>= 7 and <= 11) or 41 or 44 or 45 or 48 or 49 or 65 or (>= 68 and <= 76) or 150 => value.Length > 0 && value.Length % 4 == 0 ? null : "addresses: ip 10.77.0.1",
            16 or 32 or 54 => value.Length == 4 ? null : "one address: ip 10.77.0.1",
            21 or 33 => value.Length > 0 && value.Length % 8 == 0 ? null : "pairs of addresses: ip 10.1.0.0, 10.77.0.254",
            19 or 20 or 23 or 27 or (>= 29 and <= 31) or 34 or 36 or 37 or 39 or 46 or 116 => value.Length == 1 ? null : "one octet: u8 1, or flag true",
            13 or 22 => value.Length == 2 ? null : "16 bits: u16 1500",
            2 or 24 or 35 or 38 or 108 or 211 => value.Length == 4 ? null : "32 bits: u32 3600",
            121 => IsRoutes(value) ? null : "routes: routes 10.0.0.0/8 via 10.77.0.254",
            208 => value.AsSpan().SequenceEqual<byte>([0xf1, 0, 0x74, 0x7e]) ? null : "hex f100747e (RFC 5071 §3)",
            _ => null,
        };
        return wants is null ? null : $"option {code} wants {wants}";
    }

    private static bool IsRoutes(byte[] value)
    {
        try
        {
            return ClasslessRoute.Read(value).Count > 0;
        }
        catch (WireException)
        {
            return false;
        }
    }

    private const StringSplitOptions Trimmed = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;

    private static string[] Parts(string text) => text.Split([',', ' '], Trimmed);

    private static (string First, string After) FirstWord(string text)
    {
        int space = text.IndexOf(' ');
        return space < 0 ? (text, "") : (text[..space], text[(space + 1)..].Trim());
    }
}

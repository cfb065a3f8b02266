using System.Text;

namespace Provisioner.Wire.Http;

/// <summary>The head of an HTTP/1.x request (RFC 9112 §3, §5): what a server of files needs of it. Pure, bounded, strict where requests are smuggled.</summary>
/// <param name="Method">As it came; methods are case-sensitive.</param>
/// <param name="Target">The path exactly as it was written; of <c>http://host/path</c> the path (RFC 9112 §3.2.2).</param>
/// <param name="Major">Of the version.</param>
/// <param name="Minor">Of the version.</param>
/// <param name="Fields">Names in lower case, values without the blanks around them, in order.</param>
public sealed record HttpRequestHead(string Method, string Target, int Major, int Minor, IReadOnlyList<KeyValuePair<string, string>> Fields)
{
    /// <summary>Octets of a whole head. Firmware sends 150, curl 110.</summary>
    public const int MostOctets = 8192;
    private const int MostFields = 64;

    /// <summary>The value of a field; of several with one name all, with commas (RFC 9110 §5.3); null without it.</summary>
    public string? Field(string name)
    {
        string? all = null;
        foreach (var (key, value) in Fields)
            if (key == name) all = all is null ? value : $"{all}, {value}";
        return all;
    }

    /// <summary>How many fields of a name there are.</summary>
    public int Count(string name) => Fields.Count(f => f.Key == name);

    /// <summary>Octets up to and with the empty line that ends the head; 0 while it has not come.</summary>
    public static int LengthIn(ReadOnlySpan<byte> octets)
    {
        // A bare LF ends a line too (RFC 9112 §2.2).
        for (int at = LeadingLineEnds(octets), next; at < octets.Length; at = next)
        {
            int end = octets[at..].IndexOf((byte)'\n');
            if (end < 0) return 0;
            next = at + end + 1;
            if (end == 0 || (end == 1 && octets[at] == '\r')) return next;
        }
        return 0;
    }

    /// <summary>Reads a head that <see cref="LengthIn"/> measured.</summary>
    /// <exception cref="WireException">it is none; one sentence.</exception>
    public static HttpRequestHead Parse(ReadOnlySpan<byte> octets)
    {
        octets = octets[LeadingLineEnds(octets)..];
        var request = RequestLine(Line(ref octets));
        var fields = new List<KeyValuePair<string, string>>(8);
        while (Line(ref octets) is { Length: > 0 } line)
        {
            if (fields.Count == MostFields) throw new WireException($"more than {MostFields} header fields");
            fields.Add(FieldLine(line));
        }
        return request with { Fields = fields };
    }

    private static HttpRequestHead RequestLine(ReadOnlySpan<byte> line)
    {
        int space = line.IndexOf((byte)' '), last = line.LastIndexOf((byte)' ');
        if (space <= 0 || last == space) throw new WireException("the request line is not METHOD TARGET VERSION");
        ReadOnlySpan<byte> method = line[..space], target = line[(space + 1)..last], version = line[(last + 1)..];
        if (!IsToken(method)) throw new WireException("the method is no token");
        if (target.IsEmpty || target.IndexOfAnyExceptInRange((byte)0x21, (byte)0x7e) >= 0) throw new WireException("the target has octets that no URL has");
        if (version.Length != 8 || !version.StartsWith("HTTP/"u8) || version[6] != '.' || !IsDigit(version[5]) || !IsDigit(version[7]))
            throw new WireException("the version is not HTTP/1.1");
        return new(Encoding.ASCII.GetString(method), Path(Encoding.ASCII.GetString(target)), version[5] - '0', version[7] - '0', []);
    }

    private static string Path(string target)
    {
        if (!target.StartsWith("http://", StringComparison.OrdinalIgnoreCase)) return target;
        int slash = target.IndexOf('/', 7);
        return slash < 0 ? "/" : target[slash..];
    }

    // No blank before the colon and no folded lines: RFC 9112 §5.1, §5.2.
    private static KeyValuePair<string, string> FieldLine(ReadOnlySpan<byte> line)
    {
        int colon = line.IndexOf((byte)':');
        if (colon <= 0 || !IsToken(line[..colon])) throw new WireException("a header field is not NAME: VALUE");
        var value = line[(colon + 1)..].Trim(" \t"u8);
        foreach (byte octet in value)
            if (octet is < 0x20 and not (byte)'\t' or 0x7f) throw new WireException("a header field's value has control characters");
        return new(Encoding.ASCII.GetString(line[..colon]).ToLowerInvariant(), Encoding.Latin1.GetString(value));
    }

    private static ReadOnlySpan<byte> Line(ref ReadOnlySpan<byte> octets)
    {
        int end = octets.IndexOf((byte)'\n');
        if (end < 0) throw new WireException("the head has no end");
        var line = octets[..end];
        octets = octets[(end + 1)..];
        if (line is [.., (byte)'\r']) line = line[..^1];
        return line.Contains((byte)'\r') ? throw new WireException("a carriage return inside a line") : line;
    }

    // An empty line before a request is left over from an older client's body (RFC 9112 §2.2).
    private static int LeadingLineEnds(ReadOnlySpan<byte> octets) => octets is [(byte)'\r', (byte)'\n', ..] ? 2 : octets is [(byte)'\n', ..] ? 1 : 0;

    private static bool IsDigit(byte octet) => octet is >= (byte)'0' and <= (byte)'9';

    private static bool IsToken(ReadOnlySpan<byte> octets)
    {
        foreach (byte octet in octets)
            if (!char.IsAsciiLetterOrDigit((char)octet) && !"!#$%&'*+-.^_`|~"u8.Contains(octet)) return false;
        return true;
    }
}

using System.Globalization;
using System.Text;

namespace Provisioner.Wire.Syslog;

/// <summary>Reads syslog datagrams, RFC 3164 (iPXE, busybox, debian-installer, rsyslog by default) and RFC 5424 (logger, systemd's kin).</summary>
public static class SyslogCodec
{
    /// <summary>Characters of a text that are kept: iPXE's lines have at most 128, a compiler's can have thousands.</summary>
    public const int LongestText = 400;

    private const int LongestName = 48; // RFC 5424 §6: APP-NAME
    private const int DefaultPriority = 13; // RFC 3164 §4.3.3: user, notice
    private const int HighestPriority = 191;

    /// <summary>Reads one. RFC 3164 §4.3 has a relay take whatever comes, and so does this: what has no form is all text.</summary>
    /// <exception cref="WireException">nothing is in it that a person could read.</exception>
    public static SyslogMessage Parse(ReadOnlySpan<byte> octets)
    {
        // UTF-8 takes four octets a character at most: no more of a datagram is looked at than can be shown, and its header.
        string whole = Encoding.UTF8.GetString(octets[..Math.Min(octets.Length, 4 * LongestText + 2048)]);
        int priority = Priority(whole, out string rest);
        var (application, text) = rest.StartsWith("1 ", StringComparison.Ordinal) && New(rest) is { } found ? found : Old(rest);
        text = Clean(text, LongestText);
        if (text.Length == 0) throw new WireException("a syslog line without text");
        return new(priority / 8, (SyslogSeverity)(priority % 8), Clean(application, LongestName), text);
    }

    // "<" 1 to 3 digits ">", RFC 5424 §6.2.1.
    private static int Priority(string whole, out string rest)
    {
        rest = whole;
        int end = whole.IndexOf('>', StringComparison.Ordinal);
        if (end is < 2 or > 4 || whole[0] != '<' || !int.TryParse(whole.AsSpan(1, end - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int priority) || priority > HighestPriority)
            return DefaultPriority;
        rest = whole[(end + 1)..];
        return priority;
    }

    // RFC 5424 §6: VERSION TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA [MSG].
    private static (string, string)? New(string rest)
    {
        var fields = rest.Split(' ', 7);
        if (fields.Length < 7 || AfterStructuredData(fields[6]) is not { } text) return null;
        return (fields[3] == "-" ? "" : fields[3], text.TrimStart('\ufeff'));
    }

    // §6.3: "-", or elements in brackets, in whose quoted values \ escapes ", \ and ].
    private static string? AfterStructuredData(string text)
    {
        if (text.StartsWith('-')) return text[1..];
        bool inside = false, quoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (quoted && c == '\\') i++;
            else if (c == '"') quoted = inside && !quoted;
            else if (quoted) continue;
            else if (c == '[') inside = true;
            else if (c == ']') inside = false;
            else if (!inside) return i == 0 ? null : text[i..];
        }
        return inside || text.Length == 0 ? null : "";
    }

    // RFC 3164 §4.1: [TIMESTAMP HOSTNAME] TAG[pid]: CONTENT. Every part is left out by somebody.
    private static (string, string) Old(string rest)
    {
        if (HasTime(rest)) rest = rest[16..];
        var (first, after) = Word(rest);
        if (TagOf(first) is { } tag) return (tag, after);
        var (second, afterBoth) = Word(after);
        return TagOf(second) is { } named ? (named, afterBoth) : ("", rest);
    }

    // "Nov 21 12:00:00 "
    private static bool HasTime(string text) =>
        text.Length > 16 && text[3] == ' ' && text[6] == ' ' && text[9] == ':' && text[12] == ':' && text[15] == ' ' && char.IsAsciiLetterUpper(text[0]) && char.IsAsciiDigit(text[14]);

    private static (string Word, string After) Word(string text)
    {
        int space = text.IndexOf(' ', StringComparison.Ordinal);
        return space < 0 ? (text, "") : (text[..space], text[(space + 1)..]);
    }

    private static string? TagOf(string word)
    {
        if (word.Length < 2 || word[^1] != ':') return null;
        int bracket = word.IndexOf('[', StringComparison.Ordinal);
        return bracket > 0 ? word[..bracket] : word[..^1];
    }

    // One printable line: what moves a cursor, colours a terminal or turns the reading direction becomes a space or goes.
    private static string Clean(string text, int most)
    {
        var clean = new StringBuilder(Math.Min(text.Length, most + 2));
        foreach (var rune in text.EnumerateRunes())
        {
            bool space = Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
            if (space && (clean.Length == 0 || clean[^1] == ' ')) continue;
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse) continue;
            if (clean.Length + rune.Utf16SequenceLength > most) return clean.ToString().TrimEnd() + '…';
            if (space) clean.Append(' ');
            else clean.Append(rune.ToString());
        }
        return clean.ToString().TrimEnd();
    }
}

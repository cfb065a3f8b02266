using System.Globalization;
using System.Text;

namespace Provisioner.Domain.Deploy;

/// <summary>Values in YAML documents that we write.</summary>
internal static class YamlText
{
    /// <summary>A double-quoted scalar (YAML 1.1 §9.2.1, which is what PyYAML reads): the one form that can hold any text.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is '"' or '\\') quoted.Append('\\').Append((char)rune.Value);
            else if (rune.Value == '\n') quoted.Append("\\n");
            else if (rune.Value == '\t') quoted.Append("\\t");
            else if (IsPlain(rune)) quoted.Append(rune.ToString());
            else quoted.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:X8}");
        }
        return quoted.Append('"').ToString();
    }

    /// <summary>Text as a literal block (<c>|</c>), each line indented; for our own files, which have no control characters.</summary>
    public static string Block(string text, int indent)
    {
        string margin = new(' ', indent);
        return "|\n" + string.Concat(text.TrimEnd('\n').Split('\n').Select(line => line.Length == 0 ? "\n" : $"{margin}{line}\n"));
    }

    // Printable characters of YAML 1.1 §5.1, without the ones that it takes for line breaks (NEL, LS, PS) and the byte order mark.
    private static bool IsPlain(Rune rune) => rune.Value is >= 0x20 and <= 0x7e or >= 0xa0 and <= 0xd7ff and not (0x2028 or 0x2029)
        or >= 0xe000 and <= 0xfffd and not 0xfeff or >= 0x10000;
}

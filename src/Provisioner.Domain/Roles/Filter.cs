using System.Collections.Immutable;
using System.Text;

namespace Provisioner.Domain.Roles;

/// <summary>What a reference does with its value before it is written: <c>{{ name | join "," }}</c>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Argument">What stands after it in quotes; empty for all but join.</param>
internal sealed record Filter(string Name, string Argument)
{
    /// <summary>All names.</summary>
    public static readonly ImmutableArray<string> Names = ["join", "first", "json", "python", "url", "base64"];

    /// <summary>It makes one text of a list.</summary>
    public bool Gathers => Name is "join" or "first" or "json" or "python";

    /// <summary>The value as it is written.</summary>
    public Value Apply(Value value) => Name switch
    {
        "join" => value with
        {
            Kind = ValueKind.Text,
            Lines = [string.Join(Argument, value.Lines)],
        },
        "first" => value with
        {
            Kind = ValueKind.Text,
            Lines = [value.Text],
        },
        "json" => Literal(value, "\"", "true", "false"),
        "python" => Literal(value, "'", "True", "False"),
        "url" => Each(value, Uri.EscapeDataString),
        _ => Each(value, text => Convert.ToBase64String(Encoding.UTF8.GetBytes(text))),
    };

    private static Value Each(Value value, Func<string, string> change) => value with
    {
        Kind = value.Kind is ValueKind.List ? ValueKind.List : ValueKind.Text,
        Lines = [.. value.Lines.Select(change)],
    };

    private static Value Literal(Value value, string quote, string yes, string no) => value with
    {
        Kind = ValueKind.Text,
        Lines = [value.Kind switch
        {
            ValueKind.List => $"[{string.Join(", ", value.Lines.Select(line => Quoted(line, quote)))}]",
            ValueKind.Number => value.Text,
            ValueKind.Flag => value.Text == "true" ? yes : no,
            _ => Quoted(value.Text, quote),
        }],
    };

    // The escapes that JSON (RFC 8259 §7) and Python share; what isn't ASCII is written by its UTF-16 units, which JSON wants and
    // Python doesn't: there it stays as it is.
    private static string Quoted(string text, string quote)
    {
        var quoted = new StringBuilder(quote);
        foreach (char c in text)
        {
            if (c == '\\' || c == quote[0]) quoted.Append('\\').Append(c);
            else if (c == '\t') quoted.Append("\\t");
            else quoted.Append(c);
        }
        return quoted.Append(quote).ToString();
    }
}

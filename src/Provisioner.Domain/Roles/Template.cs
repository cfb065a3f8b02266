using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;

namespace Provisioner.Domain.Roles;

/// <summary>
/// Text with references to values, <c>{{ name }}</c>, and nothing else: no conditions, no loops, no escapes. A line with a reference to
/// a list is written once for each of its elements, and not at all for an empty one; a line refers to one list at most. Values hold
/// no line breaks (<see cref="Values"/> sees to that), so that none can write a line of its own.
/// </summary>
public sealed partial record Template
{
    private Template(ImmutableArray<ImmutableArray<Piece>> lines) => Lines = lines;

    private ImmutableArray<ImmutableArray<Piece>> Lines { get; }

    /// <summary>The names that it refers to.</summary>
    public IEnumerable<string> Names => Lines.SelectMany(line => line).Where(p => p.IsName).Select(p => p.Text).Distinct();

    /// <summary>Reads a template. What is wrong with it is added to <paramref name="problems"/>, with the line's number from 0.</summary>
    public static Template Read(string text, Action<int, string> problems)
    {
        string[] lines = text.Split('\n');
        return new([.. lines.Select((line, number) => ReadLine(line, problem => problems(number, problem)))]);
    }

    /// <summary>A template of several templates, a line each.</summary>
    public static Template Join(IEnumerable<Template> parts) => new([.. parts.SelectMany(p => p.Lines)]);

    /// <summary>Text that refers to nothing, whatever it looks like.</summary>
    public static Template Literal(string text) => new([.. text.Split('\n').Select(line => ImmutableArray.Create(new Piece(line, false)))]);

    /// <summary>What is wrong with its references, given the kinds of all names: one problem a line at most.</summary>
    public IEnumerable<(int Line, string Problem, string Cure)> Check(IReadOnlyDictionary<string, ValueKind> kinds)
    {
        for (int i = 0; i < Lines.Length; i++)
        {
            string[] names = [.. Lines[i].Where(p => p.IsName).Select(p => p.Text)];
            if (Array.Find(names, n => !kinds.ContainsKey(n)) is { } unknown)
                yield return (i, $"unknown name \"{unknown}\"", Nearest.Of(unknown, kinds.Keys));
            else if (names.Where(n => kinds[n] is ValueKind.List).Distinct().Skip(1).Any())
                yield return (i, "two lists in one line", "write a line for each");
        }
    }

    /// <summary>The lines with values in place of references.</summary>
    public ImmutableArray<string> RenderLines(Values values) => [.. Lines.SelectMany(line => Render(line, values))];

    /// <summary>The whole text with values in place of references.</summary>
    public string Text(Values values) => string.Join('\n', RenderLines(values));

    private static IEnumerable<string> Render(ImmutableArray<Piece> line, Values values)
    {
        string? list = line.FirstOrDefault(p => p.IsName && values.KindOf(p.Text) is ValueKind.List)?.Text;
        if (list is null) return [Render(line, p => values[p][0])];
        return values[list].Select(element => Render(line, p => p == list ? element : values[p][0]));
    }

    private static string Render(ImmutableArray<Piece> line, Func<string, string> value)
    {
        var text = new StringBuilder();
        foreach (var piece in line) text.Append(piece.IsName ? value(piece.Text) : piece.Text);
        return text.ToString();
    }

    private static ImmutableArray<Piece> ReadLine(string line, Action<string> problem)
    {
        var pieces = ImmutableArray.CreateBuilder<Piece>();
        int at = 0;
        while (line.IndexOf("{{", at, StringComparison.Ordinal) is >= 0 and var open)
        {
            int close = line.IndexOf("}}", open, StringComparison.Ordinal);
            string name = close < 0 ? line[(open + 2)..] : line[(open + 2)..close].Trim();
            if (close < 0 || !Name().IsMatch(name))
            {
                problem(close < 0 ? "\"{{\" without \"}}\"" : $"\"{name}\" is not a name");
                return [new(line, false)];
            }
            if (open > at) pieces.Add(new(line[at..open], false));
            pieces.Add(new(name, true));
            at = close + 2;
        }
        if (at < line.Length) pieces.Add(new(line[at..], false));
        return pieces.ToImmutable();
    }

    [GeneratedRegex("^[a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*)?\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    private sealed record Piece(string Text, bool IsName);
}

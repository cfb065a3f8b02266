using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Provisioner.Domain.Catalog;

namespace Provisioner.Domain.Roles;

/// <summary>
/// Text with references to values, <c>{{ name }}</c> or <c>{{ name | join "," }}</c>, and nothing else: no conditions, no loops, no
/// escapes. A line with a reference to a list is written once for each of its elements, and not at all for an empty one; a line refers
/// to one list at most. Values hold no line breaks (<see cref="Values"/> sees to that), so that none can write a line of its own.
/// </summary>
public sealed partial record Template
{
    private Template(ImmutableArray<ImmutableArray<Piece>> lines) => Lines = lines;

    private ImmutableArray<ImmutableArray<Piece>> Lines { get; }

    /// <summary>The line of its file that it begins on; 0 where it was in none.</summary>
    public long Line { get; init; }

    /// <summary>It was written as a list: a list it is, also of one.</summary>
    public bool IsList { get; init; }

    /// <summary>The names that it refers to.</summary>
    public IEnumerable<string> Names => Lines.SelectMany(line => line).Where(p => p.IsName).Select(p => p.Text).Distinct();

    /// <summary>Reads a template. What is wrong with it is added to <paramref name="problems"/>, with the line's number from 0.</summary>
    public static Template Read(string text, Action<int, string> problems)
    {
        string[] lines = text.Split('\n');
        return new([.. lines.Select((line, number) => ReadLine(line, problem => problems(number, problem)))]);
    }

    /// <summary>A template of several templates, a line each.</summary>
    public static Template Join(IEnumerable<Template> parts)
    {
        Template[] all = [.. parts];
        return new([.. all.SelectMany(p => p.Lines)])
        {
            IsList = true,
            Line = all.Length > 0 ? all[0].Line : 0,
        };
    }

    /// <summary>Text that refers to nothing, whatever it looks like.</summary>
    public static Template Literal(string text) => new([.. text.Split('\n').Select(line => ImmutableArray.Create(new Piece(line, null)))]);

    /// <summary>What is wrong with its references, given the kinds of all names (null for none of that name): one problem a line at most.</summary>
    public IEnumerable<(int Line, string Problem, string Cure)> Check(Func<string, ValueKind?> kindOf, IEnumerable<string> known)
    {
        for (int i = 0; i < Lines.Length; i++)
        {
            Piece[] names = [.. Lines[i].Where(p => p.IsName)];
            if (Array.Find(names, n => kindOf(n.Text) is null) is { } unknown)
                yield return (i, $"unknown name \"{unknown.Text}\"", Nearest.Of(unknown.Text, known));
            else if (names.Where(n => !n.Gathers && kindOf(n.Text) is ValueKind.List).Select(n => n.Text).Distinct().Skip(1).Any())
                yield return (i, "two lists in one line", "write a line for each");
        }
    }

    /// <summary>The lists that it refers to without making one text of them.</summary>
    public IEnumerable<string> Lists(Func<string, ValueKind?> kindOf) =>
        Lines.SelectMany(l => l).Where(p => p.IsName && !p.Gathers && kindOf(p.Text) is ValueKind.List).Select(p => p.Text);

    /// <summary>The lines with values in place of references, and what they are made of. One line is a text, unless a list stands in it.</summary>
    /// <exception cref="RoleValueException">a name that there isn't, or two lists in one line.</exception>
    public Value Evaluate(Values values)
    {
        if (Lines is [[{ IsName: true } only]] && !IsList) return Resolve(only, values);
        var made = Value.Of("");
        bool list = IsList || Lines.Length != 1;
        var lines = ImmutableArray.CreateBuilder<string>(Lines.Length);
        foreach (var line in Lines) made = Render(line, values, made, lines, ref list);
        return made with
        {
            Kind = list ? ValueKind.List : ValueKind.Text,
            Lines = lines.ToImmutable(),
        };
    }

    /// <summary>The lines with values in place of references.</summary>
    public ImmutableArray<string> RenderLines(Values values) => Evaluate(values).Lines;

    /// <summary>The whole text with values in place of references.</summary>
    public string Text(Values values) => string.Join('\n', RenderLines(values));

    /// <summary>
    /// The text as POSIX shell, in which every reference is a word (a list: as many) that the shell never reads as anything but text: the values
    /// come first, as positional parameters, and the text names them.
    /// </summary>
    public Value Shell(Values values)
    {
        var (made, words, text) = (Value.Of(""), new List<string>(), new StringBuilder());
        foreach (var line in Lines)
        {
            if (text.Length > 0) text.Append('\n');
            foreach (var piece in line)
            {
                if (!piece.IsName)
                {
                    text.Append(piece.Text);
                    continue;
                }
                var value = Resolve(piece, values);
                made = made.MadeOf(value);
                for (int i = 0; i < value.Lines.Length; i++)
                {
                    words.Add(ShellText.Quote(value.Lines[i]));
                    text.Append(CultureInfo.InvariantCulture, $"{(i > 0 ? " " : "")}\"${{{words.Count}}}\"");
                }
            }
        }
        string script = words.Count > 0 ? $"set -- {string.Join(' ', words)}\n{text}" : text.ToString();
        return made with { Lines = [script] };
    }

    private static Value Render(ImmutableArray<Piece> line, Values values, Value made, ImmutableArray<string>.Builder lines, ref bool list)
    {
        if (line is [{ IsName: false } plain])
        {
            lines.Add(plain.Text);
            return made;
        }
        Value[] parts = [.. line.Select(p => p.IsName ? Resolve(p, values) : Value.Of(p.Text))];
        foreach (var part in parts) made = made.MadeOf(part);
        var lists = line.Zip(parts).Where(p => p.Second.Kind is ValueKind.List).Select(p => p.First.Text).Distinct().ToArray();
        if (lists.Length > 1) throw new RoleValueException($"{lists[0]} and {lists[1]} are two lists in one line: write a line for each");
        list |= lists.Length > 0;
        int times = lists.Length == 0 ? 1 : parts.First(p => p.Kind is ValueKind.List).Lines.Length;
        for (int i = 0; i < times; i++) lines.Add(string.Concat(parts.Select(p => p.Kind is ValueKind.List ? p.Lines[i] : p.Text)));
        return made;
    }

    private static Value Resolve(Piece piece, Values values) => piece.Filters!.Value.Aggregate(values[piece.Text], (value, filter) => filter.Apply(value));

    private static ImmutableArray<Piece> ReadLine(string line, Action<string> problem)
    {
        var pieces = ImmutableArray.CreateBuilder<Piece>();
        int at = 0;
        while (line.IndexOf("{{", at, StringComparison.Ordinal) is >= 0 and var open)
        {
            int close = line.IndexOf("}}", open, StringComparison.Ordinal);
            if (close < 0 || ReadReference(line[(open + 2)..close].Trim(), problem) is not { } piece)
            {
                if (close < 0) problem("\"{{\" without \"}}\"");
                return [new(line, null)];
            }
            if (open > at) pieces.Add(new(line[at..open], null));
            pieces.Add(piece);
            at = close + 2;
        }
        if (at < line.Length || pieces.Count == 0) pieces.Add(new(line[at..], null));
        return pieces.ToImmutable();
    }

    private static Piece? ReadReference(string reference, Action<string> problem)
    {
        var match = Reference().Match(reference);
        if (!match.Success)
        {
            problem($"\"{reference}\" is not a name");
            return null;
        }
        var filters = match.Groups["filter"].Captures.Zip(match.Groups["argument"].Captures, (f, a) => new Filter(f.Value, a.Value.Trim().Trim('"'))).ToImmutableArray();
        if (filters.FirstOrDefault(f => !Filter.Names.Contains(f.Name)) is { } unknown) problem($"unknown filter \"{unknown.Name}\": {Nearest.Of(unknown.Name, Filter.Names)}");
        return new(match.Groups["name"].Value, filters);
    }

    [GeneratedRegex("""^(?<name>[a-z][a-z0-9_-]*(\.[a-z0-9][a-z0-9_-]*){0,3})(\s*\|\s*(?<filter>[a-z0-9]+)(?<argument>\s+"[^"]*"|))*\z""", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();

    private sealed record Piece(string Text, ImmutableArray<Filter>? Filters)
    {
        public bool IsName => Filters is not null;

        public bool Gathers => Filters is { } filters && filters.Any(f => f.Gathers);
    }
}

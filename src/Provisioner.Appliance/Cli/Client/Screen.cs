using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Spectre.Console;

namespace Provisioner.Appliance.Cli.Client;

/// <summary>A column of a table: its title, and where in a row's JSON its value is: <c>usage.free</c>, or several as <c>{first}-{last}</c>.</summary>
internal sealed record Column(string Title, string Json, bool Right = false);

/// <summary>Shows answers to a person. Colours and borders only where somebody looks; piped, it is plain text of full width.</summary>
internal sealed partial class Screen
{
    private readonly IAnsiConsole _console;
    private readonly TextWriter _out;

    public Screen(TextWriter output)
    {
        _out = output;
        bool looked = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = looked ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = looked ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        });
        if (!looked) _console.Profile.Width = 1000;
    }

    public void Say(string line) => _out.WriteLine(line);

    public void Table(IEnumerable<JsonNode?> rows, IReadOnlyList<Column> columns, string none)
    {
        var list = rows.ToList();
        if (list.Count == 0)
        {
            Say(none);
            return;
        }
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns) table.AddColumn(new TableColumn(new Text(column.Title, new Style(decoration: Decoration.Bold))) { Alignment = column.Right ? Justify.Right : Justify.Left });
        foreach (var row in list) table.AddRow(columns.Select(c => new Text(ValueOf(row, c.Json))));
        Write(table);
    }

    /// <summary>One thing: a line for each of its fields.</summary>
    public void Sheet(JsonNode? thing)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        if (thing is JsonObject fields) Lines(grid, "", fields);
        Write(grid);
    }

    private static void Lines(Grid grid, string before, JsonObject fields)
    {
        foreach (var (name, value) in fields)
        {
            if (value is JsonObject inner) Lines(grid, $"{before}{name}.", inner);
            else if (TextOf(value) is { Length: > 0 } text) grid.AddRow(new Text($"{before}{name}", new Style(decoration: Decoration.Bold)), new Text(text));
        }
    }

    // Tables of Spectre fill their lines with blanks.
    private void Write(Spectre.Console.Rendering.IRenderable what)
    {
        if (_console.Profile.Capabilities.Ansi)
        {
            _console.Write(what);
            return;
        }
        using var text = new StringWriter();
        var plain = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(text), Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
        plain.Profile.Width = _console.Profile.Width;
        plain.Write(what);
        foreach (string line in text.ToString().Split('\n').Select(l => l.TrimEnd()).Where(l => l.Length > 0)) Say(line);
    }

    private static string ValueOf(JsonNode? row, string at) =>
        at.Contains('{', StringComparison.Ordinal) ? Place().Replace(at, m => TextOf(At(row, m.Groups[1].Value))) : TextOf(At(row, at));

    [GeneratedRegex(@"\{([\w.]+)\}")]
    private static partial Regex Place();

    /// <summary>A value at a path of names.</summary>
    public static JsonNode? At(JsonNode? node, string path)
    {
        foreach (string name in path.Split('.')) node = (node as JsonObject)?[name];
        return node;
    }

    /// <summary>A value as a person reads it.</summary>
    public static string TextOf(JsonNode? node) => node switch
    {
        null => "",
        JsonArray array => string.Join(", ", array.Select(TextOf)),
        JsonObject pair when pair["code"] is { } code && pair["value"] is { } value => $"{code}={value}",
        JsonObject other => string.Join(" ", other.Select(p => TextOf(p.Value))),
        JsonValue value when value.GetValueKind() is JsonValueKind.String => TimeOr(value.GetValue<string>()),
        JsonValue value when value.GetValueKind() is JsonValueKind.True => "yes",
        JsonValue value when value.GetValueKind() is JsonValueKind.False => "",
        _ => node.ToJsonString(),
    };

    /// <summary>Bytes, in the unit that fits.</summary>
    public static string Bytes(JsonNode? node)
    {
        double bytes = node?.GetValue<long>() ?? 0;
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        int unit = 0;
        for (; bytes >= 1024 && unit < units.Length - 1; unit++) bytes /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{bytes:0.#} {units[unit]}");
    }

    // What others wrote may hold control characters: a terminal must not obey them.
    private static string TimeOr(string text) =>
        text.Length is > 18 and < 36 && text[10] == 'T' && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)
            : string.Concat(text.Select(c => char.IsControl(c) ? '·' : c));
}

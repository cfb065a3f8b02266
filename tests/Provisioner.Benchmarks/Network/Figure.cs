using System.Globalization;

namespace Provisioner.Benchmarks.Network;

/// <summary>One line of the table: a figure of several servers, taken in the same run.</summary>
/// <param name="Name">What, with its unit: <c>DHCP: exchanges a second held under 1 % loss</c>.</param>
/// <param name="Values">By server; null where it has none.</param>
/// <param name="Against">The peer that ours is compared with; null: the best of all peers.</param>
/// <param name="MoreIsBetter">Which way is good.</param>
/// <param name="Wanted">The ratio ours ÷ theirs that is wanted; null: no mark was set.</param>
internal sealed record Figure(string Name, IReadOnlyList<(string Server, double? Value)> Values, string? Against = null, bool MoreIsBetter = true, double? Wanted = null)
{
    /// <summary>The appliance's name in every figure.</summary>
    public const string Us = "provisioner";

    /// <summary>Ours ÷ theirs.</summary>
    public double? Ratio => Theirs is { } theirs and not 0 ? Of(Us) / theirs : null;

    /// <summary>The mark is reached; null where there is none or nothing to compare.</summary>
    public bool? Reached => (Ratio, Wanted) is ({ } ratio, { } wanted) ? (MoreIsBetter ? ratio >= wanted : ratio <= wanted) : null;

    private double? Theirs => Against is not null ? Of(Against) : Best(Values.Where(v => v.Server != Us).Select(v => v.Value));

    private double? Of(string server) => Values.FirstOrDefault(v => v.Server == server).Value;

    private double? Best(IEnumerable<double?> values) => MoreIsBetter ? values.Max() : values.Min();

    /// <summary>The middle one: a busy machine spoils single runs.</summary>
    public static double? Median(IReadOnlyCollection<double> values) => values.Count == 0 ? null : values.Order().ElementAt(values.Count / 2);
}

/// <summary>All figures as one table: a line each, a column a server, and the ratio.</summary>
internal static class FigureTable
{
    public static void Print(IReadOnlyList<Figure> figures)
    {
        string[] servers = [.. figures.SelectMany(f => f.Values.Select(v => v.Server)).Distinct().OrderBy(s => s == Figure.Us)];
        List<string[]> rows = [["figure", .. servers, "ours ÷ theirs", "wanted", ""]];
        foreach (var figure in figures)
            rows.Add([figure.Name, .. servers.Select(s => Number(figure.Values.FirstOrDefault(v => v.Server == s).Value)), Ratio(figure), Wanted(figure), Verdict(figure)]);
        var widths = Enumerable.Range(0, rows[0].Length).Select(i => rows.Max(r => r[i].Length)).ToArray();
        Console.WriteLine();
        foreach (var row in rows)
            Console.WriteLine(string.Join("  ", row.Select((cell, i) => i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))).TrimEnd());
    }

    private static string Number(double? value) => value switch
    {
        null => "–",
        >= 1000 => value.Value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 10 => value.Value.ToString("0.#", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("0.###", CultureInfo.InvariantCulture),
    };

    private static string Ratio(Figure figure) =>
        figure.Ratio is { } ratio ? string.Create(CultureInfo.InvariantCulture, $"{ratio:0.00}{(figure.Against is { } peer ? $" ({peer})" : " (best)")}") : "";

    private static string Wanted(Figure figure) =>
        figure.Wanted is { } wanted ? string.Create(CultureInfo.InvariantCulture, $"{(figure.MoreIsBetter ? "≥" : "≤")} {wanted:0.##}") : "";

    private static string Verdict(Figure figure) => figure.Reached switch { true => "ok", false => "short", null => "" };
}

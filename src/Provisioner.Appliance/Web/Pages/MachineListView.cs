using System.Globalization;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Roles;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Power;

namespace Provisioner.Appliance.Web.Pages;

/// <summary>One row: a machine, its role, its power, its address and how far its agent has come.</summary>
internal sealed record MachineRow(Machine Machine, RoleProgress Role, PowerReading Power, string? Address, ProgressNow? Progress);

/// <summary>How many machines stand somewhere.</summary>
internal sealed record StateChip(string Word, string Title, string Tone, int Count);

/// <summary>What the list shows now: the page asked for, and how many machines stand where. Public, as Razor wants its parameters' types to be; nothing in it is.</summary>
public sealed class MachineListView
{
    private MachineListView(MachineQuery query, int page, int all, IReadOnlyList<Machine> found, ISurroundings surroundings, IReadOnlyList<StateChip> chips)
    {
        (Query, Page, All, Total, Chips) = (query, page, all, found.Count, chips);
        Served = [.. surroundings.Served.Select(n => n.Interface)];
        Rows = [.. found.Skip((page - 1) * Limits.Page).Take(Limits.Page).Select(m => new MachineRow(m, surroundings.RoleOf(m), surroundings.PowerOf(m), surroundings.AddressOf(m)?.ToString(), surroundings.ProgressOf(m)))];
    }

    internal MachineQuery Query { get; }
    internal int Page { get; }
    /// <summary>How many match.</summary>
    internal int Total { get; }
    /// <summary>How many there are.</summary>
    internal int All { get; }
    internal IReadOnlyList<MachineRow> Rows { get; }
    internal IReadOnlyList<StateChip> Chips { get; }

    /// <summary>Interfaces that are served.</summary>
    internal IReadOnlyList<string> Served { get; }

    internal int Pages => Math.Max(1, (Total + Limits.Page - 1) / Limits.Page);

    internal static MachineListView Of(IQueryCollection query, MachineBook book, ISurroundings surroundings)
    {
        // A page has a form and not a program before it: what it can't read it leaves out.
        var wanted = MachineQuery.From(query, []);
        if (wanted.Text.Length > 200) wanted = wanted with { Text = wanted.Text[..200] };
        var all = book.All;
        var found = wanted.Of(all.Values, surroundings);
        int pages = Math.Max(1, (found.Count + Limits.Page - 1) / Limits.Page);
        int page = Math.Clamp(int.TryParse(query["page"], CultureInfo.InvariantCulture, out int n) ? n : 1, 1, pages);
        return new(wanted, page, all.Count, found, surroundings, ChipsOf(all.Values));
    }

    /// <summary>The query as a path, with another state or page, or without a tag.</summary>
    internal string PathTo(string? state = null, int page = 1, string at = "/", string? without = null)
    {
        var parts = new List<string>();
        if (Query.Text.Length > 0) parts.Add($"q={Uri.EscapeDataString(Query.Text)}");
        string states = state ?? StateWord;
        if (states.Length > 0) parts.Add($"state={states}");
        parts.AddRange(Query.Tags.Where(t => t != without).Select(t => $"tag={Uri.EscapeDataString(t)}"));
        if (page > 1) parts.Add($"page={page}");
        return parts.Count == 0 ? at : $"{at}?{string.Join('&', parts)}";
    }

    /// <summary>The chosen state's word, empty for all.</summary>
    internal string StateWord => Query.States.Count == 0 ? ""
        : Query.States.Contains(MachineState.FailedDeploying) && Query.States.Count == 3 ? "failed"
        : string.Join(',', Query.States.Select(Words.Of).Order());

    private static List<StateChip> ChipsOf(IEnumerable<Machine> all) =>
        [.. all.GroupBy(m => Text.Tone(m.State) == "failed" ? ("failed", "Failed", 99) : (Words.Of(m.State), Lifecycle.Word(m.State), (int)m.State))
            .OrderBy(g => g.Key.Item3)
            .Select(g => new StateChip(g.Key.Item1, g.Key.Item2, Text.Tone(g.First().State), g.Count()))];
}

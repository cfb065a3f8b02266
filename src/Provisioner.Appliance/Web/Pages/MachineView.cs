using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Roles;
using Provisioner.Domain.Events;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Power;

namespace Provisioner.Appliance.Web.Pages;

/// <summary>One line of a timeline, with its distance from the beginning of the walk that it belongs to.</summary>
public sealed record TimelineLine(TimelineEvent Event, double? SinceStart);

/// <summary>What the page of one machine shows now. Public, as Razor wants its parameters' types to be; nothing in it is.</summary>
public sealed class MachineView
{
    internal const int Shown = 400;

    private MachineView(Machine machine, RoleProgress role, PowerReading power, string? address, ProgressNow? progress, WalkBreakdown? walk, IReadOnlyList<TimelineLine> lines) =>
        (Machine, Role, Power, Address, Progress, Walk, Lines) = (machine, role, power, address, progress, walk, lines);

    internal Machine Machine { get; }
    internal RoleProgress Role { get; }
    internal PowerReading Power { get; }
    internal string? Address { get; }
    internal ProgressNow? Progress { get; }
    internal WalkBreakdown? Walk { get; }
    /// <summary>Newest first.</summary>
    internal IReadOnlyList<TimelineLine> Lines { get; }

    internal long LastSeq => Lines is [var newest, ..] ? newest.Event.Seq : 0;

    internal static MachineView Of(Machine machine, MachineBook book, ISurroundings surroundings, DateTimeOffset now)
    {
        var events = book.LastEvents(machine.Id, 2000);
        var lines = Measured(events);
        return new(machine, surroundings.RoleOf(machine), surroundings.PowerOf(machine), surroundings.AddressOf(machine)?.ToString(), surroundings.ProgressOf(machine), WalkBreakdown.From(events, now), [.. lines.AsEnumerable().Reverse().Take(Shown)]);
    }

    // Each walk counts from its own beginning; between walks there is nothing to count from.
    private static List<TimelineLine> Measured(IReadOnlyList<TimelineEvent> events)
    {
        DateTimeOffset? start = null;
        var lines = new List<TimelineLine>(events.Count);
        foreach (var e in events)
        {
            if (e.Kind is "state.commissioning" or "state.deploying" or "state.releasing" && (start is null || e.Kind != "state.commissioning") || start is null && Begins(e)) start = e.At;
            lines.Add(new(e, start is { } from ? Math.Max(0, (e.At - from).TotalSeconds) : null));
            if (e.Kind is "state.ready" or "role.done" or "role.failed" || e.Kind.StartsWith("state.failed", StringComparison.Ordinal)) start = null;
        }
        return lines;
    }

    private static bool Begins(TimelineEvent e) => e.Kind is "dhcp.discover" or "power.on" or "power.cycle" or "power.reset";
}

namespace Provisioner.Domain.Events;

/// <summary>A commissioning, a deployment or a plain boot, cut out of a timeline.</summary>
/// <param name="Name"><c>commission</c>, <c>deploy</c> or <c>boot</c>.</param>
/// <param name="Events">Its events, at least one.</param>
internal sealed record Walk(string Name, List<TimelineEvent> Events)
{
    private bool _closed;

    /// <summary>It came to an end: its last state was reached, and its role, where one began, is done or failed.</summary>
    public bool Ended => _closed && LastRole is null or "role.done" or "role.failed";

    private string? LastRole => Events.FindLast(e => IsRole(e.Kind))?.Kind;

    private static bool IsRole(string kind) => kind.StartsWith("role.", StringComparison.Ordinal);

    /// <summary>The last walk that somebody asked for, else the last boot.</summary>
    public static Walk? LastOf(IEnumerable<TimelineEvent> events)
    {
        Walk? current = null, asked = null;
        foreach (var e in events)
        {
            current = Next(current, e);
            if (current is { Name: not "boot" }) asked = current;
        }
        return asked ?? current;
    }

    private static Walk? Next(Walk? current, TimelineEvent e)
    {
        if (NameOf(e.Kind) is { } name) return current is { _closed: false } open && open.IsAboutTo() ? open.Become(name, e) : new(name, [e]);
        if (current is { _closed: false }) return current.Take(e);
        // A role works on after Deployed. Run once more on another day, it is no part of the deployment.
        if (current is { Ended: true, LastRole: null } or { Ended: false } && IsRole(e.Kind)) return current.Take(e);
        return e.Kind is "dhcp.discover" or "power.on" or "power.cycle" or "power.reset" ? new("boot", [e]) : current;
    }

    private static string? NameOf(string kind) => kind switch
    {
        "state.commissioning" => "commission",
        "state.deploying" => "deploy",
        _ => null,
    };

    // A stranger is enlisted in the middle of its first boot: what it did before belongs to the walk.
    private bool IsAboutTo() => Name == "boot" && !Events.Exists(e => e.Kind is "agent.inventory");

    private Walk Become(string name, TimelineEvent e) => new(name, [.. Events, e]);

    private Walk Take(TimelineEvent e)
    {
        Events.Add(e);
        _closed |= e.Kind is "state.ready" or "state.deployed" or "state.releasing" || e.Kind.StartsWith("state.failed", StringComparison.Ordinal);
        return this;
    }
}

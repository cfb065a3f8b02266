using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Provisioner.Domain.Events;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Roles;

namespace Provisioner.Domain.Bundles;

/// <summary>
/// A plan's way through its nodes. Each is given to its machine until the report is in; one that fails stops what waits for it and nothing
/// else. All of it can be worked out from the state, so a restart of either side goes on where it was.
/// </summary>
public static class DeploymentRun
{
    private const int ShownLines = 12, ShownCharacters = 1_500, MostChanges = 200, MostLine = 500;

    /// <summary>A new run. What steps told in the one before is kept.</summary>
    public static RunState Begin(DeploymentPlan plan, StepMode mode, int run, RunState? before) => new()
    {
        Run = run,
        Mode = mode,
        Facts = before?.Facts ?? ImmutableSortedDictionary<string, string>.Empty,
        Nodes = plan.Nodes.Where(n => mode is StepMode.Apply || n.Verifies == (mode is StepMode.Verify)).ToImmutableSortedDictionary(n => n.Id, Fresh, StringComparer.Ordinal),
    };

    /// <summary>The same run, in which what failed is tried again and what was done isn't; what stands on another machine now is done there.</summary>
    public static RunState Resume(DeploymentPlan plan, RunState state) => state with
    {
        Nodes = plan.Nodes.Where(n => state.Mode is StepMode.Apply || n.Verifies == (state.Mode is StepMode.Verify)).ToImmutableSortedDictionary(
            n => n.Id, n => state.Nodes.GetValueOrDefault(n.Id) is { } kept && kept.Good && kept.Machine == n.Machine ? kept : Fresh(n), StringComparer.Ordinal),
    };

    /// <summary>What a machine does next.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="state">How far the run is.</param>
    /// <param name="machine">The machine's id.</param>
    /// <param name="known">Secrets, and the state's facts.</param>
    /// <param name="now">The present.</param>
    public static RunNext Next(DeploymentPlan plan, RunState state, string machine, Known known, DateTimeOffset now)
    {
        DateTimeOffset? again = null;
        var told = ImmutableArray.CreateBuilder<Told>();
        // One that is left out may let another one of this machine begin: then all are looked at again.
        for (bool more = true; more;)
        {
            more = false;
            var nodes = plan.OfMachine(machine);
            foreach (var node in nodes.Where(n => Of(state, n).Status is NodeStatus.Given).Concat(nodes.Where(n => Of(state, n).Status is NodeStatus.Waiting)))
            {
                var mine = Of(state, node);
                if (mine.Status is NodeStatus.Waiting && !Ready(plan, state, node)) continue;
                if (mine.NotBefore > now)
                {
                    again = again is null || mine.NotBefore < again ? mine.NotBefore : again;
                    continue;
                }
                var rendering = plan.Render(node, state.Mode, known, state.Run);
                if (rendering is Rendering.Ready ready)
                {
                    mine = mine with
                    {
                        Status = NodeStatus.Given,
                        Fingerprint = ready.Fingerprint,
                    };
                    return new RunNext.Step(node, ready, With(state, node, mine), told.ToImmutable());
                }
                (mine, var events) = NotDone(state, node, mine, rendering);
                told.AddRange(events);
                state = With(state, node, mine);
                more = true;
            }
        }
        return new RunNext.Nothing(state, again, told.ToImmutable());
    }

    /// <summary>What a report means: the new state and what goes onto the timeline; null for a report that was in already or belongs to no run.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="state">How far the run is.</param>
    /// <param name="report">The report.</param>
    /// <param name="known">What the step was rendered with: it says what has to be hidden.</param>
    /// <param name="now">The present.</param>
    public static (RunState State, ImmutableArray<Told> Events)? On(DeploymentPlan plan, RunState state, NodeReport report, Known known, DateTimeOffset now)
    {
        if (report.Run != state.Run || plan.Find(report.Node) is not { } node || Of(state, node).Status is not NodeStatus.Given) return null;
        var masks = plan.Render(node, state.Mode, known, state.Run) is Rendering.Ready ready ? ready.Masks : Masks.Of(known.Secrets.Values);
        var (changes, exports) = Read(report.Said, masks);
        var mine = Of(state, node) with
        {
            Tries = Of(state, node).Tries + 1,
            ExitCode = report.ExitCode,
            Seconds = report.Seconds,
            Changes = changes,
            NotBefore = null,
            Why = "",
            Tail = "",
        };
        if (report.Failed) return Failed(state, node, mine, Tail(masks.Hide(report.Output)), now);
        mine = mine with { Status = changes.IsEmpty ? NodeStatus.Unchanged : NodeStatus.Changed };
        var facts = state.Facts;
        // What a check would tell is not so yet.
        if (state.Mode is not StepMode.Check)
            foreach (var (name, value) in exports)
                if (node.Step.Resources.Any(r => r.Facts.Contains(name))) facts = facts.SetItem($"{node.Application}/{node.Unit}/{name}", value);
        string verb = (state.Mode, changes.Length) switch
        {
            (StepMode.Verify, _) => "good",
            (_, 0) => "unchanged",
            (StepMode.Check, _) => "would change",
            _ => "changed",
        };
        return (With(state, node, mine) with { Facts = facts }, [new("role.step", $"{node.Id}: {verb}", Seconds: report.Seconds)]);
    }

    /// <summary>Whether the run is over, and how; null while something is under way or can begin.</summary>
    public static RunEnd? Ended(DeploymentPlan plan, RunState state)
    {
        // A step that is in no plan any more, because its role's file changed while the appliance was down, is waited for by nobody.
        if (plan.Nodes.Any(n => Of(state, n).Status is NodeStatus.Given)) return null;
        var blocked = Blocked(plan, state);
        if (plan.Nodes.Any(n => state.Nodes.ContainsKey(n.Id) && Of(state, n).Status is NodeStatus.Waiting && !blocked.ContainsKey(n.Id))) return null;
        ImmutableArray<string> failed = [.. plan.Order.Select(i => plan.Nodes[i]).Where(n => Of(state, n).Status is NodeStatus.Failed).Select(n => n.Id)];
        int changed = state.Nodes.Values.Count(n => n.Status is NodeStatus.Changed), unknown = state.Nodes.Values.Count(n => n.Status is NodeStatus.Unknown);
        string what = state.Mode switch
        {
            StepMode.Verify => failed.IsEmpty ? "all good" : "",
            StepMode.Check => changed == 0 && unknown == 0 ? "nothing would change" : $"{changed} would change",
            _ => changed == 0 ? "nothing changed" : $"{changed} changed",
        };
        string[] words =
        [
            $"{state.Nodes.Count} {(state.Mode is StepMode.Verify ? "checks" : "steps")}", .. what.Length > 0 ? [what] : Array.Empty<string>(),
            .. unknown > 0 ? [$"{unknown} can only be told by an apply"] : Array.Empty<string>(),
            .. failed.IsEmpty ? Array.Empty<string>() : [$"{failed.Length} failed: {string.Join(", ", failed.Take(5))}"],
            .. blocked.IsEmpty ? Array.Empty<string>() : [$"{blocked.Count} not begun because of that"],
        ];
        return new(failed.IsEmpty, changed, failed, blocked, string.Join(", ", words));
    }

    /// <summary>Whether a step would do something else now than it did in this run: what it is told of the world has changed since.</summary>
    /// <param name="plan">The plan, as it would be now.</param>
    /// <param name="state">A run that changed things, over.</param>
    /// <param name="known">Secrets, and the state's facts.</param>
    public static bool IsStale(DeploymentPlan plan, RunState state, Known known) => plan.Nodes.Any(n => !n.Verifies
        && plan.Render(n, StepMode.Apply, known, state.Run) is Rendering.Ready ready && ready.Fingerprint != Of(state, n).Fingerprint);

    /// <summary>The nodes that wait for one that failed, with that one's name.</summary>
    public static ImmutableSortedDictionary<string, string> Blocked(DeploymentPlan plan, RunState state)
    {
        if (state.Mode is not StepMode.Apply) return ImmutableSortedDictionary<string, string>.Empty;
        string?[] causes = new string?[plan.Nodes.Length];
        foreach (int i in plan.Order)
        {
            var node = plan.Nodes[i];
            if (Of(state, node).Ended) continue;
            causes[i] = node.After.Select(Cause).FirstOrDefault(c => c is not null) ?? node.Gates.Select(g => Closed(plan.Gates[g])).FirstOrDefault(c => c is not null);
        }
        return plan.Nodes.Where(n => causes[n.Index] is not null).ToImmutableSortedDictionary(n => n.Id, n => causes[n.Index]!, StringComparer.Ordinal);

        string? Cause(int i) => Of(state, plan.Nodes[i]).Status is NodeStatus.Failed ? plan.Nodes[i].Id : causes[i];

        string? Closed(PlanGate gate) => gate.Tolerate && gate.Nodes.Any(i => Cause(i) is null) ? null : gate.Nodes.Select(Cause).FirstOrDefault(c => c is not null);
    }

    private static NodeState Fresh(PlanNode node) => new() { Machine = node.Machine };

    // What the run leaves alone counts as done.
    private static readonly NodeState LeftAlone = new() { Status = NodeStatus.Skipped };

    private static NodeState Of(RunState state, PlanNode node) => state.Nodes.GetValueOrDefault(node.Id) ?? LeftAlone;

    private static RunState With(RunState state, PlanNode node, NodeState mine) => state with { Nodes = state.Nodes.SetItem(node.Id, mine) };

    // A check touches nothing, so it needs no order.
    private static bool Ready(DeploymentPlan plan, RunState state, PlanNode node) => state.Mode is not StepMode.Apply
        || node.After.All(i => Of(state, plan.Nodes[i]).Good) && node.Gates.All(g => Open(plan, state, plan.Gates[g]));

    private static bool Open(DeploymentPlan plan, RunState state, PlanGate gate)
    {
        if (!gate.Tolerate) return gate.Nodes.All(i => Of(state, plan.Nodes[i]).Good);
        if (gate.Nodes.All(i => Of(state, plan.Nodes[i]).Ended)) return gate.Nodes.IsEmpty || gate.Nodes.Any(i => Of(state, plan.Nodes[i]).Good);
        // Those that will never begin, because something before them failed, count as failed.
        var blocked = Blocked(plan, state);
        return gate.Nodes.All(i => Of(state, plan.Nodes[i]).Ended || blocked.ContainsKey(plan.Nodes[i].Id)) && gate.Nodes.Any(i => Of(state, plan.Nodes[i]).Good);
    }

    private static (NodeState, ImmutableArray<Told>) NotDone(RunState state, PlanNode node, NodeState mine, Rendering rendering) => rendering switch
    {
        Rendering.Skipped skipped => (mine with
        {
            Status = NodeStatus.Skipped,
            Why = skipped.Why,
        }, []),
        Rendering.Unknown unknown when state.Mode is StepMode.Check => (mine with
        {
            Status = NodeStatus.Unknown,
            Why = $"needs {string.Join(", ", unknown.Facts)}, which an apply finds out",
        }, []),
        Rendering.Unknown unknown => Broken(node, mine, $"needs {string.Join(", ", unknown.Facts)}, which no step has told: the step that does was left out, or changed since"),
        Rendering.Impossible impossible => Broken(node, mine, impossible.Why),
        _ => throw new ArgumentOutOfRangeException(nameof(rendering), rendering, "a rendering without an arm"),
    };

    private static (NodeState, ImmutableArray<Told>) Broken(PlanNode node, NodeState mine, string why) => (mine with
    {
        Status = NodeStatus.Failed,
        Why = why,
    }, [new("role.failed", $"{node.Id}: {why}", Level.Error)]);

    private static (RunState, ImmutableArray<Told>) Failed(RunState state, PlanNode node, NodeState mine, string tail, DateTimeOffset now)
    {
        string why = mine.ExitCode is 124 or 137
            ? $"was not done within its {node.Deadline.TotalSeconds:0} s"
            : $"failed with exit code {mine.ExitCode.ToString(CultureInfo.InvariantCulture)}";
        bool again = state.Mode is not StepMode.Check && mine.Tries <= node.Retries;
        mine = mine with
        {
            Status = again ? NodeStatus.Waiting : NodeStatus.Failed,
            NotBefore = again ? now + node.Step.RetryAfter : null,
            Why = why,
            Tail = tail,
        };
        string text = $"{node.Id}: {why}{(again ? $"; again in {node.Step.RetryAfter.TotalSeconds:0} s ({mine.Tries} of {node.Retries + 1})" : "")}";
        text = tail.Length > 0 ? $"{text}:\n{tail}" : $"{text}, without a word";
        return (With(state, node, mine), [new(again ? "role.retry" : "role.failed", text, again ? Level.Warning : Level.Error, Seconds: mine.Seconds)]);
    }

    // Descriptor 3: "changed TEXT" and "export NAME BASE64". A machine may say anything: what isn't one of these is nothing.
    private static (ImmutableArray<string> Changes, Dictionary<string, string> Exports) Read(string said, Masks masks)
    {
        var (changes, exports) = (ImmutableArray.CreateBuilder<string>(), new Dictionary<string, string>());
        foreach (string line in said.Split('\n'))
        {
            if (line == "changed") changes.Add("something");
            else if (line.StartsWith("changed ", StringComparison.Ordinal) && changes.Count < MostChanges) changes.Add(Printable(masks.Hide(line[8..]), MostLine));
            else if (line.Split(' ') is ["export", var name, var value] && Decoded(value) is { } text) exports[name] = text;
        }
        return (changes.ToImmutable(), exports);
    }

    private static string? Decoded(string base64)
    {
        byte[] bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out int length) ? Encoding.UTF8.GetString(bytes, 0, length).TrimEnd('\n') : null;
    }

    private static string Tail(string output)
    {
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string tail = string.Join('\n', lines.TakeLast(ShownLines).Select(l => Printable(l, MostLine)));
        return tail.Length <= ShownCharacters ? tail : "…" + tail[^ShownCharacters..];
    }

    // A machine's words end on a page and in a terminal: what either would obey is left out.
    private static string Printable(string line, int most)
    {
        string plain = string.Concat(line.Where(c => !char.IsControl(c)));
        return plain.Length <= most ? plain : plain[..most] + "…";
    }
}

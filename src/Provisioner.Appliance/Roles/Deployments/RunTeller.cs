using System.Collections.Concurrent;
using System.Collections.Immutable;
using Provisioner.Appliance.Machines;
using Provisioner.Domain.Bundles;
using Provisioner.Domain.Events;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Roles;

namespace Provisioner.Appliance.Roles.Deployments;

/// <summary>What a change of a run means for others: to be told when it is on disk.</summary>
/// <param name="Deployment">Its name.</param>
/// <param name="Nodes">The nodes that moved, with what they are now.</param>
/// <param name="Events">What goes onto the machine's timeline.</param>
/// <param name="Machine">The machine whose timeline it is.</param>
/// <param name="Wake">Machines that may have something to do now.</param>
/// <param name="Ended">The deployment, where this was the end of a run.</param>
internal sealed record RunChange(
    string Deployment, ImmutableArray<(PlanNode Node, NodeState State)> Nodes, ImmutableArray<Told> Events, string Machine, ImmutableHashSet<string> Wake, (BundleDeployment Deployment, RunInfo Run)? Ended)
{
    public static readonly RunChange None = new("", [], [], "", [], null);
}

/// <summary>Tells timelines, terminals and waiting machines what came of a run's steps.</summary>
internal sealed class RunTeller(MachineBook machines, ProgressFeed progress, Wakes wakes, TimeProvider time)
{
    private readonly DateTimeOffset _since = time.GetUtcNow();

    // The last run of each whose end is on the timelines.
    private readonly ConcurrentDictionary<string, int> _ends = new();

    /// <summary>The end of its last apply is on the timelines too: who is told that it is done finds it there.</summary>
    public bool HasTold(BundleDeployment deployment) => deployment.Apply is not { Ended: { } ended } run || ended < _since || _ends.GetValueOrDefault(deployment.Name) >= run.Run;

    /// <summary>What moved between two records of a deployment.</summary>
    public static RunChange Compare(BundleDeployment before, BundleDeployment after, KnownPlan plan, ImmutableArray<Told> events, string machine = "")
    {
        if (before.Active is not { } run) return RunChange.None;
        var (was, now) = (before.StateOf(run)?.Nodes, after.StateOf(run)?.Nodes);
        var moved = ImmutableArray.CreateBuilder<(PlanNode, NodeState)>();
        var wake = ImmutableHashSet.CreateBuilder<string>();
        if (now is not null && !ReferenceEquals(was, now))
        {
            foreach (var (id, state) in now)
            {
                if (was is not null && was.TryGetValue(id, out var old) && ReferenceEquals(old, state) || plan.Plan.Find(id) is not { } node) continue;
                moved.Add((node, state));
                wake.UnionWith(plan.WaitingFor(node));
            }
        }
        var ended = after.StateOf(run) is { } state2 && run.Ended is null ? (run.Mode is StepMode.Apply ? after.Apply : after.Look) : null;
        return new(after.Name, moved.ToImmutable(), events.IsDefault ? [] : events, machine, wake.ToImmutable(), ended is { Ended: not null } ? (after, ended) : null);
    }

    /// <summary>Tells it.</summary>
    public void Tell(RunChange change)
    {
        if (ReferenceEquals(change, RunChange.None)) return;
        foreach (var told in change.Events) machines.Note(change.Machine, told.Kind, told.Text, told.Level, told.Bytes, told.Seconds, "agent");
        foreach (var (node, state) in change.Nodes)
            if (state.Status is not NodeStatus.Waiting || state.Tries > 0) progress.Tell(change.Deployment, NameOf(state.Machine.Length > 0 ? state.Machine : node.Machine), node.Id, Word(state), Text(node, state));
        if (change.Ended is var (deployment, run)) End(deployment, run);
        foreach (string machine in change.Wake) wakes.Wake(machine);
    }

    // Each machine's timeline has its own end; a machine on which a step failed was told so by that.
    private void End(BundleDeployment deployment, RunInfo run)
    {
        string text = $"{deployment.Name}: {run.What} {(run.Good ? "done" : "failed")}: {run.Text}";
        string what = deployment.Role ?? deployment.Name;
        var all = run.Mode is StepMode.Apply ? deployment.StateOf(run)!.Nodes.Values : [];
        var notes = new List<Task>();
        foreach (var mine in all.GroupBy(n => n.Machine).Where(m => m.All(n => n.Status is not NodeStatus.Failed)))
        {
            int changed = mine.Count(n => n.Status is NodeStatus.Changed), left = mine.Count(n => !n.Ended);
            notes.Add(machines.NoteAsync(mine.Key, left > 0
                ? new("role.failed", $"{what}: {left} of {mine.Count()} steps not begun, because others failed", Level.Error)
                : new("role.done", $"{what}: {mine.Count()} steps, {(changed == 0 ? "nothing changed" : $"{changed} changed")}")));
        }
        if (run.Mode is StepMode.Apply) _ = Task.WhenAll(notes).ContinueWith(_ => _ends[deployment.Name] = run.Run, TaskScheduler.Default);
        if (deployment.Role is null || run.Mode is not StepMode.Apply) machines.Note(deployment.Role is null ? "" : deployment.Machines.First(), run.Good ? "deployment.done" : "deployment.failed", text, run.Good ? Level.Info : Level.Error);
        progress.Tell(deployment.Name, "", "", run.Good ? "done" : "failed", text);
    }

    /// <summary>Tells terminals what a running step says.</summary>
    public void Say(BundleDeployment deployment, string machine, string node, IEnumerable<string> lines)
    {
        foreach (string line in lines) progress.Tell(deployment.Name, NameOf(machine), node, "output", line);
    }

    /// <summary>Tells what happened to the deployment itself: on the machine's timeline where it is its own role, on the appliance's where it is a bundle.</summary>
    public void Stage(BundleDeployment deployment, string kind, string text, Level level = Level.Info, string by = "appliance")
    {
        if (deployment is not { Role: { } role }) machines.Note("", $"deployment.{kind}", $"{deployment.Name}: {text}", level, by: by);
        // What it waits for, the machine's own walk says.
        else if (kind is not "waits") machines.Note(deployment.Machines.First(), $"role.{kind}", $"{role}: {text}", level, by: by);
        progress.Tell(deployment.Name, "", "", kind, text);
    }

    /// <summary>Tells which machines were taken in.</summary>
    public void Grown(BundleDeployment deployment, BundleDeployment before)
    {
        string[] come = [.. deployment.Machines.Except(before.Machines).Select(NameOf)];
        if (come.Length > 0) Stage(deployment, "grows", $"{string.Join(", ", come)} came with the tags of a group: taken in");
    }

    public string NameOf(string machine) => machines.Find(machine)?.Name ?? machine;

    private static string Word(NodeState state) => state.Status is NodeStatus.Waiting ? "retry" : state.Status.ToString().ToLowerInvariant();

    private static string Text(PlanNode node, NodeState state) => state.Status switch
    {
        NodeStatus.Given => node.Step.About,
        NodeStatus.Changed => string.Join("; ", state.Changes),
        NodeStatus.Failed => string.Join('\n', new[] { state.Why, state.Tail }.Where(t => t.Length > 0)),
        _ => state.Why,
    };
}

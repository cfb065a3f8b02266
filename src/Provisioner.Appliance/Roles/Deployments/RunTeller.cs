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
/// <param name="Ended">The run, where this was its end.</param>
internal sealed record RunChange(
    string Deployment, ImmutableArray<(PlanNode Node, NodeState State)> Nodes, ImmutableArray<Told> Events, string Machine, ImmutableHashSet<string> Wake, RunInfo? Ended)
{
    public static readonly RunChange None = new("", [], [], "", [], null);
}

/// <summary>Tells timelines, terminals and waiting machines what came of a run's steps.</summary>
internal sealed class RunTeller(MachineBook machines, ProgressFeed progress, Wakes wakes)
{
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
        return new(after.Name, moved.ToImmutable(), events.IsDefault ? [] : events, machine, wake.ToImmutable(), ended is { Ended: not null } ? ended : null);
    }

    /// <summary>Tells it.</summary>
    public void Tell(RunChange change)
    {
        if (ReferenceEquals(change, RunChange.None)) return;
        foreach (var told in change.Events) machines.Note(change.Machine, told.Kind, told.Text, told.Level, told.Bytes, told.Seconds, "agent");
        foreach (var (node, state) in change.Nodes)
            if (state.Status is not NodeStatus.Waiting || state.Tries > 0) progress.Tell(change.Deployment, NameOf(state.Machine.Length > 0 ? state.Machine : node.Machine), node.Id, Word(state), Text(node, state));
        if (change.Ended is { } run)
        {
            string text = $"{change.Deployment}: {run.What} {(run.Good ? "done" : "failed")}: {run.Text}";
            machines.Note("", run.Good ? "deployment.done" : "deployment.failed", text, run.Good ? Level.Info : Level.Error);
            progress.Tell(change.Deployment, "", "", run.Good ? "done" : "failed", text);
        }
        foreach (string machine in change.Wake) wakes.Wake(machine);
    }

    /// <summary>Tells terminals what a running step says.</summary>
    public void Say(BundleDeployment deployment, string machine, string node, IEnumerable<string> lines)
    {
        foreach (string line in lines) progress.Tell(deployment.Name, NameOf(machine), node, "output", line);
    }

    /// <summary>Tells what happened to the deployment itself.</summary>
    public void Stage(string deployment, string kind, string text, Level level = Level.Info, string by = "appliance")
    {
        machines.Note("", $"deployment.{kind}", $"{deployment}: {text}", level, by: by);
        progress.Tell(deployment, "", "", kind, text);
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

using System.Globalization;
using System.Text;
using Provisioner.Domain.Bundles;
using Provisioner.Domain.Machines;

namespace Provisioner.Appliance.Roles.Deployments;

/// <summary>A plan as people read it, in plain text: what goes into a ticket.</summary>
/// <param name="nameOf">A machine's name.</param>
/// <param name="isUp">It has its system.</param>
internal sealed class PlanText(Func<string, string> nameOf, Func<string, bool> isUp)
{
    private const int MostChanges = 12;

    /// <summary>What an apply would do besides, because machines came with the tags of a group of all; empty where none did.</summary>
    /// <param name="deployment">The deployment as it is.</param>
    /// <param name="grown">The same with those machines.</param>
    /// <param name="plan">The plan over all of them; null where it can't be made yet.</param>
    public string Coming(BundleDeployment deployment, BundleDeployment grown, DeploymentPlan? plan)
    {
        var text = new StringBuilder();
        string[] old = [.. deployment.Machines];
        foreach (var (group, ids) in grown.Placement.Groups)
            foreach (string id in ids.Except(old))
            {
                text.Append(CultureInfo.InvariantCulture, $"\n{nameOf(id)} ({group}): came with what {group} wants; an apply takes it in\n");
                if (!isUp(id)) text.Append("  + install its system\n");
                foreach (var node in plan?.Order.Select(i => plan.Nodes[i]).Where(n => n.Machine == id) ?? []) text.Append($"  + {node.Id,-44} {node.Step.About}".TrimEnd()).Append('\n');
            }
        return text.ToString();
    }

    /// <summary>What would be done, from the bundle alone: machines that aren't up, or that nobody has looked at.</summary>
    public string Before(BundleDeployment deployment, DeploymentPlan plan)
    {
        var text = new StringBuilder();
        Head(text, deployment, plan, "what would be done");
        foreach (var (machine, nodes) in ByMachine(deployment, plan))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{machine.Title}\n");
            if (!isUp(machine.Id)) text.Append("  + install its system\n");
            foreach (var node in nodes) text.Append($"  + {node.Id,-44} {node.Step.About}".TrimEnd()).Append('\n');
        }
        int checks = plan.Nodes.Count(n => n.Verifies);
        text.Append(CultureInfo.InvariantCulture, $"\n{Counted.Of(plan.Nodes.Length - checks, "step")}{(checks > 0 ? $" and {Counted.Of(checks, "check")}" : "")}. Nobody has looked at the machines yet, so steps that have nothing to do are among them.\n");
        return text.ToString();
    }

    /// <summary>What a look found: what would change, machine by machine, and why.</summary>
    public string Of(BundleDeployment deployment, DeploymentPlan plan, RunInfo run, RunState state)
    {
        var text = new StringBuilder();
        Head(text, deployment, plan, run.What switch
        {
            "verify" => "whether it works",
            "drift" => "what was changed since the last apply",
            _ => "what would change",
        });
        foreach (var (machine, nodes) in ByMachine(deployment, plan))
        {
            var told = nodes.Where(n => state.Nodes.ContainsKey(n.Id)).Select(n => (Node: n, State: state.Nodes[n.Id])).ToList();
            int still = told.Count(t => t.State.Status is NodeStatus.Unchanged or NodeStatus.Skipped);
            if (told.Count == 0) continue;
            text.Append(CultureInfo.InvariantCulture, $"\n{machine.Title}{(still == told.Count ? $": {(run.What == "verify" ? "all good" : "nothing to do")} ({still} steps)" : "")}\n");
            foreach (var (node, now) in told.Where(t => run.What == "verify" || t.State.Status is not (NodeStatus.Unchanged or NodeStatus.Skipped))) Step(text, run, node, now);
        }
        return text.Append('\n').Append(Sum(run, state)).Append('\n').ToString();
    }

    private static void Step(StringBuilder text, RunInfo run, PlanNode node, NodeState state)
    {
        string mark = state.Status switch
        {
            NodeStatus.Changed => "~",
            NodeStatus.Unchanged => "=",
            NodeStatus.Failed => "!",
            NodeStatus.Skipped => "-",
            _ => "?",
        };
        text.Append($"  {mark} {node.Id,-44} {node.Step.About}".TrimEnd()).Append('\n');
        var changes = state.Changes.IsDefault ? [] : state.Changes;
        foreach (string change in changes.Take(MostChanges)) text.Append(CultureInfo.InvariantCulture, $"      {change}\n");
        if (changes.Length > MostChanges) text.Append(CultureInfo.InvariantCulture, $"      … and {changes.Length - MostChanges} more\n");
        if (state.Why.Length > 0) text.Append(CultureInfo.InvariantCulture, $"      {state.Why}\n");
        if (state.Status is not NodeStatus.Failed) return;
        foreach (string line in state.Tail.Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(MostChanges)) text.Append(CultureInfo.InvariantCulture, $"      | {line}\n");
    }

    private static string Sum(RunInfo run, RunState state)
    {
        int Count(params NodeStatus[] wanted) => state.Nodes.Values.Count(n => wanted.Contains(n.Status));
        int changed = Count(NodeStatus.Changed), same = Count(NodeStatus.Unchanged, NodeStatus.Skipped), unknown = Count(NodeStatus.Unknown), failed = Count(NodeStatus.Failed), left = Count(NodeStatus.Waiting, NodeStatus.Given);
        var parts = new List<string>();
        if (run.What == "verify") parts.Add($"{Count(NodeStatus.Unchanged, NodeStatus.Changed)} checks good");
        else
        {
            parts.Add(changed == 0 ? "nothing would change" : $"{Counted.Of(changed, "step")} would change something");
            if (same > 0) parts.Add($"{same} {(same == 1 ? "is" : "are")} as they should be");
        }
        if (unknown > 0) parts.Add($"{unknown} can't be told before others have run");
        if (failed > 0) parts.Add($"{failed} failed");
        if (left > 0) parts.Add($"{left} not reached");
        string text = string.Join(", ", parts);
        return $"{char.ToUpperInvariant(text[0])}{text[1..]}.";
    }

    private void Head(StringBuilder text, BundleDeployment deployment, DeploymentPlan plan, string what)
    {
        var machines = plan.Nodes.Select(n => n.Machine).Distinct().Count();
        text.Append(CultureInfo.InvariantCulture, $"Deployment {deployment.Name}: {what}. {Counted.Of(machines, "machine")}, {Counted.Of(plan.Nodes.Length, "step")}, {Counted.Of(plan.Secrets.Length, "secret")}.\n");
    }

    private IEnumerable<((string Id, string Title) Machine, List<PlanNode> Nodes)> ByMachine(BundleDeployment deployment, DeploymentPlan plan)
    {
        var nodes = plan.Order.Select(i => plan.Nodes[i]).ToLookup(n => n.Machine);
        foreach (var (group, ids) in deployment.Placement.Groups)
            foreach (string id in ids)
                yield return ((id, nameOf(id) == group ? group : $"{nameOf(id)} ({group})"), [.. nodes[id]]);
    }
}

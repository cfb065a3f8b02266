using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Roles.Deployments;
using Provisioner.Appliance.Web.Hosts;
using Provisioner.Domain.Bundles;
using Provisioner.Domain.Machines;

namespace Provisioner.Appliance.Web.Api;

/// <summary>Deployments in the API's shapes: sealed secrets and what steps found out aren't among them.</summary>
internal sealed class DeploymentDescribe(MachineBook machines, DeploymentBook book, DeploymentPlanner planner, DeploymentPlans plans, ProgressFeed feed, HostDoor door)
{
    public DeploymentSummaryDto Summary(BundleDeployment d) => new(
        d.Name, d.Role, DeploymentOrders.Word(d.Stage), d.StageSince, d.Why, d.By, d.Created, [.. d.Machines.Select(NameOf)], Counts(d.Applied));

    public BundleDeploymentDto Of(BundleDeployment d) => new(
        d.Name, d.Role, DeploymentOrders.Word(d.Stage), d.StageSince, d.Why, d.By, d.Created, d.Bundle,
        [.. d.Placement.Groups.SelectMany(g => g.Value.Select(id => Placed(id, g.Key)))], Run(d, d.Apply), Run(d, d.Look), feed.Last(d.Name));

    public PlanDto Plan(BundleDeployment d)
    {
        var text = new PlanText(NameOf, id => machines.Find(id) is { } m && DeploymentPlanner.IsUp(m));
        var (plan, faults) = plans.Of(d);
        if (plan is null) return new(d.Name, "plan", true, 0, faults.Length, [], string.Join('\n', faults));
        var grown = planner.Grown(d, book.All.Values, leftOut: true);
        bool grows = !ReferenceEquals(grown, d);
        string[] joining = grows ? [.. grown.Machines.Except(d.Machines).Select(NameOf)] : [];
        string more = grows ? text.Coming(d, grown, planner.Plan(grown).Plan) : "";
        if (d is not { Look: { } run, Looked: { } state }) return new(d.Name, "plan", true, plan.Plan.Nodes.Length, 0, joining, text.Before(d, plan.Plan) + more);
        var counts = Counts(state);
        return new(d.Name, run.What, run.Ended is not null, counts.GetValueOrDefault("changed"), counts.GetValueOrDefault("failed"), joining, text.Of(d, plan.Plan, run, state) + (run.What == "plan" ? more : ""));
    }

    public ProgressDto Progress(BundleDeployment d, IReadOnlyList<ProgressLine> lines)
    {
        var run = d.Active;
        var (done, total) = Steps(d);
        bool good = d.Look is { Ended: not null } look && look.Run > (d.Apply?.Run ?? 0) ? look.Good : d.Stage is DeploymentStage.Done;
        return new([.. lines.Select(l => new ProgressLineDto(l.Number, l.At, l.Machine, l.Step, l.Kind, l.Text))], lines is [.., var last] ? last.Number : feed.Last(d.Name),
            DeploymentOrders.Word(d.Stage), d.Why, run is not null || d.Stage is DeploymentStage.Installing, good, done, total);
    }

    /// <summary>How many steps of the run that is under way, or of the last that changed something, are over, of how many.</summary>
    public static (int Done, int Total) Steps(BundleDeployment d) =>
        (d.Active is { } run ? d.StateOf(run) : d.Applied) is { } state ? (state.Nodes.Values.Count(n => n.Ended), state.Nodes.Count) : (0, 0);

    private BundleRunDto? Run(BundleDeployment d, RunInfo? run)
    {
        if (run is null || d.StateOf(run) is not { } state) return null;
        var plan = plans.Of(d).Plan;
        var order = plan?.Plan.Order.Select(i => plan.Plan.Nodes[i].Id).Where(state.Nodes.ContainsKey) ?? state.Nodes.Keys;
        return new(run.Run, run.What, run.By, run.Began, run.Ended, run.Good, run.Text, Counts(state), [.. order.Select(id => Step(id, state.Nodes[id], plan))]);
    }

    private BundleStepDto Step(string id, NodeState state, KnownPlan? plan)
    {
        var node = plan?.Plan.Find(id);
        return new(id, NameOf(state.Machine.Length > 0 ? state.Machine : node?.Machine ?? ""), node?.Step.About ?? "", state.Status.ToString().ToLowerInvariant(),
            state.Changes.IsDefault ? [] : state.Changes, state.Why, state.Status is NodeStatus.Failed ? state.Tail : "", state.ExitCode, state.Seconds, state.Tries);
    }

    private PlacedDto Placed(string id, string group) =>
        new(id, NameOf(id), group, machines.Find(id) is { } m ? Words.Of(m.State) : "gone", door.HeardAt(id));

    private string NameOf(string id) => machines.Find(id)?.Name ?? id;

    private static Dictionary<string, int> Counts(RunState? state) =>
        state?.Nodes.Values.GroupBy(n => n.Status).ToDictionary(g => g.Key.ToString().ToLowerInvariant(), g => g.Count()) ?? [];
}

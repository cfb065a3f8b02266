using System.Collections.Concurrent;
using System.Collections.Immutable;
using Provisioner.Domain.Bundles;

namespace Provisioner.Appliance.Roles.Deployments;

/// <summary>A plan, with what is looked up in it at each step.</summary>
internal sealed class KnownPlan
{
    private readonly ImmutableArray<string>[] _waiting;

    public KnownPlan(DeploymentPlan plan)
    {
        Plan = plan;
        var waiting = new HashSet<string>?[plan.Nodes.Length];
        foreach (var node in plan.Nodes)
            foreach (int before in node.After.Concat(node.Gates.SelectMany(g => plan.Gates[g].Nodes)))
                (waiting[before] ??= []).Add(node.Machine);
        _waiting = [.. waiting.Select(w => w is null ? ImmutableArray<string>.Empty : [.. w])];
    }

    public DeploymentPlan Plan { get; }

    /// <summary>Machines with a step that waits for this one.</summary>
    public ImmutableArray<string> WaitingFor(PlanNode node) => _waiting[node.Index];
}

/// <summary>
/// The plans of deployments: made when a run begins (each counts <see cref="BundleDeployment.Runs"/> up), the same until the next one. Nothing of it
/// is stored: after a restart the same bundle on the same machines makes the same plan.
/// </summary>
internal sealed class DeploymentPlans(DeploymentPlanner planner)
{
    private readonly ConcurrentDictionary<string, (string Bundle, Placement Placement, int Runs, KnownPlan? Plan, ImmutableArray<string> Faults)> _known = new();

    /// <summary>The plan of the deployment's present run, or why there is none.</summary>
    public (KnownPlan? Plan, ImmutableArray<string> Faults) Of(BundleDeployment deployment)
    {
        if (_known.TryGetValue(deployment.Name, out var known) && known.Runs == deployment.Runs && ReferenceEquals(known.Bundle, deployment.Bundle) && ReferenceEquals(known.Placement, deployment.Placement))
            return (known.Plan, known.Faults);
        var planning = planner.Plan(deployment);
        var plan = planning.Plan is { } made ? new KnownPlan(made) : null;
        _known[deployment.Name] = (deployment.Bundle, deployment.Placement, deployment.Runs, plan, planning.Faults);
        return (plan, planning.Faults);
    }

    /// <summary>The deployment is gone.</summary>
    public void Forget(string deployment) => _known.TryRemove(deployment, out _);
}

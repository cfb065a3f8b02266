using System.Collections.Immutable;
using Provisioner.Appliance.Machines;
using Provisioner.Domain.Bundles;
using Provisioner.Domain.Machines;

namespace Provisioner.Appliance.Roles.Deployments;

/// <summary>
/// Roles that machines were given by themselves when they were installed: each is a deployment of one, named for its machine. It is there as long
/// as the machine has the role, and is applied again when what the role is told of the world has changed: its neighbours, its name, its address.
/// </summary>
internal sealed class MachineRoles(
    MachineBook machines, DeploymentBook book, DeploymentOrders orders, DeploymentPlanner planner, DeploymentPlans plans, DeploymentSecrets secrets, RunTeller teller, TimeProvider time)
{
    // What stood around a role when it was last found as it should be. After a restart all are looked at once.
    private readonly Dictionary<string, string> _compared = new(StringComparer.Ordinal);

    /// <summary>How far a machine's role has come.</summary>
    public RoleProgress ProgressOf(Machine machine) => Of(machine) is var own && own is { Stage: DeploymentStage.Done } && !teller.HasTold(own)
        ? RoleProgress.Of(machine, own with { Stage = DeploymentStage.Running })
        : RoleProgress.Of(machine, own);

    /// <summary>Runs a machine's role once more.</summary>
    public async Task<Applied> RunAsync(string id, string by)
    {
        if (machines.Find(id) is not { } machine) return new Applied.NotFound(id);
        if (machine is not { State: MachineState.Deployed, Deployment.Role: { } role })
            return new Applied.Refused($"{machine.Name} is {Lifecycle.Word(machine.State)}: only a deployed machine with a role can run it");
        if (Of(machine) is not { Stage: DeploymentStage.Done or DeploymentStage.Failed, Active: null } own) return new Applied.Refused($"{role} is under way on {machine.Name} already");
        return await orders.ApplyAsync(own.Name, by, "to run again") is Ordered.Refused refused ? new Applied.Refused(string.Join("; ", refused.Why)) : new Applied.Ok(machine);
    }

    /// <summary>Brings the deployments of one in line with the machines. Called by one thread, whenever there is news.</summary>
    public async Task KeepAsync()
    {
        foreach (var deployment in book.All.Values.Where(d => d.Role is not null))
            if (!deployment.Machines.Any(id => machines.Find(id) is { } machine && Belongs(deployment, machine))) await DropAsync(deployment);
        foreach (var machine in machines.All.Values)
            if (HasRole(machine) && Of(machine) is null) await AddAsync(machine);
        foreach (var role in book.All.Values.Where(d => d is { Role: not null, Stage: DeploymentStage.Done, Active: null }).GroupBy(d => d.Role!)) await CompareAsync(role);
    }

    private BundleDeployment? Of(Machine machine) => book.Of(machine.Id) is { } deployment && Belongs(deployment, machine) ? deployment : null;

    private static bool HasRole(Machine machine) => machine is { State: MachineState.Deploying or MachineState.Deployed, Deployment.Role: not null };

    private static bool Belongs(BundleDeployment deployment, Machine machine) =>
        HasRole(machine) && machine.Deployment is { } present && deployment.Role == present.Role && deployment.Installation == present.Id;

    private async Task AddAsync(Machine machine)
    {
        // A bundle may have taken the machine's name before.
        foreach (string name in new[] { machine.Name, machine.Id, $"{machine.Id}-role" })
            if (await book.ChangeAsync(name, d => d is null ? (Own(name, machine), true) : (d, false))) return;
    }

    private BundleDeployment Own(string name, Machine machine) => new()
    {
        Name = name,
        Bundle = "",
        File = $"roles/{machine.Deployment!.Role}.yaml",
        Role = machine.Deployment.Role,
        Installation = machine.Deployment.Id,
        By = machine.Deployment.By,
        Created = time.GetUtcNow(),
        Stage = DeploymentStage.Installing,
        StageSince = time.GetUtcNow(),
        WantedBy = machine.Deployment.By,
        Operator = machine.Deployment.Operator,
        SshKeys = machine.Deployment.SshKeys,
        Placement = Placement.OfOne(machine.Id),
    };

    private async Task DropAsync(BundleDeployment deployment)
    {
        await book.ChangeAsync(deployment.Name, d => (d?.Installation == deployment.Installation ? null : d, true));
        plans.Forget(deployment.Name);
        _compared.Remove(deployment.Name);
    }

    // All machines of a role have the same neighbours, less themselves: who is among them when one was looked at need not look again.
    private async Task CompareAsync(IGrouping<string, BundleDeployment> role)
    {
        string around = string.Join('\n', planner.WithRole(role.Key).Select(m => $"{m.Id} {m.Name} {m.Address}"));
        foreach (var deployment in role)
        {
            if (_compared.GetValueOrDefault(deployment.Name) == around || machines.Find(deployment.Machines.First()) is not { } machine || !DeploymentPlanner.IsUp(machine)) continue;
            _compared[deployment.Name] = around;
            if (planner.Plan(deployment) is not { Plan: { } plan } || deployment.Applied is not { } state) continue;
            var known = new Known(secrets.Open(deployment), state.Facts.ToImmutableDictionary());
            if (DeploymentRun.IsStale(plan, state, known)) await orders.ApplyAsync(deployment.Name, "appliance", "to run again: the machines of the deployment or its settings have changed");
        }
    }
}

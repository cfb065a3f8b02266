using System.Collections.Immutable;
using Provisioner.Appliance.Machines;
using Provisioner.Domain.Bundles;
using Provisioner.Domain.Events;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Roles;

namespace Provisioner.Appliance.Roles.Deployments;

/// <summary>What came of an order.</summary>
internal abstract record Ordered
{
    /// <summary>Taken, and on disk.</summary>
    public sealed record Ok(BundleDeployment Deployment) : Ordered;
    /// <summary>Not now, or not so: all reasons, one sentence each.</summary>
    public sealed record Refused(ImmutableArray<string> Why) : Ordered;
    /// <summary>There is no such deployment.</summary>
    public sealed record NotFound(string Name) : Ordered;
}

/// <summary>A bundle, and what its machines are to be installed with.</summary>
/// <param name="Name">The deployment's name; empty: the bundle's.</param>
/// <param name="File">The bundle's file, for faults.</param>
/// <param name="Text">Its text.</param>
/// <param name="Operator">The operator's account.</param>
/// <param name="SshKeys">The operator's public keys.</param>
/// <param name="EraseForeignData">Consent to overwrite disks that hold foreign data.</param>
internal sealed record BundleOrder(string Name, string File, string Text, string Operator, ImmutableArray<string> SshKeys, bool EraseForeignData);

/// <summary>What a person or a program can order for deployments: one way for page, API and command line.</summary>
internal sealed class DeploymentOrders(
    MachineBook machines, DeploymentBook book, DeploymentPlanner planner, DeploymentPlans plans, DeploymentSecrets secrets, RunTeller teller, Wakes wakes, TimeProvider time)
{
    /// <summary>Chooses machines, makes secrets, and writes down what is to be; nothing is touched. A bundle that is there already gets its new text.</summary>
    public Task<Ordered> PlanAsync(BundleOrder order, string by) => PutAsync(order, by, begin: false);

    /// <summary>The same, and begins: installs what has no system, then configures.</summary>
    public Task<Ordered> DeployAsync(BundleOrder order, string by) => PutAsync(order, by, begin: true);

    /// <summary>Makes everything as the bundle says; what is so already stays untouched. Machines that came with the tags of a group of all are taken in.</summary>
    /// <param name="name">The deployment.</param>
    /// <param name="by">Who asked.</param>
    /// <param name="why">For the timeline of a machine whose own role it is; null where there is nothing to say.</param>
    public Task<Ordered> ApplyAsync(string name, string by, string? why = null) => ApplyAsync(name, by, why, leftOut: true);

    /// <summary>Takes in the machines that came with the tags of a group of all, but those that were left out before.</summary>
    public Task<Ordered> GrowAsync(string name) => ApplyAsync(name, "appliance", null, leftOut: false);

    private Task<Ordered> ApplyAsync(string name, string by, string? why, bool leftOut)
    {
        var before = book.Find(name);
        return ChangeAsync(name, d => d.Active is { } run ? Busy(d, run) : Begun(planner.Grown(d, book.All.Values, leftOut), "apply", by), next =>
        {
            if (before is not null) teller.Grown(next, before);
            if (why is not null) teller.Stage(next, "asked", why, by: by);
        });
    }

    /// <summary>Goes on where something failed: what was done isn't done again.</summary>
    public async Task<Ordered> ResumeAsync(string name, string by)
    {
        if (book.Find(name) is { } present)
            foreach (string id in present.Machines)
                if (machines.Find(id) is { State: MachineState.FailedDeploying } failed && await InstallAsync(present, failed, by) is Applied.Refused refused) return new Ordered.Refused([refused.Why]);
        return await ChangeAsync(name, d => d switch
        {
            { Active: { } run } => Busy(d, run),
            { Stage: DeploymentStage.Failed } => Begun(d, "resume", by),
            { Stage: DeploymentStage.Installing } => (d, new Ordered.Ok(d)),
            _ => (d, new Ordered.Refused([$"{d.Name} is {Word(d.Stage)}: nothing failed that could go on; apply runs it again"])),
        });
    }

    /// <summary>Looks without touching anything: plan, drift (what would change) or verify (whether it works).</summary>
    public Task<Ordered> LookAsync(string name, string what, string by) => ChangeAsync(name, d =>
    {
        if (d.Active is { } run) return Busy(d, run);
        if (d.Machines.Select(machines.Find).FirstOrDefault(m => m is null || !DeploymentPlanner.IsUp(m)) is var down && d.Machines.Any(id => machines.Find(id) is not { } m || !DeploymentPlanner.IsUp(m)))
            return (d, new Ordered.Refused([$"{d.Name} can't be looked at now: {(down is null ? "a machine of it is gone" : $"{down.Name} is {Lifecycle.Word(down.State)} and its agent has not called")}; deploy it first"]));
        d = d with { Runs = d.Runs + 1 };
        var (plan, faults) = plans.Of(d);
        if (plan is null) return (d, new Ordered.Refused(faults));
        d = secrets.Complete(d, plan.Plan.Secrets);
        var mode = what == "verify" ? StepMode.Verify : StepMode.Check;
        d = d with { Look = new(d.Runs, mode, what, by, time.GetUtcNow()), Looked = DeploymentRun.Begin(plan.Plan, mode, d.Runs, d.Applied) };
        return (d, new Ordered.Ok(d));
    });

    /// <summary>Ends the present run; what its machines are at ends with it.</summary>
    public Task<Ordered> StopAsync(string name, string by) => ChangeAsync(name, d =>
    {
        if (d.Active is not { } run) return d.Stage is DeploymentStage.Installing ? Ok(Failed(d, $"stopped by {by}")) : (d, new Ordered.Refused([$"{d.Name} is {Word(d.Stage)}: nothing is under way"]));
        var ended = d.With(run with { Ended = time.GetUtcNow(), Text = $"stopped by {by}" });
        return Ok(run.Mode is StepMode.Apply ? Failed(ended, $"stopped by {by}") : ended);
    }, stopped =>
    {
        if (stopped.Stage is DeploymentStage.Failed) teller.Stage(stopped, "failed", stopped.Why, Level.Warning, by);
    });

    /// <summary>Gives secrets new values and applies them.</summary>
    /// <param name="name">The deployment.</param>
    /// <param name="wanted">Keys, <c>glance/db_password</c>; empty: all.</param>
    /// <param name="by">Who asked.</param>
    public Task<Ordered> RotateAsync(string name, IReadOnlyCollection<string> wanted, string by) => ChangeAsync(name, d =>
    {
        if (d.Active is { } run) return Busy(d, run);
        if (plans.Of(d) is not { Plan: { } plan } planned) return (d, new Ordered.Refused(plans.Of(d).Faults));
        var chosen = planned.Plan!.Plan.Secrets.Where(s => wanted.Count == 0 || wanted.Contains(s.Key)).ToList();
        string[] unknown = [.. wanted.Where(w => chosen.All(c => c.Key != w))];
        if (unknown.Length > 0) return (d, new Ordered.Refused([.. unknown.Select(u => $"{d.Name} has no secret {u}; it has {string.Join(", ", plan.Plan.Secrets.Select(s => s.Key).Order(StringComparer.Ordinal))}")]));
        var rotated = secrets.Rotate(d, chosen);
        return d.Stage is DeploymentStage.Planned ? Ok(rotated) : Begun(rotated, "apply", by);
    });

    /// <summary>Puts another machine in a lost one's place, and applies.</summary>
    public async Task<Ordered> ReplaceAsync(string machine, string by)
    {
        string id = machines.Find(machine)?.Id ?? machine;
        if (book.Of(id) is not { } present) return new Ordered.Refused([$"{machine} stands in no deployment"]);
        if (present.Role is { } role) return new Ordered.Refused([$"{role} on {machine} is its own, and no other machine's: release it, and deploy another with the role"]);
        var ordered = await ChangeAsync(present.Name, d =>
        {
            var read = planner.Read(d);
            if (read.Bundle is not { } bundle) return (d, new Ordered.Refused(DeploymentPlanner.Said(read.Faults)));
            var (placement, faults) = planner.Place(bundle, d.Name, book.All.Values, d.Placement, [id]);
            if (placement is null) return (d, new Ordered.Refused(DeploymentPlanner.Said(faults)));
            // What was under way can't end without the lost machine.
            if (d.Active is { } run) d = d.With(run with { Ended = time.GetUtcNow(), Text = $"{teller.NameOf(id)} is replaced" });
            return Begun(d with { Placement = placement, Lost = d.Lost.Add(id), Stage = DeploymentStage.Failed }, d.Applied is null ? "apply" : "resume", by);
        });
        // Its token is dead with its release: whatever comes back of it is nobody.
        if (ordered is Ordered.Ok && machines.Find(id) is { } lost && Lifecycle.Find(lost.State, Trigger.Release) is not null)
            await machines.ApplyAsync(id, new MachineChange.Release(), by);
        return ordered;
    }

    /// <summary>Forgets the deployment, with its secrets, and gives its machines back unless they are kept.</summary>
    public async Task<Ordered> ReleaseAsync(string name, bool keepMachines, string by)
    {
        if (book.Find(name) is not { } deployment) return new Ordered.NotFound(name);
        if (deployment.Role is { } role)
        {
            if (keepMachines) return new Ordered.Refused([$"{role} is what {name} was installed for: it goes when the machine is released"]);
            if (await Unreleased(deployment, by) is { } why) return new Ordered.Refused([why]);
        }
        if (!keepMachines)
            foreach (string id in deployment.Machines)
                if (machines.Find(id) is { } machine && deployment.Stage is not DeploymentStage.Planned && Lifecycle.Find(machine.State, Trigger.Release) is not null)
                    await machines.ApplyAsync(id, new MachineChange.Release(), by);
        await book.ChangeAsync(name, _ => ((BundleDeployment?)null, true));
        plans.Forget(name);
        teller.Stage(deployment, "released", keepMachines ? "is forgotten; its machines stay as they are" : "is released", by: by);
        return new Ordered.Ok(deployment);
    }

    /// <summary>Has a system installed on a machine for the deployment.</summary>
    public Task<Applied> InstallAsync(BundleDeployment deployment, Machine machine, string by)
    {
        if (deployment.Role is { } role) return Task.FromResult<Applied>(new Applied.Refused($"{machine.Name} is {Lifecycle.Word(machine.State)}: deploy it again with the role {role}"));
        var bundle = planner.Read(deployment).Bundle;
        string? group = deployment.Placement.Groups.FirstOrDefault(g => g.Value.Contains(machine.Id)).Key;
        string? image = bundle?.Machines.FirstOrDefault(g => g.Name == group)?.Image ?? bundle?.Image;
        return image is null
            ? Task.FromResult<Applied>(new Applied.Refused($"{machine.Name} has no system and the bundle names no image: write image: NAME into it"))
            : machines.ApplyAsync(machine.Id, new MachineChange.Deploy(new(image, null, deployment.SshKeys, deployment.Operator, deployment.EraseForeignData, null)), by);
    }

    public static string Word(DeploymentStage stage) => stage.ToString().ToLowerInvariant();

    private async Task<Ordered> PutAsync(BundleOrder order, string by, bool begin)
    {
        var read = planner.Read(order.File, order.Text);
        if (read.Bundle is not { } bundle) return new Ordered.Refused(DeploymentPlanner.Said(read.Faults));
        string name = order.Name.Length > 0 ? order.Name : bundle.Name;
        if (!HostName.IsValid(name)) return new Ordered.Refused([$"\"{name}\" is no name for a deployment: a–z, 0–9 and -, at most 63"]);
        var ordered = await book.ChangeAsync(name, d =>
        {
            if (d?.Role is { } role) return (d, new Ordered.Refused([$"{name} is the deployment of the role {role} on the machine of that name: give yours another name (--name)"]));
            if (d?.Active is { } run) return Busy(d, run);
            if (d is { Stage: DeploymentStage.Installing }) return (d, new Ordered.Refused([$"{name} is being installed: wait, or stop it with provisioner deployments stop {name}"]));
            var (placement, faults) = planner.Place(bundle, name, book.All.Values, d?.Placement, d?.Lost);
            if (placement is null) return (d, new Ordered.Refused(DeploymentPlanner.Said(faults)));
            var next = (d ?? new BundleDeployment { Name = name, Bundle = order.Text, By = by, Created = time.GetUtcNow(), StageSince = time.GetUtcNow() }) with
            {
                Bundle = order.Text,
                File = order.File,
                Operator = order.Operator,
                SshKeys = order.SshKeys,
                EraseForeignData = order.EraseForeignData,
                Placement = placement,
                // Who lays it down anew, and is given a machine that was replaced once, wants it back.
                Lost = d?.Lost.Except(placement.Groups.Values.SelectMany(ids => ids)) ?? [],
                // What a person lays down is wanted as a whole: nobody of it is a newcomer that may be left out.
                Joining = [],
                LeftOut = d?.LeftOut.Except(placement.Groups.Values.SelectMany(ids => ids)) ?? [],
                Proposed = !begin,
                Runs = (d?.Runs ?? 0) + 1,
            };
            var (plan, wrong) = plans.Of(next);
            if (plan is null) return (d, new Ordered.Refused(wrong));
            next = secrets.Complete(next, plan.Plan.Secrets);
            return begin ? Begun(next, "apply", by) : Ok(next);
        });
        if (ordered is Ordered.Ok { Deployment: var begun } && begin)
        {
            teller.Stage(begun, "begun", $"bundle {bundle.Name} on {string.Join(", ", begun.Machines.Select(teller.NameOf))}", by: by);
            wakes.Wake(Wakes.Runner);
        }
        return ordered;
    }

    // The runner takes it from here: what has no system is installed, then the run begins.
    private (BundleDeployment?, Ordered) Begun(BundleDeployment deployment, string what, string by) => Ok(deployment with
    {
        Stage = DeploymentStage.Installing,
        StageSince = time.GetUtcNow(),
        Why = "",
        Proposed = false,
        Wanted = what,
        WantedBy = by,
    });

    private BundleDeployment Failed(BundleDeployment deployment, string why) => deployment with { Stage = DeploymentStage.Failed, StageSince = time.GetUtcNow(), Why = why };

    private static (BundleDeployment?, Ordered) Ok(BundleDeployment deployment) => (deployment, new Ordered.Ok(deployment));

    private static (BundleDeployment?, Ordered) Busy(BundleDeployment deployment, RunInfo run) =>
        (deployment, new Ordered.Refused([$"{deployment.Name}: {run.What} is under way (run {run.Run}, by {run.By}): wait for its end, or stop it with provisioner deployments stop {deployment.Name}"]));

    private async Task<Ordered> ChangeAsync(string name, Func<BundleDeployment, (BundleDeployment?, Ordered)> change, Action<BundleDeployment>? tell = null)
    {
        var ordered = await book.ChangeAsync(name, d => d is null ? (null, new Ordered.NotFound(name)) : change(d));
        if (ordered is Ordered.Ok { Deployment: var deployment })
        {
            tell?.Invoke(deployment);
            foreach (string machine in deployment.Machines) wakes.Wake(machine);
            wakes.Wake(Wakes.Runner);
        }
        return ordered;
    }

    // The machine's own role goes with its system.
    private async Task<string?> Unreleased(BundleDeployment deployment, string by)
    {
        foreach (string id in deployment.Machines)
            if (machines.Find(id) is not null && await machines.ApplyAsync(id, new MachineChange.Release(), by) is Applied.Refused refused) return refused.Why;
        return null;
    }
}

using System.Collections.Immutable;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Web.Hosts;
using Provisioner.Domain.Bundles;
using Provisioner.Domain.Events;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Roles;
using Provisioner.Domain.Store;

namespace Provisioner.Appliance.Roles.Deployments;

/// <summary>
/// Moves deployments on: has systems installed on their machines, begins the run when all of them are up, takes in machines that come later with
/// the right tags, and gives up on those that fell silent. It keeps nothing that must last: a restart asks again.
/// </summary>
internal sealed partial class DeploymentRunner(
    MachineBook machines, DeploymentBook book, MachineRoles roles, DeploymentPlanner planner, DeploymentPlans plans, DeploymentSecrets secrets, DeploymentOrders orders, DeploymentDesk desk,
    RunTeller teller, HostDoor door, Wakes wakes, TimeProvider time, ILogger<DeploymentRunner> log) : BackgroundService
{
    /// <summary>A machine that is at a step and says nothing for so long is given up: twice what the slowest servers take for a restart.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(30);

    private readonly DateTimeOffset _started = time.GetUtcNow();

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        machines.Changed += Wake;
        (ImmutableDictionary<string, Machine>?, ImmutableSortedDictionary<string, BundleDeployment>?) seen = default;
        while (!stop.IsCancellationRequested)
        {
            var woken = wakes.Of(Wakes.Runner);
            // A machine that came while a run was under way is looked at when that is over.
            var now = (machines.All, book.All);
            bool news = !ReferenceEquals(seen.Item1, now.Item1) || !ReferenceEquals(seen.Item2, now.Item2);
            seen = now;
            if (news) await KeepRolesAsync();
            foreach (var deployment in book.All.Values) await ConsiderAsync(deployment, news);
            await Task.WhenAny(woken, Task.Delay(TimeSpan.FromSeconds(1), time, stop));
        }
        machines.Changed -= Wake;
    }

    // Called under the book's lock. What is read of power changes machines all the time, and no deployment.
    private void Wake(Machine? was, Machine? now)
    {
        if (was?.State != now?.State || was?.Deployment != now?.Deployment) wakes.Wake(Wakes.Runner);
    }

    private async Task KeepRolesAsync()
    {
        try
        {
            await roles.KeepAsync();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Tried again at the next news; a store that takes nothing says so itself.
            if (e is not StoreSuspendedException) Broken(log, "of machines' own roles", e);
        }
    }

    private async Task ConsiderAsync(BundleDeployment deployment, bool news)
    {
        try
        {
            if (deployment.Active is { } run) await ListenAsync(deployment, run);
            else if (deployment.Stage is DeploymentStage.Installing) await InstallAsync(deployment);
            else if (deployment.Stage is DeploymentStage.Done && news) await GrowAsync(deployment);
        }
        catch (StoreSuspendedException)
        {
            // Said once by the store itself; in a second it is tried again.
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // One deployment's trouble must not stand in the others' way.
            Broken(log, deployment.Name, e);
            await FailAsync(deployment.Name, $"something broke in the appliance, and it is in its log: {e.Message}");
        }
    }

    private async Task InstallAsync(BundleDeployment deployment)
    {
        // A machine with a role of its own was installed, or is being, before its deployment was there.
        if (deployment.Role is not null && deployment.Machines.Any(id => machines.Find(id) is not { State: MachineState.Deploying or MachineState.Deployed })) return;
        var waits = new List<string>();
        foreach (string id in deployment.Machines)
        {
            var (wait, trouble, cure) = await InstallAsync(deployment, id);
            if (wait is not null) waits.Add(wait);
            if (trouble is null) continue;
            // A newcomer's trouble is its own: what runs already goes on without it.
            if (deployment.Joining.Contains(id)) await LeaveOutAsync(deployment.Name, id, trouble);
            else await FailAsync(deployment.Name, $"{trouble}{cure}");
            return;
        }
        if (waits.Count == 0) await BeginAsync(deployment.Name);
        else await WaitAsync(deployment, $"waits for {string.Join(", ", waits)}");
    }

    private async Task<(string? Wait, string? Trouble, string Cure)> InstallAsync(BundleDeployment deployment, string id)
    {
        var machine = machines.Find(id);
        switch (machine?.State)
        {
            case null:
                return (null, $"machine {id} is no longer there", $": replace it (provisioner replace {id})");
            case MachineState.Ready or MachineState.Allocated:
                return await orders.InstallAsync(deployment, machine, deployment.WantedBy) is Applied.Refused refused ? (null, refused.Why, "") : ($"{machine.Name} to be installed", null, "");
            case MachineState.Deploying:
                return ($"{machine.Name} to be installed", null, "");
            case MachineState.Deployed:
                return (DeploymentPlanner.IsUp(machine) ? null : $"{machine.Name}'s agent to call", null, "");
            case MachineState.FailedDeploying:
                return (null, $"{machine.Name} could not be installed: {machine.Failure}", "; resume tries again, replace takes another machine");
            default:
                return (null, $"{machine.Name} is {Lifecycle.Word(machine.State)}", $": replace it (provisioner replace {machine.Name})");
        }
    }

    private async Task LeaveOutAsync(string name, string id, string why)
    {
        var left = await book.ChangeAsync(name, d => d is { Stage: DeploymentStage.Installing, Active: null } && d.Joining.Contains(id) && Without(d, [id]) is var without ? (without, without) : (d, (BundleDeployment?)null));
        if (left is not null) TellLeftOut(left, [id], why);
    }

    // One that is Ready or has a system would be taken in again at once; any other when somebody has made it ready.
    private BundleDeployment Without(BundleDeployment d, ImmutableHashSet<string> newcomers)
    {
        var groups = d.Placement.Groups.ToImmutableSortedDictionary(g => g.Key, g => g.Value.RemoveAll(newcomers.Contains));
        var left = d with
        {
            Placement = new(groups),
            Joining = d.Joining.Except(newcomers),
            LeftOut = d.LeftOut.Union(newcomers.Where(id => machines.Find(id) is { State: MachineState.Ready or MachineState.Allocated or MachineState.Deployed })),
        };
        // It grew by itself, nobody else came, and all was well before: so it is again.
        return left is { Joining.IsEmpty: true, WantedBy: "appliance", Apply.Good: true } ? left with { Stage = DeploymentStage.Done, StageSince = time.GetUtcNow(), Why = "" } : left;
    }

    private void TellLeftOut(BundleDeployment left, ImmutableHashSet<string> newcomers, string why)
    {
        string cure = newcomers.Any(left.LeftOut.Contains) ? $"with that mended, provisioner apply {left.Name} takes it in" : "it is taken in when it is ready again";
        string names = string.Join(", ", newcomers.Select(teller.NameOf).Order(StringComparer.Ordinal));
        teller.Stage(left, "leftout", $"{names} came with the tags of a group and is left out: {why}; {cure}", Level.Warning);
        foreach (string id in newcomers) machines.Note(id, "deployment.leftout", $"left out of {left.Name}: {why}; {cure}", Level.Warning);
    }

    private async Task WaitAsync(BundleDeployment deployment, string why)
    {
        if (deployment.Why == why) return;
        await book.ChangeAsync(deployment.Name, d => (d is { Stage: DeploymentStage.Installing } ? d with { Why = why } : d, true));
        teller.Stage(deployment, "waits", why);
    }

    private async Task BeginAsync(string name)
    {
        var (told, leftOut, faults) = await book.ChangeAsync(name, Begin);
        if (book.Find(name) is not { } begun) return;
        if (!leftOut.IsEmpty) TellLeftOut(begun, leftOut, faults);
        if (told is not { } said) return;
        teller.Stage(begun, said.Kind, said.Text, said.Kind == "failed" ? Level.Error : Level.Info);
        foreach (string machine in begun.Machines) wakes.Wake(machine);
    }

    private (BundleDeployment?, ((string Kind, string Text)? Told, ImmutableHashSet<string> LeftOut, string Faults)) Begin(BundleDeployment? d)
    {
        if (d is not { Stage: DeploymentStage.Installing, Active: null }) return (d, (null, [], ""));
        var now = time.GetUtcNow();
        d = d with { Runs = d.Runs + 1, StageSince = now };
        var (plan, faults) = plans.Of(d);
        if (plan is null)
        {
            string why = string.Join("; ", faults);
            // Newcomers that fit no plan, say for want of a network, are left out where the others have one.
            if (!d.Joining.IsEmpty && Without(d, d.Joining) is var without && plans.Of(without).Plan is not null) return (without, (null, d.Joining, why));
            return (d with { Stage = DeploymentStage.Failed, Why = why }, (("failed", why), [], ""));
        }
        d = secrets.Complete(d, plan.Plan.Secrets);
        bool resumes = d is { Wanted: "resume", Applied: not null };
        var state = resumes ? DeploymentRun.Resume(plan.Plan, d.Applied! with { Run = d.Runs }) : DeploymentRun.Begin(plan.Plan, StepMode.Apply, d.Runs, d.Applied);
        d = d with { Stage = DeploymentStage.Running, Why = "", Joining = [], Apply = new(d.Runs, StepMode.Apply, resumes ? "resume" : "apply", d.WantedBy, now), Applied = state };
        return (d, (("running", $"run {d.Runs}: {plan.Plan.Nodes.Length} steps{(d.Role is null ? $" on {d.Machines.Count()} machines" : "")}"), [], ""));
    }

    // "Every one with these tags, later ones too": a group without a number. One that is done takes them in by itself; for others an apply does.
    private async Task GrowAsync(BundleDeployment deployment)
    {
        if (deployment.Proposed || ReferenceEquals(planner.Grown(deployment, book.All.Values, leftOut: false), deployment)) return;
        // Refused where somebody has begun something else meanwhile: at its end they are looked for again.
        await orders.GrowAsync(deployment.Name);
    }

    private async Task ListenAsync(BundleDeployment deployment, RunInfo run)
    {
        // The appliance came back in the middle of the run, to a catalog that has lost what it needs.
        if (plans.Of(deployment) is { Plan: null, Faults: var faults })
        {
            string why = string.Join("; ", faults);
            await book.ChangeAsync(deployment.Name, d => (d?.Active is { } active ? d.With(active with { Ended = time.GetUtcNow(), Text = why }) : d, true));
            await FailAsync(deployment.Name, why);
            return;
        }
        foreach (var (_, node) in deployment.StateOf(run)?.Nodes.Where(n => n.Value.Status is NodeStatus.Given) ?? [])
        {
            var heard = door.HeardAt(node.Machine) ?? _started;
            if (time.GetUtcNow() - heard < Silence) continue;
            string name = teller.NameOf(node.Machine);
            await desk.GiveUpAsync(deployment.Name, node.Machine, $"{name} has said nothing for {Silence.TotalMinutes:0} minutes: switch it on and resume, or replace it (provisioner replace {name})");
        }
    }

    private async Task FailAsync(string name, string why)
    {
        bool failed = await book.ChangeAsync(name, d => d is null or { Stage: DeploymentStage.Failed } ? (d, false) : (d with { Stage = DeploymentStage.Failed, StageSince = time.GetUtcNow(), Why = why }, true));
        if (failed && book.Find(name) is { } deployment) teller.Stage(deployment, "failed", why, Level.Error);
    }

    [LoggerMessage(1, LogLevel.Error, "deployment {Name} broke")]
    private static partial void Broken(ILogger log, string name, Exception why);
}

using System.Collections.Immutable;
using Provisioner.Domain.Bundles;
using Provisioner.Domain.Roles;

namespace Provisioner.Appliance.Roles.Deployments;

/// <summary>
/// The agents' side of deployments: which step a machine runs now, and what its report means. Every word of a machine is about itself: its token
/// opened the door, and a key of a step that this machine wasn't given is none.
/// </summary>
internal sealed class DeploymentDesk(DeploymentBook book, DeploymentPlans plans, DeploymentSecrets secrets, RunTeller teller, StepVoices voices, Wakes wakes, TimeProvider time)
{
    /// <summary>The step that the machine is to run now, or null. The caller lets in one question or report of a machine at a time.</summary>
    public async Task<string?> StepAsync(string machine)
    {
        if (book.Of(machine) is not { Active: not null } deployment) return null;
        var given = await book.ChangeAsync(deployment.Name, d => Next(d, machine));
        teller.Tell(given.Change);
        if (given.Again is { } again) WakeAt(machine, again);
        return given.Script;
    }

    /// <summary>Takes a report; false where it is none of a deployment's step.</summary>
    public async Task<bool> ReportAsync(string machine, HostReport report)
    {
        if (StepKey.Read(report.Key) is not { } key) return false;
        voices.End(machine);
        teller.Tell(await book.ChangeAsync(key.Deployment, d => Take(d, machine, key, report)));
        return true;
    }

    /// <summary>Takes what a running step said since the last time; false where nobody wants the step any more.</summary>
    public bool Hear(string machine, string key, string piece)
    {
        if (StepKey.Read(key) is not { } step || book.Find(step.Deployment) is not { Active: { } run } deployment || !IsGiven(deployment, run, machine, step)) return false;
        // After a restart of the appliance nobody knows yet what has to be hidden in these words.
        if (!voices.Hears(machine, key) && plans.Of(deployment).Plan is { } plan)
            voices.Begin(machine, key, Hiding(deployment, plan.Plan));
        if (voices.Hear(machine, key, piece) is { Count: > 0 } lines) teller.Say(deployment, machine, step.Node, lines);
        return true;
    }

    /// <summary>Fails the step that a machine was given and never reported on.</summary>
    public async Task GiveUpAsync(string deployment, string machine, string why) => teller.Tell(await book.ChangeAsync(deployment, d =>
    {
        if (d is not { Active: { } run } || d.StateOf(run)?.Nodes.FirstOrDefault(n => n.Value.Status is NodeStatus.Given && n.Value.Machine == machine) is not { Key: not null } given) return (d, RunChange.None);
        return Take(d, machine, new StepKey(d.Name, run.Run, given.Value.Tries, given.Key), new("", Failed: true, 255, 0, [], why));
    }));

    private (BundleDeployment?, Given) Next(BundleDeployment? deployment, string machine)
    {
        if (deployment is not { Active: { } run } || deployment.StateOf(run) is not { } state || plans.Of(deployment).Plan is not { } plan) return (deployment, Given.Nothing);
        switch (DeploymentRun.Next(plan.Plan, state, machine, KnownTo(deployment), time.GetUtcNow()))
        {
            case RunNext.Step step:
                string key = new StepKey(deployment.Name, run.Run, step.State.Nodes[step.Node.Id].Tries, step.Node.Id).ToString();
                voices.Begin(machine, key, Hiding(deployment, plan.Plan));
                // Given out before, and asked for again: then nothing is new.
                var next = step.State == state ? deployment : deployment.With(step.State);
                string script = HostAgent.Step(key, $"{deployment.Name} {step.Node.Id}", step.Node.Deadline, step.Script.Script);
                return (next, new(script, null, RunTeller.Compare(deployment, next, plan, step.Events, machine)));
            case RunNext.Nothing { State: var moved, Again: var again, Events: var events }:
                var ended = End(moved == state ? deployment : deployment.With(moved), plan, run);
                return (ended, new(null, again, ReferenceEquals(ended, deployment) ? RunChange.None : RunTeller.Compare(deployment, ended, plan, events, machine)));
            default:
                throw new InvalidOperationException("an answer without an arm");
        }
    }

    private (BundleDeployment?, RunChange) Take(BundleDeployment? deployment, string machine, StepKey key, HostReport report)
    {
        if (deployment is not { Active: { } run } || !IsGiven(deployment, run, machine, key) || plans.Of(deployment).Plan is not { } plan) return (deployment, RunChange.None);
        // The step's own secrets are hidden where its report is read; others of the deployment may lie in files that it printed.
        var masks = Hiding(deployment, plan.Plan);
        string said = string.Join('\n', report.Said.Select(line => line.StartsWith("changed", StringComparison.Ordinal) ? masks.Hide(line) : line));
        var told = new NodeReport(run.Run, key.Node, report.Failed, report.ExitCode, report.Seconds, masks.Hide(report.Output), said);
        if (DeploymentRun.On(plan.Plan, deployment.StateOf(run)!, told, KnownTo(deployment), time.GetUtcNow()) is not { } outcome) return (deployment, RunChange.None);
        var next = End(deployment.With(outcome.State), plan, run);
        return (next, RunTeller.Compare(deployment, next, plan, outcome.Events, machine));
    }

    private BundleDeployment End(BundleDeployment deployment, KnownPlan plan, RunInfo run)
    {
        if (DeploymentRun.Ended(plan.Plan, deployment.StateOf(run)!) is not { } end) return deployment;
        var now = time.GetUtcNow();
        deployment = deployment.With(run with { Ended = now, Good = end.Good, Text = end.Text });
        return run.Mode is not StepMode.Apply ? deployment : deployment with
        {
            Stage = end.Good ? DeploymentStage.Done : DeploymentStage.Failed,
            StageSince = now,
            Why = end.Good ? "" : end.Text,
        };
    }

    private static bool IsGiven(BundleDeployment deployment, RunInfo run, string machine, StepKey key) =>
        key.Run == run.Run && deployment.StateOf(run)?.Nodes.GetValueOrDefault(key.Node) is { Status: NodeStatus.Given } node && node.Machine == machine && node.Tries == key.Try;

    private Known KnownTo(BundleDeployment deployment) =>
        new(secrets.Open(deployment), deployment.Active is { } run && deployment.StateOf(run) is { } state ? state.Facts.ToImmutableDictionary() : ImmutableDictionary<string, string>.Empty);

    // All secrets of the deployment, what they were before, and what steps found out that is secret too.
    private Masks Hiding(BundleDeployment deployment, DeploymentPlan plan)
    {
        var facts = deployment.Active is { } run && deployment.StateOf(run) is { } state ? state.Facts.Where(f => plan.IsSecret(f.Key)).Select(f => f.Value) : [];
        return Masks.Of(secrets.Hidden(deployment).Concat(facts));
    }

    private void WakeAt(string machine, DateTimeOffset at)
    {
        var delay = at - time.GetUtcNow();
        if (delay > TimeSpan.FromMinutes(10)) return; // it asks by itself before
        _ = Task.Delay(delay > TimeSpan.Zero ? delay : TimeSpan.Zero, time).ContinueWith(_ => wakes.Wake(machine), TaskScheduler.Default);
    }

    private sealed record Given(string? Script, DateTimeOffset? Again, RunChange Change)
    {
        public static readonly Given Nothing = new(null, null, RunChange.None);
    }
}

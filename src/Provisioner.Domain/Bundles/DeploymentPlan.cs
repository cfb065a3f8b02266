using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using Provisioner.Domain.Catalog;
using Provisioner.Domain.Roles;

namespace Provisioner.Domain.Bundles;

/// <summary>A bundle on its machines: every step, what it waits for, and how it is rendered.</summary>
public sealed class DeploymentPlan
{
    private readonly Units _units;
    private readonly FrozenDictionary<string, ImmutableArray<PlanNode>> _ofMachine;
    private readonly FrozenDictionary<string, PlanNode> _byId;
    private PlanScopes? _scopes;

    private DeploymentPlan(Units units, ImmutableArray<PlanNode> nodes, ImmutableArray<PlanGate> gates, ImmutableArray<int> order)
    {
        (_units, Nodes, Gates) = (units, nodes, gates);
        Order = order;
        _ofMachine = order.Select(i => nodes[i]).GroupBy(n => n.Machine).ToFrozenDictionary(g => g.Key, g => g.ToImmutableArray());
        _byId = nodes.ToFrozenDictionary(n => n.Id);
    }

    /// <summary>The bundle.</summary>
    public Bundle Bundle => _units.Bundle;

    /// <summary>The machines.</summary>
    public ImmutableArray<PlannedMachine> Machines => _units.Machines;

    /// <summary>All steps.</summary>
    public ImmutableArray<PlanNode> Nodes { get; }

    /// <summary>What several of them wait for together.</summary>
    public ImmutableArray<PlanGate> Gates { get; }

    /// <summary>The nodes' numbers in an order in which they can be done.</summary>
    public ImmutableArray<int> Order { get; }

    /// <summary>The secrets that have to be there before a step is rendered.</summary>
    public ImmutableArray<SecretWanted> Secrets =>
    [
        .. from application in Bundle.Applications
           from secret in application.Role.Secrets
           from unit in secret.OfMachine ? _units.Of(application.Name) : _units.Of(application.Name).Take(1)
           select new SecretWanted(SecretKey(application.Name, secret, unit.Machine.Id), secret.Kind, secret.Length, $"{application.Role.Title}: {secret.About}".TrimEnd(' ', ':')),
    ];

    /// <summary>Makes a plan.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="machines">Its machines; those of a group in the order in which they are numbered.</param>
    /// <param name="surroundings">What they have in common.</param>
    /// <returns>The plan, or all that is wrong.</returns>
    public static (DeploymentPlan? Plan, ImmutableArray<CatalogFault> Faults) For(Bundle bundle, ImmutableArray<PlannedMachine> machines, Surroundings surroundings)
    {
        var units = new Units(bundle, machines, surroundings);
        var faults = PlanCheck.Names(bundle).ToList();
        if (faults.Count > 0) return (null, [.. faults]);
        var graph = new PlanGraph(units);
        if (graph.Faults.Count > 0) return (null, [.. graph.Faults.Distinct()]);
        var (order, circle) = PlanOrder.Of(graph.Nodes, graph.Gates);
        return order is { } found
            ? (new(units, [.. graph.Nodes], [.. graph.Gates], found), [])
            : (null, [new(bundle.File, 1, $"these wait for each other: {circle}", "provide a relation after an earlier step, or refer to it in a later one")]);
    }

    /// <summary>A node by its name, or null.</summary>
    public PlanNode? Find(string id) => _byId.GetValueOrDefault(id);

    /// <summary>The nodes of a machine, in order.</summary>
    public ImmutableArray<PlanNode> OfMachine(string machine) => _ofMachine.GetValueOrDefault(machine, []);

    /// <summary>Whether a fact is a secret too.</summary>
    /// <param name="fact">Its key: <c>nova/0/NAME</c>.</param>
    public bool IsSecret(string fact) => fact.Split('/') is [var application, _, var name] && Bundle.Applications.FirstOrDefault(a => a.Name == application) is { } found
        && found.Role.Steps.SelectMany(s => s.Resources).Any(r => r.Facts.Contains(name) && r.Settings.Literal("secret") == "true");

    /// <summary>A step with all values in place, as a script.</summary>
    /// <param name="node">The node.</param>
    /// <param name="mode">What it is run for.</param>
    /// <param name="known">Secrets and facts.</param>
    /// <param name="run">Which run it is for.</param>
    public Rendering Render(PlanNode node, StepMode mode, Known known, int run)
    {
        var scopes = _scopes is { } kept && ReferenceEquals(kept.Known, known) ? kept : _scopes = new(_units, known);
        try
        {
            return Render(node, mode, scopes, run);
        }
        catch (RoleValueException e)
        {
            return new Rendering.Impossible($"{node.Id}: {e.Message}");
        }
    }

    /// <summary>The key of a secret.</summary>
    internal static string SecretKey(string application, Secret secret, string machine) => secret.OfMachine ? $"{application}/{secret.Name}@{machine}" : $"{application}/{secret.Name}";

    private Rendering Render(PlanNode node, StepMode mode, PlanScopes scopes, int run)
    {
        var unit = _units.Of(node.Application)[node.Unit];
        var there = node.Step.At is null ? unit.Machine : Machines.First(m => m.Id == node.Machine);
        var scope = scopes.Of(unit);
        var values = Values.Of(name => name.StartsWith("there.", StringComparison.Ordinal) ? scope.Machine(there, name.Split('.')[1..]) : scope.Values.Find(name));
        if (node.Step.When is { } when)
        {
            var (holds, unknown) = when.Evaluate(values);
            if (!unknown.IsEmpty) return new Rendering.Unknown([.. unknown.Order(StringComparer.Ordinal)]);
            if (!holds) return new Rendering.Skipped("what it is for doesn't hold here");
        }
        var step = new StepRenderer(unit.Application.Role.Name, values).Render(node.Step);
        if (!step.Unknown.IsEmpty) return new Rendering.Unknown([.. step.Unknown.Order(StringComparer.Ordinal)]);
        if (step.Resources.IsEmpty) return new Rendering.Skipped("nothing of it is for here");
        var masks = Masks.Of(step.Secrets.Select(key => key.StartsWith("fact:", StringComparison.Ordinal) ? scopes.Known.Facts[key[5..]] : scopes.Known.Secrets[key]));
        string script = StepScript.Of(
        [
            ("deployment", _units.Surroundings.Deployment), ("run", run.ToString(CultureInfo.InvariantCulture)), ("step", node.Id),
            ("mode", mode switch { StepMode.Check => "check", StepMode.Verify => "verify", _ => "apply" }),
            // Seconds are rounded up; the agent ends a step that takes longer.
            ("deadline", Math.Ceiling(node.Deadline.TotalSeconds).ToString(CultureInfo.InvariantCulture)),
        ], step, mode);
        return new Rendering.Ready(script, StepScript.Fingerprint($"{node.Step.Name}\n{step.Body}"), masks, step.Secrets, step.Resources);
    }
}

using System.Collections.Immutable;
using Provisioner.Domain.Catalog;
using Provisioner.Domain.Roles;

namespace Provisioner.Domain.Bundles;

/// <summary>
/// Makes the nodes of a plan and joins them: steps of a unit one after the other, a step that is there once before what follows it on the other
/// units, roles that come first before the others of their machine, and what each step refers to before it.
/// </summary>
internal sealed class PlanGraph
{
    private readonly Units _units;
    private readonly PlanScopes _scopes;
    private readonly StepNeeds _needs;
    private readonly List<PlanNode> _nodes = [];
    private readonly List<PlanGate> _gates = [];
    private readonly Dictionary<(string, int, bool, string), int> _gateOf = [];

    // For each unit: the node of each of its steps, or null where that isn't there.
    private readonly Dictionary<Unit, int?[]> _nodeOf = new(ReferenceEqualityComparer.Instance);

    public PlanGraph(Units units)
    {
        (_units, _scopes, _needs) = (units, new PlanScopes(units, Known.Nothing, planning: true), new StepNeeds(units.Bundle));
        foreach (var application in units.Bundle.Applications) Make(application);
        foreach (var application in units.Bundle.Applications) Join(application);
        First();
    }

    public List<PlanNode> Nodes => _nodes;

    public List<PlanGate> Gates => _gates;

    /// <summary>Conditions that can't be looked at, and why.</summary>
    public List<CatalogFault> Faults { get; } = [];

    private void Make(Application application)
    {
        var steps = application.Role.AllSteps.ToArray();
        var units = _units.Of(application.Name);
        foreach (var unit in units)
        {
            var nodes = _nodeOf[unit] = new int?[steps.Length];
            for (int i = 0; i < steps.Length; i++)
            {
                if (steps[i].Alone && unit.Number > 0 || MachineOf(unit, steps[i]) is not { } machine || steps[i].When is { } when && LeftOut(unit, when)) continue;
                nodes[i] = _nodes.Count;
                _nodes.Add(new()
                {
                    Index = _nodes.Count,
                    Id = $"{application.Name}/{unit.Number}/{steps[i].Name}",
                    Machine = machine,
                    Application = application.Name,
                    Unit = unit.Number,
                    Step = steps[i],
                    Verifies = i >= application.Role.Steps.Length,
                    After = [.. Before(application, unit, i, steps)],
                });
            }
        }
    }

    private string? MachineOf(Unit unit, Step step)
    {
        if (step.At is not { } at) return unit.Machine.Id;
        var relation = unit.Application.Role.Requires.First(r => r.Name == at);
        return _units.At(unit, relation).FirstOrDefault()?.Machine.Id;
    }

    // The step before it on the same unit; the steps that are there once, on the first one, since then. Checks wait for the last step only.
    private IEnumerable<int> Before(Application application, Unit unit, int step, Step[] steps)
    {
        var first = _nodeOf[_units.Of(application.Name)[0]];
        for (int i = Math.Min(step, application.Role.Steps.Length) - 1; i >= 0; i--)
        {
            if (_nodeOf[unit][i] is { } own)
            {
                yield return own;
                yield break;
            }
            if (unit.Number > 0 && steps[i].Alone && first[i] is { } once) yield return once;
        }
    }

    private void Join(Application application)
    {
        var steps = application.Role.AllSteps.ToArray();
        var units = _units.Of(application.Name);
        if (units.IsEmpty) return;
        for (int i = 0; i < steps.Length; i++)
        {
            var needs = _needs.Of(application, steps[i], when => units.All(u => LeftOut(u, when)));
            if (needs.IsEmpty) continue;
            foreach (var unit in units)
                if (_nodeOf[unit][i] is { } node) Join(node, unit, needs);
        }
    }

    private void Join(int node, Unit unit, ImmutableArray<Need> needs)
    {
        var (after, gates) = (_nodes[node].After.ToHashSet(), new HashSet<int>());
        foreach (var need in needs)
        {
            if (need.Reach is Reach.All)
            {
                gates.Add(Gate(need));
                continue;
            }
            var there = need.Reach is Reach.Same ? unit : _units.Of(need.Application).FirstOrDefault(u => u.Machine.Id == unit.Machine.Id);
            if (there is not null) after.UnionWith(Last(there, need.Steps));
        }
        _nodes[node] = _nodes[node] with
        {
            After = [.. after.Order()],
            Gates = [.. gates.Order()],
        };
    }

    private int Gate(Need need)
    {
        var key = (need.Application, need.Steps, need.Tolerate, need.Why);
        if (_gateOf.TryGetValue(key, out int gate)) return gate;
        _gates.Add(new($"{need.Application} ({need.Why})", [.. _units.Of(need.Application).SelectMany(u => Last(u, need.Steps)).Distinct().Order()], need.Tolerate));
        return _gateOf[key] = _gates.Count - 1;
    }

    // The nodes after which a unit has done its first so many steps.
    private IEnumerable<int> Last(Unit unit, int steps)
    {
        var (own, first) = (_nodeOf[unit], _nodeOf[_units.Of(unit.Application.Name)[0]]);
        for (int i = steps - 1; i >= 0; i--)
        {
            if (own[i] is { } node)
            {
                yield return node;
                yield break;
            }
            if (first[i] is { } once && unit.Application.Role.Steps[i].Alone) yield return once;
        }
    }

    // Roles that come first: the others' first nodes on the machine wait for their last ones.
    private void First()
    {
        var ends = new Dictionary<string, List<int>>();
        foreach (var (unit, _) in _nodeOf)
            if (unit.Application.Role.Base)
            {
                if (!ends.TryGetValue(unit.Machine.Id, out var list)) ends[unit.Machine.Id] = list = [];
                list.AddRange(Last(unit, unit.Application.Role.Steps.Length));
            }
        if (ends.Count == 0) return;
        for (int i = 0; i < _nodes.Count; i++)
        {
            var node = _nodes[i];
            if (_units.Bundle.Find(node.Application).Role.Base || !ends.TryGetValue(node.Machine, out var list) || node.After.Any(a => _nodes[a].Machine == node.Machine)) continue;
            _nodes[i] = node with { After = [.. node.After.Concat(list).Distinct().Order()] };
        }
    }

    // What doesn't depend on facts is decided here; a value that can't be is told when the step is rendered.
    private bool LeftOut(Unit unit, Condition when)
    {
        try
        {
            var (holds, unknown) = when.Evaluate(_scopes.Of(unit).Values);
            return !holds && unknown.IsEmpty;
        }
        catch (RoleValueException e)
        {
            Faults.Add(new(unit.Application.Role.File, when.Line, e.Message, "mend the option or the role"));
            return false;
        }
    }
}

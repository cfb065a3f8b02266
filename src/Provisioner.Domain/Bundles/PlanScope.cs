using System.Collections.Immutable;
using System.Globalization;
using Provisioner.Domain.Roles;

namespace Provisioner.Domain.Bundles;

/// <summary>A unit: an application on one of its machines.</summary>
/// <param name="Application">The application.</param>
/// <param name="Number">Which of its machines, from 0.</param>
/// <param name="Machine">The machine.</param>
internal sealed record Unit(Application Application, int Number, PlannedMachine Machine);

/// <summary>The units of a bundle on its machines.</summary>
internal sealed class Units
{
    private readonly Dictionary<string, ImmutableArray<Unit>> _byApplication;

    public Units(Bundle bundle, ImmutableArray<PlannedMachine> machines, Surroundings surroundings)
    {
        (Bundle, Machines, Surroundings) = (bundle, machines, surroundings);
        var byGroup = machines.ToLookup(m => m.Group);
        _byApplication = bundle.Applications.ToDictionary(a => a.Name, a => a.Groups.SelectMany(g => byGroup[g]).Select((m, i) => new Unit(a, i, m)).ToImmutableArray());
        Hosts = Value.Of(machines.Concat(surroundings.Neighbours).OrderBy(m => m.Name, StringComparer.Ordinal).Select(m => $"{m.Address} {(surroundings.Domain.Length > 0 ? $"{Fqdn(m)} " : "")}{m.Name}"));
    }

    public Bundle Bundle { get; }

    public ImmutableArray<PlannedMachine> Machines { get; }

    public Surroundings Surroundings { get; }

    /// <summary>All machines, and their neighbours, as hosts(5) has them: canonical name first, aliases after it.</summary>
    public Value Hosts { get; }

    public ImmutableArray<Unit> Of(string application) => _byApplication[application];

    /// <summary>The units at the other end of a relation: on the same machine where only that is meant.</summary>
    public IEnumerable<Unit> At(Unit unit, Requirement relation) => Ends(unit.Application, relation.Name).SelectMany(end => Of(end))
        .Where(u => !relation.Local || u.Machine.Id == unit.Machine.Id);

    public static ImmutableArray<string> Ends(Application application, string relation) => application.Relations.GetValueOrDefault(relation, []);

    public string Fqdn(PlannedMachine machine) => Surroundings.Domain.Length > 0 ? $"{machine.Name}.{Surroundings.Domain}" : machine.Name;
}

/// <summary>All units' values, given what is known.</summary>
/// <param name="units">The units.</param>
/// <param name="known">Secrets and facts.</param>
/// <param name="planning">Nothing is rendered, only conditions are looked at: a secret is something that is not empty.</param>
internal sealed class PlanScopes(Units units, Known known, bool planning = false)
{
    private readonly Dictionary<Unit, PlanScope> _all = new(ReferenceEqualityComparer.Instance);

    public Units Units => units;

    public Known Known => known;

    /// <summary>A secret, or null where it wasn't generated yet.</summary>
    public string? Secret(string key) => planning ? "•" : known.Secrets.GetValueOrDefault(key);

    public PlanScope Of(Unit unit) => _all.TryGetValue(unit, out var scope) ? scope : _all[unit] = new PlanScope(unit, this);
}

/// <summary>What the names of a unit's role mean.</summary>
internal sealed class PlanScope
{
    private readonly Unit _unit;
    private readonly PlanScopes _scopes;
    private readonly Dictionary<string, Value?> _found = new(StringComparer.Ordinal);
    private readonly HashSet<string> _underWay = new(StringComparer.Ordinal);

    public PlanScope(Unit unit, PlanScopes scopes)
    {
        (_unit, _scopes) = (unit, scopes);
        Values = Values.Of(Find);
    }

    /// <summary>Its values.</summary>
    public Values Values { get; }

    private Units Units => _scopes.Units;

    private Role Role => _unit.Application.Role;

    /// <summary>A value that it provides.</summary>
    public Value Provided(string @interface, string name) =>
        Role.Provides.First(p => p.Interface == @interface).Values.TryGetValue(name, out var template)
            ? template.Evaluate(Values)
            : throw new RoleValueException($"{Role.Name} provides {@interface} without \"{name}\"");

    private Value? Find(string name)
    {
        if (_found.TryGetValue(name, out var value)) return value;
        if (!_underWay.Add(name)) throw new RoleValueException($"{name} of {_unit.Application.Name} is made of itself");
        try
        {
            value = Look(name, name.Split('.'));
            return _found[name] = value is null ? null : Values.Checked(name, value);
        }
        finally
        {
            _underWay.Remove(name);
        }
    }

    private Value? Look(string name, string[] parts) => parts switch
    {
        ["machine", .. var rest] => Machine(_unit.Machine, rest),
        ["application", "name"] => Value.Of(_unit.Application.Name),
        ["application", "names"] => Value.Of(Units.Of(_unit.Application.Name).Select(u => u.Machine.Name)),
        ["application", "addresses"] => Value.Of(Units.Of(_unit.Application.Name).Select(u => u.Machine.Address)),
        ["deployment", "name"] => Value.Of(Units.Surroundings.Deployment),
        ["deployment", "hosts"] => Units.Hosts,
        ["site", "domain"] => Value.Of(Units.Surroundings.Domain),
        ["site", "appliance"] => Value.Of(Units.Surroundings.Appliance),
        ["site", "time_servers"] => Value.Of(Units.Surroundings.TimeServers.AsEnumerable()),
        ["operator", "name"] => Value.Of(Units.Surroundings.Operator),
        ["operator", "ssh_keys"] => Value.Of(Units.Surroundings.SshKeys.AsEnumerable()),
        ["release", .. var rest] => Release(string.Join('.', rest)),
        ["secret", var secret, .. var more] => Secret(secret, more),
        ["fact", var fact] => Fact(fact),
        ["related", var relation] => Value.Of(Requirement(relation) is { } r && Units.At(_unit, r).Any()),
        [var relation, "all", var value] => Requirement(relation) is { } r ? Related(r, value) with { Kind = ValueKind.List } : null,
        [var relation, var value] => Requirement(relation) is { } r ? First(r, value) : null,
        [var parameter] => Role.Parameters.FirstOrDefault(p => p.Name == parameter) is { } p ? ParameterValue.Of(p, _unit.Application.Options.GetValueOrDefault(parameter, p.Default), Values) : null,
        _ => null,
    };

    /// <summary>What is known of a machine.</summary>
    public Value? Machine(PlannedMachine machine, string[] name) => name switch
    {
        ["name"] => Value.Of(machine.Name),
        ["fqdn"] => Value.Of(Units.Fqdn(machine)),
        ["address"] => Value.Of(machine.Address),
        ["address", var space] => Value.Of(machine.Addresses.GetValueOrDefault(space, machine.Address)),
        ["interface", var space] => Value.Of(machine.Interfaces.GetValueOrDefault(space) ?? throw new RoleValueException($"nobody knows which interface of {machine.Name} is in the space {space}: say so under interfaces of its machines, or give the space an interface")),
        ["number"] => new Value(ValueKind.Number, [_unit.Number.ToString(CultureInfo.InvariantCulture)]),
        ["first"] => Value.Of(_unit.Number == 0),
        _ => null,
    };

    private Value? Release(string name)
    {
        if (Units.Bundle.Release is not { } release || release.Product != Role.Product) return null;
        if (name == "name") return Value.Of(release.Name);
        if (!release.Values.TryGetValue(name, out var value)) return null;
        var found = value.Template.Evaluate(Values);
        return value.Kind is ValueKind.Any ? found : found with { Kind = value.Kind };
    }

    private Value? Secret(string name, string[] more)
    {
        if (Role.Secrets.FirstOrDefault(s => s.Name == name) is not { } secret) return null;
        string key = DeploymentPlan.SecretKey(_unit.Application.Name, secret, _unit.Machine.Id) + (more is ["public"] ? ".public" : "");
        string text = _scopes.Secret(key) ?? throw new RoleValueException($"the secret {key} wasn't generated yet");
        var value = secret.Kind is SecretKind.SshKey && more.Length == 0 ? Value.Of(text.TrimEnd('\n').Split('\n')) : Value.Of(text);
        // A public key is for everybody.
        return more.Length > 0 ? value : value with { Secrets = [key] };
    }

    private Value? Fact(string name)
    {
        var step = Role.Steps.FirstOrDefault(s => s.Resources.Any(r => r.Facts.Contains(name)));
        if (step is null) return null;
        var resource = step.Resources.First(r => r.Facts.Contains(name));
        var kind = resource.Settings.Literal("list") == "true" ? ValueKind.List : ValueKind.Text;
        string key = $"{_unit.Application.Name}/{(step.Alone ? 0 : _unit.Number)}/{name}";
        if (!_scopes.Known.Facts.TryGetValue(key, out string? text)) return new Value(kind, [""]) { Unknown = [key] };
        var value = new Value(kind, kind is ValueKind.List ? [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries)] : [text]);
        return resource.Settings.Literal("secret") == "true" ? value with { Secrets = [$"fact:{key}"] } : value;
    }

    private Requirement? Requirement(string name) => Role.Requires.FirstOrDefault(r => r.Name == name);

    // Of a relation that is missing nothing is known: texts are empty and lists have no elements.
    private Value First(Requirement relation, string name) =>
        Units.At(_unit, relation).FirstOrDefault() is { } other ? _scopes.Of(other).Provided(relation.Interface, name) : Value.Of("");

    private Value Related(Requirement relation, string name)
    {
        var all = Value.Of([]);
        var lines = new List<string>();
        foreach (var unit in Units.At(_unit, relation))
        {
            var value = _scopes.Of(unit).Provided(relation.Interface, name);
            all = all.MadeOf(value);
            lines.AddRange(value.Lines);
        }
        return all with { Lines = [.. lines] };
    }
}

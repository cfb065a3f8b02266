using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Provisioner.Domain.Roles;

/// <summary>The names that the templates of one role may refer to, with their kinds.</summary>
internal sealed class RoleNames
{
    private readonly Dictionary<string, ValueKind> _kinds = new(Fixed);
    private readonly HashSet<string> _relations = new(StringComparer.Ordinal);

    /// <summary>What every role is told of the world.</summary>
    public static readonly FrozenDictionary<string, ValueKind> Fixed = new Dictionary<string, ValueKind>
    {
        ["machine.name"] = ValueKind.Text,
        ["machine.fqdn"] = ValueKind.Text,
        ["machine.address"] = ValueKind.Text,
        ["machine.number"] = ValueKind.Number,
        ["machine.first"] = ValueKind.Flag,
        ["application.name"] = ValueKind.Text,
        ["application.names"] = ValueKind.List,
        ["application.addresses"] = ValueKind.List,
        ["deployment.name"] = ValueKind.Text,
        ["deployment.hosts"] = ValueKind.List,
        ["site.domain"] = ValueKind.Text,
        ["site.appliance"] = ValueKind.Text,
        ["site.time_servers"] = ValueKind.List,
        ["operator.name"] = ValueKind.Text,
        ["operator.ssh_keys"] = ValueKind.List,
        ["there.name"] = ValueKind.Text,
        ["there.address"] = ValueKind.Text,
        ["item"] = ValueKind.Text,
    }.ToFrozenDictionary();

    /// <summary>It has a product: <c>release.…</c> means something.</summary>
    public bool Releases { get; set; }

    /// <summary>Names, for those who mistook one.</summary>
    public IEnumerable<string> Known => _kinds.Keys.Concat(_relations.SelectMany(r => new[] { $"related.{r}", $"{r}.…" })).Concat(Releases ? ["release.…"] : []);

    public void Add(string name, ValueKind kind) => _kinds[name] = kind;

    public void AddSpace(string space)
    {
        foreach (string name in new[] { "machine.address", "machine.interface", "there.address" }) _kinds[$"{name}.{space}"] = ValueKind.Text;
    }

    public void AddRelation(string name) => _relations.Add(name);

    /// <summary>Whether a relation has this name.</summary>
    public bool IsRelation(string name) => _relations.Contains(name);

    /// <summary>All relations.</summary>
    public ImmutableArray<string> Relations => [.. _relations.Order(StringComparer.Ordinal)];

    /// <summary>The kind of a name; null where there is none of it.</summary>
    public ValueKind? KindOf(string name)
    {
        if (_kinds.TryGetValue(name, out var kind)) return kind;
        string[] parts = name.Split('.');
        if (parts is ["release", _, ..] && Releases) return parts is ["release", "name"] ? ValueKind.Text : ValueKind.Any;
        if (parts is ["related", var relation] && _relations.Contains(relation)) return ValueKind.Flag;
        if (!_relations.Contains(parts[0])) return null;
        return parts.Length switch
        {
            2 => ValueKind.Any,
            3 when parts[1] == "all" => ValueKind.List,
            _ => null,
        };
    }
}

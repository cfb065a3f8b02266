using System.Collections.Immutable;
using Provisioner.Domain.Catalog;
using Provisioner.Domain.Roles;
using YamlDotNet.RepresentationModel;

namespace Provisioner.Domain.Bundles;

/// <summary>
/// Finds the other end of each relation: the one that the bundle names, else the only application that provides the interface.
/// </summary>
internal sealed class RelationReader(Faults faults, ImmutableArray<Application> applications, RoleLibrary library)
{
    private const string Form = "write - [APPLICATION, PROVIDER], - [APPLICATION:RELATION, PROVIDER] or - [APPLICATION:RELATION, none]";

    private readonly Dictionary<(string Application, string Relation), List<string>> _named = [];

    /// <summary>The applications with their relations.</summary>
    public ImmutableArray<Application> Read(Fields bundle)
    {
        foreach (var node in bundle.List("relations")) Named(node);
        return [.. applications.Select(a => a with { Relations = Relations(a) })];
    }

    private void Named(YamlNode node)
    {
        if (node is not YamlSequenceNode { Children: [YamlScalarNode { Value: { } from }, YamlScalarNode { Value: { } to }] })
        {
            faults.At(node, "a relation has two ends", Form);
            return;
        }
        string[] ends = from.Split(':');
        string provider = to.Split(':')[0];
        if (ends.Length > 2 || applications.FirstOrDefault(a => a.Name == ends[0]) is not { } application)
        {
            faults.At(node, $"there is no application \"{ends[0]}\"", Nearest.Of(ends[0], applications.Select(a => a.Name)));
            return;
        }
        var other = applications.FirstOrDefault(a => a.Name == provider);
        if (other is null && provider != "none")
        {
            faults.At(node, $"there is no application \"{provider}\"", Nearest.Of(provider, applications.Select(a => a.Name).Append("none")));
            return;
        }
        var meant = application.Role.Requires.Where(r => ends.Length == 2 ? r.Name == ends[1] : other is not null && Provides(other, r)).ToArray();
        if (meant.Length == 0)
            faults.At(node, ends.Length == 2 ? $"{application.Role.Name} has no relation \"{ends[1]}\"" : $"{provider} provides nothing that {application.Name} needs",
                ends.Length == 2 ? Nearest.Of(ends[1], application.Role.Requires.Select(r => r.Name)) : Form);
        foreach (var relation in meant)
        {
            if (other is not null && !Provides(other, relation))
                faults.At(node, $"{provider} doesn't provide {relation.Interface}", $"these do: {Words(applications.Where(a => Provides(a, relation)).Select(a => a.Name))}");
            if (!_named.TryGetValue((application.Name, relation.Name), out var list)) _named[(application.Name, relation.Name)] = list = [];
            if (other is not null) list.Add(provider);
        }
    }

    private ImmutableSortedDictionary<string, ImmutableArray<string>> Relations(Application application)
    {
        var relations = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<string>>(StringComparer.Ordinal);
        foreach (var relation in application.Role.Requires)
        {
            string[] ends = _named.TryGetValue((application.Name, relation.Name), out var named)
                ? [.. named]
                : [.. applications.Where(a => a.Name != application.Name && Provides(a, relation) && (!relation.Local || a.Groups.Intersect(application.Groups).Any())).Select(a => a.Name)];
            if (ends.Length == 0 && !relation.Optional)
            {
                string[] roles = [.. library.Roles.Values.Where(r => r.Provides.Any(p => p.Interface == relation.Interface)).Select(r => r.Name)];
                faults.At(application.Line, $"{application.Name} needs {relation.Interface}, which no application {(relation.Local ? "on its machines" : "here")} provides",
                    roles.Length > 0 ? $"add one: {Words(roles)}" : "no role of the catalog provides it either");
            }
            if (ends.Length > 1 && !relation.Many)
                faults.At(application.Line, $"{application.Name} needs one {relation.Interface}, and {Words(ends, "and")} provide it", $"say which under relations: - [{application.Name}:{relation.Name}, {ends[0]}]");
            if (ends.Length > 0) relations[relation.Name] = [.. ends];
        }
        return relations.ToImmutable();
    }

    private static bool Provides(Application application, Requirement relation) => application.Role.Provides.Any(p => p.Interface == relation.Interface);

    private static string Words(IEnumerable<string> names, string last = "or")
    {
        string[] all = [.. names];
        return all.Length > 1 ? $"{string.Join(", ", all[..^1])} {last} {all[^1]}" : string.Concat(all);
    }
}

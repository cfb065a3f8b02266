using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Provisioner.Domain.Catalog;
using YamlDotNet.RepresentationModel;

namespace Provisioner.Domain.Roles;

/// <summary>Reads steps and resources, and goes on after a fault.</summary>
internal sealed partial class StepReader(Faults faults, TemplateReader templates)
{
    private const int DefaultDeadlineSeconds = 300, MaxDeadlineSeconds = 86_400;

    // A check stands beside the steps in a plan: its name must not be one of theirs.
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>Relations that steps name, to be looked at when the relations are known.</summary>
    public List<(YamlNode Node, string Relation, string What)> Relations { get; } = [];

    public ImmutableArray<Step> Read(Fields role, string key, bool needed)
    {
        var steps = ImmutableArray.CreateBuilder<Step>();
        foreach (var node in role.List(key, needed))
        {
            if (Step(node, checks: key == "verify") is not { } step) continue;
            if (!_names.Add(step.Name)) faults.At(node, $"two steps are called \"{step.Name}\"", "give each its own name");
            steps.Add(step);
        }
        if (needed && role[key] is YamlSequenceNode { Children.Count: 0 } empty) faults.At(empty, "a role without steps", "write one at least");
        return steps.ToImmutable();
    }

    private Step? Step(YamlNode node, bool checks)
    {
        if (Fields.Of(node, "a step", faults, "name", "about", "deadline-seconds", "retries", "retry-seconds", "when", "at", "once", "needs", "openstack", "resources") is not { } step)
            return null;
        string name = step.Text("name", Label(), LabelCure);
        string what = $"step {name}";
        var resources = step.List("resources", needed: true).Select(r => Resource(r, checks)).OfType<Resource>().ToImmutableArray();
        if (step["resources"] is YamlSequenceNode { Children.Count: 0 } empty) faults.At(empty, $"{what} sees to nothing", "write one resource at least");
        var openStack = step["openstack"] is { } signIn ? Settings(signIn, ResourceKind.SignIn, $"openstack of {what}") : null;
        if (openStack is null && resources.FirstOrDefault(r => ResourceKind.All[r.Kind].OpenStack) is { } lone)
            faults.At(lone.Line, $"a {lone.Kind} in {what}, which doesn't say how to sign in", "add openstack: {url: …, user: …, password: …, project: …} to the step");
        string at = step.Text("at", Label(), LabelCure, "");
        if (step["at"] is { } atNode) Relations.Add((atNode, at, what));
        var needs = step.Names("needs", Label(), "the name of a relation under requires");
        foreach (string relation in needs) Relations.Add((step["needs"]!, relation, what));
        return new(name, step.Text("about", ""), Seconds(step, "deadline-seconds", what, DefaultDeadlineSeconds), resources)
        {
            Line = node.Start.Line,
            When = templates.ReadCondition(step["when"], what),
            At = at.Length > 0 ? at : null,
            Once = step.Flag("once", absent: false),
            Needs = needs,
            Retries = (int)step.Number("retries", 0, 0, 1000),
            RetryAfter = Seconds(step, "retry-seconds", what, 10),
            OpenStack = openStack,
        };
    }

    private TimeSpan Seconds(Fields step, string key, string what, int absent)
    {
        string text = step.Text(key, $"{absent}");
        if (int.TryParse(text, out int seconds) && seconds is >= 1 and <= MaxDeadlineSeconds) return TimeSpan.FromSeconds(seconds);
        if (step[key] is YamlScalarNode node) faults.At(node, $"{key} of {what} is \"{text}\"", $"a number from 1 to {MaxDeadlineSeconds}");
        return TimeSpan.FromSeconds(absent);
    }

    private Resource? Resource(YamlNode node, bool checks)
    {
        if (node is not YamlMappingNode map || map.Children.Where(c => c.Key is not YamlScalarNode { Value: "when" or "each" }).ToArray() is not [{ Key: YamlScalarNode { Value: { } name } key, Value: var settings }])
        {
            faults.At(node, "a resource is one kind with its settings", "write - file: {path: …, content: …}");
            return null;
        }
        if (!ResourceKind.All.TryGetValue(name, out var kind))
        {
            faults.At(key, $"unknown kind of resource \"{name}\"", Nearest.Of(name, ResourceKind.All.Keys));
            return null;
        }
        if (checks && !kind.Checks)
            faults.At(key, $"{A(name)} under verify", $"a check changes nothing: there are {string.Join(", ", ResourceKind.All.Values.Where(k => k.Checks).Select(k => k.Name).Order(StringComparer.Ordinal))}");
        var each = Each(map);
        templates.InEach = each is not null;
        var read = Settings(settings, kind, A(name));
        templates.InEach = false;
        var when = map.Children.TryGetValue(new YamlScalarNode("when"), out var condition) ? templates.ReadCondition(condition, A(name)) : null;
        return read is null ? null : new(name, read, node.Start.Line)
        {
            When = when,
            Each = each,
        };
    }

    // each: a list of texts, or the name of one.
    private Template? Each(YamlMappingNode resource)
    {
        if (!resource.Children.TryGetValue(new YamlScalarNode("each"), out var node)) return null;
        if (node is YamlScalarNode { Value: { } name } scalar && !name.Contains("{{", StringComparison.Ordinal))
            return templates.ReadName(scalar, "each");
        return Template.Join(templates.ReadList(node, "each"));
    }

    private Settings? Settings(YamlNode node, ResourceKind kind, string what)
    {
        if (Fields.Of(node, what, faults, [.. kind.Settings.Select(s => s.Name)]) is not { } fields) return null;
        var all = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<SettingPart>>(StringComparer.Ordinal);
        foreach (var setting in kind.Settings)
        {
            var value = setting.Default is null ? fields.Need(setting.Name) : fields[setting.Name];
            if (value is not null) all[setting.Name] = Parts(value, kind, setting, $"{setting.Name} of {what}");
        }
        return new(all.ToImmutable());
    }

    private ImmutableArray<SettingPart> Parts(YamlNode node, ResourceKind kind, SettingKind setting, string what)
    {
        var parts = setting.Shape switch
        {
            Shape.List => [.. templates.ReadList(node, what).Select(t => new SettingPart("", t))],
            Shape.Pairs => Pairs(node, what),
            Shape.Name => [new SettingPart("", Template.Literal((node as YamlScalarNode)?.Value ?? ""))],
            // A file's content stands as it is, whatever it looks like.
            Shape.Lines when kind.Name == "file" && node is YamlScalarNode { Value: { } text } => [new SettingPart("", Template.Literal(text))],
            Shape.Lines or Shape.Shell => [new SettingPart("", templates.Read(node, setting.Name))],
            _ => ImmutableArray.Create(new SettingPart("", templates.Read(node, what, oneText: true))),
        };
        foreach (var part in parts)
            if (!part.Template.Names.Any() && part.Template.Text(Values.None) is var plain && setting.Refuses(plain) is { } cure)
                faults.At(node, setting.Shape is Shape.Flag ? $"{what} is {plain}" : $"{what} is \"{plain}\"", cure);
        return parts;
    }

    private ImmutableArray<SettingPart> Pairs(YamlNode node, string what)
    {
        if (node is YamlMappingNode map)
            return [.. map.Children.Select(c => new SettingPart((c.Key as YamlScalarNode)?.Value ?? "", templates.Read(c.Value, what, oneText: true)))];
        faults.At(node, $"{what} is {Fields.Kind(node)}", "write it as key: value lines");
        return [];
    }

    private static string A(string kind) => kind[0] is 'a' or 'e' or 'i' or 'o' ? $"an {kind}" : $"a {kind}";

    private const string LabelCure = "letters a–z, digits and hyphens, a letter first";

    [GeneratedRegex("^[a-z][a-z0-9-]{0,62}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Label();
}

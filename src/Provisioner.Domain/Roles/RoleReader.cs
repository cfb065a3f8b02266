using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Provisioner.Domain.Roles;

/// <summary>Reads a role out of YAML nodes, and goes on after a fault, so that all are told at once.</summary>
internal sealed partial class RoleReader(Faults faults)
{
    private const int DefaultDeadlineSeconds = 300, MaxDeadlineSeconds = 86_400;

    private readonly Dictionary<string, ValueKind> _kinds = new(RoleFacts.Kinds);

    public Role? Read(YamlNode root, string stem)
    {
        if (Fields.Of(root, "a role", faults, "role", "title", "about", "parameters", "steps") is not { } role) return null;
        string name = role.Text("role", Label(), "letters a–z, digits and hyphens, a letter first");
        if (role["role"] is { } node && name != stem) faults.At(node, $"the role is called \"{name}\" and its file \"{stem}\"", "give both the same name");
        var parameters = Parameters(role["parameters"]);
        var steps = Steps(role);
        return new(name, role.Text("title"), role.Text("about", "").Trim(), parameters, steps);
    }

    private ImmutableArray<Parameter> Parameters(YamlNode? node)
    {
        if (node is not YamlMappingNode map)
        {
            if (node is not null) faults.At(node, "parameters is not a mapping", "write name: {type: …, default: …} for each");
            return [];
        }
        var parameters = ImmutableArray.CreateBuilder<Parameter>();
        // A default refers to facts only, so that parameters have no order: their names come in after all are read.
        foreach (var (key, value) in map.Children)
            if (Parameter(key, value) is { } parameter) parameters.Add(parameter);
        foreach (var parameter in parameters) _kinds[parameter.Name] = parameter.Kind;
        return parameters.ToImmutable();
    }

    private Parameter? Parameter(YamlNode key, YamlNode value)
    {
        string name = (key as YamlScalarNode)?.Value ?? "";
        if (!ParameterName().IsMatch(name)) faults.At(key, $"\"{key}\" is no name for a parameter", "letters a–z, digits and _, a letter first, no dot");
        if (Fields.Of(value, $"parameter {name}", faults, "type", "default", "about") is not { } fields) return null;
        string type = fields.Text("type", TypeName(), "the types are text and list");
        var kind = type == "list" ? ValueKind.List : ValueKind.Text;
        var content = kind is ValueKind.List ? Lines(fields, "default", $"parameter {name}", needed: true) : Scalar(fields.Need("default"), $"default of parameter {name}");
        return new(name, kind, content, fields.Text("about", ""));
    }

    private ImmutableArray<Step> Steps(Fields role)
    {
        var steps = ImmutableArray.CreateBuilder<Step>();
        foreach (var node in role.List("steps", needed: true))
        {
            if (Step(node) is not { } step) continue;
            if (steps.Any(s => s.Name == step.Name)) faults.At(node, $"two steps are called \"{step.Name}\"", "give each its own name");
            steps.Add(step);
        }
        if (role["steps"] is YamlSequenceNode { Children.Count: 0 } empty) faults.At(empty, "a role without steps", "write one at least");
        return steps.ToImmutable();
    }

    private Step? Step(YamlNode node)
    {
        if (Fields.Of(node, "a step", faults, "name", "about", "deadline-seconds", "resources") is not { } step) return null;
        string name = step.Text("name", Label(), "letters a–z, digits and hyphens, a letter first");
        string deadline = step.Text("deadline-seconds", $"{DefaultDeadlineSeconds}");
        if (!int.TryParse(deadline, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) || seconds is < 1 or > MaxDeadlineSeconds)
            faults.At(step["deadline-seconds"]!, $"deadline-seconds of step {name} is \"{deadline}\"", $"a number from 1 to {MaxDeadlineSeconds}");
        var resources = step.List("resources", needed: true).Select(Resource).OfType<Resource>().ToImmutableArray();
        if (step["resources"] is YamlSequenceNode { Children.Count: 0 } empty) faults.At(empty, $"step {name} sees to nothing", "write one resource at least");
        return new(name, step.Text("about", ""), TimeSpan.FromSeconds(seconds), resources);
    }

    private Resource? Resource(YamlNode node)
    {
        if (node is not YamlMappingNode { Children: [var only] } || only.Key is not YamlScalarNode { Value: { } kind })
        {
            faults.At(node, "a resource is one kind with its settings", "write - file: {path: …, content: …}");
            return null;
        }
        return kind switch
        {
            "hosts-file" => Hosts(only.Value),
            "file" => File(only.Value, "a file"),
            "template" => File(only.Value, "a template"),
            "service" => Service(only.Value),
            "user" => User(only.Value),
            _ => Unknown(only.Key, kind),
        };
    }

    private Resource? Unknown(YamlNode node, string kind)
    {
        faults.At(node, $"unknown kind of resource \"{kind}\"", Nearest.Of(kind, ["hosts-file", "file", "template", "service", "user"]));
        return null;
    }

    private Resource.Hosts? Hosts(YamlNode node) =>
        Fields.Of(node, "a hosts-file", faults, "path", "entries") is { } hosts
            ? new(hosts.Text("path", AbsolutePath(), PathCure, "/etc/hosts"), Lines(hosts, "entries", "a hosts-file", needed: true))
            : null;

    private Resource.File? File(YamlNode node, string what)
    {
        if (Fields.Of(node, what, faults, "path", "content", "mode", "owner", "group") is not { } file) return null;
        string path = file.Text("path", AbsolutePath(), PathCure);
        string mode = file.Text("mode", Octal(), "permissions in octal, in quotes: \"0644\"", "0644");
        string owner = file.Text("owner", Account(), "a user's name", "root");
        string group = file.Text("group", Account(), "a group's name", owner);
        var content = what == "a template" ? Scalar(file.Need("content"), "content") : Template.Literal(file.Text("content"));
        return new(path, content, mode.TrimStart('0') is { Length: > 0 } m ? m : "0", owner, group);
    }

    private Resource.Service? Service(YamlNode node)
    {
        if (Fields.Of(node, "a service", faults, "name", "restart-when-changed") is not { } service) return null;
        string name = service.Text("name", Unit(), "a unit's name, without .service");
        var files = service.List("restart-when-changed").Select(f => (Node: f, Path: (f as YamlScalarNode)?.Value ?? "")).ToArray();
        foreach (var (file, path) in files.Where(f => !AbsolutePath().IsMatch(f.Path))) faults.At(file, $"\"{path}\" is no file to watch", PathCure);
        return new(name, [.. files.Select(f => f.Path)]);
    }

    private Resource.User? User(YamlNode node) =>
        Fields.Of(node, "a user", faults, "name", "ssh-keys", "sudo") is { } user
            ? new(Scalar(user.Need("name"), "name of a user", oneText: true), Lines(user, "ssh-keys", "a user"), user.Flag("sudo", absent: false))
            : null;

    private Template Lines(Fields fields, string key, string what, bool needed = false) =>
        Template.Join(fields.List(key, needed).Select(element => Scalar(element, $"{key} of {what}")));

    private Template Scalar(YamlNode? node, string what, bool oneText = false)
    {
        if (node is not YamlScalarNode { Value: { } text } scalar)
        {
            if (node is not null) faults.At(node, $"{what} is not a text", "write one text");
            return Template.Literal("");
        }
        // A block (| or >) begins on the line after its mark.
        long first = scalar.Start.Line + (scalar.Style is ScalarStyle.Literal or ScalarStyle.Folded ? 1 : 0);
        var template = Template.Read(text, (line, problem) => faults.At(first + line, $"{problem} in {what}", "a reference is {{ name }}"));
        foreach (var (line, problem, cure) in template.Check(_kinds)) faults.At(first + line, $"{problem} in {what}", cure);
        if (oneText && template.Names.FirstOrDefault(n => _kinds.GetValueOrDefault(n) is ValueKind.List) is { } list)
            faults.At(node, $"{what} is the list {list}", "refer to a text");
        return template;
    }

    private const string PathCure = "an absolute path of ordinary characters, without ..";

    [GeneratedRegex("^[a-z][a-z0-9-]{0,62}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Label();

    [GeneratedRegex("^[a-z][a-z0-9_]{0,62}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex ParameterName();

    [GeneratedRegex("^(text|list)\\z", RegexOptions.CultureInvariant)]
    private static partial Regex TypeName();

    [GeneratedRegex("^(/(?!\\.\\.?(/|\\z))[A-Za-z0-9@._+:-]+)+\\z", RegexOptions.CultureInvariant)]
    private static partial Regex AbsolutePath();

    [GeneratedRegex("^[0-7]{3,4}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Octal();

    [GeneratedRegex("^[a-z_][a-z0-9_-]{0,31}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Account();

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9@._-]{0,127}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Unit();
}

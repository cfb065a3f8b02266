using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Provisioner.Domain.Catalog;
using YamlDotNet.RepresentationModel;

namespace Provisioner.Domain.Roles;

/// <summary>Reads a role out of YAML nodes, and goes on after a fault, so that all are told at once.</summary>
internal sealed partial class RoleReader(Faults faults)
{
    private readonly RoleNames _names = new();
    private readonly TemplateReader _templates = new(faults);

    public Role? Read(YamlNode root, string file)
    {
        if (Fields.Of(root, "a role", faults, "role", "title", "about", "product", "base", "single", "conflicts", "spaces", "parameters", "secrets", "requires", "provides", "steps", "verify") is not { } role)
            return null;
        string name = role.Text("role", Label(), LabelCure);
        string stem = CatalogYaml.Stem(file);
        if (role["role"] is { } node && name != stem) faults.At(node, $"the role is called \"{name}\" and its file \"{stem}\"", "give both the same name");
        var steps = new StepReader(faults, _templates);
        var read = new Role(name, role.Text("title"), role.Text("about", "").Trim(), Parameters(role), steps.Read(role, "steps", needed: true))
        {
            File = file,
            Product = role["product"] is null ? null : role.Text("product", Label(), LabelCure),
            Base = role.Flag("base", absent: false),
            Single = role.Flag("single", absent: false),
            Conflicts = role.Names("conflicts", Label(), LabelCure),
            Spaces = role.Names("spaces", Label(), LabelCure),
            Secrets = Secrets(role),
            Requires = Requires(role),
            Verify = steps.Read(role, "verify", needed: false),
        };
        read = read with { Provides = Provides(role, read.Steps) };
        Names(read);
        _templates.Check(_names);
        foreach (var (at, relation, what) in steps.Relations)
            if (!_names.IsRelation(relation)) faults.At(at, $"{what} names the relation \"{relation}\", which isn't under requires", Nearest.Of(relation, _names.Relations));
        return read;
    }

    private void Names(Role role)
    {
        foreach (var secret in role.Secrets)
        {
            _names.Add($"secret.{secret.Name}", secret.Kind is SecretKind.SshKey ? ValueKind.List : ValueKind.Text);
            if (secret.Kind is SecretKind.SshKey) _names.Add($"secret.{secret.Name}.public", ValueKind.Text);
        }
        foreach (var resource in role.Steps.SelectMany(s => s.Resources))
            foreach (string fact in resource.Facts)
                _names.Add($"fact.{fact}", resource.Settings.Literal("list") == "true" ? ValueKind.List : ValueKind.Text);
        foreach (string space in role.Spaces) _names.AddSpace(space);
        foreach (var relation in role.Requires) _names.AddRelation(relation.Name);
        foreach (var parameter in role.Parameters) _names.Add(parameter.Name, parameter.Kind);
        _names.Releases = role.Product is not null;
    }

    private ImmutableArray<Parameter> Parameters(Fields role)
    {
        var parameters = ImmutableArray.CreateBuilder<Parameter>();
        foreach (var (_, name, value) in role.Entries("parameters", ParameterName(), "letters a–z, digits and _, a letter first, no dot"))
            if (Parameter(name, value) is { } parameter) parameters.Add(parameter);
        return parameters.ToImmutable();
    }

    private Parameter? Parameter(string name, YamlNode value)
    {
        string what = $"parameter {name}";
        if (Fields.Of(value, what, faults, "type", "default", "about", "min", "max", "one-of") is not { } fields) return null;
        string type = fields.Text("type", TypeName(), "the types are text, list, number and flag");
        var kind = type switch
        {
            "list" => ValueKind.List,
            "number" => ValueKind.Number,
            "flag" => ValueKind.Flag,
            _ => ValueKind.Text,
        };
        var absent = fields.Need("default");
        var content = absent is null ? Template.Literal("")
            : kind is not ValueKind.List ? _templates.Read(absent, $"default of {what}", oneText: true)
            : absent is YamlSequenceNode ? Template.Join(_templates.ReadList(absent, $"default of {what}"))
            : NotAList(absent, what);
        var parameter = new Parameter(name, kind, content, fields.Text("about", ""))
        {
            Range = (fields.Number("min", long.MinValue, 0, long.MaxValue), fields.Number("max", long.MaxValue, 0, long.MaxValue)),
            OneOf = fields.Names("one-of", Anything(), ""),
        };
        if (!content.Names.Any() && kind is not ValueKind.List && absent is YamlScalarNode { Value: { } text } && parameter.Refuses(text) is { } cure)
            faults.At(absent, $"default of {what} is \"{text}\"", cure);
        return parameter;
    }

    private Template NotAList(YamlNode node, string what)
    {
        faults.At(node, $"default of {what} is {Fields.Kind(node)}", "write a list, each element after a hyphen");
        return Template.Literal("");
    }

    private ImmutableArray<Secret> Secrets(Fields role)
    {
        var secrets = ImmutableArray.CreateBuilder<Secret>();
        foreach (var (_, name, value) in role.Entries("secrets", ParameterName(), "letters a–z, digits and _, a letter first"))
        {
            if (Fields.Of(value, $"secret {name}", faults, "kind", "length", "scope", "about") is not { } fields) continue;
            var kind = fields.Text("kind", SecretName(), "the kinds are password, hex, uuid, fernet and ssh-key", "password") switch
            {
                "hex" => SecretKind.Hex,
                "uuid" => SecretKind.Uuid,
                "fernet" => SecretKind.Fernet,
                "ssh-key" => SecretKind.SshKey,
                _ => SecretKind.Password,
            };
            bool machine = fields.Text("scope", Scope(), "the scopes are deployment and machine", "deployment") == "machine";
            secrets.Add(new(name, kind, (int)fields.Number("length", 20, 8, 128), machine, fields.Text("about", "")));
        }
        return secrets.ToImmutable();
    }

    private ImmutableArray<Requirement> Requires(Fields role)
    {
        var requires = ImmutableArray.CreateBuilder<Requirement>();
        foreach (var (key, name, value) in role.Entries("requires", Label(), LabelCure))
        {
            if (RoleNames.Fixed.Keys.Concat(["release.", "secret.", "fact.", "related."]).Any(k => k.StartsWith(name + ".", StringComparison.Ordinal)))
                faults.At(key, $"a relation called \"{name}\", as facts are", "give it another name and say interface: " + name);
            if (Fields.Of(value, $"relation {name}", faults, "interface", "optional", "many", "tolerate", "local") is not { } fields) continue;
            requires.Add(new(name, fields.Text("interface", Label(), LabelCure, name),
                fields.Flag("optional", absent: false), fields.Flag("many", absent: false), fields.Flag("tolerate", absent: false), fields.Flag("local", absent: false)));
        }
        return requires.ToImmutable();
    }

    private ImmutableArray<Provision> Provides(Fields role, ImmutableArray<Step> steps)
    {
        var provides = ImmutableArray.CreateBuilder<Provision>();
        foreach (var (_, name, value) in role.Entries("provides", Label(), LabelCure))
        {
            if (Fields.Of(value, $"what {name} provides", faults, "after", "values") is not { } fields) continue;
            string after = fields.Text("after", "");
            int steps0 = after switch
            {
                "" => steps.Length,
                "none" => 0,
                _ => steps.TakeWhile(s => s.Name != after).Count() + 1,
            };
            if (steps0 > steps.Length) faults.At(fields["after"]!, $"{name} is provided after \"{after}\", which is no step of this role", Nearest.Of(after, steps.Select(s => s.Name).Append("none")));
            var values = ImmutableSortedDictionary.CreateBuilder<string, Template>(StringComparer.Ordinal);
            foreach (var (_, key, template) in fields.Entries("values", ValueName(), "letters a–z, digits, _ and hyphens, a letter first"))
                values[key] = template is YamlSequenceNode ? Template.Join(_templates.ReadList(template, $"{key} of {name}")) : _templates.Read(template, $"{key} of {name}");
            provides.Add(new(name, Math.Min(steps0, steps.Length), values.ToImmutable()));
        }
        return provides.ToImmutable();
    }

    private const string LabelCure = "letters a–z, digits and hyphens, a letter first";

    [GeneratedRegex("^[a-z][a-z0-9-]{0,62}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Label();

    [GeneratedRegex("^[a-z][a-z0-9_]{0,62}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex ParameterName();

    [GeneratedRegex("^[a-z][a-z0-9_-]{0,62}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex ValueName();

    [GeneratedRegex("^(text|list|number|flag)\\z", RegexOptions.CultureInvariant)]
    private static partial Regex TypeName();

    [GeneratedRegex("^(password|hex|uuid|fernet|ssh-key)\\z", RegexOptions.CultureInvariant)]
    private static partial Regex SecretName();

    [GeneratedRegex("^(deployment|machine)\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Scope();

    [GeneratedRegex("", RegexOptions.CultureInvariant)]
    private static partial Regex Anything();
}

using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Provisioner.Domain.Catalog;
using Provisioner.Domain.Roles;
using YamlDotNet.RepresentationModel;

namespace Provisioner.Domain.Bundles;

/// <summary>A bundle that was read: the bundle, or all that is wrong with it.</summary>
/// <param name="Bundle">The bundle; null where there are faults.</param>
/// <param name="Faults">What is wrong, in order of lines.</param>
public sealed record BundleFile(Bundle? Bundle, ImmutableArray<CatalogFault> Faults)
{
    /// <summary>Reads a bundle.</summary>
    /// <param name="file">Its file's name.</param>
    /// <param name="yaml">Its text.</param>
    /// <param name="library">The roles and releases that it may use.</param>
    public static BundleFile Read(string file, string yaml, RoleLibrary library)
    {
        var faults = new Faults(file);
        var bundle = CatalogYaml.Root(yaml, "bundle", faults) is { } root ? new BundleReader(faults, library).Read(root, file) : null;
        if (faults.Any || bundle is null) return new(null, faults.Sorted);
        return Checked(bundle);
    }

    /// <summary>The bundle of a role that was given to one machine by itself.</summary>
    /// <param name="role">The role's name.</param>
    /// <param name="library">The roles that there are.</param>
    public static BundleFile OfOne(string role, RoleLibrary library)
    {
        if (!library.Roles.TryGetValue(role, out var found))
            return new(null, [new($"roles/{role}.yaml", 1, $"there is no role \"{role}\" in the catalog any more", "put its file back and restart the appliance, then run the role again")]);
        return found.WhyNotAlone is { } why ? new(null, [new(found.File, 1, why, "release the machine")]) : Checked(Bundle.OfOne(found));
    }

    private static BundleFile Checked(Bundle bundle)
    {
        var wrong = BundleCheck.Faults(bundle);
        return wrong.IsEmpty ? new(bundle, []) : new(null, wrong);
    }
}

/// <summary>Reads a bundle out of YAML nodes, and goes on after a fault.</summary>
internal sealed partial class BundleReader(Faults faults, RoleLibrary library)
{
    private readonly TemplateReader _templates = new(faults);
    private readonly List<MachineGroup> _groups = [];
    private readonly List<(string Name, Role Role, YamlNode Node, Fields Fields)> _applications = [];

    public Bundle? Read(YamlNode root, string file)
    {
        if (Fields.Of(root, "a bundle", faults, "bundle", "title", "about", "release", "image", "options", "spaces", "machines", "applications", "relations") is not { } bundle) return null;
        string name = bundle.Text("bundle", Label(), LabelCure);
        var release = Release(bundle);
        var spaces = Spaces(bundle);
        foreach (var (key, group, value) in bundle.Entries("machines", Label(), LabelCure)) Group(key, group, value, spaces);
        if (bundle.Need("applications") is YamlMappingNode { Children.Count: 0 } empty) faults.At(empty, "a bundle without applications", "write one at least");
        foreach (var (key, application, value) in bundle.Entries("applications", Label(), LabelCure)) Application(key, application, value);
        var options = Options(bundle);
        var applications = _applications.Select(a => Application(a, options)).ToImmutableArray();
        foreach (var (option, (key, _)) in options)
            if (!_applications.Any(a => a.Role.Parameters.Any(p => p.Name == option)))
                faults.At(key, $"no role here has the parameter \"{option}\"", Nearest.Of(option, _applications.SelectMany(a => a.Role.Parameters.Select(p => p.Name)).Distinct()));
        var relations = new RelationReader(faults, applications, library).Read(bundle);
        foreach (var (_, role, node, _) in _applications)
            if (role.Product is { } product && bundle["release"] is null)
                faults.At(node, $"{role.Name} belongs to {product}, and the bundle names no release", $"add release: {string.Join(" or ", library.Releases.Values.Where(r => r.Product == product).Select(r => r.Name))}");
            else if (role.Product is { } other && release is not null && release.Product != other)
                faults.At(node, $"{role.Name} belongs to {other}, and {release.Name} is a release of {release.Product}", "choose a release of the same product");
        return new()
        {
            Name = name,
            File = file,
            Title = bundle.Text("title", ""),
            About = bundle.Text("about", "").Trim(),
            Release = release,
            Image = bundle["image"] is null ? null : bundle.Text("image"),
            Spaces = spaces,
            Machines = [.. _groups],
            Applications = relations,
        };
    }

    private Release? Release(Fields bundle)
    {
        if (bundle["release"] is not { } node) return null;
        string name = bundle.Text("release");
        if (library.Releases.TryGetValue(name, out var release)) return release;
        faults.At(node, $"there is no release \"{name}\"", Nearest.Of(name, library.Releases.Keys));
        return null;
    }

    private ImmutableArray<Space> Spaces(Fields bundle)
    {
        var spaces = ImmutableArray.CreateBuilder<Space>();
        foreach (var (_, name, value) in bundle.Entries("spaces", Label(), LabelCure))
        {
            if (Fields.Of(value, $"space {name}", faults, "subnet", "interface", "space") is not { } fields) continue;
            string? subnet = Optional(fields, "subnet"), card = Optional(fields, "interface"), model = Optional(fields, "space");
            if (subnet is not null && !System.Net.IPNetwork.TryParse(subnet, out _)) faults.At(fields["subnet"]!, $"subnet of space {name} is \"{subnet}\"", "write it as 10.0.0.0/24");
            spaces.Add(new(name, subnet, card, model));
        }
        return spaces.ToImmutable();
    }

    private void Group(YamlNode key, string name, YamlNode value, ImmutableArray<Space> spaces)
    {
        if (Fields.Of(value, $"machines {name}", faults, "name", "tags", "count", "least", "cpus", "memory", "disk", "architecture", "image", "addresses", "interfaces") is not { } fields) return;
        _groups.Add(Group(name, key, fields) with
        {
            Machine = Optional(fields, "name"),
            Addresses = BySpace(fields, "addresses", spaces),
            Interfaces = BySpace(fields, "interfaces", spaces),
        });
    }

    private MachineGroup Group(string name, YamlNode key, Fields fields)
    {
        string count = fields.Text("count", "1");
        bool all = count == "all";
        return new()
        {
            Name = name,
            Line = key.Start.Line,
            Tags = fields.Names("tags", Tag(), "a tag: letters, digits, _ . and -"),
            All = all,
            Count = all ? 0 : (int)fields.Number("count", 1, 1, 10_000),
            Least = (int)fields.Number("least", 0, 0, 10_000),
            Cpus = (int)fields.Number("cpus", 0, 1, 10_000),
            Memory = Bytes(fields, "memory"),
            Disk = Bytes(fields, "disk"),
            Architecture = Optional(fields, "architecture"),
            Image = Optional(fields, "image"),
        };
    }

    private ImmutableSortedDictionary<string, string> BySpace(Fields fields, string key, ImmutableArray<Space> spaces)
    {
        var all = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (node, space, value) in fields.Entries(key, Label(), LabelCure))
        {
            if (spaces.All(s => s.Name != space)) faults.At(node, $"there is no space \"{space}\"", Nearest.Of(space, spaces.Select(s => s.Name)));
            all[space] = $"{value}";
        }
        return all.ToImmutable();
    }

    private void Application(YamlNode key, string name, YamlNode value)
    {
        if (Fields.Of(value, $"application {name}", faults, "role", "to", "options", "tags", "count", "cpus", "memory", "disk", "architecture", "image") is not { } fields) return;
        string role = fields.Text("role", name);
        if (library.Roles.TryGetValue(role, out var known)) _applications.Add((name, known, key, fields));
        else faults.At(fields["role"] ?? key, $"there is no role \"{role}\"", Nearest.Of(role, library.Roles.Keys));
        if (fields["to"] is not null) return;
        if (fields["tags"] is null && fields["count"] is null) faults.At(key, $"application {name} stands nowhere", "add to: MACHINES, to: another application, or tags: […]");
        _groups.Add(Group(name, key, fields));
    }

    private Application Application((string Name, Role Role, YamlNode Node, Fields Fields) read, Dictionary<string, (YamlNode Key, YamlNode Value)> common)
    {
        var options = ImmutableSortedDictionary.CreateBuilder<string, Template>(StringComparer.Ordinal);
        foreach (var (option, (_, value)) in common)
            if (read.Role.Parameters.FirstOrDefault(p => p.Name == option) is { } parameter) options[option] = Option(parameter, value);
        foreach (var (key, option, value) in read.Fields.Entries("options", OptionName(), "a parameter's name"))
        {
            if (read.Role.Parameters.FirstOrDefault(p => p.Name == option) is { } parameter) options[option] = Option(parameter, value);
            else faults.At(key, $"{read.Role.Name} has no parameter \"{option}\"", Nearest.Of(option, read.Role.Parameters.Select(p => p.Name)));
        }
        return new(read.Name, read.Role)
        {
            Line = read.Node.Start.Line,
            Options = options.ToImmutable(),
            Groups = Places(read.Fields["to"] is null ? [read.Name] : read.Fields.Names("to", Label(), LabelCure), read.Node, read.Name, []),
        };
    }

    // to: may name machines, or an application, whose machines are meant.
    private ImmutableArray<string> Places(ImmutableArray<string> names, YamlNode node, string application, ImmutableArray<string> way)
    {
        var groups = new List<string>();
        foreach (string name in names)
        {
            if (_groups.Any(g => g.Name == name)) groups.Add(name);
            else if (way.Contains(name)) faults.At(node, $"application {application} stands with itself: {string.Join(" → ", way)}", "name machines in one of them");
            else if (_applications.FirstOrDefault(a => a.Name == name) is { Fields: { } fields }) groups.AddRange(Places(fields.Names("to", Label(), LabelCure), node, application, way.Add(name)));
            else faults.At(node, $"application {application} is to stand on \"{name}\", which is neither machines nor an application", Nearest.Of(name, _groups.Select(g => g.Name).Concat(_applications.Select(a => a.Name))));
        }
        return [.. groups.Distinct()];
    }

    private static Dictionary<string, (YamlNode, YamlNode)> Options(Fields bundle) =>
        bundle.Entries("options", OptionName(), "a parameter's name").ToDictionary(o => o.Name, o => (o.Key, o.Value));

    private Template Option(Parameter parameter, YamlNode value)
    {
        string what = $"option {parameter.Name}";
        if (parameter.Kind is ValueKind.List) return Template.Join(_templates.ReadList(value, what));
        var template = _templates.Read(value, what);
        if (!template.Names.Any() && value is YamlScalarNode { Value: { } text } && parameter.Refuses(text) is { } cure) faults.At(value, $"{what} is \"{text}\"", cure);
        return template;
    }

    private long Bytes(Fields fields, string key)
    {
        if (fields[key] is not { } node) return 0;
        var match = Size().Match($"{node}");
        if (match.Success && long.TryParse(match.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number < 1 << 20)
            return number << (match.Groups[2].Value switch { "M" => 20, "G" => 30, _ => 40 });
        faults.At(node, $"{key} is \"{node}\"", "a size such as 512M, 4G or 2T");
        return 0;
    }

    private static string? Optional(Fields fields, string key) => fields[key] is null ? null : fields.Text(key);

    private const string LabelCure = "letters a–z, digits and hyphens, a letter first";

    [GeneratedRegex("^[a-z][a-z0-9-]{0,62}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Label();

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Tag();

    [GeneratedRegex("^[a-z][a-z0-9_]{0,62}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex OptionName();

    [GeneratedRegex("^([0-9]{1,7})([MGT])i?B?\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Size();
}

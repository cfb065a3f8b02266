using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Provisioner.Domain.Catalog;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Provisioner.Domain.Roles;

/// <summary>What differs from one release of a product to another: values that the roles refer to as <c>release.…</c>.</summary>
/// <param name="Name">Its name: <c>zed</c>.</param>
/// <param name="Product">The product.</param>
/// <param name="Title">One line for people.</param>
/// <param name="Systems">The systems that it is for.</param>
/// <param name="Values">Its values; they may refer to what the role that uses them knows.</param>
public sealed record Release(string Name, string Product, string Title, ImmutableArray<string> Systems, ImmutableSortedDictionary<string, ReleaseValue> Values)
{
    /// <summary>Its file.</summary>
    public string File { get; init; } = "";

    /// <summary>The release whose values it has, but for its own: what differs on another system is a page, no copy. Null: it stands alone.</summary>
    public string? Extends { get; init; }

    /// <summary>Where its file says so.</summary>
    internal long ExtendsLine { get; init; }

    /// <summary>With the values of the one that it extends.</summary>
    internal Release Over(Release extended) => this with { Values = extended.Values.SetItems(Values) };
}

/// <summary>A value of a release.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Template">The value.</param>
public sealed record ReleaseValue(ValueKind Kind, Template Template);

/// <summary>Reads a release.</summary>
internal sealed partial class ReleaseReader(Faults faults)
{
    private readonly TemplateReader _templates = new(faults);

    public Release? Read(YamlNode root, string file)
    {
        if (Fields.Of(root, "a release", faults, "release", "extends", "product", "title", "systems", "values") is not { } release) return null;
        string name = release.Text("release", Label(), LabelCure);
        string stem = CatalogYaml.Stem(file);
        if (release["release"] is { } node && name != stem) faults.At(node, $"the release is called \"{name}\" and its file \"{stem}\"", "give both the same name");
        var values = ImmutableSortedDictionary.CreateBuilder<string, ReleaseValue>(StringComparer.Ordinal);
        foreach (var (_, key, value) in release.Entries("values", ValueName(), "letters a–z, digits, _ and hyphens, a letter first"))
        {
            if (value is not YamlMappingNode group)
            {
                values[key] = Value(value, key);
                continue;
            }
            foreach (var (member, inner) in group.Children)
            {
                if (member is YamlScalarNode { Value: { } text } && ValueName().IsMatch(text) && inner is not YamlMappingNode) values[$"{key}.{text}"] = Value(inner, $"{key}.{text}");
                else faults.At(member, $"\"{member}\" in {key} is no name of a value", "one level of grouping: letters a–z, digits, _ and hyphens, a letter first");
            }
        }
        return new(name, release.Text("product", Label(), LabelCure), release.Text("title"), release.Names("systems", Label(), LabelCure), values.ToImmutable())
        {
            File = file,
            Extends = release["extends"] is null ? null : release.Text("extends"),
            ExtendsLine = release["extends"]?.Start.Line ?? 0,
        };
    }

    private ReleaseValue Value(YamlNode node, string what)
    {
        if (node is YamlSequenceNode) return new(ValueKind.List, Template.Join(_templates.ReadList(node, what)));
        var template = _templates.Read(node, what);
        // What is written without quotes and looks like a truth or a number is one.
        var kind = node is YamlScalarNode { Style: ScalarStyle.Plain, Value: { } text }
            ? text is "true" or "false" ? ValueKind.Flag : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? ValueKind.Number : ValueKind.Text
            : ValueKind.Text;
        return new(template.Names.Any() ? ValueKind.Any : kind, template);
    }

    private const string LabelCure = "letters a–z, digits and hyphens, a letter first";

    [GeneratedRegex("^[a-z0-9][a-z0-9.-]{0,62}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Label();

    [GeneratedRegex("^[a-z][a-z0-9_-]{0,62}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex ValueName();
}

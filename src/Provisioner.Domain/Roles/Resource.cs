using System.Collections.Immutable;

namespace Provisioner.Domain.Roles;

/// <summary>
/// Something on a machine with a wanted state. Seeing to it twice does nothing the second time. What its kind means, and what may be
/// set, stands in <see cref="ResourceKind"/>.
/// </summary>
/// <param name="Kind">Its kind: <c>file</c>.</param>
/// <param name="Settings">What is set.</param>
/// <param name="Line">Its line in the file.</param>
public sealed record Resource(string Kind, Settings Settings, long Line)
{
    /// <summary>It is left out unless this holds.</summary>
    public Condition? When { get; init; }

    /// <summary>It is repeated for each element, which is <c>item</c>; null: once.</summary>
    public Template? Each { get; init; }

    /// <summary>The facts that it tells.</summary>
    public IEnumerable<string> Facts => (Kind == "export" ? ["name"] : ResourceKind.FactSettings).Select(Settings.Literal).OfType<string>();

    /// <summary>Everything in it that refers to values.</summary>
    public IEnumerable<Template> Templates => Each is null ? Settings.Templates : Settings.Templates.Append(Each);
}

/// <summary>The settings of a resource, by name; what was left out isn't in.</summary>
/// <param name="All">Each one's parts: one template, or those of a list, or named ones.</param>
public sealed record Settings(ImmutableSortedDictionary<string, ImmutableArray<SettingPart>> All)
{
    /// <summary>Everything that refers to values.</summary>
    public IEnumerable<Template> Templates => All.Values.SelectMany(parts => parts.Select(p => p.Template));

    /// <summary>A setting that refers to nothing, as it was written; null where it was left out.</summary>
    public string? Literal(string name) => All.TryGetValue(name, out var parts) ? parts[0].Template.Text(Values.None) : null;
}

/// <summary>A part of a setting.</summary>
/// <param name="Key">Its key, in a mapping; else empty.</param>
/// <param name="Template">Its value.</param>
public sealed record SettingPart(string Key, Template Template);

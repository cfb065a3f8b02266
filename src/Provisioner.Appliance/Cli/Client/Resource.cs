using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Provisioner.Appliance.Cli.Client;

/// <summary>Of what kind a field is.</summary>
internal enum FieldKind
{
    /// <summary>A text.</summary>
    Text,
    /// <summary>A text that "none" takes away.</summary>
    Optional,
    /// <summary>A whole number.</summary>
    Number,
    /// <summary>Several texts, one after the other or with commas; "none" for none.</summary>
    List,
    /// <summary>Pairs of a number and a value, 43=hex 01ff; "none" for none.</summary>
    Pairs,
    /// <summary>True where it is given.</summary>
    Flag,
}

/// <summary>A field of a resource as an option of the command line.</summary>
/// <param name="Option">The option, <c>--gateway</c>.</param>
/// <param name="Json">The field, <c>gateway</c>.</param>
/// <param name="Kind">Of what kind it is.</param>
/// <param name="About">What it means.</param>
/// <param name="OnAddOnly">It can't be changed later.</param>
internal sealed record Field(string Option, string Json, FieldKind Kind, string About, bool OnAddOnly = false);

/// <summary>What is named on the command line when one is added: <c>10.77.0.0/24</c>, and which fields that makes.</summary>
internal sealed record Named(string Argument, string About, Func<string, JsonObject> Fields);

/// <summary>A kind of thing that the API keeps, with what the command line needs to know of it.</summary>
/// <param name="Name">As a command, and in the API's path: <c>subnets</c>.</param>
/// <param name="One">One of them, for sentences.</param>
/// <param name="About">What they are.</param>
/// <param name="Key">How one is named when it is there.</param>
/// <param name="Columns">The table.</param>
/// <param name="Added">What is named to add one; several where one text is not enough.</param>
/// <param name="Fields">Its fields.</param>
internal sealed record Resource(string Name, string One, string About, string Key, IReadOnlyList<Column> Columns, IReadOnlyList<Named> Added, IReadOnlyList<Field> Fields)
{
    /// <summary>Where they are in the API, behind /api/v1/.</summary>
    public string Path { get; init; } = Name;
    /// <summary>What <c>remove</c> does; empty where there is no such verb.</summary>
    public string Removed { get; init; } = Added.Count > 0 ? $"Removes a {One}" : "";
    /// <summary>Filters of the list, which are query parameters of the API.</summary>
    public IReadOnlyList<Field> Filters { get; init; } = [];

    /// <summary>A fields' value out of what was given on the command line: texts.</summary>
    public static JsonNode? ValueOf(Field field, string[] given)
    {
        bool none = given is ["none"];
        return field.Kind switch
        {
            FieldKind.Flag => true,
            FieldKind.Optional when none => "",
            FieldKind.Text or FieldKind.Optional => given[^1],
            FieldKind.Number => int.TryParse(given[^1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number
                : throw new CliException($"{field.Option} {given[^1]}: a whole number"),
            FieldKind.List => new JsonArray([.. none ? [] : given.SelectMany(g => g.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Select(g => (JsonNode)g)]),
            _ => new JsonArray([.. none ? [] : given.Select(g => Pair(field, g))]),
        };
    }

    private static JsonNode Pair(Field field, string given)
    {
        string[] parts = given.Split('=', 2);
        if (parts.Length != 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int code))
            throw new CliException($"{field.Option} {given}: write it as NUMBER=VALUE, such as \"43=hex 01ff\"");
        return new JsonObject { ["code"] = code, ["value"] = parts[1] };
    }

    /// <summary>Makes the option of a field.</summary>
    public static Option<string[]?> OptionOf(Field field)
    {
        var option = new Option<string[]?>(field.Option) { Description = field.About, Arity = field.Kind is FieldKind.Flag ? ArgumentArity.Zero : ArgumentArity.OneOrMore };
        if (field.Kind is FieldKind.List) option.AllowMultipleArgumentsPerToken = true;
        return option;
    }
}

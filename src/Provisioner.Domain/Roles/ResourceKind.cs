using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Provisioner.Domain.Roles;

/// <summary>How a setting is written.</summary>
internal enum Shape
{
    /// <summary>One line.</summary>
    Text,
    /// <summary>Lines, as a block.</summary>
    Lines,
    /// <summary>Shell text: references become words.</summary>
    Shell,
    /// <summary>Any number of lines.</summary>
    List,
    /// <summary>Shell text in which there are no references: a name.</summary>
    Name,
    /// <summary>Named lines.</summary>
    Pairs,
    /// <summary>true or false.</summary>
    Flag,
    /// <summary>A whole number, not negative.</summary>
    Number,
}

/// <summary>What may be set of a resource.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Shape">How it is written.</param>
/// <param name="Default">What it is where it is left out; null: it can't be.</param>
/// <param name="Form">What its text has to look like; null: anything.</param>
/// <param name="Cure">What to write instead.</param>
internal sealed record SettingKind(string Name, Shape Shape, string? Default, Regex? Form, string Cure)
{
    /// <summary>What keeps a text from being its value, or null.</summary>
    public string? Refuses(string text) => Shape switch
    {
        Shape.Flag when text is not ("true" or "false") => "write true or false",
        Shape.Number when !uint.TryParse(text, out _) => "a whole number",
        _ when Form is { } form && !form.IsMatch(text) => Cure,
        _ => null,
    };
}

/// <summary>A kind of resource: its settings, and the shell function that sees to it, with the parts of the prelude that have it.</summary>
/// <param name="Name">Its key in a role file.</param>
/// <param name="Function">The function, or the kind of item for those that are seen to by one program.</param>
/// <param name="Parts">The parts of the prelude beside the first one.</param>
/// <param name="Settings">The settings, in the order of the function's arguments; the last one is spread if it is a list.</param>
internal sealed record ResourceKind(string Name, string Function, ImmutableArray<string> Parts, params ImmutableArray<SettingKind> Settings)
{
    /// <summary>It changes nothing: it may stand under verify.</summary>
    public bool Checks { get; init; }

    /// <summary>It is seen to over OpenStack's API, together with its neighbours.</summary>
    public bool OpenStack { get; init; }

    /// <summary>Settings that name a fact.</summary>
    public static readonly ImmutableArray<string> FactSettings = ["export", "export-floating"];

    /// <summary>All kinds by name.</summary>
    public static readonly FrozenDictionary<string, ResourceKind> All =
        SystemKinds.All.Concat(ServiceKinds.All).Concat(NetworkKinds.All).Concat(OpenStackKinds.All).ToFrozenDictionary(k => k.Name);

    /// <summary>How a step signs in to OpenStack.</summary>
    public static readonly ResourceKind SignIn = new("openstack", "", [],
        Setting.Text("url"), Setting.Text("user", ""), Setting.Text("password", ""), Setting.Text("project", ""), Setting.Text("domain", "Default"),
        Setting.Text("region", ""), Setting.Text("interface", "public"), Setting.Text("token", ""));

    /// <summary>The setting that tells one resource of a kind from another.</summary>
    public SettingKind Identity => Settings.FirstOrDefault(s => s.Name is "path" or "name" or "names" or "builder" or "device" or "url" or "user") ?? Settings[0];

    /// <summary>What is said about a shape in the cure.</summary>
    public SettingKind? Find(string setting) => Settings.FirstOrDefault(s => s.Name == setting);
}

/// <summary>Words to write <see cref="SettingKind"/>s with.</summary>
internal static partial class Setting
{
    private const string PathCure = "an absolute path of ordinary characters, without ..";

    public static SettingKind Text(string name, string? absent = null) => new(name, Shape.Text, absent, null, "");

    public static SettingKind Lines(string name, string? absent = null) => new(name, Shape.Lines, absent, null, "");

    public static SettingKind Shell(string name, string? absent = null) => new(name, Shape.Shell, absent, null, "");

    public static SettingKind List(string name, string? absent = "") => new(name, Shape.List, absent, null, "");

    public static SettingKind Pairs(string name) => new(name, Shape.Pairs, "", null, "");

    public static SettingKind Flag(string name, bool absent) => new(name, Shape.Flag, absent ? "true" : "false", null, "");

    public static SettingKind Number(string name, string? absent = null) => new(name, Shape.Number, absent, null, "");

    public static SettingKind Path(string name, string? absent = null) => new(name, Shape.Text, absent, AbsolutePath(), PathCure);

    public static SettingKind Paths(string name) => new(name, Shape.List, "", AbsolutePath(), PathCure);

    public static SettingKind Mode(string absent) => new("mode", Shape.Text, absent, Octal(), "permissions in octal, in quotes: \"0644\"");

    public static SettingKind Owner(string absent = "root") => new("owner", Shape.Text, absent, Account(), "a user's name");

    public static SettingKind Group() => new("group", Shape.Text, "", Account(), "a group's name");

    public static SettingKind Unit(string name, string? absent) => new(name, Shape.Text, absent, UnitName(), "a unit's name, without .service");

    public static SettingKind Units(string name) => new(name, Shape.List, "", UnitName(), "a unit's name, without .service");

    public static SettingKind AccountName(string name) => new(name, Shape.Text, null, Account(), "an account's name: a–z, 0–9, - and _, a letter first, at most 32");

    public static SettingKind Word(string name, string? absent = null) => new(name, Shape.Text, absent, Plain(), "one word of letters, digits and . _ + : @ % ~ - /, not beginning with -");

    public static SettingKind Words(string name, string? absent = "") => new(name, Shape.List, absent, Plain(), "one word of letters, digits and . _ + : @ % ~ - /, not beginning with -");

    /// <summary>What stands in the fourth column of fstab.</summary>
    public static SettingKind MountOptions(string name, string absent) => new(name, Shape.Text, absent, Options(), "mount options with commas between them: noatime,logbufs=8");

    public static SettingKind Choice(string name, params string[] choices) =>
        new(name, Shape.Text, choices[0], new Regex($"^({string.Join('|', choices)})\\z", RegexOptions.CultureInvariant), $"one of {string.Join(", ", choices)}");

    public static SettingKind Fact(string name, string? absent = null) => new(name, Shape.Name, absent, FactName(), "a name: letters a–z, digits and _");

    [GeneratedRegex("^(/(?!\\.\\.?(/|\\z))[A-Za-z0-9@._+:~-]+)+\\z", RegexOptions.CultureInvariant)]
    private static partial Regex AbsolutePath();

    [GeneratedRegex("^[0-7]{3,4}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Octal();

    [GeneratedRegex("^[a-z_][a-z0-9_-]{0,31}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Account();

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9@._-]{0,127}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex UnitName();

    [GeneratedRegex("^[A-Za-z0-9_.+/:@%~][A-Za-z0-9_.+/:@%~-]*\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();

    [GeneratedRegex("^[A-Za-z0-9_][A-Za-z0-9_.+:@%=,-]*\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Options();

    [GeneratedRegex("^[a-z][a-z0-9_]{0,62}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex FactName();
}

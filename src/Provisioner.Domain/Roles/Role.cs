using System.Collections.Immutable;

namespace Provisioner.Domain.Roles;

/// <summary>What a machine can be made into after its system called home: one file of catalog/roles, read and checked.</summary>
/// <param name="Name">Its name, the same as its file's: <c>basics</c>.</param>
/// <param name="Title">One line for people.</param>
/// <param name="About">What it does and where that comes from.</param>
/// <param name="Parameters">What can be set; each has a default.</param>
/// <param name="Steps">What is done, in order.</param>
public sealed record Role(
    string Name, string Title, string About, ImmutableArray<Parameter> Parameters, ImmutableArray<Step> Steps)
{
    /// <summary>Its file, as the reader named it.</summary>
    public string File { get; init; } = "";

    /// <summary>The product whose releases <c>release.…</c> means; null for a role without releases.</summary>
    public string? Product { get; init; }

    /// <summary>The other roles of a machine wait for it.</summary>
    public bool Base { get; init; }

    /// <summary>A bundle may have it on one machine only.</summary>
    public bool Single { get; init; }

    /// <summary>Roles that can't stand on the same machine.</summary>
    public ImmutableArray<string> Conflicts { get; init; } = [];

    /// <summary>The networks that it tells apart.</summary>
    public ImmutableArray<string> Spaces { get; init; } = [];

    /// <summary>What is generated for it.</summary>
    public ImmutableArray<Secret> Secrets { get; init; } = [];

    /// <summary>What it needs of other roles.</summary>
    public ImmutableArray<Requirement> Requires { get; init; } = [];

    /// <summary>What it is for others.</summary>
    public ImmutableArray<Provision> Provides { get; init; } = [];

    /// <summary>Checks of what the steps made; they change nothing.</summary>
    public ImmutableArray<Step> Verify { get; init; } = [];

    /// <summary>Steps and checks.</summary>
    public IEnumerable<Step> AllSteps => Steps.Concat(Verify);

    /// <summary>Every name that stands in it, with its line.</summary>
    public IEnumerable<(long Line, string Name)> Names =>
        Parameters.Select(p => p.Default).Concat(Provides.SelectMany(p => p.Values.Values)).Concat(AllSteps.SelectMany(s => s.Templates.Select(t => t.Template)))
            .SelectMany(t => t.Names.Select(n => (t.Line, n)))
            .Concat(AllSteps.SelectMany(s => s.Resources.Select(r => r.When).Append(s.When)).OfType<Condition>().SelectMany(c => c.Names.Select(n => (c.Line, n))));

    /// <summary>Why it can't stand by itself, without a bundle; null where it can.</summary>
    public string? WhyNotAlone
    {
        get
        {
            string[] needs = [.. Requires.Where(r => !r.Optional).Select(r => r.Name), .. Product is { } product ? [$"a release of {product}"] : Array.Empty<string>()];
            return needs.Length == 0 ? null : $"{Name} doesn't stand alone: it needs {string.Join(", ", needs)}; deploy a bundle that has them";
        }
    }
}

/// <summary>A value of a role that has a name of its own.</summary>
/// <param name="Name">Letters, digits and <c>_</c>; without a dot, which facts have.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Default">Its value where nobody says another; may refer to other values.</param>
/// <param name="About">What it is for.</param>
public sealed record Parameter(string Name, ValueKind Kind, Template Default, string About)
{
    /// <summary>The least and the greatest that a number may be.</summary>
    public (long Least, long Most) Range { get; init; } = (long.MinValue, long.MaxValue);

    /// <summary>The texts that it may be; any where there are none.</summary>
    public ImmutableArray<string> OneOf { get; init; } = [];

    /// <summary>What keeps a text from being its value, or null.</summary>
    public string? Refuses(string text) => Kind switch
    {
        ValueKind.Flag when text is not ("true" or "false") => "write true or false",
        ValueKind.Number when !long.TryParse(text, out long n) || n < Range.Least || n > Range.Most => $"a whole number{Between}",
        ValueKind.Text when !OneOf.IsEmpty && !OneOf.Contains(text) => $"one of {string.Join(", ", OneOf)}",
        _ => null,
    };

    private string Between => Range switch
    {
        (long.MinValue, long.MaxValue) => "",
        (_, long.MaxValue) => $", {Range.Least} or more",
        (long.MinValue, _) => $", {Range.Most} or less",
        _ => $" from {Range.Least} to {Range.Most}",
    };
}

/// <summary>What a generated secret looks like.</summary>
public enum SecretKind
{
    /// <summary>Letters and digits: it stands in URLs and INI files as it is.</summary>
    Password,
    /// <summary>Hexadecimal digits.</summary>
    Hex,
    /// <summary>A random UUID (RFC 9562 version 4).</summary>
    Uuid,
    /// <summary>A Fernet key: 32 bytes in URL-safe base64, 44 characters.</summary>
    Fernet,
    /// <summary>A pair of SSH keys (ed25519): the private one in lines, the public one as <c>NAME.public</c>.</summary>
    SshKey,
}

/// <summary>A secret that is generated once, for an application of a deployment or for each of its machines.</summary>
/// <param name="Name">Its name: <c>{{ secret.NAME }}</c>.</param>
/// <param name="Kind">What it looks like.</param>
/// <param name="Length">Characters of a password or of hexadecimal digits.</param>
/// <param name="OfMachine">Each machine has its own.</param>
/// <param name="About">What it is for.</param>
public sealed record Secret(string Name, SecretKind Kind, int Length, bool OfMachine, string About);

/// <summary>A relation that a role needs.</summary>
/// <param name="Name">Its name: its values are <c>NAME.value</c>.</param>
/// <param name="Interface">What the other end has to provide.</param>
/// <param name="Optional">It may be missing.</param>
/// <param name="Many">Several applications may be at its other end.</param>
/// <param name="Tolerate">What waits for it goes on once every unit there has ended, one of them well.</param>
/// <param name="Local">Only the unit on the same machine is meant.</param>
public sealed record Requirement(string Name, string Interface, bool Optional, bool Many, bool Tolerate, bool Local);

/// <summary>A relation that a role provides.</summary>
/// <param name="Interface">What it is: <c>sql</c>.</param>
/// <param name="After">The number of steps after which it can be used; 0: at once.</param>
/// <param name="Values">Its values by name.</param>
public sealed record Provision(string Interface, int After, ImmutableSortedDictionary<string, Template> Values);

/// <summary>A part of a role that is run, reported and repeated as one.</summary>
/// <param name="Name">Its name, unique in the role.</param>
/// <param name="About">What is true after it.</param>
/// <param name="Deadline">How long it may take.</param>
/// <param name="Resources">What it sees to, in order.</param>
public sealed record Step(string Name, string About, TimeSpan Deadline, ImmutableArray<Resource> Resources)
{
    /// <summary>Its line in the file.</summary>
    public long Line { get; init; }

    /// <summary>It is left out unless this holds.</summary>
    public Condition? When { get; init; }

    /// <summary>The relation on whose provider's machine it runs, once for the application; null: on its own machine.</summary>
    public string? At { get; init; }

    /// <summary>It runs on the application's first machine only.</summary>
    public bool Once { get; init; }

    /// <summary>Relations that it waits for without referring to them.</summary>
    public ImmutableArray<string> Needs { get; init; } = [];

    /// <summary>How often it is tried again.</summary>
    public int Retries { get; init; }

    /// <summary>How long after a failure it is tried again.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How its OpenStack resources sign in; null where it has none.</summary>
    public Settings? OpenStack { get; init; }

    /// <summary>It is there once in an application, on whatever machine.</summary>
    public bool Alone => Once || At is not null;

    /// <summary>Everything in it that refers to values, with the condition of the resource that it belongs to.</summary>
    public IEnumerable<(Template Template, Condition? When)> Templates => (OpenStack?.Templates ?? []).Select(t => (t, (Condition?)null))
        .Concat(Resources.SelectMany(r => r.Templates.Select(t => (t, r.When))));
}

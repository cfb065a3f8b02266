using System.Collections.Immutable;
using Provisioner.Domain.Roles;

namespace Provisioner.Domain.Bundles;

/// <summary>A machine of a deployment, as far as steps are concerned.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Group">The group of machines that it was chosen for.</param>
public sealed record PlannedMachine(string Id, string Name, string Group)
{
    /// <summary>Its address: in the first space, or the one that it calls from.</summary>
    public string Address { get; init; } = "";

    /// <summary>Its addresses by space.</summary>
    public ImmutableSortedDictionary<string, string> Addresses { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The names of its interfaces by space.</summary>
    public ImmutableSortedDictionary<string, string> Interfaces { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>What all machines of a deployment have in common.</summary>
/// <param name="Deployment">The deployment's name.</param>
/// <param name="Domain">Their domain; may be empty.</param>
/// <param name="Appliance">The appliance's address on their network.</param>
/// <param name="TimeServers">Where they get the time from.</param>
/// <param name="Operator">The operator's account.</param>
/// <param name="SshKeys">The operator's public keys.</param>
public sealed record Surroundings(string Deployment, string Domain, string Appliance, ImmutableArray<string> TimeServers, string Operator, ImmutableArray<string> SshKeys)
{
    /// <summary>Machines that aren't of the deployment and that it is to know by name all the same: where a role was given to machines by itself, the others that have it.</summary>
    public ImmutableArray<PlannedMachine> Neighbours { get; init; } = [];

    /// <summary>Some, for a bundle that is only looked at.</summary>
    internal static Surroundings Imagined { get; } = new("imagined", "example.internal", "192.0.2.254", ["192.0.2.254"], "operator", []);
}

/// <summary>A secret that a deployment needs.</summary>
/// <param name="Key">Its key: <c>glance/db_password</c>, <c>x/host_key@MACHINE</c>. A pair of keys has a second value under its key and <c>.public</c>.</param>
/// <param name="Kind">What it looks like.</param>
/// <param name="Length">Characters of a password or of hexadecimal digits.</param>
/// <param name="About">What it is for.</param>
public sealed record SecretWanted(string Key, SecretKind Kind, int Length, string About);

/// <summary>One step on one machine.</summary>
public sealed record PlanNode
{
    /// <summary>Its place in <see cref="DeploymentPlan.Nodes"/>.</summary>
    public required int Index { get; init; }

    /// <summary>Its name: application, unit and step, <c>glance/0/database</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The id of the machine that it runs on.</summary>
    public required string Machine { get; init; }

    /// <summary>The application that it belongs to.</summary>
    public required string Application { get; init; }

    /// <summary>Which of the application's machines it belongs to, from 0.</summary>
    public required int Unit { get; init; }

    /// <summary>The step.</summary>
    public required Step Step { get; init; }

    /// <summary>It is a check of what was made.</summary>
    public bool Verifies { get; init; }

    /// <summary>The nodes that it waits for directly.</summary>
    public ImmutableArray<int> After { get; init; } = [];

    /// <summary>The gates that it waits for.</summary>
    public ImmutableArray<int> Gates { get; init; } = [];

    /// <summary>How long it may take.</summary>
    public TimeSpan Deadline => Step.Deadline;

    /// <summary>How often it is tried again.</summary>
    public int Retries => Step.Retries;
}

/// <summary>What others provide, all units of it: nodes that are waited for together.</summary>
/// <param name="Name">What it is: <c>mysql: sql</c>.</param>
/// <param name="Nodes">The nodes that have to end before it opens.</param>
/// <param name="Tolerate">It opens when all have ended, one of them well; else all must end well.</param>
public sealed record PlanGate(string Name, ImmutableArray<int> Nodes, bool Tolerate);

/// <summary>A step as it is handed out, or why not.</summary>
public abstract record Rendering
{
    private Rendering() { }

    /// <summary>It can be run.</summary>
    /// <param name="Script">The script: it has secrets in it.</param>
    /// <param name="Fingerprint">Differs when it would do something else.</param>
    /// <param name="Masks">What hides its secrets.</param>
    /// <param name="Secrets">The keys of the secrets in it: those that this machine is given.</param>
    /// <param name="Resources">What it sees to.</param>
    public sealed record Ready(string Script, string Fingerprint, Masks Masks, ImmutableHashSet<string> Secrets, ImmutableArray<RenderedResource> Resources) : Rendering;

    /// <summary>It isn't for here.</summary>
    public sealed record Skipped(string Why) : Rendering;

    /// <summary>Facts are missing that another step tells.</summary>
    public sealed record Unknown(ImmutableArray<string> Facts) : Rendering;

    /// <summary>A value is one that no step may be made of.</summary>
    public sealed record Impossible(string Why) : Rendering;
}

/// <summary>What is known when a step is rendered.</summary>
/// <param name="Secrets">Secrets in plain text, by key.</param>
/// <param name="Facts">What steps have told, by application, unit and name: <c>nova/0/project_id</c>.</param>
public sealed record Known(ImmutableDictionary<string, string> Secrets, ImmutableDictionary<string, string> Facts)
{
    /// <summary>Nothing.</summary>
    public static Known Nothing { get; } = new(ImmutableDictionary<string, string>.Empty, ImmutableDictionary<string, string>.Empty);
}

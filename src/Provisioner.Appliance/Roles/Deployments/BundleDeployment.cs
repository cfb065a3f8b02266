using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Provisioner.Domain.Bundles;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Roles;

namespace Provisioner.Appliance.Roles.Deployments;

/// <summary>Where a deployment stands.</summary>
internal enum DeploymentStage
{
    /// <summary>Its machines are chosen and its secrets made; nothing was touched.</summary>
    Planned,
    /// <summary>Systems are being installed on its machines, or their agents are awaited.</summary>
    Installing,
    /// <summary>Steps run on its machines.</summary>
    Running,
    /// <summary>All is as the bundle says.</summary>
    Done,
    /// <summary>Something failed: <see cref="BundleDeployment.Why"/>; resume goes on from there.</summary>
    Failed,
}

/// <summary>
/// A bundle that is laid down on machines, or was; or the role that one machine was given by itself, which is a bundle of one. An immutable
/// record, swapped whole by <see cref="DeploymentBook"/>. It holds no secret in the clear, but what its steps found out
/// (<see cref="RunState.Facts"/>), which is sealed on its way to the disk.
/// </summary>
internal sealed record BundleDeployment
{
    /// <summary>Its name, the bundle's unless another was given, or the machine's; a DNS label.</summary>
    public required string Name { get; init; }
    /// <summary>The bundle's text as it was given; empty for a machine's own role.</summary>
    public required string Bundle { get; init; }
    /// <summary>The role that a machine was given by itself; null for a bundle.</summary>
    public string? Role { get; init; }
    /// <summary>Which of its machine's deployments that role belongs to (<see cref="Deployment.Id"/>).</summary>
    public string? Installation { get; init; }
    /// <summary>The bundle's file, for faults.</summary>
    public string File { get; init; } = "bundle.yaml";
    /// <summary>Who asked.</summary>
    public string By { get; init; } = "";
    /// <summary>When it was made.</summary>
    public DateTimeOffset Created { get; init; }
    /// <summary>Where it stands.</summary>
    public DeploymentStage Stage { get; init; }
    /// <summary>When it came there.</summary>
    public DateTimeOffset StageSince { get; init; }
    /// <summary>Why it failed, or what it waits for: one sentence; empty where there is nothing to say.</summary>
    public string Why { get; init; } = "";
    /// <summary>What begins when its machines are up: apply or resume.</summary>
    public string Wanted { get; init; } = "apply";
    /// <summary>Who wanted it.</summary>
    public string WantedBy { get; init; } = "";
    /// <summary>The operator's account on machines that are installed for it.</summary>
    public string Operator { get; init; } = "operator";
    /// <summary>The operator's SSH public keys.</summary>
    public ImmutableArray<string> SshKeys { get; init; } = [];
    /// <summary>Consent to overwrite disks that hold foreign data.</summary>
    public bool EraseForeignData { get; init; }
    /// <summary>Which machines stand where.</summary>
    public Placement Placement { get; init; } = new(ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty);
    /// <summary>Machines that were lost and not replaced yet.</summary>
    public ImmutableHashSet<string> Lost { get; init; } = [];
    /// <summary>Machines that came with the tags of a group of all, and have not been in a run yet.</summary>
    public ImmutableHashSet<string> Joining { get => field ?? []; init; } = [];
    /// <summary>Machines that came so and were refused a system: the appliance leaves them alone until a person has the deployment applied.</summary>
    public ImmutableHashSet<string> LeftOut { get => field ?? []; init; } = [];
    /// <summary>The bundle was given to be planned, and nobody has applied it yet: nothing begins by itself.</summary>
    public bool Proposed { get; init; }
    /// <summary>Its secrets by key, sealed.</summary>
    public ImmutableSortedDictionary<string, SealedSecret> Secrets { get; init; } = ImmutableSortedDictionary<string, SealedSecret>.Empty;
    /// <summary>The number of the last run, of any mode.</summary>
    public int Runs { get; init; }
    /// <summary>The last run that changes machines; null before the first.</summary>
    public RunInfo? Apply { get; init; }
    /// <summary>The last run that only looks (plan, drift, verify); null before the first.</summary>
    public RunInfo? Look { get; init; }

    /// <summary>How far <see cref="Apply"/> has come.</summary>
    [JsonIgnore]
    public RunState? Applied { get; init; }
    /// <summary>How far <see cref="Look"/> has come.</summary>
    [JsonIgnore]
    public RunState? Looked { get; init; }

    /// <summary>All its machines' ids.</summary>
    [JsonIgnore]
    public IEnumerable<string> Machines => Placement.Groups.Values.SelectMany(ids => ids).Distinct();

    /// <summary>The run that agents are given steps of: a look comes before what it looks at.</summary>
    [JsonIgnore]
    public RunInfo? Active => Look is { Ended: null } ? Look : Apply is { Ended: null } ? Apply : null;

    /// <summary>The state of a run.</summary>
    public RunState? StateOf(RunInfo run) => run.Mode is StepMode.Apply ? Applied : Looked;

    /// <summary>With a run's new state.</summary>
    public BundleDeployment With(RunState state) => state.Mode is StepMode.Apply ? this with { Applied = state } : this with { Looked = state };

    /// <summary>With what is known of a run.</summary>
    public BundleDeployment With(RunInfo run) => run.Mode is StepMode.Apply ? this with { Apply = run } : this with { Look = run };
}

/// <summary>A run over a deployment's steps.</summary>
/// <param name="Run">Its number in the deployment.</param>
/// <param name="Mode">Whether it changes things.</param>
/// <param name="What">What it was asked as: apply, resume, plan, drift, verify.</param>
/// <param name="By">Who asked.</param>
/// <param name="Began">When it began.</param>
internal sealed record RunInfo(int Run, StepMode Mode, string What, string By, DateTimeOffset Began)
{
    /// <summary>When it ended; null while it goes on.</summary>
    public DateTimeOffset? Ended { get; init; }
    /// <summary>All went well.</summary>
    public bool Good { get; init; }
    /// <summary>Its end in one sentence.</summary>
    public string Text { get; init; } = "";
}

/// <summary>A secret of a deployment.</summary>
/// <param name="Sealed">Its value, sealed.</param>
/// <param name="At">When it was made.</param>
internal sealed record SealedSecret(string Sealed, DateTimeOffset At)
{
    /// <summary>The value before it was rotated, sealed: it is hidden in what machines say, too.</summary>
    public string? Former { get; init; }
}

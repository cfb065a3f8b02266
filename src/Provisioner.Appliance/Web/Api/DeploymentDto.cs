namespace Provisioner.Appliance.Web.Api;

/// <summary>All deployments.</summary>
internal sealed record DeploymentList(IReadOnlyList<DeploymentSummaryDto> Deployments);

/// <summary>A deployment, shortly.</summary>
/// <param name="Role">The role that its only machine was given by itself; null for a bundle.</param>
/// <param name="Stage">planned, installing, running, done or failed.</param>
/// <param name="Why">Why it failed, or what it waits for.</param>
/// <param name="Machines">Names of its machines.</param>
/// <param name="Steps">How many steps of the last apply stand where.</param>
internal sealed record DeploymentSummaryDto(
    string Name, string? Role, string Stage, DateTimeOffset StageSince, string Why, string By, DateTimeOffset Created, IReadOnlyList<string> Machines, IReadOnlyDictionary<string, int> Steps);

/// <summary>A deployment.</summary>
/// <param name="Role">The role that its only machine was given by itself; null for a bundle.</param>
/// <param name="Bundle">The bundle's text; empty for a role.</param>
/// <param name="Machines">Which machine stands in which group.</param>
/// <param name="Apply">The last run that changes machines.</param>
/// <param name="Look">The last run that only looks.</param>
/// <param name="Last">Number of the last line of its progress.</param>
internal sealed record BundleDeploymentDto(
    string Name, string? Role, string Stage, DateTimeOffset StageSince, string Why, string By, DateTimeOffset Created, string Bundle, IReadOnlyList<PlacedDto> Machines,
    BundleRunDto? Apply, BundleRunDto? Look, long Last);

/// <summary>A machine of a deployment.</summary>
/// <param name="State">The machine's own state.</param>
/// <param name="HeardAt">When its agent last said something, since the appliance's start.</param>
internal sealed record PlacedDto(string Id, string Name, string Group, string State, DateTimeOffset? HeardAt);

/// <summary>A run over a deployment's steps.</summary>
/// <param name="What">apply, resume, plan, drift or verify.</param>
/// <param name="Good">It ended, and nothing failed.</param>
/// <param name="Text">Its end in one sentence.</param>
/// <param name="Counts">How many steps stand where: waiting, given, changed, unchanged, skipped, unknown, failed.</param>
/// <param name="Steps">Every step, in a possible order.</param>
internal sealed record BundleRunDto(
    int Run, string What, string By, DateTimeOffset Began, DateTimeOffset? Ended, bool Good, string Text, IReadOnlyDictionary<string, int> Counts, IReadOnlyList<BundleStepDto> Steps);

/// <summary>A step of a run.</summary>
/// <param name="Id">APPLICATION/UNIT/STEP.</param>
/// <param name="Machine">The machine's name.</param>
/// <param name="Status">waiting, given, changed, unchanged, skipped, unknown or failed.</param>
/// <param name="Changes">What it changed; in a plan, what it would change.</param>
/// <param name="Why">Why it is where it is.</param>
/// <param name="Tail">The end of its output, where it failed.</param>
internal sealed record BundleStepDto(
    string Id, string Machine, string About, string Status, IReadOnlyList<string> Changes, string Why, string Tail, int ExitCode, double Seconds, int Tries);

/// <summary>What a plan, drift or verify says, or what would be done where nothing is there yet.</summary>
/// <param name="Text">The same for people: to be put into a ticket as it is.</param>
/// <param name="Changes">Steps that would change something.</param>
/// <param name="Failed">Steps that failed.</param>
/// <param name="Joining">Names of machines that came with the tags of a group of all: an apply takes them in.</param>
internal sealed record PlanDto(string Name, string What, bool Ended, int Changes, int Failed, IReadOnlyList<string> Joining, string Text);

/// <summary>Lines of a deployment's progress.</summary>
/// <param name="Last">Ask with after=Last for those that come later.</param>
/// <param name="Running">A run or an install is under way.</param>
/// <param name="Good">The last run ended well.</param>
internal sealed record ProgressDto(IReadOnlyList<ProgressLineDto> Lines, long Last, string Stage, string Why, bool Running, bool Good, int Done, int Total);

/// <summary>A line of progress.</summary>
internal sealed record ProgressLineDto(long Number, DateTimeOffset At, string Machine, string Step, string Kind, string Text);

/// <summary>Secrets of a deployment, without their values.</summary>
internal sealed record SecretList(IReadOnlyList<SecretDto> Secrets);

/// <summary>A secret of a deployment; its value goes to machines alone.</summary>
internal sealed record SecretDto(string Key, DateTimeOffset Made, bool Rotated);

/// <summary>A bundle to be laid down.</summary>
/// <param name="Bundle">Its text, YAML.</param>
/// <param name="File">Its file's name, for faults; bundle.yaml by default.</param>
/// <param name="Name">The deployment's name; the bundle's by default.</param>
/// <param name="Operator">The operator's account; operator by default.</param>
/// <param name="SshKeys">The operator's public keys.</param>
/// <param name="EraseForeignData">Consent to overwrite disks whose data no install of this appliance wrote.</param>
internal sealed record BundleBody(string Bundle, string? File, string? Name, string? Operator, string[]? SshKeys, bool? EraseForeignData);

/// <summary>Which secrets get new values; all without.</summary>
internal sealed record RotateBody(string[]? Keys);

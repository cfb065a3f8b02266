using System.Collections.Immutable;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Roles;

namespace Provisioner.Domain.Bundles;

/// <summary>How far a node is in a run.</summary>
public enum NodeStatus
{
    /// <summary>Its turn hasn't come.</summary>
    Waiting,
    /// <summary>Its machine has it.</summary>
    Given,
    /// <summary>Something was not as it should be, and now is; in check mode: something isn't.</summary>
    Changed,
    /// <summary>All was as it should be.</summary>
    Unchanged,
    /// <summary>It isn't for here.</summary>
    Skipped,
    /// <summary>In check mode: what it would do depends on facts that only an apply finds out.</summary>
    Unknown,
    /// <summary>It could not be done.</summary>
    Failed,
}

/// <summary>How far a run is, as it is kept in the store.</summary>
public sealed record RunState
{
    /// <summary>Its number; one more for each.</summary>
    public int Run { get; init; }

    /// <summary>What it is for.</summary>
    public StepMode Mode { get; init; }

    /// <summary>Its nodes by name; those that it leaves alone aren't in.</summary>
    public ImmutableSortedDictionary<string, NodeState> Nodes { get; init; } = ImmutableSortedDictionary<string, NodeState>.Empty;

    /// <summary>What steps told, by application, unit and name. They outlive the run.</summary>
    public ImmutableSortedDictionary<string, string> Facts { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>How far a node is.</summary>
public sealed record NodeState
{
    /// <summary>How far.</summary>
    public NodeStatus Status { get; init; }

    /// <summary>The id of the machine that it is meant for.</summary>
    public string Machine { get; init; } = "";

    /// <summary>How often it was given out and came back.</summary>
    public int Tries { get; init; }

    /// <summary>The exit code of the last try.</summary>
    public int ExitCode { get; init; }

    /// <summary>How long the last try took.</summary>
    public double Seconds { get; init; }

    /// <summary>What it changed, or would; without secrets.</summary>
    public ImmutableArray<string> Changes { get; init; } = [];

    /// <summary>The last lines of a failure; without secrets.</summary>
    public string Tail { get; init; } = "";

    /// <summary>Which script was given out.</summary>
    public string Fingerprint { get; init; } = "";

    /// <summary>Why it failed or was left out.</summary>
    public string Why { get; init; } = "";

    /// <summary>Not before then is it tried again.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>It is over, well or not.</summary>
    public bool Ended => Status is not (NodeStatus.Waiting or NodeStatus.Given);

    /// <summary>What waits for it may go on.</summary>
    public bool Good => Ended && Status is not NodeStatus.Failed;
}

/// <summary>A machine's report on a node.</summary>
/// <param name="Run">The run that it was for.</param>
/// <param name="Node">The node's name.</param>
/// <param name="Failed">It could not be done.</param>
/// <param name="ExitCode">The script's exit code; 124 and 137 where its deadline ended it (timeout(1)).</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Output">The end of its output.</param>
/// <param name="Said">The lines that it wrote to descriptor 3.</param>
public sealed record NodeReport(int Run, string Node, bool Failed, int ExitCode, double Seconds, string Output, string Said);

/// <summary>What a machine that asks for work is told, and what that makes of the run.</summary>
public abstract record RunNext
{
    private RunNext() { }

    /// <summary>This step; the state is written down first.</summary>
    public sealed record Step(PlanNode Node, Rendering.Ready Script, RunState State, ImmutableArray<Told> Events) : RunNext;

    /// <summary>Nothing for now; it may ask again then, or when something happened.</summary>
    public sealed record Nothing(RunState State, DateTimeOffset? Again, ImmutableArray<Told> Events) : RunNext;
}

/// <summary>A run that is over.</summary>
/// <param name="Good">Nothing failed.</param>
/// <param name="Changed">How many nodes changed something, or would.</param>
/// <param name="Failed">The nodes that failed.</param>
/// <param name="Blocked">The nodes that wait for one that failed, with that one's name.</param>
/// <param name="Text">One line that says so.</param>
public sealed record RunEnd(bool Good, int Changed, ImmutableArray<string> Failed, ImmutableSortedDictionary<string, string> Blocked, string Text);

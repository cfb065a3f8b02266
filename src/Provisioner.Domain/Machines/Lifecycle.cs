using System.Collections.Frozen;
using System.Collections.Immutable;
using static Provisioner.Domain.Machines.MachineState;

namespace Provisioner.Domain.Machines;

/// <summary>Why a machine goes from one state to another.</summary>
public enum Trigger
{
    /// <summary>It is to be looked at.</summary>
    Commission,
    /// <summary>All of it is known and it was seen off.</summary>
    Commissioned,
    /// <summary>Somebody takes it.</summary>
    Allocate,
    /// <summary>A system is to be installed.</summary>
    Deploy,
    /// <summary>The installed system called home.</summary>
    Home,
    /// <summary>It is given back.</summary>
    Release,
    /// <summary>It runs already, and is taken as it is.</summary>
    Adopt,
    /// <summary>It was seen off after it was given back.</summary>
    Released,
    /// <summary>What was under way ended badly, ran out of time or was stopped.</summary>
    Fail,
}

/// <summary>One edge of the life: from a state, by a trigger, to a state, and what that means in one sentence.</summary>
public sealed record Edge(MachineState From, Trigger By, MachineState To, string Sentence);

/// <summary>
/// A machine's life. The table is all there is: what isn't an edge is refused with a sentence that names what is possible.
///
/// A crash changes nothing: the phases of the three "…ing" states are stored, each with its deadline, and each can be done twice.
/// States that last (New, Ready, Allocated, Deployed and the Failed twins) wait for a person and have no deadline.
/// </summary>
public static class Lifecycle
{
    /// <summary>All edges.</summary>
    public static readonly ImmutableArray<Edge> Edges =
    [
        new(New, Trigger.Commission, Commissioning, "a machine that nobody knows is looked at"),
        new(Ready, Trigger.Commission, Commissioning, "a known machine is looked at again"),
        new(FailedCommissioning, Trigger.Commission, Commissioning, "a look that failed is tried again"),
        new(Commissioning, Trigger.Commission, Commissioning, "the look starts over: the machine was restarted in the middle"),
        new(Commissioning, Trigger.Commissioned, Ready, "all is known and the machine is off"),
        new(Commissioning, Trigger.Fail, FailedCommissioning, "the look ended badly"),

        new(Ready, Trigger.Allocate, Allocated, "somebody takes it"),
        new(Ready, Trigger.Deploy, Deploying, "somebody takes it and installs at once"),
        new(Allocated, Trigger.Deploy, Deploying, "its owner installs"),
        new(FailedDeploying, Trigger.Deploy, Deploying, "an install that failed is tried again"),
        new(Deploying, Trigger.Home, Deployed, "the installed system called home"),
        new(Deploying, Trigger.Fail, FailedDeploying, "the install ended badly"),

        new(New, Trigger.Adopt, Deployed, "a machine that runs already is taken as it is"),
        new(Deployed, Trigger.Adopt, Deployed, "its agent gets a new token"),

        new(Allocated, Trigger.Release, Releasing, "its owner gives it back unused"),
        new(Deployed, Trigger.Release, Releasing, "its owner gives it back"),
        new(FailedDeploying, Trigger.Release, Releasing, "a failed install is given up"),
        new(FailedReleasing, Trigger.Release, Releasing, "giving back is tried again"),
        new(Releasing, Trigger.Released, Ready, "it is off and free"),
        new(Releasing, Trigger.Fail, FailedReleasing, "it could not be switched off"),
    ];

    private static readonly FrozenDictionary<(MachineState, Trigger), Edge> Table = Edges.ToFrozenDictionary(e => (e.From, e.By));

    /// <summary>States in which the appliance has work to do.</summary>
    public static bool IsUnderWay(MachineState state) => state is Commissioning or Deploying or Releasing;

    /// <summary>States in which a machine may be forgotten.</summary>
    public static bool MayBeDeleted(MachineState state) => state is New or Ready or FailedCommissioning or FailedDeploying or FailedReleasing;

    /// <summary>The edge, or null where the table has none.</summary>
    public static Edge? Find(MachineState from, Trigger by) => Table.GetValueOrDefault((from, by));

    /// <summary>What can be asked of a machine in this state.</summary>
    public static IEnumerable<Trigger> Possible(MachineState from) =>
        Edges.Where(e => e.From == from && e.By is (Trigger.Commission or Trigger.Allocate or Trigger.Deploy or Trigger.Release)).Select(e => e.By);

    /// <summary>What comes of a change: a new record with its events, or a refusal.</summary>
    public static Outcome Apply(Machine machine, MachineChange change, ChangeContext context) => new Transition(machine, context).On(change);

    /// <summary>The state in a person's words.</summary>
    public static string Word(MachineState state) => state switch
    {
        FailedCommissioning => "Failed commissioning",
        FailedDeploying => "Failed deploying",
        FailedReleasing => "Failed releasing",
        _ => state.ToString(),
    };
}

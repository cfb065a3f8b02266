using System.Collections.Immutable;

namespace Provisioner.Domain.Power;

/// <summary>One order to a controller and the state that proves it.</summary>
/// <param name="Order">The order.</param>
/// <param name="Until">The state to be read before the next one, or before success is said.</param>
/// <param name="Repeatable">The order may be given again while the state does not follow: only those that cannot undo themselves.</param>
public sealed record PowerStroke(PowerAction Order, PowerState Until, bool Repeatable);

/// <summary>What a person's order means for a machine in the state that was just read: the same for every kind of controller.</summary>
public abstract record PowerPlan
{
    private static readonly PowerStroke On = new(PowerAction.On, PowerState.On, Repeatable: true);
    private static readonly PowerStroke Off = new(PowerAction.Off, PowerState.Off, Repeatable: true);

    /// <summary>The machine is there already.</summary>
    public sealed record Nothing : PowerPlan;

    /// <summary>It makes no sense in this state.</summary>
    /// <param name="Why">Half a sentence: <c>the machine is off: switch it on instead</c>.</param>
    public sealed record Refuse(string Why) : PowerPlan;

    /// <summary>To be given one after the other, each read back.</summary>
    /// <param name="Strokes">The orders.</param>
    public sealed record Give(ImmutableArray<PowerStroke> Strokes) : PowerPlan;

    /// <summary>Decides.</summary>
    /// <param name="action">The person's order.</param>
    /// <param name="seen">The state that was just read; unknown where the controller can't say.</param>
    /// <param name="orders">Orders that the controller takes; null for all.</param>
    public static PowerPlan For(PowerAction action, PowerState seen, ImmutableHashSet<PowerAction>? orders = null) => (action, seen) switch
    {
        // What can only switch on is given that, and may be found to have been on already.
        (PowerAction.Cycle, _) when orders is not null && !orders.Contains(PowerAction.Off) && !orders.Contains(PowerAction.Cycle) => new Give([On]),
        // What has no cycle of its own is switched off and on.
        (PowerAction.Cycle, PowerState.Unknown) when orders is not null && !orders.Contains(PowerAction.Cycle) => new Give([Off, On]),
        // Nobody can say when it is off: the controller (or the person) makes the cycle itself.
        (PowerAction.Cycle, PowerState.Unknown) => new Give([new(PowerAction.Cycle, PowerState.On, Repeatable: false)]),
        (PowerAction.On, PowerState.On) => new Nothing(),
        (PowerAction.On, _) => new Give([On]),
        // Given to a machine that is off too: an earlier "on" may still be on its way.
        (PowerAction.Off, _) => new Give([Off]),
        // Some boards do "soft off" by pressing the power button, which would switch on a machine that is off.
        (PowerAction.SoftOff, PowerState.Off) => new Nothing(),
        (PowerAction.SoftOff, _) => new Give([new(PowerAction.SoftOff, PowerState.Off, Repeatable: false)]),
        // IPMI 2.0 §28.3: a power cycle need not switch on a machine that is off.
        (PowerAction.Cycle, PowerState.Off) => new Give([On]),
        // A controller's own cycle cannot be read back: on before, on after. Off and on can.
        (PowerAction.Cycle, _) => new Give([Off, On]),
        (PowerAction.Reset, PowerState.Off) => new Refuse("the machine is off, so that there is nothing to reset: switch it on"),
        (PowerAction.Reset, _) => new Give([new(PowerAction.Reset, PowerState.On, Repeatable: false)]),
        _ => throw new ArgumentOutOfRangeException(nameof(action), action, "no such power action"),
    };
}

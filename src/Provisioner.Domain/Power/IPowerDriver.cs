namespace Provisioner.Domain.Power;

/// <summary>
/// Speaks one kind of power controller's language. It does one thing at a time and decides nothing: what an order means, reading back,
/// repeating and other ways stand above it, the same for every kind.
/// </summary>
public interface IPowerDriver
{
    /// <summary>The kind: <c>ipmi</c>, <c>redfish</c> … as in <see cref="ControllerAccess.Kind"/>.</summary>
    string Kind { get; }

    /// <summary>Finds out what the controller is and can do.</summary>
    /// <exception cref="PowerException">it could not be looked at.</exception>
    Task<ControllerAbilities> LookAsync(PowerTarget target, CancellationToken cancel);

    /// <summary>Reads the state; <see cref="PowerState.Unknown"/> only from kinds that can't say (Wake-on-LAN, a person).</summary>
    /// <exception cref="PowerException">it could not be read.</exception>
    Task<PowerState> GetAsync(PowerTarget target, CancellationToken cancel);

    /// <summary>Begins an order. A return means "begun": the caller reads back.</summary>
    /// <exception cref="PowerException">the order was not taken; <see cref="PowerFailure.NotNow"/> where the present state makes it needless or it may be taken later.</exception>
    Task GiveAsync(PowerTarget target, PowerAction order, CancellationToken cancel);

    /// <summary>Sets the boot device for the next boot only, and reads it back. Returns what a person should know though it went well, or null.</summary>
    /// <exception cref="PowerException">the order was not taken, or reads back otherwise (<see cref="PowerFailure.Ignored"/>).</exception>
    Task<string?> SetNextBootAsync(PowerTarget target, NextBoot boot, CancellationToken cancel);
}

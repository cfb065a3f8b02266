namespace Provisioner.Domain.Power;

/// <summary>What a power controller says of a machine.</summary>
public enum PowerState
{
    /// <summary>Nobody could say.</summary>
    Unknown,
    /// <summary>Off (ACPI S5).</summary>
    Off,
    /// <summary>On.</summary>
    On,
}

/// <summary>An order to a power controller: IPMI 2.0 §28.3 Chassis Control, with <see cref="On"/> for a machine that is off.</summary>
public enum PowerAction
{
    /// <summary>Switch on; nothing happens to a machine that is on.</summary>
    On,
    /// <summary>Cut the power at once.</summary>
    Off,
    /// <summary>Off, then on again; a machine that is off is switched on.</summary>
    Cycle,
    /// <summary>Hard reset without cutting the power.</summary>
    Reset,
    /// <summary>Ask the operating system to shut down (ACPI).</summary>
    SoftOff,
}

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

/// <summary>What a machine is to boot from next time: IPMI 2.0 §28.12 boot flags.</summary>
public enum BootDevice
{
    /// <summary>The network.</summary>
    Pxe,
    /// <summary>Its own disk.</summary>
    Disk,
}

/// <summary>The last reading of a machine's power, with the time that it was seen at; never guessed.</summary>
/// <param name="State">What was read.</param>
/// <param name="SeenAt">When; null if never.</param>
/// <param name="Error">Why it could not be read the last time it was tried, or null.</param>
public sealed record PowerReading(PowerState State, DateTimeOffset? SeenAt, string? Error)
{
    /// <summary>Never read.</summary>
    public static readonly PowerReading Never = new(PowerState.Unknown, null, null);
}

/// <summary>Where and as whom a controller is spoken to, password in the clear: lives only as long as the call.</summary>
/// <param name="Machine">The machine's name, for error sentences.</param>
/// <param name="Address">The controller's address.</param>
/// <param name="Port">Its port (IPMI: UDP 623).</param>
/// <param name="Username">User there.</param>
/// <param name="Password">Password there.</param>
/// <param name="Privilege"><c>administrator</c> or <c>operator</c>: the level asked for.</param>
/// <param name="Uefi">Boot flags are to be set for UEFI.</param>
public sealed record PowerTarget(string Machine, string Address, int Port, string Username, string Password, string Privilege, bool Uefi)
{
    /// <summary>For logs: without the password.</summary>
    public override string ToString() => $"{Machine} via ipmi {Username}@{Address}:{Port}";
}

/// <summary>Why an order failed: three different things to do for a person.</summary>
public enum PowerFailure
{
    /// <summary>No answer came: cable, address, or a dead BMC.</summary>
    Silent,
    /// <summary>User or password were refused.</summary>
    Credentials,
    /// <summary>No cipher suite that both take.</summary>
    Cipher,
    /// <summary>The BMC answered and refused the command.</summary>
    Refused,
    /// <summary>The BMC said yes and the state did not follow.</summary>
    Ignored,
    /// <summary>The BMC's answer was not IPMI.</summary>
    Garbled,
}

/// <summary>A power order that failed. The message names operation, machine and likely cause in one sentence, never a password.</summary>
/// <param name="failure">The kind of failure.</param>
/// <param name="message">One sentence: <c>power on node7 via ipmi 10.0.0.7: wrong password (RAKP 2 HMAC mismatch)</c>.</param>
public sealed class PowerException(PowerFailure failure, string message) : Exception(message)
{
    /// <summary>The kind of failure.</summary>
    public PowerFailure Failure { get; } = failure;
}

/// <summary>
/// A power controller's driver: IPMI, and later Redfish, libvirt, vSphere, SNMP. It does one thing and believes only what it reads back;
/// when to ask again over a longer time is decided by the one who calls.
/// </summary>
public interface IPowerDriver
{
    /// <summary>Reads the state.</summary>
    /// <exception cref="PowerException">it could not be read.</exception>
    Task<PowerState> GetAsync(PowerTarget target, CancellationToken cancel);

    /// <summary>Gives an order and reads the state back until it agrees or <paramref name="deadline"/> has passed. Returns the state that was read.</summary>
    /// <exception cref="PowerException">the order was not taken, or not followed in time (<see cref="PowerFailure.Ignored"/>).</exception>
    Task<PowerState> SetAsync(PowerTarget target, PowerAction action, TimeSpan deadline, CancellationToken cancel);

    /// <summary>Sets the boot device for the next boot only, and reads it back.</summary>
    /// <exception cref="PowerException">the order was not taken.</exception>
    Task SetNextBootAsync(PowerTarget target, BootDevice device, CancellationToken cancel);
}

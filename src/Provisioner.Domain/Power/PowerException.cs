namespace Provisioner.Domain.Power;

/// <summary>Why an order failed: each is another thing to do for a person, or for whoever decides the next try.</summary>
public enum PowerFailure
{
    /// <summary>No answer came: cable, address, or a dead controller.</summary>
    Silent,
    /// <summary>User or password were refused.</summary>
    Credentials,
    /// <summary>No cipher suite that both take.</summary>
    Cipher,
    /// <summary>The controller answered and refused the command.</summary>
    Refused,
    /// <summary>The controller said yes and the state did not follow.</summary>
    Ignored,
    /// <summary>The controller's answer was not in its protocol.</summary>
    Garbled,
    /// <summary>The controller is busy, or the command makes no sense in its present state: later it may be taken.</summary>
    NotNow,
    /// <summary>The controller's certificate is not the one that was pinned.</summary>
    Untrusted,
}

/// <summary>A power order that failed. The message names operation, machine and likely cause in one sentence, never a password.</summary>
/// <param name="failure">The kind of failure.</param>
/// <param name="message">One sentence: <c>power on node7 via ipmi 10.0.0.7: wrong password (RAKP 2 HMAC mismatch)</c>.</param>
public sealed class PowerException(PowerFailure failure, string message) : Exception(message)
{
    /// <summary>The kind of failure.</summary>
    public PowerFailure Failure { get; } = failure;

    /// <summary>The cause alone, half a sentence; the whole message where no more is known.</summary>
    public string Why { get; private init; } = message;

    /// <summary>"{operation} {machine} via {kind} {address}: {why}".</summary>
    /// <param name="failure">The kind of failure.</param>
    /// <param name="operation"><c>power on</c>, <c>read the power state of</c> …</param>
    /// <param name="target">Whose controller.</param>
    /// <param name="why">Half a sentence without a secret.</param>
    public static PowerException Of(PowerFailure failure, string operation, PowerTarget target, string why) =>
        new(failure, $"{operation} {target.Machine} via {target.Kind} {target.Address}: {why}") { Why = why };

    /// <summary>The same failure as part of a larger operation.</summary>
    public PowerException During(string operation, PowerTarget target) => Why == Message ? this : Of(Failure, operation, target, Why);
}

/// <summary>Operations in words, as they begin error sentences.</summary>
public static class PowerWords
{
    /// <summary>Reading the state.</summary>
    public const string Read = "read the power state of";

    /// <summary>Looking at what the controller can do.</summary>
    public const string Look = "look at the power controller of";

    /// <summary>An order.</summary>
    public static string Of(PowerAction action) => action switch
    {
        PowerAction.On => "power on",
        PowerAction.Off => "power off",
        PowerAction.Cycle => "power cycle",
        PowerAction.Reset => "reset",
        _ => "shut down",
    };

    /// <summary>Setting the next boot.</summary>
    public static string Of(BootDevice device) => $"set the next boot to {NextBoot.Words(device)} of";

    /// <summary>A state: <c>on</c>, <c>off</c>, <c>unknown</c>.</summary>
    public static string Of(PowerState state) => state switch { PowerState.On => "on", PowerState.Off => "off", _ => "unknown" };
}

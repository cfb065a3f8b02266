using Provisioner.Domain.Machines;
using Provisioner.Domain.Power;

namespace Provisioner.Domain.Deploy;

/// <summary>What the appliance is to do for a machine now.</summary>
public abstract record Step
{
    private Step() { }

    /// <summary>Nothing: somebody else has the next word.</summary>
    public sealed record Wait(string For) : Step;
    /// <summary>Set the boot device to the network and start the machine.</summary>
    public sealed record StartFromNetwork : Step;
    /// <summary>It was started from the network and its agent was not heard: once more, on the next rung of the ladder.</summary>
    public sealed record StartAnotherWay(string Why) : Step;
    /// <summary>Set the boot device to the disk and start the machine.</summary>
    public sealed record StartFromDisk : Step;
    /// <summary>The agent was told to switch off: read until it is, cut the power if it isn't in time.</summary>
    public sealed record SeeOff : Step;
    /// <summary>Cut the power.</summary>
    public sealed record SwitchOff : Step;
    /// <summary>Nobody can switch it: say so and go on.</summary>
    public sealed record TrustOff(string Why) : Step;
    /// <summary>The time is up.</summary>
    public sealed record GiveUp(string Why) : Step;
}

/// <summary>
/// The next step of a machine's walk, from its record and the time alone: after a restart the same question gets the same answer,
/// and every step may be done twice.
/// </summary>
public static class WalkPlanner
{
    /// <summary>The next step.</summary>
    public static Step Next(Machine machine, DateTimeOffset now)
    {
        if (!Lifecycle.IsUnderWay(machine.State)) return new Step.Wait("a person");
        if (machine.Deadline is { } deadline && now >= deadline) return machine.Phase is Phase.AwaitAgent && MayStartAgain(machine) ? new Step.StartAnotherWay(NotHeard(machine)) : new Step.GiveUp(TimeIsUp(machine));
        return machine.Phase switch
        {
            Phase.StartAgent when machine.CanBeStarted => new Step.StartFromNetwork(),
            Phase.StartAgent or Phase.AwaitAgent => new Step.Wait("the machine to boot from the network"),
            Phase.AgentAtWork => new Step.Wait("the agent"),
            Phase.StartDisk when machine.CanBeSwitchedOff => new Step.StartFromDisk(),
            Phase.StartDisk => new Step.Wait("the agent to restart the machine"),
            Phase.AwaitHome => new Step.Wait("the installed system"),
            Phase.PowerOff when machine.State is MachineState.Releasing => machine.CanBeSwitchedOff ? new Step.SwitchOff() : new Step.TrustOff("nothing can switch it off: do it by hand"),
            Phase.PowerOff when machine.ReadsPower => new Step.SeeOff(),
            Phase.PowerOff => new Step.Wait("the agent to switch the machine off"),
            _ => new Step.GiveUp($"{machine.State} without work: the record is damaged"),
        };
    }

    // "own": nobody could set its boot device, so that there is no other way to be tried.
    internal static bool MayStartAgain(Machine machine) => machine.BootTried is [.., not "own"] && machine.BootTried.Length < PowerLadder.MostStarts;

    private static string NotHeard(Machine machine) =>
        $"its boot device was set ({machine.BootTried[^1]}) and read back, it was started, and its agent did not say hello in time: it is started another way";

    private static string TimeIsUp(Machine machine) => machine.Phase switch
    {
        Phase.StartAgent => "its power controller did not start it in time: look at the controller's address and password",
        Phase.AwaitAgent when !machine.CanBeStarted => "nobody switched it on in time: switch it on and let it boot from the network",
        Phase.AwaitAgent when machine.BootTried.Length > 1 => $"it was started {machine.BootTried.Length} times ({string.Join(", ", machine.BootTried)}) and its agent did not say hello: look at its console, its cable and its boot order",
        Phase.AwaitAgent => "it was started and its agent did not say hello in time: look at its console, its cable and its boot order",
        Phase.AgentAtWork when machine.State is MachineState.Deploying => "its agent did not end the install in time: look at its console and at the disk",
        Phase.AgentAtWork => "its agent did not report everything in time: look at its console",
        Phase.StartDisk => "it could not be restarted from its disk in time: look at the BMC",
        Phase.AwaitHome => "the installed system did not call home in time: look at its console; does the firmware boot from this disk?",
        _ => "it could not be switched off in time: look at the BMC",
    };
}

using System.Collections.Immutable;
using System.Globalization;
using Provisioner.Domain.Deploy;
using Provisioner.Domain.Events;
using Provisioner.Domain.Power;
using static Provisioner.Domain.Machines.MachineState;

namespace Provisioner.Domain.Machines;

/// <summary>What the agent in the ramdisk reports.</summary>
internal sealed partial class Transition
{
    private Outcome Inventory(Inventory inventory)
    {
        var macs = machine.Macs.Concat(inventory.Nics.Select(n => n.Mac)).Distinct().ToImmutableArray();
        var next = machine with
        {
            Inventory = inventory,
            Macs = macs,
            Reported = machine.Reported | Reports.Inventory,
            Firmware = inventory.Firmware,
            Uuid = inventory.System.Uuid.Length > 0 ? inventory.System.Uuid.ToLowerInvariant() : machine.Uuid,
        };
        _told.Add(new("agent.inventory", Text($"{inventory.System.Manufacturer} {inventory.System.Product}, {Counted.Of(inventory.Cpu.Threads, "thread")}, {inventory.MemoryBytes / 1048576} MiB, {Counted.Of(inventory.Disks.Length, "disk")}, {Counted.Of(inventory.Nics.Length, "NIC")}")));
        return AfterReport(next);
    }

    private Outcome Bmc(MachineChange.BmcReported report)
    {
        if (report.Bmc is { } claimed && context.Holder is { } holder) return new Outcome.Refused(ControllerClaims.Refusal(holder, claimed));
        var next = ControllerChange.Reported(machine, report) with { Reported = machine.Reported | Reports.Bmc };
        _told.Add(report.Bmc is { } bmc
            ? new("agent.bmc", $"BMC at {bmc.Address}, user {bmc.Username} ({bmc.Privilege})")
            : report.Broken
                ? new("agent.bmc", $"the BMC could not be set up: {report.Reason}", Level.Warning)
                : new("agent.bmc", $"no BMC: {report.Reason}; {(next.CanBeStarted ? $"its power is switched via {next.Controllers[0].Id}" : "this machine's power is switched by hand")}", Level.Warning));
        return AfterReport(next);
    }

    private Outcome AfterReport(Machine next) => next is { State: Commissioning, Phase: Phase.AgentAtWork, Reported: Reports.All }
        ? Changed(WithDeadline(next with { Phase = Phase.PowerOff, Order = next.Order + 1 }))
        : Changed(next);

    /// <summary>Its loader has spoken: the firmware has done its part, and what is left is quick.</summary>
    private Outcome ScriptGiven(MachineChange.BootScriptGiven given)
    {
        var next = machine with { BootTokenHash = given.BootTokenHash, SessionTokenHash = null, Firmware = given.Firmware ?? machine.Firmware };
        var sooner = context.Now + context.Limits.Loaded;
        return machine is { Phase: Phase.AwaitAgent, Deadline: { } deadline } && sooner < deadline ? Awaits(next with { Deadline = sooner }, "its loader asked for its boot script; ") : Keep(next);
    }

    /// <summary>Says what is waited for, until when, what comes then, and what ends it.</summary>
    private Outcome Awaits(Machine next, string before = "")
    {
        if (next.Deadline is not { } until) return Changed(next);
        string then = WalkPlanner.MayStartAgain(next) ? "then it is started another way" : "then it is given up";
        return Tell(next, new("boot.await", string.Create(CultureInfo.InvariantCulture, $"{before}its agent is waited for until {until.UtcDateTime:HH:mm} UTC ({PowerReading.Age(until - context.Now)}), {then}; aborting ends the wait")));
    }

    private Outcome InstallDone(MachineChange.InstallDone done)
    {
        if (machine is not { State: Deploying, Phase: Phase.AgentAtWork } || done.Order != machine.Order) return Keep(machine);
        if (!done.Ok) return Take(Trigger.Fail, m => m with { Failure = $"the image could not be written: {done.Error}" });
        double rate = done.Seconds > 0 ? done.Bytes / 1e6 / done.Seconds : 0;
        _told.Add(new("image.written", Text($"the image is on the disk: {done.Bytes / 1e6:0} MB in {done.Seconds:0.0} s ({rate:0} MB/s)"), Bytes: done.Bytes, Seconds: done.Seconds));
        return Changed(WithDeadline(machine with { Phase = Phase.StartDisk, Order = machine.Order + 1 }));
    }

    private Outcome Leaving() => machine switch
    {
        // Without a controller nobody can read the power: the agent's word is all there is.
        { State: Commissioning, Phase: Phase.PowerOff, ReadsPower: false } => SeenOff("its agent switched it off; no controller can read that back"),
        { State: Deploying, Phase: Phase.StartDisk, CanBeSwitchedOff: false } => Started(new MachineChange.Started(Phase.StartDisk)),
        _ => Keep(machine),
    };
}

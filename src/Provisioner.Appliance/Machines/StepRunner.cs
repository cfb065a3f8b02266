using Provisioner.Domain.Deploy;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Power;

namespace Provisioner.Appliance.Machines;

/// <summary>Does what the planner said; its outcome is a change like any other. It has no choices of its own.</summary>
internal sealed class StepRunner(MachineBook book, PowerDesk power, BootSources sources, TimeProvider time)
{
    // Between the agent's last word and the power cut: a sync and ACPI S5 take a few seconds, under emulation too.
    private static readonly TimeSpan AgentSwitchesOff = TimeSpan.FromSeconds(45);
    private const string NobodyCanSay = "it was told to switch off; whether it is off, its power controller can't say";
    private static readonly TimeSpan BetweenReads = TimeSpan.FromMilliseconds(700);

    /// <summary>Does a step.</summary>
    public async Task RunAsync(Machine machine, Step step, CancellationToken cancel)
    {
        try
        {
            foreach (var change in await DoAsync(machine, step, cancel))
                await book.ApplyAsync(machine.Id, change, "appliance");
        }
        catch (PowerException e)
        {
            await book.ApplyAsync(machine.Id, new MachineChange.Fail(e.Message), "appliance");
        }
    }

    private async Task<MachineChange[]> DoAsync(Machine machine, Step step, CancellationToken cancel)
    {
        switch (step)
        {
            case Step.StartFromNetwork:
                return [new MachineChange.Started(Phase.StartAgent, await Start(machine, BootDevice.Pxe, cancel))];
            case Step.StartAnotherWay another:
                return [new MachineChange.NotBooted(another.Why)];
            case Step.StartFromDisk:
                await Start(machine, BootDevice.Disk, cancel);
                return [new MachineChange.Started(Phase.StartDisk)];
            case Step.SwitchOff:
                return [new MachineChange.SeenOff(await power.SetAsync(machine, PowerAction.Off, "appliance", cancel) is PowerState.Off
                    ? "its power was cut and read back as off" : "it was ordered off; nothing can read that back")];
            case Step.SeeOff:
                return [await SeeOff(machine, cancel)];
            case Step.TrustOff trust:
                return [new MachineChange.SeenOff(trust.Why)];
            case Step.GiveUp up:
                return [new MachineChange.Fail(up.Why)];
            default:
                return [];
        }
    }

    private async Task<string> Start(Machine machine, BootDevice device, CancellationToken cancel)
    {
        string rung = await power.SetNextBootAsync(machine, sources.ErrandFor(machine, device), cancel);
        // Cycle means "on" for a machine that is off.
        await power.SetAsync(machine, PowerAction.Cycle, "appliance", cancel);
        return rung;
    }

    private async Task<MachineChange> SeeOff(Machine machine, CancellationToken cancel)
    {
        long began = time.GetTimestamp();
        while (time.GetElapsedTime(began) < AgentSwitchesOff)
        {
            var reading = await power.ReadAsync(machine, cancel);
            if (reading.State is PowerState.Off) return new MachineChange.SeenOff("its agent switched it off; the BMC says off");
            if (reading.Error is { } error) return new MachineChange.Fail($"its BMC can't be used over the network: {error}");
            await Task.Delay(BetweenReads, time, cancel);
        }
        return new MachineChange.SeenOff(await power.SetAsync(machine, PowerAction.Off, "appliance", cancel) is PowerState.Off
            ? "it was still on after its agent's word, so its power was cut" : NobodyCanSay);
    }
}

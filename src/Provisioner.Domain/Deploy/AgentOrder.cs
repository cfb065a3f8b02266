using Provisioner.Domain.Machines;

namespace Provisioner.Domain.Deploy;

/// <summary>What the agent in the ramdisk is to do next.</summary>
public enum AgentAction
{
    /// <summary>Nothing; ask again.</summary>
    Wait,
    /// <summary>Look and report hardware and BMC.</summary>
    Inventory,
    /// <summary>Write the image.</summary>
    Install,
    /// <summary>Switch the machine off.</summary>
    PowerOff,
    /// <summary>Restart the machine.</summary>
    Reboot,
}

/// <summary>The order that follows from a machine's record.</summary>
public static class AgentOrder
{
    /// <summary>The action; its number is <see cref="Machine.Order"/>.</summary>
    public static AgentAction For(Machine machine) => (machine.State, machine.Phase) switch
    {
        (MachineState.Commissioning, Phase.AgentAtWork) => AgentAction.Inventory,
        (MachineState.Commissioning, Phase.PowerOff) => AgentAction.PowerOff,
        (MachineState.Deploying, Phase.AgentAtWork) => AgentAction.Install,
        (MachineState.Deploying, Phase.StartDisk) => machine.CanBeSwitchedOff ? AgentAction.Wait : AgentAction.Reboot,
        (MachineState.Commissioning or MachineState.Deploying, _) => AgentAction.Wait,
        (MachineState.Releasing, _) => AgentAction.PowerOff,
        // Started by hand although nothing is to be done with it: a free machine costs no power.
        (MachineState.Ready or MachineState.Allocated, _) => AgentAction.PowerOff,
        // A Failed machine stays up for the person who looks into it.
        _ => AgentAction.Wait,
    };
}

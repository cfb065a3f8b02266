using System.Collections.Immutable;
using Provisioner.Domain.Deploy;
using Provisioner.Domain.Images;
using Provisioner.Domain.Power;

namespace Provisioner.Domain.Machines;

/// <summary>Everything that can happen to a machine's record. <see cref="Lifecycle.Apply"/> says what comes of it.</summary>
public abstract record MachineChange
{
    private MachineChange() { }

    // What people and programs ask for.

    /// <summary>Look at the machine (again).</summary>
    public sealed record Commission : MachineChange;
    /// <summary>Take the machine for somebody, without installing yet.</summary>
    public sealed record Allocate : MachineChange;
    /// <summary>Install a system.</summary>
    public sealed record Deploy(DeployRequest Request) : MachineChange;
    /// <summary>Give the machine back.</summary>
    public sealed record Release : MachineChange;
    /// <summary>Stop what is under way.</summary>
    public sealed record Abort : MachineChange;
    /// <summary>Give it another host name.</summary>
    public sealed record Rename(string Name) : MachineChange;
    /// <summary>Replace its tags.</summary>
    public sealed record SetTags(ImmutableSortedSet<string> Tags) : MachineChange;
    /// <summary>Take a machine that runs already, whoever installed it; or give a deployed one's agent a new token.</summary>
    public sealed record Adopt : MachineChange;
    /// <summary>Give it a power controller, or other ways to reach the one of this id; first where it is the preferred one.</summary>
    public sealed record SetController(ControllerAccess Controller, bool First, string Found) : MachineChange;
    /// <summary>A further controller was found and spoken to; the walk may go on meanwhile.</summary>
    public sealed record AddController(ControllerAccess Controller, string Found) : MachineChange;
    /// <summary>Take a power controller away.</summary>
    public sealed record RemoveController(string Id) : MachineChange;

    // What machines say.

    /// <summary>A boot script with a fresh token was given to its firmware.</summary>
    public sealed record BootScriptGiven(string BootTokenHash, string? Firmware) : MachineChange;
    /// <summary>The agent in the ramdisk said hello; its session token comes into force.</summary>
    public sealed record AgentHello(string SessionTokenHash, string Mac, string Firmware, double UptimeSeconds) : MachineChange;
    /// <summary>The session token was used: the boot token is spent.</summary>
    public sealed record BootTokenSpent : MachineChange;
    /// <summary>The agent reported the hardware.</summary>
    public sealed record InventoryReported(Inventory Inventory) : MachineChange;
    /// <summary>The agent reported the BMC; null with a reason where there is none that could be used.</summary>
    public sealed record BmcReported(ControllerAccess? Bmc, bool Broken, string Reason) : MachineChange;
    /// <summary>It is a virtual machine that is switched through its host from now on; null: through no host any more.</summary>
    public sealed record HostedBy(ControllerAccess? Controller, string How) : MachineChange;
    /// <summary>The agent ended the install order.</summary>
    public sealed record InstallDone(int Order, bool Ok, string Error, long Bytes, double Seconds) : MachineChange;
    /// <summary>The agent ended an order to switch itself off or reboot: it is about to be gone.</summary>
    public sealed record AgentLeaving(int Order) : MachineChange;
    /// <summary>The installed system called home.</summary>
    /// <param name="UptimeSeconds">How long its kernel runs.</param>
    /// <param name="Facts">What it says of itself.</param>
    /// <param name="From">The address that it called from.</param>
    /// <param name="To">The appliance's address that it called.</param>
    public sealed record CalledHome(double? UptimeSeconds, HostFacts? Facts = null, string From = "", string To = "") : MachineChange;

    // What the appliance found out or did.

    /// <summary>The power controller was read, or could not be.</summary>
    public sealed record PowerRead(PowerReading Reading) : MachineChange;
    /// <summary>The machine was started for the phase that it is in.</summary>
    /// <param name="From">The phase.</param>
    /// <param name="Rung">For a start from the network: how its next boot was set.</param>
    public sealed record Started(Phase From, string? Rung = null) : MachineChange;
    /// <summary>It was started and its agent was not heard: it is to be started another way.</summary>
    public sealed record NotBooted(string Why) : MachineChange;
    /// <summary>The machine was seen switched off, or nobody can say and the person was told.</summary>
    public sealed record SeenOff(string How) : MachineChange;
    /// <summary>What was under way ended badly.</summary>
    public sealed record Fail(string Why) : MachineChange;
}

/// <summary>What <see cref="Lifecycle.Apply"/> may know besides the machine and the change: time, limits, and chance made beforehand.</summary>
/// <param name="Now">The appliance's clock.</param>
/// <param name="Limits">How long each phase may take.</param>
/// <param name="By">Who caused the change.</param>
/// <param name="Fresh">For a deploy: ids and tokens, made by chance beforehand.</param>
/// <param name="Image">For a deploy: the image asked for, null where there is none of that name.</param>
/// <param name="RoleFault">For a deploy: why a machine can't have the role asked for, in one sentence; null where it can, and without a role.</param>
public sealed record ChangeContext(
    DateTimeOffset Now, PhaseLimits Limits, string By, FreshDeployment? Fresh = null, ImageInfo? Image = null, string? RoleFault = null)
{
    /// <summary>For a power controller: the other machine that has it, or null.</summary>
    public Machine? Holder { get; init; }
}

/// <summary>What chance gives a deployment.</summary>
/// <param name="Id">Its id.</param>
/// <param name="DiskId">GPT GUID for the disk.</param>
/// <param name="SealedHostToken">The installed system's token, sealed.</param>
/// <param name="HostTokenHash">SHA-256 of that token, hex.</param>
public sealed record FreshDeployment(string Id, string DiskId, string SealedHostToken, string HostTokenHash);

using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Provisioner.Domain.Power;

namespace Provisioner.Domain.Machines;

/// <summary>
/// One machine as the appliance knows it: an immutable record, swapped whole by <c>MachineBook</c>, stored as one JSON document.
/// It holds no secret in the clear: passwords are sealed, tokens are kept as SHA-256.
/// </summary>
public sealed record Machine
{
    /// <summary>Six characters of a–z and 2–9, fixed for life; part of URLs.</summary>
    public required string Id { get; init; }
    /// <summary>Host name, unique, a DNS label.</summary>
    public required string Name { get; init; }
    /// <summary>Where it stands.</summary>
    public MachineState State { get; init; }
    /// <summary>When it came to this state.</summary>
    public DateTimeOffset StateSince { get; init; }
    /// <summary>When the state is given up as failed; null in states that may last.</summary>
    public DateTimeOffset? Deadline { get; init; }
    /// <summary>How far the work of an "…ing" state has come; <see cref="Machines.Phase.Idle"/> in the others.</summary>
    public Phase Phase { get; init; }
    /// <summary>Number of the order that the agent in its ramdisk is to follow: counts up whenever it is to do something else.</summary>
    public int Order { get; init; }
    /// <summary>What the running agent has reported since its hello.</summary>
    public Reports Reported { get; init; }
    /// <summary>Why it is in a Failed state: one sentence for a person.</summary>
    public string? Failure { get; init; }
    /// <summary>All its MAC addresses, lower case with colons; the one it boots from first.</summary>
    public ImmutableArray<string> Macs { get; init; } = [];
    /// <summary>SMBIOS UUID, lower case; null until something told it.</summary>
    public string? Uuid { get; init; }
    /// <summary><c>bios</c> or <c>uefi</c>; null until it booted.</summary>
    public string? Firmware { get; init; }
    /// <summary>The operator's tags, sorted.</summary>
    public ImmutableSortedSet<string> Tags { get; init; } = [];
    /// <summary>What the agent found; null until commissioned.</summary>
    public Inventory? Inventory { get; init; }
    /// <summary>How its power is switched, the preferred way first; empty where nobody but a person can.</summary>
    public ImmutableArray<ControllerAccess> Controllers { get; init => field = value.IsDefault ? [] : value; } = [];
    /// <summary>The first of its controllers that is a BMC, or null. Setting it puts the new one first, in place of all BMCs.</summary>
    [JsonIgnore]
    public ControllerAccess? Bmc
    {
        get => Controllers.FirstOrDefault(c => c.IsBmc);
        init => Controllers = [.. value is null ? [] : new[] { value }, .. Controllers.Where(c => !c.IsBmc)];
    }
    /// <summary>The one controller of documents that were written when machines had only one.</summary>
    [JsonPropertyName("bmc")]
    public ControllerAccess? BmcOfOldDocument
    {
        init
        {
            if (value is not null && Controllers.IsEmpty) Controllers = [value];
        }
    }
    /// <summary>Names of the rungs that its next boot was set by without its agent being heard since: see <see cref="PowerLadder"/>.</summary>
    public ImmutableArray<string> BootTried { get; init => field = value.IsDefault ? [] : value; } = [];
    /// <summary>When it was started into our agent, which was not heard since; null where it was.</summary>
    public DateTimeOffset? StartedAt { get; init; }
    /// <summary>How long its agent took from then to its hello, the last time that it did.</summary>
    public TimeSpan? AgentIn { get; init; }
    /// <summary>Somebody or something can switch it on.</summary>
    [JsonIgnore]
    public bool CanBeStarted => !Controllers.IsEmpty;
    /// <summary>Somebody or something can switch it off.</summary>
    [JsonIgnore]
    public bool CanBeSwitchedOff => Controllers.Any(c => ControllerKinds.Orders(c.Kind).Contains(PowerAction.Off));
    /// <summary>Something can say whether it is on.</summary>
    [JsonIgnore]
    public bool ReadsPower => Controllers.Any(c => ControllerKinds.ReadsState(c.Kind));
    /// <summary>What the power controller last said.</summary>
    public PowerReading Power { get; init; } = PowerReading.Never;
    /// <summary>The system on it or wanted on it; null in New, Commissioning, Ready.</summary>
    public Deployment? Deployment { get; init; }
    /// <summary>GUIDs of the GPTs that installs of ours wrote: a disk that carries one may be overwritten without asking.</summary>
    public ImmutableArray<string> OurDiskIds { get; init; } = [];
    /// <summary>SHA-256 (hex) of the token that the next agent may say hello with; null when none is out.</summary>
    public string? BootTokenHash { get; init; }
    /// <summary>SHA-256 (hex) of the running agent's session token.</summary>
    public string? SessionTokenHash { get; init; }
    /// <summary>The MAC it boots from, or empty.</summary>
    public string BootMac => Macs is [var first, ..] ? first : "";
}

/// <summary>How far the work of an "…ing" state has come. A restart goes on from here.</summary>
public enum Phase
{
    /// <summary>Nothing is under way.</summary>
    Idle,
    /// <summary>The machine is to be started into our agent.</summary>
    StartAgent,
    /// <summary>It was started; its agent has not said hello yet.</summary>
    AwaitAgent,
    /// <summary>The agent is at work: looking (Commissioning) or writing (Deploying).</summary>
    AgentAtWork,
    /// <summary>The agent is done; the machine is to be switched off (Commissioning, Releasing).</summary>
    PowerOff,
    /// <summary>The image is on the disk; the machine is to be started from it.</summary>
    StartDisk,
    /// <summary>It was started from its disk; the installed system has not called home yet.</summary>
    AwaitHome,
}

/// <summary>What an agent has reported since its hello.</summary>
[Flags]
public enum Reports
{
    /// <summary>Nothing yet.</summary>
    None = 0,
    /// <summary>The hardware.</summary>
    Inventory = 1,
    /// <summary>The BMC, or that there is none.</summary>
    Bmc = 2,
    /// <summary>All of it.</summary>
    All = Inventory | Bmc,
}

/// <summary>The system that is wanted on a machine, or is on it.</summary>
public sealed record Deployment
{
    /// <summary>Id of this deployment, fresh for each; part of cloud-init's instance-id.</summary>
    public required string Id { get; init; }
    /// <summary>Name of the image, as in the catalog.</summary>
    public required string Image { get; init; }
    /// <summary>Role from the catalog, null for none.</summary>
    public string? Role { get; init; }
    /// <summary>The operator's SSH public keys.</summary>
    public ImmutableArray<string> SshKeys { get; init; } = [];
    /// <summary>The operator's account on it.</summary>
    public string Operator { get; init; } = "operator";
    /// <summary>Who asked.</summary>
    public string By { get; init; } = "";
    /// <summary>The disk that it goes to, as the inventory names it.</summary>
    public DiskInfo? Disk { get; init; }
    /// <summary>GPT GUID that the install writes.</summary>
    public string DiskId { get; init; } = "";
    /// <summary>The installed system's token, sealed (the seed must be the same after a restart).</summary>
    public string SealedHostToken { get; init; } = "";
    /// <summary>SHA-256 (hex) of that token.</summary>
    public string HostTokenHash { get; init; } = "";
    /// <summary>When it called home first.</summary>
    public DateTimeOffset? HomeAt { get; init; }
    /// <summary>The address that its agent called from last, as the appliance sees it (behind NAT that is none of its own); null before it called.</summary>
    public string? CallsFrom { get; init; }
    /// <summary>The appliance's address that its agent called then.</summary>
    public string? CallsTo { get; init; }
    /// <summary>What the installed system last said of itself; null until its agent did.</summary>
    public HostFacts? Host { get; init; }
    /// <summary>In place of an image's name: the system was there before the appliance knew the machine.</summary>
    public const string Adopted = "(adopted)";
}

using System.Collections.Immutable;

namespace Provisioner.Domain.Power;

/// <summary>What a kind of controller can be expected to do before one was looked at.</summary>
public static class ControllerKinds
{
    private static readonly ImmutableHashSet<PowerAction> All = [.. Enum.GetValues<PowerAction>()];
    // Cycling is made of off and on, so that both are read back.
    private static readonly ImmutableHashSet<PowerAction> OnOff = [PowerAction.On, PowerAction.Off];

    /// <summary>All kinds, those first that are tried where nobody says which one it is.</summary>
    public static readonly ImmutableArray<string> Known = ["redfish", "ipmi", "libvirt", "vsphere", "pdu", "wol", "webhook", "manual"];

    /// <summary>Found out by themselves from an address and a password, in this order: the one that is encrypted and says most comes first.</summary>
    public static readonly ImmutableArray<string> FoundByAddress = ["redfish", "ipmi"];

    /// <summary>Orders that the kind takes.</summary>
    public static ImmutableHashSet<PowerAction> Orders(string kind) => kind switch
    {
        // A magic packet can only wake.
        "wol" => [PowerAction.On],
        "pdu" or "webhook" => OnOff,
        _ => All,
    };

    /// <summary>What the kind can have a machine boot from next.</summary>
    public static ImmutableHashSet<BootDevice> NextBoots(string kind) => kind switch
    {
        // HTTP boot and virtual media depend on the service: only where it was looked at.
        "ipmi" or "redfish" or "libvirt" or "vsphere" or "manual" => [BootDevice.Pxe, BootDevice.Disk],
        _ => [],
    };

    /// <summary>The kind switches and reads the outlets that feed a machine: whether the machine itself runs, they don't say.</summary>
    public static bool IsOutlet(string kind) => kind == "pdu";

    /// <summary>How long a machine stays without power in a cycle, where its kind of controller wants more than usual: an outlet's machine has power supplies to run dry.</summary>
    public static TimeSpan? OffBeforeOn(string kind) => IsOutlet(kind) ? TimeSpan.FromSeconds(10) : null;

    /// <summary>The kind can say whether the machine is on.</summary>
    public static bool ReadsState(string kind) => kind is not ("wol" or "manual");

    /// <summary>The usual port: UDP for IPMI (623), Wake-on-LAN (9) and SNMP (161), TCP for the others; 0 for none.</summary>
    public static int Port(string kind) => kind switch
    {
        "ipmi" => 623,
        "redfish" or "vsphere" => 443,
        "pdu" => 161,
        "wol" => 9,
        _ => 0,
    };
}

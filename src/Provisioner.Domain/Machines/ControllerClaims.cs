using Provisioner.Domain.Power;
using Provisioner.Domain.Power.Pdu;

namespace Provisioner.Domain.Machines;

/// <summary>A controller that two machines claim, or that says it is in another machine: one of two things that are told is wrong.</summary>
public static class ControllerClaims
{
    // What tells machines apart that share an address: systems of one Redfish service, VMs of a host. Outlets of a PDU too, which are lists.
    private static readonly string[] Apart = ["system", "vm", "mac", "uuid"];

    /// <summary>Both lead to the same power: no two machines may have them.</summary>
    public static bool AreOne(ControllerAccess a, ControllerAccess b)
    {
        if (a.Address.Length == 0 || !string.Equals(a.Address, b.Address, StringComparison.OrdinalIgnoreCase)) return false;
        if (a.Kind == b.Kind) return a.Kind is not ("manual" or "webhook") && a.Port == b.Port && Apart.All(s => a.Settings.GetValueOrDefault(s) == b.Settings.GetValueOrDefault(s))
            && Outlet.Overlap(a.Settings.GetValueOrDefault(Outlet.Setting), b.Settings.GetValueOrDefault(Outlet.Setting));
        // One BMC speaks both, each on its usual port; on other ports it may be another one behind the same address.
        return a.IsBmc && b.IsBmc && a.Port == ControllerKinds.Port(a.Kind) && b.Port == ControllerKinds.Port(b.Kind)
            && !a.Settings.ContainsKey("system") && !b.Settings.ContainsKey("system");
    }

    /// <summary>The controller that a change gives a machine, or null.</summary>
    public static ControllerAccess? Of(MachineChange change) => change switch
    {
        MachineChange.BmcReported { Bmc: { } found } => found,
        MachineChange.SetController { Controller: var given } => given,
        MachineChange.AddController { Controller: var found } => found,
        _ => null,
    };

    /// <summary>The other machine that has this controller, or null.</summary>
    public static Machine? Holder(IEnumerable<Machine> all, Machine machine, ControllerAccess access) =>
        all.FirstOrDefault(m => m.Id != machine.Id && m.Controllers.Any(c => AreOne(c, access)));

    /// <summary>Why a controller can't be this machine's: another has it.</summary>
    public static string Refusal(Machine holder, ControllerAccess access) =>
        $"{access.Address} is the {Word(access)} of {holder.Name} already; one of the two is wrong: remove it from {holder.Name} first, or look for the right address";

    /// <summary>For the timeline of the one that has it.</summary>
    public static string ToHolder(Machine machine, ControllerAccess access) =>
        $"{machine.Name} claims the {Word(access)} at {access.Address} too, which is this machine's; it was refused";

    /// <summary>What a controller says of its machine, against what is known of the machine that it is given to.</summary>
    /// <param name="all">All machines.</param>
    /// <param name="machine">The machine that it is given to.</param>
    /// <param name="abilities">What the controller says.</param>
    /// <param name="address">Its address, for sentences.</param>
    public static ControllerMatch Match(IEnumerable<Machine> all, Machine machine, ControllerAbilities abilities, string address)
    {
        string says = $"the controller at {address} says that it is in a machine with {Identity(abilities)}";
        var other = all.FirstOrDefault(m => m.Id != machine.Id && Agrees(m, abilities) is true);
        return (Agrees(machine, abilities), other) switch
        {
            // Its own word agrees with this machine, and another agrees too: two records of one machine.
            (true, { } twin) => new ControllerMatch.Others(twin, $"{says}, and so is {twin.Name}: {machine.Name} and {twin.Name} look like two records of one machine; delete the wrong one"),
            (true, null) => new ControllerMatch.Same(),
            (_, { } owner) => new ControllerMatch.Others(owner, $"{says}: that is {owner.Name}, not {machine.Name}"),
            (false, null) => new ControllerMatch.Differs($"{says}, but {machine.Name} has {Identity(machine)}: look for the right address; if it is right all the same, say so (force)"),
            _ => new ControllerMatch.Unknown("the controller does not say which machine it is in, or nothing is known of the machine yet: nobody could compare"),
        };
    }

    // Null where there is nothing to compare. A UUID or MAC that agrees settles it; a serial number speaks only where neither does.
    private static bool? Agrees(Machine machine, ControllerAbilities abilities)
    {
        bool? uuid = abilities.SystemUuid is { Length: > 0 } theirs && machine.Uuid is { Length: > 0 } ours ? IsSameUuid(theirs, ours) : null;
        bool? mac = abilities.Macs.IsDefaultOrEmpty || machine.Macs.IsEmpty ? null : abilities.Macs.Any(m => machine.Macs.Contains(m, StringComparer.OrdinalIgnoreCase));
        if (uuid is true || mac is true) return true;
        if (Serial(machine) is { } ours2 && abilities.Serial.Length > 0 && string.Equals(ours2, abilities.Serial, StringComparison.OrdinalIgnoreCase)) return true;
        // A controller may not list every card, so that MACs alone are no proof of the contrary.
        return uuid is false ? false : Serial(machine) is not null && abilities.Serial.Length > 0 ? false : null;
    }

    // SMBIOS 2.6 §7.2.1 turned the first three fields round; older firmware and some BMCs have them the other way.
    private static bool IsSameUuid(string a, string b) =>
        Guid.TryParse(a, out var x) && Guid.TryParse(b, out var y) && (x == y || new Guid(x.ToByteArray(), bigEndian: true) == y);

    private static string? Serial(Machine machine) => machine.Inventory?.System.Serial is { Length: > 3 } serial ? serial : null;

    private static string Word(ControllerAccess access) => access.IsBmc ? "BMC" : $"{access.Kind} controller";

    private static string Identity(ControllerAbilities a) => a switch
    {
        { SystemUuid: { Length: > 0 } uuid } => $"the UUID {uuid}",
        { Serial.Length: > 0 } => $"the serial number {a.Serial}",
        { Macs: [var mac, ..] } => $"the MAC address {mac}",
        _ => "no identity",
    };

    private static string Identity(Machine m) => m.Uuid is { Length: > 0 } uuid ? $"the UUID {uuid}" : Serial(m) is { } serial ? $"the serial number {serial}" : $"the MAC address {m.BootMac}";
}

/// <summary>Whether a controller is in the machine that it is given to.</summary>
public abstract record ControllerMatch
{
    private ControllerMatch() { }

    /// <summary>It says so itself.</summary>
    public sealed record Same : ControllerMatch;
    /// <summary>Nobody can tell.</summary>
    public sealed record Unknown(string Note) : ControllerMatch;
    /// <summary>It says otherwise, and no machine that is known fits.</summary>
    public sealed record Differs(string Why) : ControllerMatch;
    /// <summary>It says that it is in another machine.</summary>
    public sealed record Others(Machine Machine, string Why) : ControllerMatch;
}

using Provisioner.Domain.Machines;

namespace Provisioner.Domain.Hosts;

/// <summary>Which machine of the appliance a virtual machine is.</summary>
public abstract record VmClaim
{
    private VmClaim() { }

    /// <summary>The setting of a controller that holds the host's id.</summary>
    public const string HostSetting = "host";
    /// <summary>The setting of a controller that holds the machine's id on that host.</summary>
    public const string VmSetting = "vm";

    /// <summary>The setting of a controller that holds the MAC address that the machine boots from.</summary>
    public const string MacSetting = "mac";

    /// <summary>This one, and it is switched through this host already.</summary>
    public sealed record Ours(Machine Machine) : VmClaim;
    /// <summary>This one: it is to be switched through this host from now on.</summary>
    public sealed record Take(Machine Machine) : VmClaim;
    /// <summary>None yet: it is to become one.</summary>
    public sealed record Enlist : VmClaim;
    /// <summary>None, and it stays so.</summary>
    /// <param name="Why">Half a sentence for a person.</param>
    /// <param name="Quarrel">Somebody should hear of it: two hosts or two machines are in the way.</param>
    public sealed record Leave(string Why, bool Quarrel = false) : VmClaim;

    /// <summary>Decides.</summary>
    /// <param name="vm">The virtual machine.</param>
    /// <param name="host">Its host.</param>
    /// <param name="known">Machines that have one of its MACs, or else its UUID.</param>
    /// <param name="hosts">All hosts, to see whether another one still has it.</param>
    public static VmClaim For(VirtualMachine vm, HypervisorHost host, IReadOnlyList<Machine> known, IReadOnlyCollection<HypervisorHost> hosts)
    {
        if (known.FirstOrDefault(m => ControllerOf(m) is var (h, v) && h == host.Id && v == vm.Id) is { } ours) return new Ours(ours);
        if (known.Count > 1) known = known.Where(m => SameUuid(m.Uuid, vm.Uuid)).ToList() is [var same] ? [same] : known;
        switch (known)
        {
            case []:
                if (vm.Macs.IsEmpty) return new Leave("it has no network interface, so that nobody could boot it from the network");
                return host.Enlists ? new Enlist() : new Leave("this host's machines are not enlisted by themselves");
            case [var machine]:
                if (ControllerOf(machine) is not var (other, itsVm)) return new Take(machine);
                if (hosts.FirstOrDefault(h => h.Id == other) is not { } holder || holder.Find(itsVm) is not { } twin) return new Take(machine);
                return new Leave(holder.Id == host.Id
                    ? $"it has a MAC address of {twin.Name}, which is {machine.Name}: give one of them another"
                    : $"{machine.Name} is switched through the host {holder.Name} already, where it is {twin.Name}", Quarrel: true);
            default:
                return new Leave($"its MAC addresses are those of several machines: {string.Join(", ", known.Select(m => m.Name).Order(StringComparer.Ordinal))}", Quarrel: true);
        }
    }

    /// <summary>Host and virtual machine that a machine is switched through, or null.</summary>
    public static (string Host, string Vm)? ControllerOf(Machine machine)
    {
        var controller = machine.Controllers.FirstOrDefault(c => c.Kind is HypervisorHost.Libvirt or HypervisorHost.Vsphere);
        return controller?.Settings.GetValueOrDefault(HostSetting) is { } host && controller.Settings.GetValueOrDefault(VmSetting) is { } vm ? (host, vm) : null;
    }

    /// <summary>
    /// The same SMBIOS UUID: its first three fields are little-endian since SMBIOS 2.6 (§7.2.1), and VMware shows them the other way round.
    /// </summary>
    public static bool SameUuid(string? one, string? other)
    {
        if (!Guid.TryParse(one, out var a) || !Guid.TryParse(other, out var b)) return false;
        return a == b || a == new Guid(b.ToByteArray(), bigEndian: true);
    }
}

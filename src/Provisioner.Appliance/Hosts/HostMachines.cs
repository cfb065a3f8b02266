using System.Collections.Concurrent;
using System.Collections.Immutable;
using Provisioner.Appliance.Machines;
using Provisioner.Domain.Events;
using Provisioner.Domain.Hosts;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Power;
using Provisioner.Wire;

namespace Provisioner.Appliance.Hosts;

/// <summary>What hosts say of their machines, made into machines of the appliance: matched by MAC, enlisted, switched through the host; what comes and goes is an event.</summary>
internal sealed class HostMachines(HostBook hosts, MachineBook machines, PowerSightings sightings, TimeProvider time)
{
    // What was said about a machine that belongs to nobody, so that it is said once.
    private readonly ConcurrentDictionary<(string Host, string Vm), VmClaim.Leave> _left = new();

    /// <summary>Why a host's machine is none of the appliance's, or null.</summary>
    public string? WhyNot(string host, string vm) => _left.GetValueOrDefault((host, vm))?.Why;

    /// <summary>The machine that a host's machine is, or null.</summary>
    public Machine? MachineOf(HypervisorHost host, VirtualMachine vm) =>
        vm.Macs.Select(ByMac).OfType<Machine>().FirstOrDefault(m => VmClaim.ControllerOf(m) == (host.Id, vm.Id))
            ?? machines.All.Values.FirstOrDefault(m => VmClaim.ControllerOf(m) == (host.Id, vm.Id));

    /// <summary>Takes what a host has now.</summary>
    /// <param name="id">The host.</param>
    /// <param name="connection">Its connection.</param>
    /// <param name="now">Its machines.</param>
    /// <param name="asked">A person asked: machines that were deleted here are enlisted again.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task TakeAsync(string id, IHypervisor connection, ImmutableArray<VirtualMachine> now, bool asked, CancellationToken cancel)
    {
        if (hosts.All.GetValueOrDefault(id) is not { } host) return;
        var changes = HostChange.Between(host.Machines, now);
        bool first = host.SeenAt is null;
        var appeared = changes.OfType<HostChange.Appeared>().Select(a => a.Machine.Id).ToHashSet();
        // Others must see at once what this host has no more: it may be theirs by now.
        var gone = changes.OfType<HostChange.Gone>().Select(g => (g.Machine, Owner: MachineOf(host, g.Machine))).ToList();
        foreach (var (vm, owner) in gone) await TellGone(host, vm, owner);
        foreach (var change in changes) Tell(host, change, first);
        foreach (var vm in now) await Claim(host with { Machines = now }, vm, asked || appeared.Contains(vm.Id));
        await hosts.SeenAsync(id, connection.Product, connection.Fingerprint, now);
        foreach (var vm in now)
            if (host.BootMarks.GetValueOrDefault(vm.Id) is { } mark && vm.Power is PowerState.On && vm.Run != mark.Run) await PutBack(host, connection, vm, mark, cancel);
        foreach (string vm in host.BootMarks.Keys.Where(k => now.All(m => m.Id != k))) await hosts.MarkAsync(id, vm, null);
    }

    /// <summary>A host can't be spoken to: nobody knows what its machines do.</summary>
    public async Task LostAsync(string id, string why)
    {
        if (hosts.All.GetValueOrDefault(id) is not { } host) return;
        foreach (var machine in Of(id))
            await Read(machine, Unreadable(PowerFailure.Silent, host, machine, $"its host is unreachable: {why}"));
    }

    /// <summary>All machines that are switched through a host.</summary>
    public IEnumerable<Machine> Of(string host) => machines.All.Values.Where(m => VmClaim.ControllerOf(m)?.Host == host);

    private async Task Claim(HypervisorHost host, VirtualMachine vm, bool mayEnlist)
    {
        var others = hosts.All.Values.Select(h => h.Id == host.Id ? host : h).ToList();
        var claim = VmClaim.For(vm, host, Known(vm), others);
        if (claim is VmClaim.Enlist && !mayEnlist) claim = new VmClaim.Leave($"it was deleted here: `provisioner hosts refresh {host.Name}` enlists it again");
        switch (claim)
        {
            case VmClaim.Leave leave:
                if (_left.GetValueOrDefault((host.Id, vm.Id)) != leave && leave.Quarrel) machines.Note("", "host.machine.quarrel", $"{vm.Name} of the host {host.Name} can't be used: {leave.Why}", Level.Warning);
                _left[(host.Id, vm.Id)] = leave;
                return;
            case VmClaim.Ours ours:
                await Read(ours.Machine, PowerReading.Seen(vm.Power, time.GetUtcNow()));
                break;
            case VmClaim.Take take:
                await Take(host, vm, take.Machine);
                break;
            case VmClaim.Enlist:
                await Enlist(host, vm);
                break;
        }
        _left.TryRemove((host.Id, vm.Id), out _);
    }

    private async Task Enlist(HypervisorHost host, VirtualMachine vm)
    {
        if (!MacAddress.TryParse(vm.Macs[0], out var mac)) return;
        var machine = await machines.EnlistAsync(mac, $"{vm.Name} of the host {host.Name}");
        // Refused where another machine has the name: then it keeps the one that it was given.
        if (vm.HostName is { } name) await machines.ApplyAsync(machine.Id, new MachineChange.Rename(name), "appliance");
        await Take(host, vm, machines.Find(machine.Id) ?? machine);
    }

    private async Task Take(HypervisorHost host, VirtualMachine vm, Machine machine)
    {
        await machines.ApplyAsync(machine.Id, new MachineChange.HostedBy(AccessTo(host, vm, machine), $"it is {vm.Name} of the host {host.Name}"), "appliance");
        if (machines.Find(machine.Id) is { } taken) await Read(taken, PowerReading.Seen(vm.Power, time.GetUtcNow()));
    }

    // User and password are the host's, and stay there.
    private static ControllerAccess AccessTo(HypervisorHost host, VirtualMachine vm, Machine machine) => new(host.Kind, host.Address, 0, "", "", "", 0, "")
    {
        Settings = ImmutableSortedDictionary<string, string>.Empty.Add(VmClaim.HostSetting, host.Id).Add(VmClaim.VmSetting, vm.Id)
            .Add(VmClaim.MacSetting, vm.Macs.Contains(machine.BootMac) ? machine.BootMac : vm.Macs.FirstOrDefault("")),
    };

    private IReadOnlyList<Machine> Known(VirtualMachine vm)
    {
        var byMac = vm.Macs.Select(ByMac).OfType<Machine>().DistinctBy(m => m.Id).ToList();
        return byMac.Count > 0 ? byMac : vm.Uuid.Length > 0 ? [.. machines.All.Values.Where(m => VmClaim.SameUuid(m.Uuid, vm.Uuid))] : [];
    }

    private Machine? ByMac(string text) => MacAddress.TryParse(text, out var mac) ? machines.ByMac(mac) : null;

    // In memory always; on disk where it is news.
    private async Task Read(Machine machine, PowerReading reading, bool always = false)
    {
        if (reading.Error is null && reading.State is PowerState.Unknown) return;
        var now = sightings.Set(machine, reading);
        bool news = reading.Error is null ? machine.Power.Error is not null || machine.Power.State != reading.State : machine.Power.Error is null || machine.Power.Failure != reading.Failure;
        if (news || always) await machines.ApplyAsync(machine.Id, new MachineChange.PowerRead(reading.Error is null ? reading : now), "appliance");
    }

    private PowerReading Unreadable(PowerFailure failure, HypervisorHost host, Machine machine, string why) =>
        PowerReading.Failed(new PowerException(failure, $"{PowerWords.Read} {machine.Name} via {host.Kind} {host.Address}: {why}"), time.GetUtcNow());

    private async Task TellGone(HypervisorHost host, VirtualMachine vm, Machine? owner)
    {
        _left.TryRemove((host.Id, vm.Id), out _);
        if (owner is null) return;
        // A reading that was under way may have failed for it first; this is the sentence that names the host.
        await Read(owner, Unreadable(PowerFailure.Refused, host, owner, $"{vm.Name} is gone from the host {host.Name}"), always: true);
    }

    private void Tell(HypervisorHost host, HostChange change, bool first)
    {
        switch (change)
        {
            case HostChange.Appeared { Machine: var vm } when !first:
                machines.Note("", "host.machine.appeared", $"{vm.Name} appeared on the host {host.Name} ({string.Join(", ", vm.Macs)})");
                break;
            case HostChange.Gone { Machine: var vm }:
                machines.Note(MachineOf(host, vm)?.Id ?? "", "host.machine.gone", $"{vm.Name} is gone from the host {host.Name}", Level.Warning);
                break;
            case HostChange.Renamed { Before: var before, Now: var now }:
                machines.Note(MachineOf(host, now)?.Id ?? "", "host.machine.renamed", $"{before.Name} of the host {host.Name} is called {now.Name} there now");
                break;
            case HostChange.Rewired { Now: var now }:
                machines.Note(MachineOf(host, now)?.Id ?? "", "host.machine.rewired", $"{now.Name} of the host {host.Name} has other network interfaces: {(now.Macs.IsEmpty ? "none" : string.Join(", ", now.Macs))}");
                break;
        }
    }

    // The start that the order was for has happened.
    private async Task PutBack(HypervisorHost host, IHypervisor connection, VirtualMachine vm, BootMark mark, CancellationToken cancel)
    {
        string owner = MachineOf(host, vm)?.Id ?? "";
        try
        {
            if (await connection.PutBackAsync(vm.Id, mark.Before, cancel)) machines.Note(owner, "power.bootorder", $"{vm.Name} has started: its boot order is as before again ({(mark.Before.Length > 0 ? mark.Before : "its firmware's own")})");
        }
        catch (HypervisorException e) when (e.Failure is not PowerFailure.Silent)
        {
            machines.Note(owner, "power.bootorder", $"the boot order of {vm.Name} could not be put back to {mark.Before}: {e.Message}", Level.Warning);
        }
        await hosts.MarkAsync(host.Id, vm.Id, null);
    }
}

using System.Collections.Immutable;
using Provisioner.Domain.Machines;
using Provisioner.Wire;

namespace Provisioner.Appliance.Machines;

/// <summary>All machines and the ways to find one, as of one moment. A change costs what changed, not what there is.</summary>
/// <param name="ById">By id.</param>
/// <param name="ByName">By name.</param>
/// <param name="ByMac">By each of its MAC addresses; of two machines with the same one, the first that had it.</param>
internal sealed record MachineIndex(
    ImmutableDictionary<string, Machine> ById, ImmutableDictionary<string, Machine> ByName, ImmutableDictionary<MacAddress, Machine> ByMac)
{
    public static MachineIndex Of(IEnumerable<Machine> machines)
    {
        var byId = ImmutableDictionary.CreateBuilder<string, Machine>();
        var byName = ImmutableDictionary.CreateBuilder<string, Machine>();
        var byMac = ImmutableDictionary.CreateBuilder<MacAddress, Machine>();
        foreach (var machine in machines)
        {
            byId[machine.Id] = byName[machine.Name] = machine;
            foreach (var mac in MacsOf(machine)) byMac.TryAdd(mac, machine);
        }
        return new(byId.ToImmutable(), byName.ToImmutable(), byMac.ToImmutable());
    }

    /// <summary>With a machine as it is now, new or in place of its former self.</summary>
    public MachineIndex With(Machine machine)
    {
        var rest = ById.TryGetValue(machine.Id, out var before) ? Forget(before, except: machine) : this;
        var byMac = rest.ByMac;
        foreach (var mac in MacsOf(machine))
            if (!byMac.TryGetValue(mac, out var holder) || holder.Id == machine.Id) byMac = byMac.SetItem(mac, machine);
        return new(rest.ById.SetItem(machine.Id, machine), rest.ByName.SetItem(machine.Name, machine), byMac);
    }

    /// <summary>Without it.</summary>
    public MachineIndex Without(Machine machine)
    {
        var rest = Forget(machine, except: null);
        return rest with { ById = rest.ById.Remove(machine.Id) };
    }

    private MachineIndex Forget(Machine before, Machine? except)
    {
        var byName = before.Name != except?.Name && ByName.GetValueOrDefault(before.Name)?.Id == before.Id ? ByName.Remove(before.Name) : ByName;
        var byMac = ByMac;
        foreach (var mac in MacsOf(before))
        {
            if (except is not null && MacsOf(except).Contains(mac) || byMac.GetValueOrDefault(mac)?.Id != before.Id) continue;
            // Rare enough to look at all: a machine gave up an address, and another may have it too.
            var next = ById.Values.FirstOrDefault(m => m.Id != before.Id && MacsOf(m).Contains(mac));
            byMac = next is null ? byMac.Remove(mac) : byMac.SetItem(mac, next);
        }
        return new(ById, byName, byMac);
    }

    private static IEnumerable<MacAddress> MacsOf(Machine machine)
    {
        foreach (string text in machine.Macs)
            if (MacAddress.TryParse(text, out var mac)) yield return mac;
    }
}

using System.Collections.Immutable;

namespace Provisioner.Domain.Hosts;

/// <summary>What became of a host's machines between two looks.</summary>
public abstract record HostChange
{
    private HostChange() { }

    /// <summary>It was not there before.</summary>
    public sealed record Appeared(VirtualMachine Machine) : HostChange;
    /// <summary>It is there no more.</summary>
    public sealed record Gone(VirtualMachine Machine) : HostChange;
    /// <summary>It has another name.</summary>
    public sealed record Renamed(VirtualMachine Before, VirtualMachine Now) : HostChange;
    /// <summary>It has other NICs.</summary>
    public sealed record Rewired(VirtualMachine Before, VirtualMachine Now) : HostChange;
    /// <summary>It was switched on or off.</summary>
    public sealed record Switched(VirtualMachine Before, VirtualMachine Now) : HostChange;

    /// <summary>All of them: what is gone first, so that what moved is free again.</summary>
    public static ImmutableArray<HostChange> Between(IReadOnlyCollection<VirtualMachine> before, IReadOnlyCollection<VirtualMachine> now)
    {
        var were = before.ToDictionary(m => m.Id);
        var are = now.ToDictionary(m => m.Id);
        var changes = ImmutableArray.CreateBuilder<HostChange>();
        changes.AddRange(before.Where(m => !are.ContainsKey(m.Id)).Select(m => new Gone(m)));
        foreach (var machine in now)
        {
            if (!were.TryGetValue(machine.Id, out var was))
            {
                changes.Add(new Appeared(machine));
                continue;
            }
            if (was.Name != machine.Name) changes.Add(new Renamed(was, machine));
            if (!was.Macs.SequenceEqual(machine.Macs)) changes.Add(new Rewired(was, machine));
            if (was.Power != machine.Power) changes.Add(new Switched(was, machine));
        }
        return changes.ToImmutable();
    }
}

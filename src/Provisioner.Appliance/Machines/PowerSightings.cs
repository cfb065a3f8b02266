using System.Collections.Concurrent;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Power;

namespace Provisioner.Appliance.Machines;

/// <summary>
/// The last reading of each machine's power, in memory: it changes twice a minute for every machine, and only what is news goes to the store.
/// </summary>
internal sealed class PowerSightings
{
    private readonly ConcurrentDictionary<string, PowerReading> _last = new();

    /// <summary>The newest that is known: what was read, or what the machine itself gave away since (its agent's hello, its call home).</summary>
    public PowerReading Of(Machine machine) =>
        _last.TryGetValue(machine.Id, out var seen) && (machine.Power.TouchedAt is not { } stored || seen.TouchedAt >= stored) ? seen : machine.Power;

    /// <summary>Keeps a reading; returns what is known now.</summary>
    public PowerReading Set(Machine machine, PowerReading reading) => _last[machine.Id] = Of(machine).Then(reading);

    /// <summary>The machine is gone, or its controllers are others.</summary>
    public void Forget(string machine) => _last.TryRemove(machine, out _);
}

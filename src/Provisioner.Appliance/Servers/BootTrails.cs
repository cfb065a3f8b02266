using Provisioner.Domain.Boot;
using Provisioner.Domain.Events;
using Provisioner.Domain.Machines;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Appliance.Servers;

/// <summary>Which chain of boot programs each UEFI machine is given. In memory: a restart begins again from what is known of the machine.</summary>
/// <param name="machine">The enlisted machine with a MAC; null for a stranger. Asked from any thread.</param>
/// <param name="note">Where it is told that a machine gets another chain than before.</param>
internal sealed class BootTrails(Func<MacAddress, Machine?> machine, Action<Sighting> note, TimeProvider time)
{
    private const int Most = 10_000;
    private readonly Dictionary<MacAddress, BootTrail> _trails = [];
    private readonly Lock _lock = new();

    /// <summary>A message of a client came in: what it is to load. Once a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="ours">It is for us: it names us, or it came to port 4011.</param>
    public BootChain Follow(DhcpMessage message, bool ours)
    {
        var client = BootClient.Of(message);
        if (client.Stage == BootStage.Ipxe) Spoke(client.Mac);
        if (!BootTrail.HasChoice(client)) return default;
        var wish = BootWish.Of(machine(client.Mac));
        BootTrail trail;
        string? turn;
        lock (_lock)
        {
            (trail, turn) = BootTrail.After(_trails.GetValueOrDefault(client.Mac), message.Type, ours, wish);
            if (_trails.Count >= Most && !_trails.ContainsKey(client.Mac)) _trails.Clear(); // a flood of strangers; what is forgotten begins anew
            _trails[client.Mac] = trail;
        }
        if (turn is not null) note(new(client.Mac, time.GetUtcNow(), "boot.chain", turn, Level.Warning));
        return trail.Chain;
    }

    /// <summary>What a client would be told to load; nothing changes.</summary>
    public BootChain Ask(MacAddress mac)
    {
        var wish = BootWish.Of(machine(mac));
        lock (_lock) return BootTrail.After(_trails.GetValueOrDefault(mac), DhcpMessageType.Discover, ours: false, wish).Trail.Chain;
    }

    /// <summary>iPXE or GRUB came up there: what it was given works.</summary>
    public void Spoke(MacAddress mac)
    {
        lock (_lock)
            if (_trails.TryGetValue(mac, out var trail)) _trails[mac] = trail with { Silent = false };
    }

    /// <summary>Its agent has looked: what it reports counts from now on, not what was guessed.</summary>
    public void Forget(MacAddress mac)
    {
        lock (_lock) _trails.Remove(mac);
    }
}

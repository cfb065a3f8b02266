using System.Collections.Immutable;
using Provisioner.Domain.Dns;
using Provisioner.Domain.Machines;
using Provisioner.Wire;

namespace Provisioner.Appliance.Servers;

/// <summary>The zone as machines and leases are now: made anew when somebody asks and something has changed.</summary>
internal sealed class LiveZone(LeaseBook leases, Func<ImmutableDictionary<string, Machine>> machines)
{
    private readonly Lock _lock = new();
    private volatile State _state = new(-1, null, DnsZone.Empty);

    /// <summary>The zone.</summary>
    public DnsZone Current
    {
        get
        {
            var state = _state;
            return state.Generation == leases.Generation && ReferenceEquals(state.Machines, machines()) ? state.Zone : Renew();
        }
    }

    private DnsZone Renew()
    {
        lock (_lock)
        {
            var (generation, all) = (leases.Generation, machines());
            if (_state.Generation == generation && ReferenceEquals(_state.Machines, all)) return _state.Zone;
            var names = new Dictionary<MacAddress, string>();
            foreach (var machine in all.Values)
                foreach (string mac in machine.Macs)
                    if (MacAddress.TryParse(mac, out var address)) names[address] = machine.Name;
            var hosts = leases.All.Where(l => l.State is Domain.Networks.LeaseState.Bound or Domain.Networks.LeaseState.Released && names.ContainsKey(l.Mac));
            uint serial = unchecked((uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds());
            var zone = DnsZone.For(leases.Networks, hosts.Select(l => (names[l.Mac], l.Address)), serial);
            _state = new(generation, all, zone);
            return zone;
        }
    }

    private sealed record State(long Generation, ImmutableDictionary<string, Machine>? Machines, DnsZone Zone);
}

using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Networks;
using Provisioner.Appliance.Servers;
using Provisioner.Domain.Dns;
using Provisioner.Domain.Networks;
using Provisioner.Wire;

namespace Provisioner.Appliance.Serving;

/// <summary>Names and addresses of the machines as a DNS zone, made anew when a machine, a lease or a served network has changed.</summary>
internal sealed class NameBook(MachineBook book, NetworkBook networks, LeaseBook leases, TimeProvider time)
{
    private readonly Lock _lock = new();
    private volatile Made? _made;

    /// <summary>The zone as it is now.</summary>
    public DnsZone Zone()
    {
        var machines = book.All;
        long generation = leases.Generation;
        if (_made is { } made && ReferenceEquals(made.Machines, machines) && made.Generation == generation) return made.Zone;
        lock (_lock)
        {
            var served = networks.Served;
            var hosts = leases.All
                .Where(l => l.State is LeaseState.Bound)
                .Select(l => (book.ByMac(l.Mac)?.Name, l.Address))
                .Where(h => h.Name is not null)
                .Select(h => (h.Name!, h.Address));
            // Seconds since 1970: goes up with each change, over restarts too (RFC 1982 wraps in 2106).
            var zone = DnsZone.For(served, hosts, (uint)time.GetUtcNow().ToUnixTimeSeconds());
            _made = new(machines, generation, zone);
            return zone;
        }
    }

    private sealed record Made(object Machines, long Generation, DnsZone Zone);
}

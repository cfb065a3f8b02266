using System.Net;
using Provisioner.Appliance.Servers;
using Provisioner.Domain.Dns;
using Provisioner.Domain.Events;

namespace Provisioner.Appliance.Serving;

/// <summary>What every network's servers share.</summary>
/// <param name="Leases">All leases.</param>
/// <param name="BootFiles">Folder with what TFTP may send.</param>
/// <param name="Zone">The machines' names and addresses as they are now.</param>
/// <param name="UpstreamDns">Servers that other names are asked of.</param>
/// <param name="Note">Where sightings go.</param>
/// <param name="Time">The clock.</param>
internal sealed record ServerParts(
    LeaseBook Leases, string BootFiles, Func<DnsZone> Zone, IReadOnlyList<IPEndPoint> UpstreamDns, Action<Sighting> Note, TimeProvider Time);

using Provisioner.Appliance.Images;
using Provisioner.Appliance.Servers;
using Provisioner.Domain.Events;
using Provisioner.Wire;

namespace Provisioner.Appliance.Serving;

/// <summary>What every network's servers share.</summary>
/// <param name="Leases">All leases.</param>
/// <param name="Serves">Whether a client of an address may have files: its subnet is served, here or behind a relay.</param>
/// <param name="BootFiles">Folder with what TFTP and HTTP may send.</param>
/// <param name="Images">The images.</param>
/// <param name="Dns">What the DNS servers share: the names, and who finds out others.</param>
/// <param name="Neighbours">Who was heard on the served links.</param>
/// <param name="OtherDhcp">Other DHCP servers that were heard.</param>
/// <param name="Ports">On which switch ports machines hang.</param>
/// <param name="Note">Where sightings go.</param>
/// <param name="Time">The clock.</param>
internal sealed record ServerParts(
    LeaseBook Leases, Func<Ipv4Address, bool> Serves, string BootFiles, ImageShelf Images, DnsParts Dns,
    NeighbourBook Neighbours, OtherDhcpServers OtherDhcp, SwitchPorts Ports, Action<Sighting> Note, TimeProvider Time);

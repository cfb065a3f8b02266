namespace Provisioner.Domain.Networks;

/// <summary>Switches that are wired together: in one fabric a VLAN's number means one VLAN.</summary>
/// <param name="Id">Fixed for life.</param>
/// <param name="Name">Unique, a DNS label.</param>
/// <param name="Description">For people.</param>
public sealed record Fabric(string Id, string Name, string Description = "");

/// <summary>VLANs that may reach each other; roles ask for a space, not for a subnet.</summary>
/// <param name="Id">Fixed for life.</param>
/// <param name="Name">Unique, a DNS label.</param>
/// <param name="Description">For people.</param>
public sealed record Space(string Id, string Name, string Description = "");

/// <summary>What DHCP does on a VLAN.</summary>
public enum DhcpMode
{
    /// <summary>Nobody is answered.</summary>
    Off,
    /// <summary>Addresses and boot files are given, to machines on the VLAN and to those that a relay speaks for.</summary>
    Server,
    /// <summary>Boot files only, to machines that boot: another server gives the addresses (PXE 2.1 §2.2.3).</summary>
    Proxy,
    /// <summary>Addresses and boot files are given only through relays (RFC 1542); what comes from the VLAN itself stays unanswered.</summary>
    Relay,
}

/// <summary>A broadcast domain.</summary>
/// <param name="Id">Fixed for life.</param>
/// <param name="Fabric">Id of its fabric.</param>
/// <param name="Vid">IEEE 802.1Q number, 1 to 4094; 0: untagged.</param>
/// <param name="Name">For people, unique in the fabric.</param>
/// <param name="Space">Id of its space, or null.</param>
/// <param name="Mtu">Octets in the largest IP packet; given to machines (option 26) where it isn't 1500.</param>
/// <param name="Dhcp">What DHCP does on it.</param>
/// <param name="Interface">The appliance's own interface on it, or null where it has none.</param>
public sealed record Vlan(string Id, string Fabric, int Vid, string Name, string? Space = null, int Mtu = 1500, DhcpMode Dhcp = DhcpMode.Off, string? Interface = null);

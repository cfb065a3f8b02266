using System.Net;
using Provisioner.Appliance.Networks;
using Provisioner.Appliance.Servers;
using Provisioner.Domain.Networks;
using Provisioner.Wire;

namespace Provisioner.Appliance.Serving;

/// <summary>
/// Which machine speaks from an address: by the leases that the appliance gave. Where another DHCP server gives the addresses (proxy mode) there are
/// none, and the kernel's ARP table says it: a machine of that link that forges ARP could ask in another's name.
/// </summary>
internal sealed class Neighbours(LeaseBook leases, NetworkBook networks)
{
    /// <summary>The MAC that speaks from an address, or null.</summary>
    public MacAddress? MacOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return leases.MacOf(address) ?? (IsProxied(address) ? ArpTable.MacOf(address) : null);
    }

    private bool IsProxied(IPAddress address)
    {
        if (address.AddressFamily != System.Net.Sockets.AddressFamily.InterNetwork) return false;
        var model = networks.Model;
        return model.SubnetOf(Ipv4Address.From(address)) is { } subnet && model.VlanOf(subnet).Dhcp == DhcpMode.Proxy;
    }
}

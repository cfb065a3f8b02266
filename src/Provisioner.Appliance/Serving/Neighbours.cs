using System.Net;
using Provisioner.Appliance.Servers;
using Provisioner.Wire;

namespace Provisioner.Appliance.Serving;

/// <summary>Which machine speaks from an address: by the leases that the appliance gave.</summary>
internal sealed class Neighbours(LeaseBook leases)
{
    /// <summary>The MAC that holds a lease on an address, or null.</summary>
    public MacAddress? MacOf(IPAddress address) => leases.MacOf(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
}

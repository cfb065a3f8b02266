using System.Collections.Immutable;
using System.Net;
using Provisioner.Wire;

namespace Provisioner.Domain.Networks;

/// <summary>An interface that the appliance was told to serve, with all that its servers need to know of it. IPv4.</summary>
/// <param name="Interface">Name of the interface, <c>eth1</c>.</param>
/// <param name="Address">The appliance's own address there: DHCP server identifier, next-server, DNS server.</param>
/// <param name="PrefixLength">Length of the subnet's prefix.</param>
/// <param name="RangeFirst">First address of the dynamic range.</param>
/// <param name="RangeLast">Last address of the dynamic range, included.</param>
/// <param name="Gateway">Default gateway given to machines, or null for none.</param>
/// <param name="Domain">Domain of the machines, without a trailing dot.</param>
/// <param name="NtpServers">Time servers given to machines; with none, the appliance itself.</param>
/// <param name="HttpPort">TCP port of boot scripts, agent API and page.</param>
public sealed record ServedNetwork(
    string Interface, IPAddress Address, int PrefixLength, IPAddress RangeFirst, IPAddress RangeLast,
    IPAddress? Gateway, string Domain, ImmutableArray<IPAddress> NtpServers, int HttpPort)
{
    /// <summary>The subnet that <see cref="Address"/> lies in.</summary>
    public Ipv4Subnet Subnet => Ipv4Subnet.Of(Ipv4Address.From(Address), PrefixLength);
}

using System.Net;
using Provisioner.Wire;

namespace Provisioner.Domain.Networks;

/// <summary>An interface that the appliance was told to serve, with what its sockets need to know. What machines are told is the model's. IPv4.</summary>
/// <param name="Interface">Name of the interface, <c>eth1</c>.</param>
/// <param name="Address">The appliance's own address there: DHCP server identifier, next-server, DNS server.</param>
/// <param name="PrefixLength">Length of the subnet's prefix.</param>
/// <param name="Domain">Domain of the machines where their subnet names no other, without a trailing dot.</param>
/// <param name="HttpPort">TCP port of boot scripts, agent API and page.</param>
public sealed record ServedNetwork(string Interface, IPAddress Address, int PrefixLength, string Domain, int HttpPort)
{
    /// <summary>TCP port of boot files and images: what is large leaves by sendfile, from a listener of its own.</summary>
    public int FilePort { get; init; } = 5241;

    /// <summary>The subnet that <see cref="Address"/> lies in.</summary>
    public Ipv4Subnet Subnet => Ipv4Subnet.Of(Ipv4Address.From(Address), PrefixLength);
}

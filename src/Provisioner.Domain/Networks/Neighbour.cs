using Provisioner.Wire;

namespace Provisioner.Domain.Networks;

/// <summary>Who was heard on a link, by ARP: nobody told us of them.</summary>
/// <param name="Address">The address that they say is theirs.</param>
/// <param name="Mac">Their hardware address.</param>
/// <param name="Interface">The appliance's interface on that link.</param>
/// <param name="First">When that MAC was first heard with that address.</param>
/// <param name="Last">When it was last heard.</param>
public sealed record Neighbour(Ipv4Address Address, MacAddress Mac, string Interface, DateTimeOffset First, DateTimeOffset Last);

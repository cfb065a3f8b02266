using System.Collections.Immutable;
using System.Net;
using Provisioner.Wire;

namespace Provisioner.Domain.Networks;

/// <summary>What was chosen for a network; null and empty where the rule decides.</summary>
/// <param name="Range">First and last address for machines.</param>
/// <param name="Gateway">Default gateway.</param>
/// <param name="Domain">Domain of the machines.</param>
/// <param name="Ntp">Time servers.</param>
/// <param name="HttpPort">TCP port for machines and people.</param>
public sealed record NetworkChoice((IPAddress First, IPAddress Last)? Range, IPAddress? Gateway, string Domain, ImmutableArray<IPAddress> Ntp, int HttpPort);

/// <summary>From an interface and the choices to the network that is served, or to the sentence that says why not.</summary>
public static class NetworkPlan
{
    /// <summary>Most addresses that a range takes which nobody chose: more leases than that is a decision.</summary>
    private const uint LargestDefaultRange = 4096;

    /// <summary>Plans.</summary>
    /// <param name="name">The interface.</param>
    /// <param name="address">Its address.</param>
    /// <param name="prefixLength">The prefix of that address.</param>
    /// <param name="choice">What was chosen.</param>
    public static (ServedNetwork? Network, string? Fault) For(string name, IPAddress address, int prefixLength, NetworkChoice choice)
    {
        if (prefixLength > 30) return (null, $"{name} has {address}/{prefixLength}: a subnet for machines needs a prefix of 30 or shorter");
        var subnet = Ipv4Subnet.Of(Ipv4Address.From(address), prefixLength);
        var (first, last) = choice.Range is { } range ? (Ipv4Address.From(range.First), Ipv4Address.From(range.Last)) : DefaultRange(subnet);
        if (first.Value > last.Value) return (null, $"the range {first}-{last} ends before it begins");
        if (!subnet.HasHost(first) || !subnet.HasHost(last))
            return (null, $"the range {first}-{last} does not lie in {subnet} of {name}: choose one between its network and broadcast addresses");
        if (choice.Gateway is { } gateway && !subnet.HasHost(Ipv4Address.From(gateway))) return (null, $"the gateway {gateway} does not lie in {subnet} of {name}");
        return (new(name, address, prefixLength, first.ToIPAddress(), last.ToIPAddress(), choice.Gateway, choice.Domain, choice.Ntp, choice.HttpPort), null);
    }

    /// <summary>
    /// The range that is given to machines when nobody chose one: the upper half, 4,096 addresses at the most. The lower half stays free for
    /// what has fixed addresses already: gateways, BMCs, switches.
    /// </summary>
    private static (Ipv4Address First, Ipv4Address Last) DefaultRange(Ipv4Subnet subnet)
    {
        uint network = subnet.Network.Value, broadcast = subnet.Broadcast.Value;
        uint first = network + (broadcast - network) / 2 + 1;
        return (new(first), new(Math.Min(broadcast - 1, first + LargestDefaultRange - 1)));
    }
}

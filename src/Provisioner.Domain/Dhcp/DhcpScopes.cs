using System.Collections.Concurrent;
using System.Collections.Immutable;
using Provisioner.Domain.Networks;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Domain.Dhcp;

/// <summary>Where a client is: the subnets of its VLAN, and what DHCP does there.</summary>
/// <param name="Vlan">Its VLAN.</param>
/// <param name="Subnets">The subnets that it may get an address of, the one that it was found by first; a VLAN may have several.</param>
public sealed record DhcpScope(Vlan Vlan, ImmutableArray<DhcpSubnet> Subnets)
{
    /// <summary>The subnet that an address lies in; null: none of these.</summary>
    public DhcpSubnet? With(Ipv4Address address)
    {
        foreach (var subnet in Subnets)
            if (subnet.Pool.Subnet.Cidr.Contains(address)) return subnet;
        return null;
    }

    /// <summary><c>10.77.0.0/24</c>, or several with commas.</summary>
    public string InWords => string.Join(", ", Subnets.Select(s => s.Pool.Subnet.Cidr));
}

/// <summary>
/// All places that a client can be in, after the network model as it stands: found by the relay's words (RFC 2131 §4.3.1, RFC 3527, RFC 3011),
/// by the address that a client already has, or by the interface that its message came in on. Made anew when the model changes.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="pools">A pool of each of its subnets.</param>
public sealed class DhcpScopes(NetworkModel model, IReadOnlyList<SubnetPool> pools)
{
    private readonly Dictionary<string, SubnetPool> _pools = pools.ToDictionary(p => p.Subnet.Id);
    private readonly ConcurrentDictionary<(ServedNetwork Network, string Subnet, bool Alone), DhcpScope> _scopes = new();

    /// <summary>What DHCP does on the VLAN of an interface.</summary>
    public DhcpMode ModeOn(ServedNetwork network) => model.SubnetOf(Ipv4Address.From(network.Address)) is { } subnet ? model.VlanOf(subnet).Dhcp : DhcpMode.Off;

    /// <summary>Where the sender of a message is; null where it gets no answer, for the reason that is given.</summary>
    /// <param name="message">The message.</param>
    /// <param name="network">The interface that it came in on.</param>
    /// <param name="why">Why it is not answered.</param>
    public DhcpScope? Of(DhcpMessage message, ServedNetwork network, out string? why)
    {
        var (subnet, alone, fault) = message.GiAddr != Ipv4Address.Any ? Relayed(message) : OnLink(message, network);
        why = fault ?? Closed(model.VlanOf(subnet!), message, network);
        return why is null ? ScopeOf(network, subnet!, alone) : null;
    }

    /// <summary>How its place was found, for a person.</summary>
    public string? How(DhcpMessage message) => message.GiAddr == Ipv4Address.Any ? null
        : RelayAgentInformation.Of(message)?.LinkSelection is { } link ? $"the relay {message.GiAddr} asks for an address of {model.SubnetOf(link)} (link selection {link}, RFC 3527)"
        : message.Options.Address(DhcpOptionCode.SubnetSelection) is { } selected ? $"relayed from {message.GiAddr}; asks for an address of {model.SubnetOf(selected)} (option 118, RFC 3011)"
        : $"relayed from {message.GiAddr}, which lies in {model.SubnetOf(message.GiAddr)}";

    // The relay's link selection counts before the client's subnet selection, and both before giaddr (RFC 3527 §3).
    private (Subnet?, bool Alone, string? Fault) Relayed(DhcpMessage message)
    {
        if (RelayAgentInformation.Of(message)?.LinkSelection is { } link)
            return model.SubnetOf(link) is { } linked ? (linked, false, null)
                : (null, false, $"the relay {message.GiAddr} asks for an address on the link of {link} (option 82, sub-option 5), where no subnet of the model is: add it, or look who relays");
        if (message.Options.Address(DhcpOptionCode.SubnetSelection) is { } selected)
            return model.SubnetOf(selected) is { } found ? (found, true, null) : (null, false, $"it asks for an address of {selected} (option 118), where no subnet of the model is");
        return model.SubnetOf(message.GiAddr) is { } subnet ? (subnet, false, null)
            : (null, false, $"relayed from {message.GiAddr}, where no subnet of the model is: add its subnet, or look who relays");
    }

    private (Subnet?, bool Alone, string? Fault) OnLink(DhcpMessage message, ServedNetwork network)
    {
        if (model.SubnetOf(Ipv4Address.From(network.Address)) is not { } own) return (null, false, $"{network.Subnet} is no subnet of the model any more");
        // Without a relay that vouches for it, a client chooses among the subnets of its own VLAN and no further.
        if (message.Options.Address(DhcpOptionCode.SubnetSelection) is { } selected)
            return model.SubnetOf(selected) is { } found && found.Vlan == own.Vlan ? (found, true, null) : (null, false, $"it asks for an address of {selected} (option 118), which is not on its own VLAN");
        // Behind a relay a client renews and releases by unicast (RFC 2131 §4.4.5, §4.4.6): a router brings that, and only its address tells where it is.
        if (message.CiAddr != Ipv4Address.Any && model.SubnetOf(message.CiAddr) is { } routed && routed.Vlan != own.Vlan && !IsOn(routed)) return (routed, false, null);
        return (own, false, null);
    }

    // An interface of ours on that VLAN would have brought it.
    private bool IsOn(Subnet subnet) => model.VlanOf(subnet).Interface is not null;

    private string? Closed(Vlan vlan, DhcpMessage message, ServedNetwork network) => vlan.Dhcp switch
    {
        DhcpMode.Off => $"DHCP is off on VLAN {vlan.Name}: switch it on to have its machines answered",
        DhcpMode.Relay when message.GiAddr == Ipv4Address.Any && vlan.Interface == network.Interface => $"DHCP of VLAN {vlan.Name} answers relays only, and this came without one",
        _ => null,
    };

    private DhcpScope ScopeOf(ServedNetwork network, Subnet subnet, bool alone) =>
        _scopes.GetOrAdd((network, subnet.Id, alone), static (key, all) =>
        {
            var (model, pools, subnet) = all;
            var others = key.Alone ? [] : model.SubnetsOn(subnet.Vlan).Where(s => s.Id != subnet.Id);
            return new(model.VlanOf(subnet), [.. others.Prepend(subnet).Where(s => pools.ContainsKey(s.Id)).Select(s => new DhcpSubnet(pools[s.Id], key.Network))]);
        }, (model, _pools, subnet));
}

using System.Collections.Immutable;
using System.Net;
using Provisioner.Wire;

namespace Provisioner.Domain.Networks;

/// <summary>What the flags say of the network of an interface; null and empty where they say nothing.</summary>
/// <param name="Range">First and last address for machines.</param>
/// <param name="Gateway">Default gateway.</param>
/// <param name="Ntp">Time servers.</param>
public sealed record NetworkChoice((IPAddress First, IPAddress Last)? Range, IPAddress? Gateway, ImmutableArray<IPAddress> Ntp);

/// <summary>
/// What the model needs so that an interface can be served: with an empty model and no flags, a fabric, an untagged VLAN with DHCP, the subnet of
/// the interface's address and a dynamic range. What is there already stays; what a flag names wins over it.
/// </summary>
public static class FirstNetwork
{
    /// <summary>Most addresses that a range takes which nobody chose: more leases than that is a decision.</summary>
    private const uint LargestDefaultRange = 4096;

    /// <summary>Plans.</summary>
    /// <param name="model">The model as it stands.</param>
    /// <param name="name">The interface.</param>
    /// <param name="address">Its address.</param>
    /// <param name="prefixLength">The prefix of that address.</param>
    /// <param name="choice">What the flags say.</param>
    /// <param name="freshId">Makes ids.</param>
    /// <returns>The changes, none where all is there; or the sentence that says why it can't be served.</returns>
    public static (ImmutableArray<NetworkChange> Changes, string? Fault) For(
        NetworkModel model, string name, IPAddress address, int prefixLength, NetworkChoice choice, Func<string> freshId)
    {
        if (prefixLength > 30) return ([], $"{name} has {address}/{prefixLength}: a subnet for machines needs a prefix of 30 or shorter");
        var own = Ipv4Address.From(address);
        var cidr = Ipv4Subnet.Of(own, prefixLength);
        if (Fault(cidr, choice, name) is { } fault) return ([], fault);
        var changes = ImmutableArray.CreateBuilder<NetworkChange>();
        var known = model.SubnetOf(own);
        if (known is not null && known.Cidr != cidr) return ([], $"{name} has {address}/{prefixLength}, but the model has {known} there: change one of them");
        var vlan = known is not null ? model.VlanOf(known) : model.VlanOn(name) ?? NewVlan(model, name, changes, freshId);
        if (known is not null && vlan.Interface != name) changes.AddRange(Move(model, vlan, name));
        var before = known ?? new Subnet(freshId(), cidr, vlan.Id, cidr.ToString());
        var subnet = before with
        {
            Gateway = choice.Gateway is { } gateway ? Ipv4Address.From(gateway) : before.Gateway,
            NtpServers = choice.Ntp.IsDefaultOrEmpty ? before.NtpServers : [.. choice.Ntp.Select(Ipv4Address.From)],
        };
        if (known is null || !Same(known, subnet)) changes.Add(new NetworkChange.PutSubnet(subnet));
        changes.AddRange(Ranges(model, subnet, known is null, choice, freshId));
        return (changes.ToImmutable(), null);
    }

    private static string? Fault(Ipv4Subnet cidr, NetworkChoice choice, string name)
    {
        if (choice.Range is { } range)
        {
            Ipv4Address first = Ipv4Address.From(range.First), last = Ipv4Address.From(range.Last);
            if (first.Value > last.Value) return $"the range {first}-{last} ends before it begins";
            if (!cidr.HasHost(first) || !cidr.HasHost(last)) return $"the range {first}-{last} does not lie in {cidr} of {name}: choose one between its network and broadcast addresses";
        }
        return choice.Gateway is { } gateway && !cidr.HasHost(Ipv4Address.From(gateway)) ? $"the gateway {gateway} does not lie in {cidr} of {name}" : null;
    }

    private static Vlan NewVlan(NetworkModel model, string name, ImmutableArray<NetworkChange>.Builder changes, Func<string> freshId)
    {
        var fabric = model.Fabric(FabricName(name));
        if (fabric is null) changes.Add(new NetworkChange.PutFabric(fabric = new(freshId(), FabricName(name), $"what {name} is wired to")));
        int vid = model.Vlans.Values.Any(v => v.Fabric == fabric.Id && v.Vid == 0) ? FreeVid(model, fabric.Id) : 0;
        var vlan = new Vlan(freshId(), fabric.Id, vid, vid == 0 ? "untagged" : name, Dhcp: DhcpMode.Server, Interface: name);
        changes.Add(new NetworkChange.PutVlan(vlan));
        return vlan;
    }

    // The cable was moved to another interface: the VLAN goes with its subnet.
    private static IEnumerable<NetworkChange> Move(NetworkModel model, Vlan vlan, string name)
    {
        if (model.VlanOn(name) is { } other && other.Id != vlan.Id) yield return new NetworkChange.PutVlan(other with { Interface = null });
        yield return new NetworkChange.PutVlan(vlan with { Interface = name });
    }

    private static IEnumerable<NetworkChange> Ranges(NetworkModel model, Subnet subnet, bool isNew, NetworkChoice choice, Func<string> freshId)
    {
        var dynamic = model.RangesOf(subnet.Id).Where(r => r.Kind == RangeKind.Dynamic).ToList();
        if (choice.Range is { } range)
        {
            Ipv4Address first = Ipv4Address.From(range.First), last = Ipv4Address.From(range.Last);
            if (dynamic is [var only] && only.First == first && only.Last == last) yield break;
            foreach (var before in dynamic) yield return new NetworkChange.RemoveRange(before.Id);
            yield return new NetworkChange.PutRange(new(freshId(), subnet.Id, first, last, RangeKind.Dynamic, "--range"));
        }
        else if (isNew)
        {
            var (first, last) = DefaultRange(subnet.Cidr);
            yield return new NetworkChange.PutRange(new(freshId(), subnet.Id, first, last, RangeKind.Dynamic));
        }
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

    private static bool Same(Subnet one, Subnet other) => one.Gateway == other.Gateway && one.NtpServers.SequenceEqual(other.NtpServers);

    private static int FreeVid(NetworkModel model, string fabric) => Enumerable.Range(1, 4094).First(v => !model.Vlans.Values.Any(l => l.Fabric == fabric && l.Vid == v));

    // eth0.100 and br_lan are names of interfaces and no labels.
    private static string FabricName(string name)
    {
        string label = new string([.. name.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]).Trim('-');
        return label.Length == 0 ? "fabric" : label;
    }
}

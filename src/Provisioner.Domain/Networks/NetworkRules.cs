using System.Collections.Immutable;
using Provisioner.Domain.Machines;
using Provisioner.Wire;

namespace Provisioner.Domain.Networks;

/// <summary>What must be true of each part of the network model. Every fault is a sentence that names the other party.</summary>
internal static class NetworkRules
{
    private const int MostText = 200, LeastMtu = 576, MostMtu = 65535, MostOptions = 64;
    private static readonly TimeSpan LeastLease = TimeSpan.FromMinutes(2), MostLease = TimeSpan.FromDays(366), MostDelay = TimeSpan.FromSeconds(8);

    internal static ImmutableArray<string> Faults(NetworkModel model, Fabric fabric) =>
    [
        .. Label("fabric", fabric.Name, fabric.Description),
        .. If(model.Fabrics.Values.Any(f => f.Name == fabric.Name && f.Id != fabric.Id), $"there is a fabric {fabric.Name} already"),
    ];

    internal static ImmutableArray<string> FaultsWithout(NetworkModel model, Fabric fabric) =>
        InTheWay(model.Vlans.Values.Where(v => v.Fabric == fabric.Id).Select(v => $"VLAN {v.Vid} ({v.Name})"), $"fabric {fabric.Name}");

    internal static ImmutableArray<string> Faults(NetworkModel model, Space space) =>
    [
        .. Label("space", space.Name, space.Description),
        .. If(model.Spaces.Values.Any(s => s.Name == space.Name && s.Id != space.Id), $"there is a space {space.Name} already"),
    ];

    internal static ImmutableArray<string> FaultsWithout(NetworkModel model, Space space) =>
        InTheWay(model.Vlans.Values.Where(v => v.Space == space.Id).Select(v => $"VLAN {v.Vid} ({v.Name})"), $"space {space.Name}");

    internal static ImmutableArray<string> Faults(NetworkModel model, Vlan vlan)
    {
        var others = model.Vlans.Values.Where(v => v.Id != vlan.Id).ToList();
        string fabric = model.Fabrics.GetValueOrDefault(vlan.Fabric)?.Name ?? vlan.Fabric;
        return
        [
            .. If(!model.Fabrics.ContainsKey(vlan.Fabric), $"there is no fabric {vlan.Fabric}"),
            .. If(vlan.Space is not null && !model.Spaces.ContainsKey(vlan.Space), $"there is no space {vlan.Space}"),
            .. If(vlan.Vid is < 0 or > 4094, $"VLAN {vlan.Vid}: a number is 1 to 4094, or 0 for untagged"),
            .. If(vlan.Name.Length is 0 or > MostText, "a VLAN needs a name of 200 characters at the most"),
            .. If(vlan.Mtu is < LeastMtu or > MostMtu, $"MTU {vlan.Mtu}: it is {LeastMtu} to {MostMtu}"),
            .. others.Where(v => v.Fabric == vlan.Fabric && v.Vid == vlan.Vid).Select(v => $"fabric {fabric} has a VLAN {v.Vid} already, {v.Name}"),
            .. others.Where(v => v.Fabric == vlan.Fabric && v.Name == vlan.Name).Select(v => $"fabric {fabric} has a VLAN of the name {v.Name} already, {v.Vid}"),
            .. others.Where(v => vlan.Interface is not null && v.Interface == vlan.Interface).Select(v => $"interface {v.Interface} is on VLAN {v.Vid} ({v.Name}) already"),
        ];
    }

    internal static ImmutableArray<string> FaultsWithout(NetworkModel model, Vlan vlan) =>
        InTheWay(model.SubnetsOn(vlan.Id).Select(s => $"subnet {s}"), $"VLAN {vlan.Vid} ({vlan.Name})");

    internal static ImmutableArray<string> Faults(NetworkModel model, Subnet subnet)
    {
        var cidr = subnet.Cidr;
        if (cidr.PrefixLength is < 8 or > 30) return [$"{cidr} can't hold machines: a subnet has a prefix of 8 to 30"];
        if (Ipv4Subnet.Of(cidr.Network, cidr.PrefixLength) != cidr) return [$"{cidr} has bits behind its prefix: write {Ipv4Subnet.Of(cidr.Network, cidr.PrefixLength)}"];
        return
        [
            .. If(!model.Vlans.ContainsKey(subnet.Vlan), $"there is no VLAN {subnet.Vlan}"),
            .. If(subnet.Name.Length is 0 or > MostText || subnet.Description.Length > MostText, "a subnet needs a name; name and description have 200 characters at the most"),
            .. model.Subnets.Where(s => s.Id != subnet.Id && Overlap(s.Cidr, cidr)).Select(s => $"{cidr} overlaps subnet {s}"),
            .. model.Subnets.Where(s => s.Id != subnet.Id && s.Name == subnet.Name).Select(s => $"the name {subnet.Name} is subnet {s.Cidr}'s already"),
            .. If(subnet.Gateway is { } gateway && !cidr.HasHost(gateway), $"the gateway {subnet.Gateway} is no host address of {cidr}"),
            .. subnet.Gateway is { } own && model.Reservations.GetValueOrDefault(own) is { } taken ? [$"the gateway {own} is reserved for {taken.Mac}"] : Array.Empty<string>(),
            .. If(subnet.LeaseTime is { } time && (time < LeastLease || time > MostLease), "a lease lasts two minutes to a year"),
            .. If(subnet.ReplyDelay < TimeSpan.Zero || subnet.ReplyDelay > MostDelay, "a reply is held back for 8 seconds at the most: clients give up after that"),
            .. subnet.SearchList.Append(subnet.Domain).OfType<string>().Where(d => !IsDomain(d)).Select(d => $"{d} is no domain name such as rack.internal"),
            .. If(subnet.Options.Length > MostOptions, $"a subnet has {MostOptions} options of its own at the most"),
            .. subnet.Options.Select(o => Wire.Dhcp.DhcpOptionText.TryRead(o.Code, o.Value, out _, out var wrong) ? null : wrong).OfType<string>(),
            .. subnet.Options.GroupBy(o => o.Code).Where(g => g.Count() > 1).Select(g => $"option {g.Key} stands there {g.Count()} times: give all its values in one"),
            .. model.RangesOf(subnet.Id).Where(r => !cidr.HasHost(r.First) || !cidr.HasHost(r.Last)).Select(r => $"{r.InWords} would lie outside of {cidr}"),
            .. model.Reservations.Values.Where(r => r.Subnet == subnet.Id && !cidr.HasHost(r.Address)).Take(3).Select(r => $"{r.Address}, reserved for {r.Mac}, would lie outside of {cidr}"),
            .. model.Statics.Values.Where(s => s.Subnet == subnet.Id && !cidr.HasHost(s.Address)).Take(3).Select(s => $"{s.Address} of {s.Holder} would lie outside of {cidr}"),
        ];
    }

    internal static ImmutableArray<string> FaultsWithout(NetworkModel model, Subnet subnet) =>
        InTheWay(model.Reservations.Values.Where(r => r.Subnet == subnet.Id).Select(r => $"{r.Address}, reserved for {r.Mac}")
            .Concat(model.Statics.Values.Where(s => s.Subnet == subnet.Id).Select(s => $"{s.Address} of {s.Holder}")), $"subnet {subnet}");

    internal static ImmutableArray<string> Faults(NetworkModel model, IpRange range)
    {
        if (model.Subnets.FirstOrDefault(s => s.Id == range.Subnet) is not { } subnet) return [$"there is no subnet {range.Subnet}"];
        if (range.First.Value > range.Last.Value) return [$"the range {range.First}–{range.Last} ends before it begins"];
        bool dynamic = range.Kind == RangeKind.Dynamic;
        return
        [
            .. new[] { range.First, range.Last }.Distinct().Where(a => !subnet.Cidr.HasHost(a)).Select(a => $"{a} is no host address of {subnet}"),
            .. If(range.Comment.Length > MostText, "a comment has 200 characters at the most"),
            .. model.RangesOf(subnet.Id).Where(r => r.Id != range.Id && r.First.Value <= range.Last.Value && range.First.Value <= r.Last.Value)
                .Select(r => $"{range.First}–{range.Last} overlaps {r.InWords}"),
            .. model.Statics.Values.Where(s => dynamic && range.Contains(s.Address)).Take(3).Select(s => $"{s.Address} in it is a static address of {s.Holder}"),
            .. If(dynamic && range.Count == 1 && subnet.Gateway == range.First, $"the range is too small: its one address is the gateway"),
        ];
    }

    internal static ImmutableArray<string> Faults(NetworkModel model, Reservation reservation)
    {
        if (model.Subnets.FirstOrDefault(s => s.Id == reservation.Subnet) is not { } subnet) return [$"there is no subnet {reservation.Subnet}"];
        var address = reservation.Address;
        return
        [
            .. Host(subnet, address),
            .. If(reservation.Mac == default, "a reservation needs a MAC address such as 52:54:00:12:34:56"),
            .. If(reservation.Comment.Length > MostText, "a comment has 200 characters at the most"),
            .. If(reservation.HostName is { } name && !HostName.IsValid(name), $"{reservation.HostName} is no host name: letters, digits and hyphens, 63 at the most"),
            .. If(reservation.ReplyDelay < TimeSpan.Zero || reservation.ReplyDelay > MostDelay, "a reply is held back for 8 seconds at the most: clients give up after that"),
            .. model.Reservations.GetValueOrDefault(address) is { } other && other.Mac != reservation.Mac ? [$"{address} is reserved for {other.Mac} already"] : Array.Empty<string>(),
            .. model.ReservationOf(reservation.Mac, subnet.Id) is { } before && before.Address != address
                ? [$"{reservation.Mac} has {before.Address} reserved in {subnet} already: remove that first"] : Array.Empty<string>(),
            .. model.Statics.GetValueOrDefault(address) is { } held && held.Mac != reservation.Mac ? [$"{address} is a static address of {held.Holder}"] : Array.Empty<string>(),
        ];
    }

    internal static ImmutableArray<string> Faults(NetworkModel model, StaticAddress address)
    {
        if (model.Subnets.FirstOrDefault(s => s.Id == address.Subnet) is not { } subnet) return [$"there is no subnet {address.Subnet}"];
        return
        [
            .. Host(subnet, address.Address),
            .. If(address.Holder.Length is 0 or > MostText, "a static address needs a holder, in 200 characters at the most"),
            .. If(address.HostName is { } name && !HostName.IsValid(name), $"{address.HostName} is no host name: letters, digits and hyphens, 63 at the most"),
            .. model.RangeAt(subnet, address.Address) is { Kind: RangeKind.Dynamic } range ? [$"{address.Address} lies in {range.InWords}: choose one outside, or let DHCP give it (a reservation)"] : Array.Empty<string>(),
            .. model.Statics.GetValueOrDefault(address.Address) is { } other && other.Holder != address.Holder ? [$"{address.Address} is a static address of {other.Holder} already"] : Array.Empty<string>(),
            .. model.Reservations.GetValueOrDefault(address.Address) is { } taken && taken.Mac != address.Mac ? [$"{address.Address} is reserved for {taken.Mac}"] : Array.Empty<string>(),
        ];
    }

    private static IEnumerable<string> Host(Subnet subnet, Ipv4Address address) =>
    [
        .. If(!subnet.Cidr.HasHost(address), $"{address} is no host address of {subnet}"),
        .. If(subnet.Gateway == address, $"{address} is the gateway of {subnet}"),
    ];

    private static IEnumerable<string> Label(string what, string name, string description) =>
    [
        .. If(!HostName.IsValid(name), $"\"{name}\" is no name for a {what}: lower-case letters, digits and hyphens, 63 at the most"),
        .. If(description.Length > MostText, "a description has 200 characters at the most"),
    ];

    private static ImmutableArray<string> InTheWay(IEnumerable<string> parts, string what)
    {
        var all = parts.ToList();
        string more = all.Count > 3 ? $" and {all.Count - 3} more" : "";
        return all.Count == 0 ? [] : [$"{what} can't be removed: {string.Join(", ", all.Take(3))}{more} would be left without it"];
    }

    private static bool Overlap(Ipv4Subnet one, Ipv4Subnet other) => one.Contains(other.Network) || other.Contains(one.Network);

    private static bool IsDomain(string text) => text.Length is > 0 and <= MostText && text.Split('.').All(HostName.IsValid);

    private static string[] If(bool fault, string sentence) => fault ? [sentence] : [];
}

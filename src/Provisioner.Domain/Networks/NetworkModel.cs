using System.Collections.Immutable;
using Provisioner.Wire;

namespace Provisioner.Domain.Networks;

/// <summary>
/// Fabrics, VLANs, spaces, subnets, ranges, reservations and static addresses: an immutable snapshot with the indexes that questions need.
/// It says what people decided; who holds which lease is <see cref="SubnetPool"/>'s. Changed only by <see cref="Apply"/>.
/// </summary>
public sealed partial record NetworkModel
{
    /// <summary>Nothing yet.</summary>
    public static readonly NetworkModel Empty = new();

    private ImmutableArray<Subnet> _inOrder = [];

    /// <summary>By id.</summary>
    public ImmutableDictionary<string, Fabric> Fabrics { get; private init; } = ImmutableDictionary<string, Fabric>.Empty;
    /// <summary>By id.</summary>
    public ImmutableDictionary<string, Space> Spaces { get; private init; } = ImmutableDictionary<string, Space>.Empty;
    /// <summary>By id.</summary>
    public ImmutableDictionary<string, Vlan> Vlans { get; private init; } = ImmutableDictionary<string, Vlan>.Empty;
    /// <summary>By id.</summary>
    public ImmutableDictionary<string, IpRange> Ranges { get; private init; } = ImmutableDictionary<string, IpRange>.Empty;
    /// <summary>By address.</summary>
    public ImmutableDictionary<Ipv4Address, Reservation> Reservations { get; private init; } = ImmutableDictionary<Ipv4Address, Reservation>.Empty;
    /// <summary>By address.</summary>
    public ImmutableDictionary<Ipv4Address, StaticAddress> Statics { get; private init; } = ImmutableDictionary<Ipv4Address, StaticAddress>.Empty;
    /// <summary>In order of address; they do not overlap.</summary>
    public ImmutableArray<Subnet> Subnets => _inOrder;

    private ImmutableDictionary<(MacAddress Mac, string Subnet), Reservation> ReservedBy { get; init; } = ImmutableDictionary<(MacAddress, string), Reservation>.Empty;
    private ImmutableDictionary<(MacAddress Mac, string Subnet), StaticAddress> StaticBy { get; init; } = ImmutableDictionary<(MacAddress, string), StaticAddress>.Empty;
    private ImmutableDictionary<string, ImmutableArray<IpRange>> RangesIn { get; init; } = ImmutableDictionary<string, ImmutableArray<IpRange>>.Empty;

    /// <summary>Some part of it has this id.</summary>
    public bool Has(string id) => Fabrics.ContainsKey(id) || Spaces.ContainsKey(id) || Vlans.ContainsKey(id) || Ranges.ContainsKey(id) || _inOrder.Any(s => s.Id == id);

    /// <summary>A subnet by id, CIDR (with <c>/</c> or <c>-</c>) or name.</summary>
    public Subnet? Subnet(string key) =>
        _inOrder.FirstOrDefault(s => s.Id == key) ?? _inOrder.FirstOrDefault(s => s.Name == key || s.Cidr.ToString() == key.Replace('-', '/'));

    /// <summary>The subnet that an address lies in.</summary>
    public Subnet? SubnetOf(Ipv4Address address)
    {
        int low = 0, high = _inOrder.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            var subnet = _inOrder[middle];
            if (subnet.Cidr.Contains(address)) return subnet;
            if (subnet.Cidr.Network.Value > address.Value) high = middle - 1;
            else low = middle + 1;
        }
        return null;
    }

    /// <summary>A fabric by id or name.</summary>
    public Fabric? Fabric(string key) => Fabrics.GetValueOrDefault(key) ?? Fabrics.Values.FirstOrDefault(f => f.Name == key);

    /// <summary>A space by id or name.</summary>
    public Space? Space(string key) => Spaces.GetValueOrDefault(key) ?? Spaces.Values.FirstOrDefault(s => s.Name == key);

    /// <summary>A VLAN by id, or as <c>fabric:vid</c>.</summary>
    public Vlan? Vlan(string key)
    {
        if (Vlans.GetValueOrDefault(key) is { } found) return found;
        var parts = key.Split(':', 2);
        return parts.Length == 2 && int.TryParse(parts[1], out int vid) && Fabric(parts[0]) is { } fabric
            ? Vlans.Values.FirstOrDefault(v => v.Fabric == fabric.Id && v.Vid == vid) : null;
    }

    /// <summary>A range by id, or as <c>first-last</c>.</summary>
    public IpRange? Range(string key) => Ranges.GetValueOrDefault(key) ?? Ranges.Values.FirstOrDefault(r => $"{r.First}-{r.Last}" == key);

    /// <summary>The VLAN of one of the appliance's interfaces.</summary>
    public Vlan? VlanOn(string interfaceName) => Vlans.Values.FirstOrDefault(v => v.Interface == interfaceName);

    /// <summary>The VLAN of a subnet.</summary>
    public Vlan VlanOf(Subnet subnet) => Vlans[subnet.Vlan];

    /// <summary>The subnets of a VLAN, in order of address.</summary>
    public IEnumerable<Subnet> SubnetsOn(string vlan) => _inOrder.Where(s => s.Vlan == vlan);

    /// <summary>The ranges of a subnet, in order of address.</summary>
    public ImmutableArray<IpRange> RangesOf(string subnet) => RangesIn.GetValueOrDefault(subnet, []);

    /// <summary>The range that an address lies in.</summary>
    public IpRange? RangeAt(Subnet subnet, Ipv4Address address)
    {
        foreach (var range in RangesOf(subnet.Id))
            if (range.Contains(address)) return range;
        return null;
    }

    /// <summary>What a MAC has reserved in a subnet.</summary>
    public Reservation? ReservationOf(MacAddress mac, string subnet) => ReservedBy.GetValueOrDefault((mac, subnet));

    /// <summary>The static address that goes with a MAC in a subnet.</summary>
    public StaticAddress? StaticOf(MacAddress mac, string subnet) => StaticBy.GetValueOrDefault((mac, subnet));

    private NetworkModel With(Subnet subnet) => this with
    {
        _inOrder = [.. _inOrder.Where(s => s.Id != subnet.Id).Append(subnet).OrderBy(s => s.Cidr.Network)],
    };

    private NetworkModel Without(Subnet subnet) => this with
    {
        _inOrder = _inOrder.Remove(subnet),
        Ranges = Ranges.RemoveRange(RangesOf(subnet.Id).Select(r => r.Id)),
        RangesIn = RangesIn.Remove(subnet.Id),
    };

    private NetworkModel With(IpRange range)
    {
        var rest = Ranges.TryGetValue(range.Id, out var before) ? Without(before) : this;
        return rest with
        {
            Ranges = rest.Ranges.SetItem(range.Id, range),
            RangesIn = rest.RangesIn.SetItem(range.Subnet, [.. rest.RangesOf(range.Subnet).Append(range).OrderBy(r => r.First)]),
        };
    }

    private NetworkModel Without(IpRange range) => this with
    {
        Ranges = Ranges.Remove(range.Id),
        RangesIn = RangesIn.SetItem(range.Subnet, [.. RangesOf(range.Subnet).Where(r => r.Id != range.Id)]),
    };

    private NetworkModel With(Reservation reservation)
    {
        var rest = Reservations.TryGetValue(reservation.Address, out var before) ? Without(before) : this;
        return rest with
        {
            Reservations = rest.Reservations.SetItem(reservation.Address, reservation),
            ReservedBy = rest.ReservedBy.SetItem((reservation.Mac, reservation.Subnet), reservation),
        };
    }

    private NetworkModel Without(Reservation reservation) => this with
    {
        Reservations = Reservations.Remove(reservation.Address),
        ReservedBy = ReservedBy.Remove((reservation.Mac, reservation.Subnet)),
    };

    private NetworkModel With(StaticAddress address)
    {
        var rest = Statics.TryGetValue(address.Address, out var before) ? Without(before) : this;
        return rest with
        {
            Statics = rest.Statics.SetItem(address.Address, address),
            StaticBy = address.Mac is { } mac ? rest.StaticBy.SetItem((mac, address.Subnet), address) : rest.StaticBy,
        };
    }

    private NetworkModel Without(StaticAddress address) => this with
    {
        Statics = Statics.Remove(address.Address),
        StaticBy = address.Mac is { } mac ? StaticBy.Remove((mac, address.Subnet)) : StaticBy,
    };
}

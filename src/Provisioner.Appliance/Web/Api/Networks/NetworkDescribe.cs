using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Servers;
using Provisioner.Domain.Networks;
using Provisioner.Wire;

namespace Provisioner.Appliance.Web.Api.Networks;

/// <summary>The network model in the API's shapes.</summary>
internal sealed class NetworkDescribe(MachineBook machines, LeaseBook leases, TimeProvider time)
{
    public static FabricDto Of(Fabric fabric, NetworkModel model) =>
        new(fabric.Id, fabric.Name, fabric.Description, Keys(model.Vlans.Values.Where(v => v.Fabric == fabric.Id), model));

    public static SpaceDto Of(Space space, NetworkModel model) =>
        new(space.Id, space.Name, space.Description, Keys(model.Vlans.Values.Where(v => v.Space == space.Id), model));

    public static VlanDto Of(Vlan vlan, NetworkModel model) => new(
        vlan.Id, model.Fabrics[vlan.Fabric].Name, vlan.Vid, vlan.Name, vlan.Space is { } space ? model.Spaces[space].Name : null, vlan.Mtu, NetworkModel.Word(vlan.Dhcp),
        vlan.Interface, [.. model.SubnetsOn(vlan.Id).Select(s => s.Cidr.ToString())]);

    public SubnetDto Of(Subnet subnet, NetworkModel model)
    {
        var vlan = model.VlanOf(subnet);
        return new(
            subnet.Id, subnet.Cidr.ToString(), subnet.Name, subnet.Description, Key(vlan, model), vlan.Space is { } space ? model.Spaces[space].Name : null,
            NetworkModel.Word(vlan.Dhcp), subnet.Gateway?.ToString(), [.. subnet.DnsServers.Select(a => a.ToString())], [.. subnet.NtpServers.Select(a => a.ToString())],
            subnet.Domain, subnet.SearchList, (int?)subnet.LeaseTime?.TotalSeconds, subnet.ReplyDelay.TotalSeconds, [.. subnet.Options.Select(o => new OptionDto(o.Code, o.Value))],
            leases.Ask(subnet.Id, pool => Of(pool.Usage(leases.Clock.Now))));
    }

    public static RangeDto Of(IpRange range, NetworkModel model) =>
        new(range.Id, model.Subnet(range.Subnet)!.Cidr.ToString(), range.First.ToString(), range.Last.ToString(), range.Count, range.Kind == RangeKind.Dynamic ? "dynamic" : "reserved", range.Comment);

    public ReservationDto Of(Reservation reservation, NetworkModel model) => new(
        reservation.Address.ToString(), reservation.Mac.ToString(), model.Subnet(reservation.Subnet)!.Cidr.ToString(), reservation.HostName, NameOf(reservation.Mac),
        reservation.ReplyDelay.TotalSeconds, reservation.Comment);

    public AddressDto Of(AddressClaim claim) => new(claim.Address.ToString(), Word(claim.Kind), claim.Mac?.ToString(), claim.Mac is { } mac ? NameOf(mac) : null, claim.Says, claim.Until is { } until ? OnTheWall(until) : null);

    /// <summary>Who has what of a subnet; null where it is gone.</summary>
    public AddressList? Addresses(Subnet subnet)
    {
        var now = leases.Clock.Now;
        var (usage, taken, free) = leases.Ask(subnet.Id, pool => (pool.Usage(now), pool.Claims(now).ToList(), pool.Free(now).ToList()));
        return usage is null ? null : new(
            subnet.Cidr.ToString(), Of(usage), [.. taken!.Select(Of)], [.. free!.Select(f => new FreeDto(f.First.ToString(), f.Last.ToString(), f.Count, f.Dynamic))]);
    }

    /// <summary>Who has one address, and why; free where nobody has it.</summary>
    public AddressDto Of(Subnet subnet, Ipv4Address address) =>
        leases.Ask(subnet.Id, pool => pool.ClaimOn(address, leases.Clock.Now)) is { } claim
            ? Of(claim) : new(address.ToString(), "free", null, null, leases.Ask(subnet.Id, pool => pool.InRange(address)) ? "is free: DHCP gives it" : "is free: it can be set by hand", null);

    public LeaseDto Of(Lease lease, NetworkModel model) => new(
        lease.Address.ToString(), lease.Mac.ToString(), NameOf(lease.Mac), model.SubnetOf(lease.Address)?.Cidr.ToString() ?? "", lease.State.ToString().ToLowerInvariant(),
        lease.IsHeld(leases.Clock.Now), OnTheWall(lease.Since), OnTheWall(lease.Until));

    public static string Key(Vlan vlan, NetworkModel model) => $"{model.Fabrics[vlan.Fabric].Name}:{vlan.Vid}";

    // Leases are counted in a clock that nobody can set; a reader compares with his own.
    private DateTimeOffset OnTheWall(DateTimeOffset at) => leases.Clock.OnTheWall(at, time.GetUtcNow());

    private string? NameOf(MacAddress mac) => machines.ByMac(mac)?.Name;

    private static UsageDto Of(SubnetUsage usage) => new(usage.Hosts, usage.Dynamic, usage.Held, usage.Reserved, usage.Static, usage.Free);

    private static IReadOnlyList<string> Keys(IEnumerable<Vlan> vlans, NetworkModel model) => [.. vlans.OrderBy(v => v.Vid).Select(v => Key(v, model))];

    private static string Word(ClaimKind kind) => kind == ClaimKind.InUse ? "in-use" : kind.ToString().ToLowerInvariant();
}

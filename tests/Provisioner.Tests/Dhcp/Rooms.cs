using Provisioner.Domain.Networks;
using Provisioner.Tests.Networks;

namespace Provisioner.Tests.Dhcp;

/// <summary>
/// A model with all kinds of places: the rack's own VLAN with two subnets (10.77.0.0/24, 10.78.0.0/24), a second room behind a relay
/// (10.88.0.0/24), a third where DHCP is off (10.99.0.0/24).
/// </summary>
internal static class Rooms
{
    /// <summary>Addresses in all dynamic ranges together.</summary>
    public const int Addresses = 100 + 10 + 20;

    public static NetworkModel Model(DhcpMode mode = DhcpMode.Server)
    {
        var model = Rack.Served("10.77.0.100", "10.77.0.199");
        var vlan = model.VlanOf(model.Subnets[0]);
        return model.After(
            new NetworkChange.PutVlan(vlan with { Dhcp = mode }),
            new NetworkChange.PutVlan(new("v-room2", vlan.Fabric, 20, "room2", Mtu: 9000, Dhcp: DhcpMode.Relay)),
            new NetworkChange.PutVlan(new("v-room3", vlan.Fabric, 30, "room3")),
            new NetworkChange.PutSubnet(Subnet("s-78", "10.78.0.0", vlan.Id)),
            new NetworkChange.PutRange(new("r-78", "s-78", Rack.Ip("10.78.0.10"), Rack.Ip("10.78.0.19"), RangeKind.Dynamic)),
            new NetworkChange.PutSubnet(Subnet("s-88", "10.88.0.0", "v-room2") with { Gateway = Rack.Ip("10.88.0.254"), LeaseTime = TimeSpan.FromHours(8) }),
            new NetworkChange.PutRange(new("r-88", "s-88", Rack.Ip("10.88.0.10"), Rack.Ip("10.88.0.29"), RangeKind.Dynamic)),
            new NetworkChange.PutSubnet(Subnet("s-99", "10.99.0.0", "v-room3")));
    }

    private static Subnet Subnet(string id, string network, string vlan) => new(id, Ipv4Subnet.Of(Rack.Ip(network), 24), vlan, $"{network}/24");
}

using System.Diagnostics;
using Provisioner.ApplianceTests.Servers;

namespace Provisioner.ApplianceTests.Network;

/// <summary>isc-dhcp-relay between the appliance's link and another room: giaddr, option 82, renewals by unicast through the router.</summary>
[Collection("namespaces")]
public sealed class RelayTests : IDisposable
{
    private readonly Namespaces _net = new();
    private readonly Served _appliance;
    private readonly string _room;
    private readonly Process _relay;

    public RelayTests()
    {
        _appliance = new Served(_net);
        _room = _net.ClientSide + "r";
        // The clients' side of the cable is the router: c0 towards the appliance, r0 into the room.
        Tool.Run("ip", $"netns add {_room}");
        Tool.Run("ip", $"-n {_net.ClientSide} link add r0 type veth peer name e0 netns {_room}");
        Tool.Run("ip", $"-n {_net.ClientSide} address add 10.88.0.1/24 dev r0");
        Tool.Run("ip", $"-n {_net.ClientSide} link set r0 up");
        Tool.Run("ip", $"-n {_room} link set e0 up");
        Tool.Run("ip", $"netns exec {_net.ClientSide} sysctl -qw net.ipv4.ip_forward=1");
        Tool.Run("ip", $"-n {_net.ServerSide} route add 10.88.0.0/24 via {Namespaces.Client}");
        using var ready = new ManualResetEventSlim();
        _relay = Tool.Start("ip", $"netns exec {_net.ClientSide} dhcrelay -4 -a -d -iu c0 -id r0 {Namespaces.Appliance}", line => { if (line.Contains("Sending on", StringComparison.Ordinal)) ready.Set(); });
        Assert.True(ready.Wait(TimeSpan.FromSeconds(10)), "dhcrelay didn't start");
    }

    public void Dispose()
    {
        _relay.Kill();
        _relay.WaitForExit();
        Tool.Try("ip", $"netns del {_room}", 60);
        _appliance.Dispose();
        _net.Dispose();
    }

    [Fact]
    public void A_machine_behind_a_relay_gets_an_address_of_its_room_and_its_port_is_known()
    {
        var client = new DhcpClients(_room, "e0");
        Assert.Contains("no lease", client.On("udhcpc", "-i e0 -f -n -q -t 1 -T 1 -s /bin/true").Text); // its subnet is not in the model yet
        _appliance.Post("/api/v1/vlans", """{"fabric":"s0","vid":20,"name":"room2","dhcp":"relay"}""");
        _appliance.Post("/api/v1/subnets", """{"cidr":"10.88.0.0/24","vlan":"s0:20","gateway":"10.88.0.1","leaseSeconds":120}""");
        _appliance.Post("/api/v1/ranges", """{"subnet":"10.88.0.0/24","first":"10.88.0.10","last":"10.88.0.20","kind":"dynamic"}""");
        Assert.Equal("10.88.0.10", client.Udhcpc());
        Assert.Contains("circuit \\u0022r0\\u0022, relay 10.88.0.1", _appliance.Api("/api/v1/dhcp/ports"));
        Assert.Contains("relayed from 10.88.0.1, which lies in 10.88.0.0/24", _appliance.Post("/api/v1/dhcp/explain", $$"""{"mac":"{{client.Mac}}","giaddr":"10.88.0.1"}"""));
        // It renews by unicast, past the relay.
        Tool.Run("ip", $"-n {_room} address add 10.88.0.10/24 dev e0");
        Tool.Run("ip", $"-n {_room} route add default via 10.88.0.1");
        File.WriteAllText($"{_appliance.Folder}/renew.sh", "udhcpc -i e0 -f -s /bin/true & p=$!; sleep 3; kill -USR1 $p; sleep 3; kill $p");
        Assert.Contains("renew", client.On("sh", $"{_appliance.Folder}/renew.sh").Text);
        Assert.True(_appliance.IsAlive, _appliance.Said);
    }

    [Fact]
    public void Perfdhcp_as_a_relay_gets_every_address_of_its_subnet_once()
    {
        _appliance.Post("/api/v1/vlans", """{"fabric":"s0","vid":20,"name":"room2","dhcp":"relay"}""");
        _appliance.Post("/api/v1/subnets", """{"cidr":"10.88.0.0/24","vlan":"s0:20"}""");
        _appliance.Post("/api/v1/ranges", """{"subnet":"10.88.0.0/24","first":"10.88.0.10","last":"10.88.0.209","kind":"dynamic"}""");
        _relay.Kill();
        _relay.WaitForExit();
        Tool.Run("ip", $"-n {_net.ClientSide} address add 10.88.0.2/32 dev c0"); // it binds to the interface of the address that it relays from
        var said = _net.OnClient("perfdhcp", $"-4 -l 10.88.0.2 -r 100 -R 200 -n 200 -d 10 -u -W 4000000 -s 1 {Namespaces.Appliance}", 40).Text;
        Assert.Contains("received packets: 200", said);
        Assert.DoesNotContain("non unique addresses: 1", said.Replace("\r", "", StringComparison.Ordinal));
    }
}

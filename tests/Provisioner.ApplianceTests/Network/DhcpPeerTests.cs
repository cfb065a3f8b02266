using Provisioner.ApplianceTests.Servers;

namespace Provisioner.ApplianceTests.Network;

/// <summary>Every DHCP client that installed systems bring: one MAC, one address, whatever each calls itself (option 61).</summary>
[Collection("namespaces")]
public sealed class DhcpPeerTests : IDisposable
{
    private readonly Namespaces _net = new();
    private readonly Served _appliance;

    public DhcpPeerTests() => _appliance = new Served(_net);

    public void Dispose()
    {
        _appliance.Dispose();
        _net.Dispose();
    }

    [Fact]
    public void Udhcpc_dhclient_dhcpcd_and_networkd_get_one_address_and_what_the_subnet_says()
    {
        _appliance.Patch("/api/v1/subnets/10.77.0.0-16", """{"gateway":"10.77.0.254","searchList":["rack.internal","example.org"],"options":[{"code":121,"value":"routes 10.0.0.0/8 via 10.77.0.253"}]}""");
        var client = new DhcpClients(_net);
        string first = client.Udhcpc();
        Assert.StartsWith("10.77.1.", first);
        var (second, lease) = client.Dhclient(_appliance.Folder);
        Assert.Equal(first, second);
        Assert.Contains("option routers 10.77.0.254", lease);
        var (third, said) = client.Dhcpcd();
        Assert.Equal(first, third);
        Assert.Contains("acknowledged", said);
        Assert.Equal(first, client.Networkd(_appliance.Folder));
        Assert.Contains(first, _appliance.Api("/api/v1/leases"));
    }
}

using System.Text.Json;
using Provisioner.ApplianceTests.Servers;

namespace Provisioner.ApplianceTests.Network;

/// <summary>What the appliance hears on its link: squatters, neighbours, and dnsmasq as the other DHCP server.</summary>
[Collection("namespaces")]
public sealed class LinkWatchTests : IDisposable
{
    private readonly Namespaces _net = new();
    private readonly Served _appliance;

    public LinkWatchTests() => _appliance = new Served(_net);

    public void Dispose()
    {
        _appliance.Dispose();
        _net.Dispose();
    }

    [Fact]
    public void An_address_that_somebody_set_by_hand_is_not_offered_and_told_about()
    {
        // The squatter is another card on the clients' side of the cable.
        Tool.Run("ip", $"-n {_net.ClientSide} link add squat link c0 type macvlan mode bridge");
        Tool.Run("ip", $"-n {_net.ClientSide} link set squat address 52:54:00:77:00:66 up");
        Tool.Run("ip", $"-n {_net.ClientSide} address add 10.77.1.0/16 dev squat");
        Tool.Run("ip", $"netns exec {_net.ClientSide} sysctl -qw net.ipv4.conf.all.arp_ignore=1");
        var client = new DhcpClients(_net);
        Assert.Equal("10.77.1.1", client.Udhcpc());
        string mac = client.Mac;
        Assert.Equal(200, client.Enlist("10.77.1.1"));
        var events = _appliance.Api("/api/v1/events");
        Assert.Contains("10.77.1.0 was to be offered, but 52:54:00:77:00:66 uses it", events);
        string neighbours = _appliance.Until("52:54:00:77:00:66", "/api/v1/neighbours");
        Assert.Contains("\"address\":\"10.77.1.0\"", neighbours);
        Assert.NotEqual("52:54:00:77:00:66", mac);
    }

    [Fact]
    public void Dnsmasq_as_another_server_is_found_and_its_offer_shown()
    {
        string dnsmasq = $"netns exec {_net.ClientSide} dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --log-facility=- --interface=c0 --bind-interfaces --no-ping --dhcp-authoritative "
            + $"--dhcp-range=10.77.99.1,10.77.99.20,255.255.0.0,20m --dhcp-boot=evil.0 --dhcp-leasefile={_appliance.Folder}/dnsmasq.leases --pid-file";
        using var ready = new ManualResetEventSlim();
        using var other = Tool.Start("ip", dnsmasq, line => { if (line.Contains("DHCP, IP range", StringComparison.Ordinal)) ready.Set(); });
        try
        {
            Assert.True(ready.Wait(TimeSpan.FromSeconds(10)), "dnsmasq didn't start");
            Assert.Contains("\"links\":1", _appliance.Api("/api/v1/dhcp/servers/look", "-X POST"));
            var servers = JsonDocument.Parse(_appliance.Until("10.77.0.50", "/api/v1/dhcp/servers")).RootElement.GetProperty("servers");
            var found = Assert.Single(servers.EnumerateArray());
            Assert.Equal("s0", found.GetProperty("interface").GetString());
            string said = found.GetProperty("recent")[0].GetProperty("text").GetString()!;
            Assert.Matches(@"^OFFER of 10\.77\.99\.\d+ to [0-9a-f:]{17}, lease 1200 s, mask 255\.255\.0\.0, router 10\.77\.0\.50", said);
            Assert.Contains("another DHCP server answers on s0: 10.77.0.50", _appliance.Until("dhcp.other-server", "/api/v1/events"));
        }
        finally
        {
            other.Kill();
            other.WaitForExit();
        }
    }
}

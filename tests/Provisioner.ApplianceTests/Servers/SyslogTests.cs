using System.Collections.Concurrent;
using Provisioner.Appliance.Servers;
using Provisioner.Domain.Events;
using Provisioner.Domain.Networks;
using Provisioner.Tests.Store;
using Provisioner.Wire;

namespace Provisioner.ApplianceTests.Servers;

/// <summary>Lines of util-linux's logger from the address of a lease, and from another.</summary>
[Collection("namespaces")]
public sealed class SyslogTests : IDisposable
{
    private const string Mac = "52:54:00:77:00:01";
    private static readonly ServedNetwork Network = new("s0", Namespaces.Appliance, 16, "rack.internal", 5240);
    private readonly Namespaces _net = new();
    private readonly ConcurrentQueue<Sighting> _seen = new();

    public void Dispose() => _net.Dispose();

    [Fact]
    public void Logger_s_lines_are_noted_for_the_machine_with_the_lease_and_for_nobody_else()
    {
        var leases = OneLease();
        using var server = Start(leases, SyslogServer.Port);
        using var ipxe = Start(leases, SyslogServer.IpxePort);
        Tool.Run("ip", $"-n {_net.ClientSide} link set c0 address {Mac}");
        Log("--port 5247 --rfc3164 from a stranger");
        Tool.Run("ip", $"-n {_net.ClientSide} address del {Namespaces.Client}/16 dev c0");
        Tool.Run("ip", $"-n {_net.ClientSide} address replace 10.77.1.7/16 dev c0");
        Log("--port 5247 --rfc3164 -t installer partitioning is done");
        Log("--port 5247 --rfc5424 -t installer -p daemon.err mirror does not answer");
        Log("--port 514 --rfc5424 -t ipxe booting");
        Assert.True(SpinWait.SpinUntil(() => _seen.Count == 3, TimeSpan.FromSeconds(3)), $"{_seen.Count} lines came");
        Assert.Equal([("installer: partitioning is done", Level.Info), ("installer: mirror does not answer", Level.Warning), ("ipxe: booting", Level.Info)], _seen.Select(s => (s.Text, s.Level)).OrderBy(s => s.Text == "ipxe: booting")); // two ports, two threads
        Assert.All(_seen, s => Assert.Equal((Mac, "syslog"), (s.Mac.ToString(), s.Kind)));
        Assert.Equal(1, server.Strangers);
    }

    [Fact]
    public void A_flood_of_lines_is_bounded()
    {
        var leases = OneLease();
        using var server = Start(leases, SyslogServer.Port);
        Tool.Run("ip", $"-n {_net.ClientSide} address replace 10.77.1.7/16 dev c0");
        Namespaces.In(_net.ClientSide, () =>
        {
            using var socket = new System.Net.Sockets.UdpClient(new System.Net.IPEndPoint(System.Net.IPAddress.Parse("10.77.1.7"), 0));
            for (int i = 0; i < 1000; i++) socket.Send("<6>installer: again"u8, new System.Net.IPEndPoint(Namespaces.Appliance, SyslogServer.Port));
            return 0;
        });
        Assert.True(SpinWait.SpinUntil(() => _seen.Count + server.Dropped == 1000, TimeSpan.FromSeconds(3)), $"{_seen.Count} noted, {server.Dropped} dropped");
        Assert.InRange(_seen.Count, 100, 103);
        Assert.Null(server.LastFault);
    }

    private SyslogServer Start(LeaseBook leases, int port) => Namespaces.In(_net.ServerSide, () =>
    {
        var server = new SyslogServer(Network, port, leases, _seen.Enqueue, TimeProvider.System);
        server.Start();
        return server;
    });

    private void Log(string arguments)
    {
        var logger = _net.OnClient("logger", $"--server {Namespaces.Appliance} --udp {arguments}");
        Assert.True(logger.Exit == 0, logger.Text);
    }

    private static LeaseBook OneLease()
    {
        var journal = Journals.Open();
        var now = journal.Clock.Now;
        Assert.True(journal.IsDurable(journal.Append(new(MacAddress.Parse(Mac), Ipv4Address.Parse("10.77.1.7"), LeaseState.Bound, now, now.AddHours(1)))));
        return LeaseBooks.Of(journal, Network, machine: Mac);
    }
}

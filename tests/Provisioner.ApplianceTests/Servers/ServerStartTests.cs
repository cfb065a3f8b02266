using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Provisioner.Appliance.Servers;
using Provisioner.Domain.Dns;
using Provisioner.Domain.Events;
using Provisioner.Domain.Networks;
using Provisioner.Domain.Store;

namespace Provisioner.ApplianceTests.Servers;

/// <summary>The servers by themselves, in this process, with sockets in a namespace.</summary>
[Collection("namespaces")]
public sealed class ServerStartTests : IDisposable
{
    private static readonly ServedNetwork Network = new("s0", Namespaces.Appliance, 16, IPAddress.Parse("10.77.1.0"), IPAddress.Parse("10.77.1.255"), null, "rack.internal", [], 5240);
    private readonly Namespaces _net = new();
    private readonly ConcurrentQueue<Sighting> _seen = new();

    public void Dispose() => _net.Dispose();

    [Fact]
    public void A_missing_interface_is_named_with_those_that_are_there() =>
        Assert.Matches("^DHCP can't be served on eth7: there is no such interface; name one of .*s0", Refusal(Network with { Interface = "eth7" }));

    [Fact]
    public void A_missing_address_is_named_with_the_command_that_adds_it() =>
        Assert.Contains("10.77.9.9 is not an address of this machine; add it (ip address add 10.77.9.9/16 dev s0)", Refusal(Network with { Address = IPAddress.Parse("10.77.9.9") }));

    [Fact]
    public void A_taken_port_is_named_with_its_holder()
    {
        using var first = Started(Dhcp(Network), s => s.Start());
        Assert.Matches($@"^DHCP can't be served on s0, UDP port 67: \S+ \(process {Environment.ProcessId}\) has it already; stop that", Refusal(Network));
    }

    [Fact]
    public void Every_server_stops_within_a_second_and_can_start_again()
    {
        for (int round = 0; round < 2; round++)
        {
            IDisposable[] servers =
            [
                Started(Dhcp(Network), s => s.Start()),
                Started(new ProxyDhcpServer(Network, Leases(), _seen.Enqueue, TimeProvider.System), s => s.Start()),
                Started(new TftpServer(Network, "/nowhere", Leases(), _seen.Enqueue, TimeProvider.System), s => s.Start()),
                Started(new DnsServer([Network], () => DnsZone.Empty, [], TimeProvider.System), s => s.Start()),
            ];
            foreach (var server in servers)
            {
                var clock = Stopwatch.StartNew();
                server.Dispose();
                Assert.True(clock.Elapsed < TimeSpan.FromSeconds(1), $"{server.GetType().Name} took {clock.Elapsed.TotalSeconds:0.0} s to stop");
            }
        }
    }

    [Fact]
    public void What_dhcp_and_tftp_do_is_seen()
    {
        string boot = Directory.CreateTempSubdirectory("boot-").FullName;
        File.WriteAllText(Path.Combine(boot, "undionly.kpxe"), "boots");
        var leases = Leases();
        using var dhcp = Started(new DhcpServer(Network, leases, _seen.Enqueue, TimeProvider.System), s => s.Start());
        using var tftp = Started(new TftpServer(Network, boot, leases, _seen.Enqueue, TimeProvider.System), s => s.Start());
        _net.OnClient("udhcpc", "-i c0 -f -n -q -t 5 -T 1 -V PXEClient:Arch:00000:UNDI:002001 -s /bin/true");
        _net.OnClient("curl", $"-sS -o /dev/null tftp://{Namespaces.Appliance}/undionly.kpxe");
        _net.OnClient("curl", $"-sS -o /dev/null tftp://{Namespaces.Appliance}/passwd");
        Assert.Equal(["dhcp.discover", "dhcp.offer", "dhcp.request", "dhcp.ack", "tftp.sent", "tftp.failed"], _seen.Select(s => s.Kind));
        Assert.Equal("10.77.1.0: PXE firmware, unnamed architecture → undionly.kpxe", _seen.ElementAt(3).Text);
        Assert.Equal(5, _seen.ElementAt(4).Bytes);
        Assert.Contains("asked for \"passwd\": it is none of the files that are served", _seen.Last().Text);
        Assert.Single(_seen.Select(s => s.Mac).Distinct());
        Directory.Delete(boot, recursive: true);
    }

    private DhcpServer Dhcp(ServedNetwork network) => new(network, Leases(network), _seen.Enqueue, TimeProvider.System);

    private T Started<T>(T server, Action<T> start) => Namespaces.In(_net.ServerSide, () =>
    {
        start(server);
        return server;
    });

    private string Refusal(ServedNetwork network) => Namespaces.In(_net.ServerSide, () => Assert.Throws<ServerStartException>(() => Dhcp(network).Start()).Message);

    private static LeaseBook Leases(ServedNetwork? network = null) => new(new Forgetful(), [network ?? Network], _ => null);

    /// <summary>A store that takes everything and keeps nothing.</summary>
    private sealed class Forgetful : IStore
    {
        public IReadOnlyList<Document> Load(string collection) => [];
        public Task CommitAsync(StoreBatch batch) => Task.CompletedTask;
        public IReadOnlyList<TimelineEvent> Events(string? machine, long after, int limit) => [];
        public IReadOnlyList<TimelineEvent> LastEvents(string? machine, int limit) => [];
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Provisioner.Appliance.Servers;
using Provisioner.Domain.Dns;
using Provisioner.Domain.Events;
using Provisioner.Domain.Networks;
using Provisioner.Tests.Store;

namespace Provisioner.ApplianceTests.Servers;

/// <summary>The servers by themselves, in this process, with sockets in a namespace.</summary>
[Collection("namespaces")]
public sealed class ServerStartTests : IDisposable
{
    private static readonly ServedNetwork Network = new("s0", Namespaces.Appliance, 16, "rack.internal", 5240);
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
                Started(Tftp("/nowhere", Leases()), s => s.Start()),
                Started(new DnsServer(Network, new(() => DnsZones.Empty, _ => true, new(() => [], () => false, TimeProvider.System), new(new byte[16])), TimeProvider.System), s => s.Start()),
            ];
            foreach (var server in servers)
            {
                var clock = Stopwatch.StartNew();
                server.Dispose();
                Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"{server.GetType().Name} took {clock.Elapsed.TotalSeconds:0.0} s to stop");
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
        using var tftp = Started(Tftp(boot, leases), s => s.Start());
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

    // What OVMF 2022.11 sends: a question for the size, ERROR 8 to the answer, and the same question without "tsize" from another port.
    [Fact]
    public void The_firmware_s_probe_and_abort_is_quiet_and_its_transfer_follows()
    {
        string boot = Directory.CreateTempSubdirectory("boot-").FullName;
        File.WriteAllText(Path.Combine(boot, "snponly.efi"), "boots");
        using var tftp = Started(Tftp(boot, Leases()), s => s.Start());
        Namespaces.In(_net.ClientSide, () =>
        {
            Assert.Equal("\0\u0006tsize\05\0blksize\01468\0windowsize\04\0", Exchange("\0\u0001snponly.efi\0octet\0tsize\00\0blksize\01468\0windowsize\04\0", "\0\u0005\0\u0008User aborted the transfer\0").First);
            var (options, block) = Exchange("\0\u0001snponly.efi\0octet\0blksize\01468\0windowsize\04\0", "\0\u0004\0\0", "\0\u0004\0\u0001");
            Assert.Equal(("\0\u0006blksize\01468\0windowsize\04\0", "\0\u0003\0\u0001boots"), (options, block));
            return 0;
        });
        SpinWait.SpinUntil(() => !_seen.IsEmpty, TimeSpan.FromSeconds(2));
        Assert.Equal("tftp.sent", Assert.Single(_seen).Kind);
        Directory.Delete(boot, recursive: true);
    }

    // Sends a request, answers what comes with each reply in turn; returns the first answer and the last one before the last reply.
    private static (string First, string Last) Exchange(string request, params string[] replies)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 2000 };
        socket.Bind(new IPEndPoint(Namespaces.Client, 0));
        socket.SendTo(Encoding.Latin1.GetBytes(request), new IPEndPoint(Namespaces.Appliance, 69));
        var got = new List<string>();
        foreach (string reply in replies)
        {
            var buffer = new byte[2048];
            EndPoint from = new IPEndPoint(IPAddress.Any, 0);
            got.Add(Encoding.Latin1.GetString(buffer, 0, socket.ReceiveFrom(buffer, ref from)));
            socket.SendTo(Encoding.Latin1.GetBytes(reply), from);
        }
        return (got[0], got[^1]);
    }

    private DhcpServer Dhcp(ServedNetwork network) => new(network, Leases(network), _seen.Enqueue, TimeProvider.System);

    private TftpServer Tftp(string boot, LeaseBook leases) => new(Network, new(new(boot, "/nowhere"), Network.Subnet.Contains), new(leases, _seen.Enqueue, TimeProvider.System), TimeProvider.System);

    private T Started<T>(T server, Action<T> start) => Namespaces.In(_net.ServerSide, () =>
    {
        start(server);
        return server;
    });

    private string Refusal(ServedNetwork network) => Namespaces.In(_net.ServerSide, () => Assert.Throws<ServerStartException>(() => Dhcp(network).Start()).Message);

    private static LeaseBook Leases(ServedNetwork? network = null) => LeaseBooks.Of(Journals.Open(), network ?? Network);
}

using System.Net;
using System.Net.Sockets;
using Provisioner.ApplianceTests.Servers;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.ApplianceTests.Network;

/// <summary>Beside dnsmasq, which gives the addresses: the appliance gives boot files, and nothing else to nobody else.</summary>
[Collection("namespaces")]
public sealed class ProxyTests : IDisposable
{
    private readonly Namespaces _net = new();
    private readonly Served _appliance;

    public ProxyTests() => _appliance = new Served(_net);

    public void Dispose()
    {
        _appliance.Dispose();
        _net.Dispose();
    }

    [Fact]
    public void Boot_clients_get_a_file_and_plain_ones_only_the_other_server_s_address()
    {
        _appliance.Patch("/api/v1/vlans/s0:0", """{"dhcp":"proxy"}""");
        string room = Place("d", "10.77.0.60"), desk = Place("e", "10.77.0.70");
        using var ready = new ManualResetEventSlim();
        using var other = Tool.Start("ip", $"netns exec {room} dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --log-facility=- --interface=m0 --bind-interfaces --no-ping "
            + $"--dhcp-range=10.77.99.1,10.77.99.20,255.255.0.0,20m --dhcp-leasefile={_appliance.Folder}/dnsmasq.leases --pid-file", line => { if (line.Contains("DHCP, IP range", StringComparison.Ordinal)) ready.Set(); });
        try
        {
            Assert.True(ready.Wait(TimeSpan.FromSeconds(10)), "dnsmasq didn't start");
            Assert.StartsWith("10.77.99.", new DhcpClients(desk, "m0").Udhcpc());
            var offers = Namespaces.In(desk, () => Offers(Firmware(), 2));
            var ours = Assert.Single(offers, o => o.ServerIdentifier == Ipv4Address.Parse("10.77.0.1"));
            Assert.Equal((default, "PXEClient"), (ours.YiAddr, ours.Options.Text(DhcpOptionCode.VendorClass)));
            Assert.EndsWith(".efi", ours.File);
            Assert.Contains(offers, o => o.ServerIdentifier == Ipv4Address.Parse("10.77.0.60") && o.YiAddr != default);
            string events = _appliance.Until("dhcp.other-server", "/api/v1/events");
            Assert.DoesNotContain("two servers give machines two minds", events);
            var ack = Namespaces.In(desk, () => BootServer(Firmware() with { CiAddr = Ipv4Address.Parse("10.77.0.70") }));
            Assert.Equal((DhcpMessageType.Ack, ours.File), (ack.Type, ack.File));
            Assert.DoesNotContain("\"state\":\"bound\"", _appliance.Api("/api/v1/leases"));
        }
        finally
        {
            other.Kill();
            other.WaitForExit();
            Tool.Try("ip", $"netns del {room}", 60);
            Tool.Try("ip", $"netns del {desk}", 60);
        }
    }

    // Another card on the clients' end of the cable, in a namespace of its own.
    private string Place(string suffix, string address)
    {
        string name = _net.ClientSide + suffix;
        Tool.Run("ip", $"netns add {name}");
        Tool.Run("ip", $"-n {_net.ClientSide} link add link c0 name m0 netns {name} type macvlan mode bridge");
        Tool.Run("ip", $"-n {name} address add {address}/16 dev m0");
        Tool.Run("ip", $"-n {name} link set m0 up");
        return name;
    }

    private static DhcpMessage Firmware(DhcpMessageType type = DhcpMessageType.Discover) => new()
    {
        Xid = 4011,
        ChAddr = MacAddress.Parse("52:54:00:77:00:11"),
        Broadcast = true,
        Options = new([
            DhcpOption.Of(DhcpOptionCode.MessageType, (byte)type), DhcpOption.Of(DhcpOptionCode.VendorClass, "PXEClient:Arch:00007:UNDI:003016"),
            new(DhcpOptionCode.ClientArchitecture, new byte[] { 0, 7 }), new(DhcpOptionCode.ClientMachineIdentifier, new byte[17]),
        ]),
    };

    private static List<DhcpMessage> Offers(DhcpMessage discover, int count)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { EnableBroadcast = true, ReceiveTimeout = 10_000 };
        socket.SetRawSocketOption(1, 25, "m0\0"u8);
        socket.Bind(new IPEndPoint(IPAddress.Any, 68));
        var bytes = new byte[1500];
        socket.SendTo(bytes.AsSpan(0, DhcpCodec.Write(discover, bytes)), new IPEndPoint(IPAddress.Broadcast, 67));
        List<DhcpMessage> offers = [];
        while (offers.Count < count) offers.Add(DhcpCodec.Parse(bytes.AsSpan(0, socket.Receive(bytes))));
        return offers;
    }

    private static DhcpMessage BootServer(DhcpMessage request)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 10_000 };
        socket.Bind(new IPEndPoint(IPAddress.Parse("10.77.0.70"), 0));
        var options = request.Options.Items.Where(o => o.Code != DhcpOptionCode.MessageType).Append(DhcpOption.Of(DhcpOptionCode.MessageType, (byte)DhcpMessageType.Request));
        var bytes = new byte[1500];
        socket.SendTo(bytes.AsSpan(0, DhcpCodec.Write(request with { Options = new([.. options]) }, bytes)), new IPEndPoint(Namespaces.Appliance, 4011));
        return DhcpCodec.Parse(bytes.AsSpan(0, socket.Receive(bytes)));
    }
}

using System.Net;
using System.Net.Sockets;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.ApplianceTests.Servers;

/// <summary>What no peer sends: noise on every port, and a flood of strangers.</summary>
[Collection("namespaces")]
public sealed class HostileTests : IDisposable
{
    private readonly Namespaces _net = new();
    private readonly Served _appliance;

    public HostileTests() => _appliance = new Served(_net, "10.77.1.0-10.77.8.255");

    public void Dispose()
    {
        _appliance.Dispose();
        _net.Dispose();
    }

    [Theory]
    [InlineData(67)]
    [InlineData(4011)]
    [InlineData(69)]
    [InlineData(53)]
    public void Noise_on_a_port_stops_no_server(int port)
    {
        Namespaces.In(_net.ClientSide, () => Noise(port, 10_000));
        AllServe();
    }

    [Fact]
    public void Noise_over_tcp_stops_no_dns()
    {
        Namespaces.In(_net.ClientSide, () =>
        {
            var random = new Random(53);
            for (int i = 0; i < 200; i++)
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Connect(Namespaces.Appliance, 53);
                var octets = new byte[random.Next(1, 300)];
                random.NextBytes(octets);
                socket.Send(octets);
            }
            return 0;
        });
        AllServe();
    }

    [Fact]
    public void A_flood_of_10000_strangers_ends_the_range_and_a_machine_of_ours_still_gets_its_address()
    {
        string address = Enlist();
        long before = _appliance.Memory;
        Namespaces.In(_net.ClientSide, () => Flood(10_000));
        Assert.Equal(address, Udhcpc());
        Tool.Run("ip", $"-n {_net.ClientSide} link set c0 address 52:54:00:77:00:99");
        Assert.Contains("no lease", _net.OnClient("udhcpc", "-i c0 -f -n -q -t 2 -T 1 -s /bin/true").Text);
        Assert.True(_appliance.IsAlive, _appliance.Said);
        Assert.True(_appliance.Memory - before < 60, $"memory grew from {before} to {_appliance.Memory} MiB");
    }

    // A machine is enlisted when its boot script is asked for from the address that was leased to it.
    private string Enlist()
    {
        string address = Udhcpc(), mac = _net.OnClient("cat", "/sys/class/net/c0/address").Text.Trim();
        Tool.Run("ip", $"-n {_net.ClientSide} address add {address}/16 dev c0");
        var script = _net.OnClient("curl", $"-sS --fail --interface {address} http://{Namespaces.Appliance}:5240/boot/{mac.Replace(':', '-')}/boot.ipxe");
        Assert.True(script.Exit == 0, script.Text);
        Tool.Run("ip", $"-n {_net.ClientSide} address del {address}/16 dev c0");
        return address;
    }

    private void AllServe()
    {
        Assert.True(_appliance.IsAlive, _appliance.Said);
        File.WriteAllText(Path.Combine(_appliance.BootFiles, "undionly.kpxe"), "boots");
        Assert.StartsWith("10.77.", Udhcpc());
        Assert.Equal("boots", _net.OnClient("curl", $"-sS tftp://{Namespaces.Appliance}/undionly.kpxe").Text.Trim());
        Assert.Equal("10.77.0.1", _net.OnClient("dig", $"@{Namespaces.Appliance} +short +tcp provisioner.rack.internal").Text.Trim());
        Assert.Equal("10.77.0.1", _net.OnClient("dig", $"@{Namespaces.Appliance} +short provisioner.rack.internal").Text.Trim());
    }

    private string Udhcpc()
    {
        string said = _net.OnClient("udhcpc", "-i c0 -f -n -q -t 5 -T 1 -s /bin/true").Text;
        int at = said.IndexOf("lease of ", StringComparison.Ordinal);
        Assert.True(at >= 0, $"no lease; the client said: {said}");
        return said[(at + 9)..].Split(' ')[0];
    }

    // Half of it pure noise; half begins as the port's protocol does, so that it comes further.
    private static int Noise(int port, int count)
    {
        var random = new Random(port);
        byte[] start = port switch
        {
            67 or 4011 => Discover(MacAddress.Parse("52:54:00:00:00:01")),
            69 => "\0\u0001ipxe.efi\0octet\0blksize\01468\0"u8.ToArray(),
            _ => Convert.FromHexString("12340100000100000000000105" + "6e6f646531047261636b08696e7465726e616c0000010001" + "0000291000000000000000"),
        };
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(Namespaces.Client, 0));
        for (int i = 0; i < count; i++)
        {
            var octets = new byte[random.Next(1, 600)];
            random.NextBytes(octets);
            if (i % 2 == 0)
            {
                octets = (byte[])start.Clone();
                for (int change = random.Next(1, 5); change > 0; change--) octets[random.Next(octets.Length)] = (byte)random.Next(256);
            }
            socket.SendTo(octets, new IPEndPoint(Namespaces.Appliance, port));
            if (i % 50 == 0) Thread.Sleep(1); // as fast as the receive buffer takes it: what is dropped proves nothing
        }
        return count;
    }

    private static int Flood(int count)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { EnableBroadcast = true };
        socket.SetRawSocketOption(1, 25, "c0\0"u8);
        socket.Bind(new IPEndPoint(IPAddress.Any, 68));
        for (int i = 0; i < count; i++)
        {
            socket.SendTo(Discover(new MacAddress(0x0200_0000_0000 + (ulong)i)), new IPEndPoint(IPAddress.Broadcast, 67));
            if (i % 50 == 0) Thread.Sleep(1);
        }
        return count;
    }

    private static byte[] Discover(MacAddress mac)
    {
        var octets = new byte[300];
        DhcpCodec.Write(new DhcpMessage { ChAddr = mac, Xid = (uint)mac.Value, Options = new([DhcpOption.Of(DhcpOptionCode.MessageType, (byte)DhcpMessageType.Discover)]) }, octets);
        return octets;
    }
}

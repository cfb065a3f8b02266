using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Provisioner.Domain.Dhcp;
using Provisioner.Domain.Networks;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Appliance.Servers;

/// <summary>
/// Sends replies. Whoever answers ARP gets them through the UDP socket; who has no address yet gets a frame of ours through a packet socket
/// (RFC 2131 §4.1), with a whole UDP checksum: some clients on virtual links refuse the half-done ones of the kernel's offload.
/// </summary>
internal sealed class DhcpSender : IDisposable
{
    private const int EtherTypeIpv4 = 0x0800, LinkLayerAddressLength = 20;
    public const int ServerPort = 67, ClientPort = 68;
    private readonly Socket _udp;
    private readonly Socket _packet;
    private readonly int _interface;
    private readonly Ipv4Address _own;
    // One reply at a time leaves: what it is written into is used again.
    private readonly Lock _lock = new();
    private readonly byte[] _buffer = new byte[2048];
    private readonly SocketAddress _internet = new IPEndPoint(IPAddress.Any, 0).Serialize();
    private readonly SocketAddress _linkLayer = new(AddressFamily.Packet, LinkLayerAddressLength);

    /// <param name="udp">The server's own socket; not owned.</param>
    /// <exception cref="ServerStartException">packet sockets are not permitted, or the interface is gone.</exception>
    public DhcpSender(Socket udp, ServedNetwork network)
    {
        (_udp, _own) = (udp, Ipv4Address.From(network.Address));
        _interface = ServerSockets.IndexOf(network.Interface, "DHCP");
        try
        {
            // Protocol 0: it sends, and is never woken by what comes in. SOCK_DGRAM: the kernel writes the Ethernet header.
            _packet = new Socket(AddressFamily.Packet, SocketType.Dgram, 0);
        }
        catch (SocketException e)
        {
            throw new ServerStartException($"DHCP can't be served on {network.Interface}: no packet socket ({e.Message}); start as root or with the capability net_raw");
        }
    }

    /// <summary>Sends to where the decision says. From any thread.</summary>
    /// <exception cref="SocketException">the kernel would not.</exception>
    public void Send(DhcpMessage message, DhcpDestination destination)
    {
        lock (_lock)
        {
            byte[] buffer = _buffer;
            int length = DhcpCodec.Write(message, buffer.AsSpan(UdpPacket.HeaderLength));
            switch (destination)
            {
                case DhcpDestination.Relay(var address): SendUdp(buffer, length, address, ServerPort); break;
                case DhcpDestination.Client(var address): SendUdp(buffer, length, address, ClientPort); break;
                case DhcpDestination.Hardware(var mac, var address): SendFrame(buffer, length, mac, address); break;
                case DhcpDestination.Broadcast: SendFrame(buffer, length, new(0xffff_ffff_ffff), Ipv4Address.LimitedBroadcast); break;
            }
        }
    }

    public void Dispose() => _packet.Dispose();

    // struct sockaddr_in, ip(7): family, port, address.
    private void SendUdp(byte[] buffer, int length, Ipv4Address to, int port)
    {
        var octets = _internet.Buffer.Span;
        BinaryPrimitives.WriteUInt16BigEndian(octets[2..], (ushort)port);
        to.WriteTo(octets[4..]);
        _udp.SendTo(buffer.AsSpan(UdpPacket.HeaderLength, length), SocketFlags.None, _internet);
    }

    private void SendFrame(byte[] buffer, int length, MacAddress mac, Ipv4Address to)
    {
        int whole = UdpPacket.Write(buffer, length, _own, ServerPort, to, ClientPort);
        _packet.SendTo(buffer.AsSpan(0, whole), SocketFlags.None, LinkLayer(mac));
    }

    // struct sockaddr_ll, packet(7): family, protocol, ifindex, hatype, pkttype, halen, addr[8].
    private SocketAddress LinkLayer(MacAddress mac)
    {
        var octets = _linkLayer.Buffer.Span;
        BinaryPrimitives.WriteUInt16BigEndian(octets[2..], EtherTypeIpv4);
        BitConverter.TryWriteBytes(octets[4..], _interface);
        octets[11] = MacAddress.Length;
        mac.WriteTo(octets[12..]);
        return _linkLayer;
    }
}

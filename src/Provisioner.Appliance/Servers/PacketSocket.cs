using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Provisioner.Wire;

namespace Provisioner.Appliance.Servers;

/// <summary>
/// Packet sockets (packet(7)) of one interface that hear one protocol through a filter. The kernel takes off and puts on the Ethernet header;
/// what we send ourselves is not heard.
/// </summary>
internal static class PacketSocket
{
    public const ushort Ipv4 = 0x0800, Arp = 0x0806;
    private const int AddressLength = 20, SenderAt = 12, LooksUp = 250; // ms

    /// <summary>Opens one.</summary>
    /// <param name="what">For the sentence when it fails: <c>ARP</c>.</param>
    /// <exception cref="ServerStartException">it can't be had.</exception>
    public static Socket Open(string interfaceName, ushort protocol, byte[] filter, string what)
    {
        int index = ServerSockets.IndexOf(interfaceName, what);
        Socket? socket = null;
        try
        {
            // Protocol 0 until it is bound: nothing comes in before the filter stands.
            // Disposing of a socket doesn't wake a receive on it here, as it does on a UDP socket: it looks up by itself.
            socket = new Socket(AddressFamily.Packet, SocketType.Dgram, 0) { ReceiveTimeout = LooksUp };
            SocketFilter.Attach(socket, filter);
            socket.Bind(new LinkLayer(Address(index, protocol, default)));
            return socket;
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            throw new ServerStartException($"{what} can't be heard on {interfaceName}: no packet socket ({e.Message}); start as root or with the capability net_raw");
        }
    }

    /// <summary>struct sockaddr_ll: family, protocol, ifindex, hatype, pkttype, halen, addr[8].</summary>
    public static SocketAddress Address(int index, ushort protocol, MacAddress mac)
    {
        var address = new SocketAddress(AddressFamily.Packet, AddressLength);
        var octets = address.Buffer.Span;
        BinaryPrimitives.WriteUInt16BigEndian(octets[2..], protocol);
        BitConverter.TryWriteBytes(octets[4..], index);
        octets[11] = MacAddress.Length;
        mac.WriteTo(octets[SenderAt..]);
        return address;
    }

    /// <summary>The hardware address that a packet came from.</summary>
    public static MacAddress SenderOf(SocketAddress from) => MacAddress.FromBytes(from.Buffer.Span[SenderAt..]);

    private sealed class LinkLayer(SocketAddress address) : EndPoint
    {
        public override AddressFamily AddressFamily => AddressFamily.Packet;

        public override SocketAddress Serialize() => address;

        public override EndPoint Create(SocketAddress socketAddress) => new LinkLayer(socketAddress);
    }
}

using System.Net.Sockets;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Appliance.Servers;

/// <summary>
/// Asks a link for DHCP servers: a DISCOVER under the interface's own MAC, once as an ordinary client and once as PXE firmware, for proxyDHCP
/// servers answer only those. Whoever offers is heard by <see cref="LinkWatch"/>; nothing is taken, so all it costs a server is an address
/// that it holds for a minute.
/// </summary>
internal static class OtherDhcpSearch
{
    private const int Largest = 600;

    /// <summary>Sends both.</summary>
    /// <param name="socket">A packet socket of the interface.</param>
    /// <param name="index">The interface's number.</param>
    /// <param name="mac">The interface's hardware address.</param>
    /// <param name="xid">A random number.</param>
    public static void Send(Socket socket, int index, MacAddress mac, uint xid)
    {
        Send(socket, index, Discover(mac, xid));
        Send(socket, index, Discover(mac, xid + 1,
            DhcpOption.Of(DhcpOptionCode.VendorClass, "PXEClient:Arch:00000:UNDI:002001"),
            new(DhcpOptionCode.ClientArchitecture, new byte[2]),
            new(DhcpOptionCode.ClientNetworkInterface, new byte[] { 1, 2, 1 }),
            new(DhcpOptionCode.ClientMachineIdentifier, new byte[17])));
    }

    private static DhcpMessage Discover(MacAddress mac, uint xid, params DhcpOption[] more) => new()
    {
        Xid = xid,
        ChAddr = mac,
        Broadcast = true,
        Options = new([DhcpOption.Of(DhcpOptionCode.MessageType, (byte)DhcpMessageType.Discover), .. more]),
    };

    private static void Send(Socket socket, int index, DhcpMessage discover)
    {
        var packet = new byte[Largest];
        int length = DhcpCodec.Write(discover, packet.AsSpan(UdpPacket.HeaderLength));
        int whole = UdpPacket.Write(packet, length, Ipv4Address.Any, DhcpSender.ClientPort, Ipv4Address.LimitedBroadcast, DhcpSender.ServerPort);
        socket.SendTo(packet.AsSpan(0, whole), SocketFlags.None, PacketSocket.Address(index, PacketSocket.Ipv4, new(0xffff_ffff_ffff)));
    }
}

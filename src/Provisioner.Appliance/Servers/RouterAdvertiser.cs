using System.Net;
using System.Net.Sockets;
using System.Text;
using Provisioner.Domain.Networks;
using Provisioner.Wire.Icmpv6;

namespace Provisioner.Appliance.Servers;

/// <summary>
/// Answers router solicitations of a served interface with "no router here". iPXE starts IPv6 autoconfiguration beside DHCP and boots only when
/// both have ended; where nobody answers its solicitations it waits 17 s (seen with Debian 12's iPXE ROM, 1.0.0+git-20190125).
/// An answer ends that wait at once and gives nobody a route: the lifetime is 0. Where IPv6 is off, nothing is opened and nothing is lost but time.
/// </summary>
internal sealed class RouterAdvertiser(ServedNetwork network) : IDisposable
{
    private const int SolSocket = 1, SoBindToDevice = 25, IcmpV6Level = 58, Icmp6Filter = 1, UnicastHops = 16, MulticastHops = 18, Ipv6Level = 41;
    private const int HopLimit = 255; // RFC 4861 §6.1.2: others are dropped, so that none comes from beyond a router
    private static readonly IPAddress AllRouters = IPAddress.Parse("ff02::2"), AllNodes = IPAddress.Parse("ff02::1");

    private readonly byte[] _answer = new byte[RouterAdvertisement.Length];
    private Socket? _socket;
    private UdpListener? _listener;
    private int _index;

    /// <summary>Answers from now on, if the interface has IPv6.</summary>
    public void Start()
    {
        RouterAdvertisement.WriteNoRouter(_answer);
        try
        {
            _index = ServerSockets.IndexOf(network.Interface, "IPv6");
            _socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Raw, ProtocolType.IcmpV6);
            _socket.SetRawSocketOption(SolSocket, SoBindToDevice, Encoding.ASCII.GetBytes(network.Interface + "\0"));
            _socket.SetRawSocketOption(Ipv6Level, UnicastHops, BitConverter.GetBytes(HopLimit));
            _socket.SetRawSocketOption(Ipv6Level, MulticastHops, BitConverter.GetBytes(HopLimit));
            _socket.SetRawSocketOption(IcmpV6Level, Icmp6Filter, OnlySolicitations());
            _socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.AddMembership, new IPv6MulticastOption(AllRouters, _index));
        }
        catch (SocketException)
        {
            _socket?.Dispose(); // no IPv6 on this interface or in this kernel
            return;
        }
        _listener = new UdpListener(_socket, $"ra {network.Interface}", Answer);
    }

    // RFC 3542 §3.2: a bit that is set blocks its type.
    private static byte[] OnlySolicitations()
    {
        var filter = Enumerable.Repeat((byte)0xff, 32).ToArray();
        filter[RouterAdvertisement.SolicitationType / 8] &= unchecked((byte)~(1 << RouterAdvertisement.SolicitationType % 8));
        return filter;
    }

    // To all nodes: iPXE has no address yet that could be asked for, and the answer says the same to everybody.
    private void Answer(ReadOnlySpan<byte> datagram, SocketAddress from)
    {
        if (!RouterAdvertisement.IsSolicitation(datagram)) return;
        try
        {
            _socket!.SendTo(_answer, new IPEndPoint(new IPAddress(AllNodes.GetAddressBytes(), _index), 0));
        }
        catch (SocketException)
        {
            // The interface lost its link-local address: the machine waits as it would without us.
        }
    }

    public void Dispose()
    {
        _listener?.Dispose();
        _socket?.Dispose();
    }
}

using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Provisioner.Domain.Networks;

namespace Provisioner.Appliance.Servers;

/// <summary>
/// Sockets bound to one interface (SO_BINDTODEVICE): replies leave where the request came in, nothing is heard from other interfaces,
/// and no packet information is needed, which costs .NET an allocation a packet.
/// </summary>
internal static partial class ServerSockets
{
    private const int SolSocket = 1, SoBindToDevice = 25, SoReceiveBufferForce = 33;
    private const int ReceiveBuffer = 4 << 20; // a rack switched on at once: some 10,000 DISCOVERs of 300 octets

    /// <summary>A UDP socket on a port of an interface.</summary>
    /// <param name="what">For the sentence when it fails: <c>DHCP</c>.</param>
    /// <exception cref="ServerStartException">it can't be had.</exception>
    public static Socket Udp(ServedNetwork network, IPAddress address, int port, string what) =>
        Bound(new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp), network, new(address, port), what);

    /// <summary>A UDP socket on a port of the kernel's choice, connected to one client: for an exchange that has its own port, and many at once.</summary>
    /// <exception cref="ServerStartException">it can't be had.</exception>
    public static Socket UdpTo(ServedNetwork network, IPEndPoint client, string what)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        try
        {
            socket.SetRawSocketOption(SolSocket, SoBindToDevice, Encoding.ASCII.GetBytes(network.Interface + "\0"));
            socket.Bind(new IPEndPoint(network.Address, 0));
            socket.Connect(client);
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new ServerStartException($"{what} to {client} over {network.Interface}: {e.Message}");
        }
    }

    /// <summary>A listening TCP socket on the served address.</summary>
    /// <param name="alsoClose">Closed when it can't be had: the UDP socket of the same service.</param>
    /// <exception cref="ServerStartException">it can't be had.</exception>
    public static Socket Tcp(ServedNetwork network, int port, string what, IDisposable alsoClose)
    {
        try
        {
            var socket = Bound(new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp), network, new(network.Address, port), what);
            socket.Listen(1024); // a rack that is switched on at once
            return socket;
        }
        catch
        {
            alsoClose.Dispose();
            throw;
        }
    }

    /// <summary>The kernel's number of an interface.</summary>
    /// <exception cref="ServerStartException">there is none of that name.</exception>
    public static int IndexOf(string name, string what)
    {
        uint index = IfNameToIndex(name);
        if (index != 0) return (int)index;
        var others = string.Join(", ", NetworkInterface.GetAllNetworkInterfaces().Select(i => i.Name));
        throw new ServerStartException($"{what} can't be served on {name}: there is no such interface; name one of {others}");
    }

    private static Socket Bound(Socket socket, ServedNetwork network, IPEndPoint local, string what)
    {
        bool udp = socket.ProtocolType == ProtocolType.Udp;
        try
        {
            IndexOf(network.Interface, what);
            if (!udp) socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.SetRawSocketOption(SolSocket, SoBindToDevice, Encoding.ASCII.GetBytes(network.Interface + "\0"));
            if (udp) EnlargeReceiveBuffer(socket);
            socket.Bind(local);
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new ServerStartException(Sentence(e, network, local, udp, what));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string Sentence(SocketException e, ServedNetwork network, IPEndPoint local, bool udp, string what)
    {
        string place = $"{what} can't be served on {network.Interface}, {(udp ? "UDP" : "TCP")} port {local.Port}";
        return e.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => $"{place}: {PortHolder.InWords(local.Port, udp)} has it already; stop that, or serve another interface",
            SocketError.AddressNotAvailable => $"{place}: {local.Address} is not an address of this machine; add it (ip address add {local.Address}/{network.PrefixLength} dev {network.Interface}) or name another",
            SocketError.AccessDenied => $"{place}: not permitted; start as root, or with the capabilities net_bind_service, net_raw and net_admin",
            _ => $"{place}: {e.Message}",
        };
    }

    private static void EnlargeReceiveBuffer(Socket socket)
    {
        try
        {
            socket.SetRawSocketOption(SolSocket, SoReceiveBufferForce, BitConverter.GetBytes(ReceiveBuffer));
        }
        catch (SocketException)
        {
            socket.ReceiveBufferSize = ReceiveBuffer; // without net_admin: as much as net.core.rmem_max allows
        }
    }

    [LibraryImport("libc", EntryPoint = "if_nametoindex", StringMarshalling = StringMarshalling.Utf8)]
    private static partial uint IfNameToIndex(string name);
}

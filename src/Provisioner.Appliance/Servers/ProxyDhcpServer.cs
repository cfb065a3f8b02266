using System.Net;
using System.Net.Sockets;
using Provisioner.Domain.Dhcp;
using Provisioner.Domain.Events;
using Provisioner.Domain.Networks;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Appliance.Servers;

/// <summary>Port 4011 of one interface: PXE boot server requests of machines that hold a lease of ours (PXE 2.1 §2.2.4).</summary>
internal sealed class ProxyDhcpServer(ServedNetwork network, LeaseBook leases, Action<Sighting> note, TimeProvider time) : IDisposable
{
    private const int Port = 4011;
    private readonly DhcpSightings _sightings = new(leases, note, time);
    private readonly byte[] _reply = new byte[2048];
    private Socket? _socket;
    private UdpListener? _listener;

    /// <summary>Opens the port and answers from now on.</summary>
    /// <exception cref="ServerStartException">port, interface or permission are missing; one sentence with the cure.</exception>
    public void Start()
    {
        _socket = ServerSockets.Udp(network, network.Address, Port, "PXE boot service");
        _listener = new UdpListener(_socket, $"pxe {network.Interface}", Receive);
    }

    public void Dispose()
    {
        _listener?.Dispose();
        _socket?.Dispose();
    }

    private void Receive(ReadOnlySpan<byte> datagram, SocketAddress from)
    {
        DhcpMessage message;
        try
        {
            message = DhcpCodec.Parse(datagram);
        }
        catch (WireException)
        {
            return;
        }
        var answer = leases.AnswerProxy(network, message, leases.Clock.Now);
        _sightings.Asked(message);
        try
        {
            // Some ROMs ask from 68, others from 4011: the reply goes back to where the request came from.
            if (answer is DhcpAnswer.Reply reply) _socket!.SendTo(_reply.AsSpan(0, DhcpCodec.Write(reply.Message, _reply)), SocketFlags.None, from);
            _sightings.Answered(message, answer);
        }
        catch (Exception e) when (e is SocketException or WireException)
        {
            _sightings.Failed(message, $"the answer could not be sent: {e.Message}");
        }
    }
}

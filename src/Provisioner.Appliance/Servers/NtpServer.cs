using System.Net;
using System.Net.Sockets;
using Provisioner.Domain.Networks;
using Provisioner.Domain.Ntp;
using Provisioner.Wire;
using Provisioner.Wire.Ntp;

namespace Provisioner.Appliance.Servers;

/// <summary>The time on port 123 of one interface, for its own subnet: RFC 5905 §14.</summary>
internal sealed class NtpServer(ServedNetwork network, TimeProvider time) : IDisposable
{
    private const int Port = 123;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private readonly NtpClients _clients = new();
    private readonly Ipv4Subnet _subnet = network.Subnet;
    private readonly byte[] _reply = new byte[NtpCodec.Length];
    private Socket? _socket;
    private UdpListener? _listener;
    private HostClock? _clock;
    private long _readAt;

    /// <summary>The listener's faults, for tests.</summary>
    public Exception? LastFault => _listener?.LastFault;

    /// <summary>Opens the port and answers from now on.</summary>
    /// <exception cref="ServerStartException">port, interface or permission are missing; one sentence with the cure.</exception>
    public void Start()
    {
        _socket = ServerSockets.Udp(network, network.Address, Port, "NTP");
        _listener = new UdpListener(_socket, $"ntp {network.Interface}", Receive);
    }

    public void Dispose()
    {
        _listener?.Dispose();
        _socket?.Dispose();
    }

    private void Receive(ReadOnlySpan<byte> datagram, SocketAddress from)
    {
        var received = time.GetUtcNow();
        var client = Ipv4Address.FromBytes(from.Buffer.Span[4..]);
        if (!_subnet.Contains(client)) return;
        try
        {
            var request = NtpCodec.Parse(datagram);
            if (request.Mode != NtpMode.Client) return; // before it counts against the client
            if (NtpAnswer.For(request, _clients.Take(client, time.GetElapsedTime(0)), Clock(), received) is not { } answer) return;
            if (answer.Transmit == default) answer = answer with { Transmit = NtpTimestamp.From(time.GetUtcNow()) };
            _socket!.SendTo(_reply.AsSpan(0, NtpCodec.Write(answer, _reply)), SocketFlags.None, from);
        }
        catch (WireException)
        {
            // Not NTP: as if it had not come.
        }
        catch (SocketException)
        {
            // It will ask again.
        }
    }

    private HostClock Clock()
    {
        if (_clock is { } known && time.GetElapsedTime(_readAt) < Fresh) return known;
        _readAt = time.GetTimestamp();
        return _clock = KernelClock.Read(time);
    }
}

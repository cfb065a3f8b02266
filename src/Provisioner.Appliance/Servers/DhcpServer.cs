using System.Net;
using System.Net.Sockets;
using Provisioner.Domain.Dhcp;
using Provisioner.Domain.Events;
using Provisioner.Domain.Networks;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Appliance.Servers;

/// <summary>
/// DHCP on port 67 of one interface: parse, one look at memory, decision, lease on disk, reply, event. One thread receives and decides, and
/// sends what needs no disk (offers, refusals); <see cref="WaitingReplies"/> sends the rest when it is durable. More threads don't pay: a
/// decision takes 2 µs, the socket's calls take more.
/// </summary>
internal sealed class DhcpServer(ServedNetwork network, LeaseBook leases, Action<Sighting> note, TimeProvider time) : IDisposable
{
    private readonly DhcpSightings _sightings = new(leases, note, time);
    private readonly HeldReplies _held = new(time);
    private Socket? _socket;
    private DhcpSender? _sender;
    private WaitingReplies? _waiting;
    private UdpListener? _listener;
    private OfferCheck? _check;
    private long _malformed;

    /// <summary>Asks the link before an address is offered that its client never had; without it nobody is asked.</summary>
    public LinkWatch? Watch { get; init; }

    /// <summary>Where it is remembered on which switch port a machine hangs, and told when that changes; without it nobody looks.</summary>
    public SwitchPorts? Ports { get => _sightings.Ports; init => _sightings.Ports = value; }

    /// <summary>Datagrams that were no DHCP.</summary>
    public long Malformed => Interlocked.Read(ref _malformed);

    /// <summary>The listener's faults, for tests.</summary>
    public Exception? LastFault => _listener?.LastFault;

    /// <summary>Opens the port and answers from now on.</summary>
    /// <exception cref="ServerStartException">port, interface or permission are missing; one sentence with the cure.</exception>
    public void Start()
    {
        ServerSockets.Udp(network, network.Address, 0, "DHCP").Dispose(); // the address must be there, or every lease would point at nobody
        _socket = ServerSockets.Udp(network, IPAddress.Any, DhcpSender.ServerPort, "DHCP");
        _socket.EnableBroadcast = true;
        _sender = new DhcpSender(_socket, network);
        _waiting = new WaitingReplies(leases, $"dhcp {network.Interface} acks", Send, _sightings.Failed);
        if (Watch is not null) _check = new(Watch.Probe, leases, note, time);
        _listener = new UdpListener(_socket, $"dhcp {network.Interface}", (datagram, _) => Receive(datagram));
    }

    public void Dispose()
    {
        _listener?.Dispose();
        _waiting?.Dispose();
        _sender?.Dispose();
        _socket?.Dispose();
    }

    private void Receive(ReadOnlySpan<byte> datagram)
    {
        DhcpMessage message;
        try
        {
            message = DhcpCodec.Parse(datagram);
        }
        catch (WireException)
        {
            Interlocked.Increment(ref _malformed);
            return;
        }
        _sightings.Asked(message);
        Answer(message, tries: 0);
    }

    private void Answer(DhcpMessage message, int tries)
    {
        var (answer, commit) = leases.Answer(network, message, leases.Clock.Now);
        if (_check is { } check && answer is DhcpAnswer.Reply { AskFirst: true } offer
            && !check.Passes(message, offer, tries, () => Send(message, answer), () => Answer(message, tries + 1))) return;
        if (commit is null) Send(message, answer);
        else _waiting!.Add(message, answer, commit);
    }

    private void Send(DhcpMessage message, DhcpAnswer answer)
    {
        if (answer is not DhcpAnswer.Reply { Delay: var delay } || !_held.Hold(delay, () => SendNow(message, answer))) SendNow(message, answer);
    }

    private void SendNow(DhcpMessage message, DhcpAnswer answer)
    {
        try
        {
            if (answer is DhcpAnswer.Reply reply) _sender!.Send(reply.Message, reply.Destination);
            _sightings.Answered(message, answer);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or WireException)
        {
            _sightings.Failed(message, $"the answer could not be sent on {network.Interface}: {e.Message}");
        }
    }
}

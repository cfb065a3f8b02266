using System.Net;
using System.Net.Sockets;
using Provisioner.Appliance.Store.Leases;
using Provisioner.Domain.Dhcp;
using Provisioner.Domain.Events;
using Provisioner.Domain.Networks;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Appliance.Servers;

/// <summary>
/// DHCP on port 67 of one interface: parse, one look at memory, decision, lease on disk, reply, event. All of it on the one thread that
/// receives: what waits in the socket is decided on first, then one commit makes all its leases durable, then their replies leave. So a
/// quiet network costs a sync a lease and a flood costs one for many. Replies that need no disk leave at once.
/// </summary>
internal sealed class DhcpServer(ServedNetwork network, LeaseBook leases, Action<Sighting> note, TimeProvider time) : IDisposable
{
    private readonly DhcpSightings _sightings = new(leases, note, time);
    private readonly List<(DhcpMessage Message, DhcpAnswer Answer, LeaseCommit Commit)> _undurable = [];
    private Socket? _socket;
    private DhcpSender? _sender;
    private UdpListener? _listener;
    private OfferCheck? _check;
    private long _malformed;

    /// <summary>Asks the link before an address is offered that its client never had; without it nobody is asked.</summary>
    public LinkWatch? Watch { get; init; }

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
        if (Watch is not null) _check = new(Watch.Probe, leases, note, time);
        _listener = new UdpListener(_socket, $"dhcp {network.Interface}", (datagram, _) => Receive(datagram), pause: SendDurable);
    }

    public void Dispose()
    {
        _listener?.Dispose();
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
        else if (tries == 0) _undurable.Add((message, answer, commit));
        else SendWhenDurable(message, answer, commit); // the check's thread
    }

    private void SendDurable()
    {
        foreach (var (message, answer, commit) in _undurable) SendWhenDurable(message, answer, commit);
        _undurable.Clear();
    }

    private void SendWhenDurable(DhcpMessage message, DhcpAnswer answer, LeaseCommit commit)
    {
        if (leases.IsDurable(commit)) Send(message, answer);
        else _sightings.Failed(message, $"the lease could not be written to disk, so nothing was promised: {commit.Why}");
    }

    private void Send(DhcpMessage message, DhcpAnswer answer)
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

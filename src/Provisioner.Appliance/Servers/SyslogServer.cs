using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Provisioner.Domain.Events;
using Provisioner.Domain.Networks;
using Provisioner.Wire;
using Provisioner.Wire.Syslog;

namespace Provisioner.Appliance.Servers;

/// <summary>
/// Takes syslog lines of machines and puts each onto the timeline of the one that holds the sender's lease. Whoever else sends is counted.
/// </summary>
/// <param name="port"><see cref="Port"/>, or <see cref="IpxePort"/>.</param>
internal sealed class SyslogServer(ServedNetwork network, int port, LeaseBook leases, Action<Sighting> note, TimeProvider time) : IDisposable
{
    /// <summary>Where installers are pointed at.</summary>
    public const int Port = 5247;

    /// <summary>iPXE knows no other (its SYSLOG_PORT), nor do most BMCs and switches.</summary>
    public const int IpxePort = 514;

    // Half of what a machine may put onto its timeline: a talkative installer must not push its DHCP and TFTP lines off it.
    private const double Burst = 100, PerSecond = 0.5;
    private readonly ConcurrentDictionary<MacAddress, RateLimit> _limits = new();
    private Socket? _socket;
    private UdpListener? _listener;
    private long _strangers, _malformed, _dropped;

    /// <summary>Lines of senders that are no machine's.</summary>
    public long Strangers => Interlocked.Read(ref _strangers);

    /// <summary>Datagrams without anything to read.</summary>
    public long Malformed => Interlocked.Read(ref _malformed);

    /// <summary>Lines of machines beyond the limit.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>The listener's faults, for tests.</summary>
    public Exception? LastFault => _listener?.LastFault;

    /// <summary>Opens the port and takes lines from now on.</summary>
    /// <exception cref="ServerStartException">port, interface or permission are missing; one sentence with the cure.</exception>
    public void Start()
    {
        _socket = ServerSockets.Udp(network, network.Address, port, "syslog");
        _listener = new UdpListener(_socket, $"syslog {network.Interface}", Receive);
    }

    public void Dispose()
    {
        _listener?.Dispose();
        _socket?.Dispose();
    }

    private void Receive(ReadOnlySpan<byte> datagram, SocketAddress from)
    {
        var now = time.GetUtcNow();
        if (MachineAt(Ipv4Address.FromBytes(from.Buffer.Span[4..])) is not { } mac)
        {
            Interlocked.Increment(ref _strangers);
            return;
        }
        if (!_limits.GetOrAdd(mac, _ => new(Burst, PerSecond, time)).Takes())
        {
            Interlocked.Increment(ref _dropped);
            return;
        }
        try
        {
            var (text, level) = SyslogLine.Of(SyslogCodec.Parse(datagram));
            note(new(mac, now, SyslogLine.Kind, text, level));
        }
        catch (WireException)
        {
            Interlocked.Increment(ref _malformed);
        }
    }

    private MacAddress? MachineAt(Ipv4Address sender) =>
        leases.ByAddress(sender.ToIPAddress()) is { } lease && lease.IsBound(leases.Clock.Now) && leases.IsMachine(lease.Mac) ? lease.Mac : null;
}

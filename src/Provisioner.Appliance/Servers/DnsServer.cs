using System.Net;
using System.Net.Sockets;
using Provisioner.Domain.Dns;
using Provisioner.Domain.Networks;
using Provisioner.Wire;
using Provisioner.Wire.Dns;

namespace Provisioner.Appliance.Servers;

/// <summary>
/// DNS on port 53, UDP and TCP, of the served addresses: names of the machines from memory, on the receiving thread; all others are asked of
/// upstream servers, and only for who lies in a served network.
/// </summary>
/// <param name="upstream">Servers for other names; with none, those of /etc/resolv.conf.</param>
internal sealed class DnsServer(
    IReadOnlyList<ServedNetwork> networks, Func<DnsZone> zone, IReadOnlyList<IPEndPoint> upstream, TimeProvider time) : IDisposable
{
    public const int Port = 53;
    private const int LargestMessage = 65535;
    private readonly List<IDisposable> _parts = [];
    private readonly Ipv4Subnet[] _subnets = [.. networks.Select(n => n.Subnet)];
    private readonly DnsForwarder _forwarder = new(Upstream(upstream, [.. networks.Select(n => n.Address)]), time);

    /// <summary>Opens the ports and answers from now on.</summary>
    /// <exception cref="ServerStartException">port, interface or permission are missing; one sentence with the cure.</exception>
    public void Start()
    {
        try
        {
            foreach (var network in networks) Open(network);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var part in _parts) part.Dispose();
        _parts.Clear();
    }

    private void Open(ServedNetwork network)
    {
        var udp = ServerSockets.Udp(network, network.Address, Port, "DNS");
        var tcp = ServerSockets.Tcp(network, Port, "DNS", alsoClose: udp);
        var buffer = new byte[LargestMessage];
        _parts.Add(new UdpListener(udp, $"dns {network.Interface}", (datagram, from) => OnDatagram(udp, buffer, datagram, from)));
        _parts.Add(new DnsTcpListener(tcp, AnswerTcpAsync, time));
    }

    private void OnDatagram(Socket socket, byte[] buffer, ReadOnlySpan<byte> datagram, SocketAddress from)
    {
        int maximum = DnsCodec.PlainUdpMaximum;
        DnsAnswer answer;
        DnsMessage? query = null;
        try
        {
            query = DnsCodec.Parse(datagram);
            maximum = UdpMaximum(query);
            answer = DnsAnswer.For(query, zone(), IsServed(Ipv4Address.FromBytes(from.Buffer.Span[4..])));
        }
        catch (WireException)
        {
            answer = FormErr(datagram);
        }
        switch (answer)
        {
            case DnsAnswer.Reply reply:
                Send(socket, buffer.AsSpan(0, DnsCodec.Write(reply.Message, buffer, maximum)), from);
                break;
            case DnsAnswer.Forward:
                var client = new SocketAddress(AddressFamily.InterNetwork);
                from.Buffer.Span[..from.Size].CopyTo(client.Buffer.Span);
                _ = ForwardAsync(socket, query!, datagram.ToArray(), client);
                break;
        }
    }

    private async Task ForwardAsync(Socket socket, DnsMessage query, byte[] octets, SocketAddress client)
    {
        var answer = await _forwarder.AskAsync(octets, query, tcp: false).ConfigureAwait(false) ?? ServFail(query);
        Send(socket, answer, client);
    }

    private async Task<byte[]?> AnswerTcpAsync(byte[] octets, IPAddress client)
    {
        DnsAnswer answer;
        DnsMessage? query = null;
        try
        {
            query = DnsCodec.Parse(octets);
            answer = DnsAnswer.For(query, zone(), IsServed(Ipv4Address.From(client)));
        }
        catch (WireException)
        {
            answer = FormErr(octets);
        }
        return answer switch
        {
            DnsAnswer.Reply reply => Octets(reply.Message),
            DnsAnswer.Forward => await _forwarder.AskAsync(octets, query!, tcp: true).ConfigureAwait(false) ?? ServFail(query!),
            _ => null,
        };
    }

    private bool IsServed(Ipv4Address client) => Array.Exists(_subnets, s => s.Contains(client));

    private static int UdpMaximum(DnsMessage query) =>
        query.Opt is { } opt ? Math.Clamp((int)opt.Class, DnsCodec.PlainUdpMaximum, DnsCodec.UdpMaximum) : DnsCodec.PlainUdpMaximum;

    // Something that can't be read is told so, if at least its header can and it is no answer: never an answer to an answer.
    private static DnsAnswer FormErr(ReadOnlySpan<byte> octets) =>
        octets.Length >= DnsCodec.HeaderLength && (octets[2] & 0x80) == 0
            ? new DnsAnswer.Reply(new() { Id = (ushort)(octets[0] << 8 | octets[1]), IsResponse = true, Opcode = octets[2] >> 3 & 15, Result = DnsResult.FormErr })
            : new DnsAnswer.Silence("no DNS message");

    private static byte[] ServFail(DnsMessage query) => Octets(DnsAnswer.Result(query, DnsResult.ServFail).Message);

    private static byte[] Octets(DnsMessage message)
    {
        var buffer = new byte[4096];
        return buffer[..DnsCodec.Write(message, buffer, buffer.Length)];
    }

    private static void Send(Socket socket, ReadOnlySpan<byte> octets, SocketAddress to)
    {
        try
        {
            socket.SendTo(octets, SocketFlags.None, to);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It will ask again, or we are stopping.
        }
    }

    private static Func<IReadOnlyList<IPEndPoint>> Upstream(IReadOnlyList<IPEndPoint> named, IReadOnlyCollection<IPAddress> own)
    {
        if (named.Count > 0) return () => named;
        var resolv = new ResolvConf(own);
        return () => resolv.Servers;
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Provisioner.Domain.Dns;
using Provisioner.Domain.Networks;
using Provisioner.Wire;
using Provisioner.Wire.Dns;

namespace Provisioner.Appliance.Servers;

/// <summary>What the DNS servers of all networks share.</summary>
/// <param name="Zones">The names that are ours, as they are now.</param>
/// <param name="IsServed">Who asks from there is answered.</param>
/// <param name="Forwarder">Finds out what isn't ours.</param>
/// <param name="Cookies">Makes and knows cookies.</param>
internal sealed record DnsParts(Func<DnsZones> Zones, Func<Ipv4Address, bool> IsServed, DnsForwarder Forwarder, DnsCookies Cookies);

/// <summary>
/// DNS on port 53, UDP and TCP, of a served address. What is ours, and what the cache has, is answered on the receiving thread without an
/// allocation; the rest is handed on.
/// </summary>
internal sealed class DnsServer(ServedNetwork network, DnsParts parts, TimeProvider time) : IDisposable
{
    public const int Port = 53;
    private const int MostWaiting = 4096;
    private readonly List<IDisposable> _parts = [];
    private readonly ConcurrentBag<DnsResponder> _responders = [];
    private int _waiting;

    /// <summary>Opens the ports and answers from now on.</summary>
    /// <exception cref="ServerStartException">port, interface or permission are missing; one sentence with the cure.</exception>
    public void Start()
    {
        var udp = ServerSockets.Udp(network, network.Address, Port, "DNS");
        var tcp = ServerSockets.Tcp(network, Port, "DNS", alsoClose: udp);
        var responder = new DnsResponder(parts.Cookies);
        _parts.Add(new UdpListener(udp, $"dns {network.Interface}", (datagram, from, answer) => OnDatagram(udp, responder, datagram, from, answer)));
        _parts.Add(new DnsTcpListener(tcp, AnswerTcpAsync, time));
    }

    public void Dispose()
    {
        foreach (var part in _parts) part.Dispose();
        _parts.Clear();
    }

    private int OnDatagram(Socket socket, DnsResponder responder, ReadOnlySpan<byte> datagram, ReadOnlySpan<byte> from, Span<byte> answer)
    {
        var asker = Asker(Ipv4Address.FromBytes(from[4..]), tcp: false);
        var decision = AnswerNow(responder, datagram, asker, answer);
        if (decision.Step == DnsStep.Ask) HandOn(socket, datagram, asker, from);
        return decision.Step == DnsStep.Reply ? decision.Length : 0;
    }

    // From our names or from the cache.
    private DnsDecision AnswerNow(DnsResponder responder, ReadOnlySpan<byte> datagram, in DnsAsker asker, Span<byte> reply)
    {
        var query = DnsQuery.Read(datagram, responder.Name);
        var zones = parts.Zones();
        var decision = responder.Answer(query, zones, asker, reply);
        if (decision.Step != DnsStep.Ask) return decision;
        if (parts.Forwarder.Cache.Find(DnsCacheKey.Of(query, responder.Wanted), asker.Now) is { } found) return responder.Answer(query, zones, asker, reply, found);
        // An upstream server that asks us what we ask it just now will not know it from us.
        return parts.Forwarder.IsLoop(asker.Address.ToIPAddress(), responder.Wanted, query.Type, query.DnssecOk, query.CheckingDisabled)
            ? responder.Answer(query, zones, asker, reply, ResolvedAnswer.Failed(asker.Now)) : decision;
    }

    private void HandOn(Socket socket, ReadOnlySpan<byte> datagram, DnsAsker asker, ReadOnlySpan<byte> from)
    {
        if (Interlocked.Increment(ref _waiting) > MostWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            return; // it will ask again
        }
        var octets = datagram.ToArray();
        var client = new SocketAddress(AddressFamily.InterNetwork);
        from.CopyTo(client.Buffer.Span);
        _ = Task.Run(async () =>
        {
            try
            {
                if (await AnswerLaterAsync(octets, asker).ConfigureAwait(false) is { } answer) Send(socket, answer, client);
            }
            finally
            {
                Interlocked.Decrement(ref _waiting);
            }
        });
    }

    // Over TCP too: what can be answered at once is.
    private Task<byte[]?> AnswerTcpAsync(byte[] octets, IPAddress client) => AnswerLaterAsync(octets, Asker(Ipv4Address.From(client), tcp: true));

    private async Task<byte[]?> AnswerLaterAsync(byte[] octets, DnsAsker asker)
    {
        var responder = _responders.TryTake(out var free) ? free : new DnsResponder(parts.Cookies);
        try
        {
            var buffer = new byte[asker.Tcp ? DnsCodec.TcpMaximum : DnsCodec.UdpMaximum];
            var decision = AnswerNow(responder, octets, asker, buffer);
            if (decision.Step == DnsStep.Ask)
            {
                var found = await Wanted(responder, octets).ConfigureAwait(false);
                decision = responder.Answer(DnsQuery.Read(octets, responder.Name), parts.Zones(), asker with { Now = Now }, buffer, found);
            }
            return decision.Step == DnsStep.Reply ? buffer[..decision.Length] : null;
        }
        finally
        {
            _responders.Add(responder);
        }
    }

    private Task<ResolvedAnswer> Wanted(DnsResponder responder, byte[] octets)
    {
        var name = responder.Wanted.From(0).ToArray();
        var query = DnsQuery.Read(octets, responder.Name);
        return parts.Forwarder.AskAsync(name, query.Type, query.DnssecOk, query.CheckingDisabled);
    }

    private DnsAsker Asker(Ipv4Address client, bool tcp) => new(client, parts.IsServed(client), tcp, Now);

    private uint Now => (uint)time.GetUtcNow().ToUnixTimeSeconds();

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
}

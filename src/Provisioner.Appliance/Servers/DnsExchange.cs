using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Provisioner.Domain.Dns;
using Provisioner.Wire.Dns;

namespace Provisioner.Appliance.Servers;

/// <summary>
/// One question to one upstream server: from a socket of its own, and so from a random port, under a random number and in a random case (RFC 5452,
/// draft-vixie-dnsext-dns0x20). What answers something else is not heard; what is cut off is asked again over TCP.
/// </summary>
internal sealed class DnsExchange(IPEndPoint server, byte[] name, DnsType type, bool dnssecOk, bool checkingDisabled, uint now)
{
    private const int LargestAnswer = 4096;
    private static readonly TimeSpan PatienceWithUdp = TimeSpan.FromSeconds(1.2), PatienceWithTcp = TimeSpan.FromSeconds(2);

    /// <summary>What came of it; a failure names the reason.</summary>
    public async Task<UpstreamAnswer> RunAsync(TimeProvider time, CancellationToken cancel)
    {
        var query = Query();
        try
        {
            var answer = await OverUdpAsync(query, time, cancel).ConfigureAwait(false);
            return answer is UpstreamAnswer.OverTcp ? await OverTcpAsync(query, time, cancel).ConfigureAwait(false) : answer;
        }
        catch (OperationCanceledException)
        {
            return new UpstreamAnswer.Failed("no answer in time");
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return new UpstreamAnswer.Failed(e.Message);
        }
    }

    private async Task<UpstreamAnswer> OverUdpAsync(byte[] query, TimeProvider time, CancellationToken cancel)
    {
        using var soon = new CancellationTokenSource(PatienceWithUdp, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(soon.Token, cancel);
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server, both.Token).ConfigureAwait(false); // from here on the kernel hears nobody else
        await socket.SendAsync(query, both.Token).ConfigureAwait(false);
        var buffer = new byte[LargestAnswer];
        while (true)
        {
            int length = await socket.ReceiveAsync(buffer, both.Token).ConfigureAwait(false);
            var answer = UpstreamAnswer.Judge(buffer.AsSpan(0, length), query, overTcp: false, dnssecOk, now);
            if (answer is not UpstreamAnswer.NotOurs) return answer;
        }
    }

    private async Task<UpstreamAnswer> OverTcpAsync(byte[] query, TimeProvider time, CancellationToken cancel)
    {
        using var soon = new CancellationTokenSource(PatienceWithTcp, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(soon.Token, cancel);
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server, both.Token).ConfigureAwait(false);
        await using var stream = new NetworkStream(socket);
        await DnsTcp.WriteAsync(stream, query, both.Token).ConfigureAwait(false);
        var answer = await DnsTcp.ReadAsync(stream, both.Token).ConfigureAwait(false);
        if (answer is null) return new UpstreamAnswer.Failed("the connection ended without an answer");
        return UpstreamAnswer.Judge(answer, query, overTcp: true, dnssecOk, now) is UpstreamAnswer.Taken taken ? taken : new UpstreamAnswer.Failed("no answer to the question over TCP");
    }

    private byte[] Query()
    {
        Span<byte> chance = stackalloc byte[2 + (DnsName.MaximumLength + 7) / 8];
        RandomNumberGenerator.Fill(chance);
        var cased = (byte[])name.Clone();
        for (int i = 0; i < cased.Length; i++)
            if (cased[i] is >= (byte)'a' and <= (byte)'z' && (chance[2 + i / 8] >> i % 8 & 1) != 0) cased[i] -= 0x20;
        var query = new byte[DnsCodec.HeaderLength + cased.Length + 4 + DnsQuery.OptLength];
        DnsCodec.WriteQuery(query, (ushort)(chance[0] << 8 | chance[1]), cased, type, dnssecOk, checkingDisabled);
        return query;
    }
}

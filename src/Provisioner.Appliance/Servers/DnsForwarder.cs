using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Provisioner.Wire;
using Provisioner.Wire.Dns;

namespace Provisioner.Appliance.Servers;

/// <summary>
/// Asks the upstream servers, one after the other: each query from a port of its own and under a number of its own, both random, and only
/// an answer from that server, with that number, to that question is taken (RFC 5452 §9).
/// </summary>
internal sealed class DnsForwarder(Func<IReadOnlyList<IPEndPoint>> upstream, TimeProvider time)
{
    private const int MostAtOnce = 512;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4), PatienceWithOne = TimeSpan.FromSeconds(1.5);
    private int _underWay;

    /// <summary>The answer's octets under the asker's own number; null when no server gave one in time.</summary>
    public async Task<byte[]?> AskAsync(byte[] query, DnsMessage asked, bool tcp)
    {
        if (Interlocked.Increment(ref _underWay) > MostAtOnce)
        {
            Interlocked.Decrement(ref _underWay);
            return null;
        }
        try
        {
            using var deadline = new CancellationTokenSource(Patience, time);
            foreach (var server in upstream())
                if (await AskOneAsync(server, query, asked, tcp, deadline.Token).ConfigureAwait(false) is { } answer)
                {
                    BinaryPrimitives.WriteUInt16BigEndian(answer, asked.Id);
                    return answer;
                }
            return null;
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    private async Task<byte[]?> AskOneAsync(IPEndPoint server, byte[] query, DnsMessage asked, bool tcp, CancellationToken all)
    {
        using var deadline = new CancellationTokenSource(PatienceWithOne, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, all);
        var mine = (byte[])query.Clone();
        ushort id = (ushort)RandomNumberGenerator.GetInt32(65536);
        BinaryPrimitives.WriteUInt16BigEndian(mine, id);
        try
        {
            using var socket = new Socket(server.AddressFamily, tcp ? SocketType.Stream : SocketType.Dgram, tcp ? ProtocolType.Tcp : ProtocolType.Udp);
            await socket.ConnectAsync(server, both.Token).ConfigureAwait(false);
            return tcp
                ? await OverTcpAsync(socket, mine, id, asked, both.Token).ConfigureAwait(false)
                : await OverUdpAsync(socket, mine, id, asked, both.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or IOException)
        {
            return null; // the next one
        }
    }

    private static async Task<byte[]?> OverUdpAsync(Socket socket, byte[] query, ushort id, DnsMessage asked, CancellationToken cancel)
    {
        await socket.SendAsync(query, cancel).ConfigureAwait(false);
        var buffer = new byte[4096];
        while (true)
        {
            int length = await socket.ReceiveAsync(buffer, cancel).ConfigureAwait(false);
            if (IsAnswer(buffer.AsSpan(0, length), id, asked)) return buffer[..length];
        }
    }

    private static async Task<byte[]?> OverTcpAsync(Socket socket, byte[] query, ushort id, DnsMessage asked, CancellationToken cancel)
    {
        await using var stream = new NetworkStream(socket);
        await DnsTcp.WriteAsync(stream, query, cancel).ConfigureAwait(false);
        var answer = await DnsTcp.ReadAsync(stream, cancel).ConfigureAwait(false);
        return answer is not null && IsAnswer(answer, id, asked) ? answer : null;
    }

    private static bool IsAnswer(ReadOnlySpan<byte> datagram, ushort id, DnsMessage asked)
    {
        try
        {
            var answer = DnsCodec.Parse(datagram);
            return answer.IsResponse && answer.Id == id && answer.Questions is [var question] && question == asked.Questions[0];
        }
        catch (WireException)
        {
            return false;
        }
    }
}

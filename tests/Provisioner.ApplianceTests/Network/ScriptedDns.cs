using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Provisioner.Appliance.Servers;

namespace Provisioner.ApplianceTests.Network;

/// <summary>A DNS server whose every word a test decides, UDP and TCP on one loopback port.</summary>
internal sealed class ScriptedDns : IAsyncDisposable
{
    private readonly Socket _udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Socket _tcp = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Task _serving;

    /// <param name="answer">Given each query and the way back, which may be gone several times.</param>
    /// <param name="overTcp">The answer over TCP; without it, connections are closed.</param>
    public ScriptedDns(Action<byte[], Reply> answer, Func<byte[], byte[]>? overTcp = null)
    {
        _udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Address = (IPEndPoint)_udp.LocalEndPoint!;
        _tcp.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _tcp.Bind(Address);
        _tcp.Listen();
        _serving = Task.WhenAll(Task.Run(() => ServeUdp(answer)), ServeTcpAsync(overTcp));
    }

    public IPEndPoint Address { get; }
    public ConcurrentQueue<byte[]> Queries { get; } = [];
    public ConcurrentQueue<int> Ports { get; } = [];
    public int OverTcp { get; private set; }

    public async ValueTask DisposeAsync()
    {
        _udp.Dispose();
        _tcp.Dispose();
        await _serving;
    }

    private void ServeUdp(Action<byte[], Reply> answer)
    {
        var buffer = new byte[4096];
        while (true)
        {
            EndPoint from = new IPEndPoint(IPAddress.Any, 0);
            try
            {
                int length = _udp.ReceiveFrom(buffer, ref from);
                Queries.Enqueue(buffer[..length]);
                Ports.Enqueue(((IPEndPoint)from).Port);
                answer(buffer[..length], new(_udp, from));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                if (!_udp.SafeHandle.IsClosed) continue; // a port that is closed already answered
                return;
            }
        }
    }

    private async Task ServeTcpAsync(Func<byte[], byte[]>? answer)
    {
        try
        {
            while (true)
            {
                using var socket = await _tcp.AcceptAsync();
                OverTcp++;
                if (answer is null) continue;
                await using var stream = new NetworkStream(socket);
                if (await DnsTcp.ReadAsync(stream, default) is { } query) await DnsTcp.WriteAsync(stream, answer(query), default);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // the test is over
        }
    }

    /// <summary>The way back to who asked.</summary>
    public sealed class Reply(Socket socket, EndPoint to)
    {
        public EndPoint To => to;

        public void Send(byte[] octets) => socket.SendTo(octets, to);
    }
}

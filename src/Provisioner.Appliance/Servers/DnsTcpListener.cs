using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Provisioner.Appliance.Servers;

/// <summary>
/// DNS over TCP (RFC 7766): several queries a connection, under way at once and answered as they come (§6.2.1.1); connections are bounded in number,
/// by client and in all, and by silence.
/// </summary>
internal sealed class DnsTcpListener : IDisposable
{
    private const int MostConnections = 256, MostOfOneClient = 32, MostUnderWay = 16;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10), Slow = TimeSpan.FromSeconds(5);
    private readonly Socket _listener;
    private readonly Func<byte[], IPAddress, Task<byte[]?>> _answer;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<IPAddress, int> _ofClient = new();
    private int _connections;

    /// <summary>Starts accepting; owns the socket from now on.</summary>
    /// <param name="answer">The answer to a message, or null for none: the connection ends then.</param>
    public DnsTcpListener(Socket listener, Func<byte[], IPAddress, Task<byte[]?>> answer, TimeProvider time)
    {
        (_listener, _answer, _time) = (listener, answer, time);
        _ = AcceptAsync();
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var socket = await _listener.AcceptAsync(_stopping.Token).ConfigureAwait(false);
                _ = ServeAsync(socket);
            }
            catch (SocketException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), _time).ConfigureAwait(false); // out of descriptors, or the peer is gone
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        IPAddress? client = null;
        try
        {
            client = ((IPEndPoint)socket.RemoteEndPoint!).Address;
            bool room = Interlocked.Increment(ref _connections) <= MostConnections & _ofClient.AddOrUpdate(client, 1, (_, n) => n + 1) <= MostOfOneClient;
            await using var stream = new NetworkStream(socket);
            if (room) await new Connection(stream, client, this).RunAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The other side went away, or was silent for too long.
        }
        finally
        {
            if (client is not null) Leave(client);
            socket.Dispose();
        }
    }

    private void Leave(IPAddress client)
    {
        Interlocked.Decrement(ref _connections);
        if (_ofClient.AddOrUpdate(client, 0, (_, n) => n - 1) == 0) _ofClient.TryRemove(new(client, 0));
    }

    private sealed class Connection(NetworkStream stream, IPAddress client, DnsTcpListener listener)
    {
        private readonly SemaphoreSlim _writing = new(1), _room = new(MostUnderWay);

        public async Task RunAsync()
        {
            using var broken = CancellationTokenSource.CreateLinkedTokenSource(listener._stopping.Token);
            List<Task> underWay = [];
            try
            {
                while (true)
                {
                    using var idle = new CancellationTokenSource(Idle, listener._time);
                    using var either = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, broken.Token);
                    if (await DnsTcp.ReadAsync(stream, either.Token).ConfigureAwait(false) is not { } query) return;
                    await _room.WaitAsync(either.Token).ConfigureAwait(false);
                    underWay.RemoveAll(t => t.IsCompleted);
                    underWay.Add(AnswerAsync(query, broken));
                }
            }
            finally
            {
                // Who has sent its last query still gets its answers.
                await Task.WhenAll(underWay).ConfigureAwait(false);
            }
        }

        private async Task AnswerAsync(byte[] query, CancellationTokenSource broken)
        {
            bool written = false;
            try
            {
                if (await listener._answer(query, client).ConfigureAwait(false) is not { } answer) return;
                using var slow = new CancellationTokenSource(Slow, listener._time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(slow.Token, broken.Token);
                await _writing.WaitAsync(either.Token).ConfigureAwait(false);
                try
                {
                    await DnsTcp.WriteAsync(stream, answer, either.Token).ConfigureAwait(false);
                    written = true;
                }
                finally
                {
                    _writing.Release();
                }
            }
            catch (Exception e) when (e is SocketException or IOException or OperationCanceledException or ObjectDisposedException)
            {
                // It reads no more.
            }
            finally
            {
                if (!written) await broken.CancelAsync().ConfigureAwait(false);
                _room.Release();
            }
        }
    }
}

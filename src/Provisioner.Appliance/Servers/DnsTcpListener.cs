using System.Net;
using System.Net.Sockets;

namespace Provisioner.Appliance.Servers;

/// <summary>DNS over TCP (RFC 7766): connections are few, short and bounded.</summary>
internal sealed class DnsTcpListener : IDisposable
{
    private const int MostConnections = 128;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);
    private readonly Socket _listener;
    private readonly Func<byte[], IPAddress, Task<byte[]?>> _answer;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
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
                if (Interlocked.Increment(ref _connections) <= MostConnections) _ = ServeAsync(socket);
                else Close(socket);
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
        try
        {
            var client = ((IPEndPoint)socket.RemoteEndPoint!).Address;
            await using var stream = new NetworkStream(socket);
            while (true)
            {
                using var idle = new CancellationTokenSource(Idle, _time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, _stopping.Token);
                if (await DnsTcp.ReadAsync(stream, either.Token).ConfigureAwait(false) is not { } query) return;
                if (await _answer(query, client).ConfigureAwait(false) is not { } answer) return;
                await DnsTcp.WriteAsync(stream, answer, either.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The other side went away, or was silent for too long.
        }
        finally
        {
            Close(socket);
        }
    }

    private void Close(Socket socket)
    {
        Interlocked.Decrement(ref _connections);
        socket.Dispose();
    }
}

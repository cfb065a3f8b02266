using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Provisioner.ApplianceTests.Power;

/// <summary>
/// A BMC of ours on a real UDP socket on loopback, with every misbehaviour that a test asks for. That it is a BMC when it behaves is
/// proved by ipmitool and FreeIPMI (<see cref="BmcSimulatorProof"/>, <see cref="BmcSimulatorDeviceProof"/>).
/// </summary>
internal sealed class BmcSimulator : SimulatedBmc, IAsyncDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Socket _foreign = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _loop;

    public BmcSimulator(BmcFace? face = null) : base(face)
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _foreign.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Lan.Port = Port = ((IPEndPoint)_socket.LocalEndPoint!).Port;
        _loop = Task.Run(ServeAsync);
    }

    public int Port { get; }

    /// <summary>What leaves instead of an answer: nothing, something else, several things.</summary>
    public Func<Stage, byte[], byte[][]> Tamper { get; set; } = static (_, answer) => [answer];

    /// <summary>How long it thinks.</summary>
    public Func<Stage, TimeSpan> Delay { get; set; } = static _ => TimeSpan.Zero;

    /// <summary>Answers come from another UDP port.</summary>
    public bool ForeignPort { get; set; }

    /// <summary>Every datagram in order: true for those that came in.</summary>
    public ConcurrentQueue<(bool In, byte[] Datagram)> Captured { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _loop;
        Sol.Dispose();
        _socket.Dispose();
        _foreign.Dispose();
        _end.Dispose();
    }

    private async Task ServeAsync()
    {
        var buffer = new byte[2048];
        var slow = new ConcurrentBag<Task>();
        while (!_end.IsCancellationRequested)
        {
            try
            {
                var got = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), _end.Token);
                byte[] datagram = buffer[..got.ReceivedBytes];
                Captured.Enqueue((true, datagram));
                if (Answer(datagram, (stage, more) => slow.Add(SendAsync((stage, more), got.RemoteEndPoint))) is { } answer)
                    slow.Add(SendAsync(answer, got.RemoteEndPoint));
            }
            catch (OperationCanceledException)
            {
            }
        }
        await Task.WhenAll(slow);
    }

    private async Task SendAsync((Stage Stage, byte[] Datagram) answer, EndPoint to)
    {
        try
        {
            if (Delay(answer.Stage) is { Ticks: > 0 } delay) await Task.Delay(delay, _end.Token);
            foreach (byte[] datagram in Tamper(answer.Stage, answer.Datagram))
            {
                Captured.Enqueue((false, datagram));
                await (ForeignPort ? _foreign : _socket).SendToAsync(datagram, to, _end.Token);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException)
        {
        }
    }
}

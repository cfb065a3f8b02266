using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Provisioner.Wire;
using Provisioner.Wire.Ipmi;

namespace Provisioner.ApplianceTests.Power;

/// <summary>Where in a conversation an answer of the simulator stands.</summary>
internal enum Stage { Capabilities, OpenSession, Rakp2, Rakp4, Command }

/// <summary>
/// A BMC of ours on a real UDP socket on loopback: cipher suites 17 and 3, and every misbehaviour that a test asks for.
/// That it is a BMC when it behaves is proved by ipmitool and ipmipower (<see cref="BmcSimulatorProof"/>).
/// </summary>
internal sealed class BmcSimulator : IAsyncDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Socket _foreign = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _loop;
    private readonly SimulatedSessions _sessions;

    public BmcSimulator()
    {
        _sessions = new(this);
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _foreign.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Port = ((IPEndPoint)_socket.LocalEndPoint!).Port;
        _loop = Task.Run(ServeAsync);
    }

    public int Port { get; }

    public SimulatedChassis Chassis { get; } = new();

    public byte[] Suites { get; set; } = [17, 3];

    /// <summary>Name → password and highest privilege level.</summary>
    public Dictionary<string, (string Password, PrivilegeLevel Highest)> Users { get; } = new(StringComparer.Ordinal)
    {
        ["admin"] = ("a-password-of-20-oct", PrivilegeLevel.Administrator),
        ["oper"] = ("operatorpass1234", PrivilegeLevel.Operator),
    };

    /// <summary>Octets of a password that are kept.</summary>
    public int PasswordRoom { get; set; } = 20;

    /// <summary>The BMC's own key, or empty.</summary>
    public byte[] Kg { get; set; } = [];

    /// <summary>What leaves instead of an answer: nothing, something else, several things.</summary>
    public Func<Stage, byte[], byte[][]> Tamper { get; set; } = static (_, answer) => [answer];

    /// <summary>How long it thinks.</summary>
    public Func<Stage, TimeSpan> Delay { get; set; } = static _ => TimeSpan.Zero;

    /// <summary>Answers come from another UDP port.</summary>
    public bool ForeignPort { get; set; }

    public bool Speaks15Only { get; set; }

    public int MaxSessions { get; set; } = 4;

    /// <summary>The command's answer is this completion code, while it is there.</summary>
    public ConcurrentDictionary<(NetFn, byte), byte> Refusals { get; } = new();

    /// <summary>Names of the stages and numbers of the commands, as they were asked for.</summary>
    public ConcurrentQueue<string> Heard { get; } = new();

    /// <summary>Every datagram in order: true for those that came in.</summary>
    public ConcurrentQueue<(bool In, byte[] Datagram)> Captured { get; } = new();

    public int OpenSessions => _sessions.Count;

    /// <summary>As after a restart: it knows no session.</summary>
    public void ForgetSessions() => _sessions.Forget();

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _loop;
        _socket.Dispose();
        _foreign.Dispose();
        _end.Dispose();
    }

    private async Task ServeAsync()
    {
        var buffer = new byte[2048];
        var slow = new List<Task>();
        while (!_end.IsCancellationRequested)
        {
            try
            {
                var got = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), _end.Token);
                byte[] datagram = buffer[..got.ReceivedBytes];
                Captured.Enqueue((true, datagram));
                if (_sessions.Answer(datagram) is { } answer) slow.Add(SendAsync(answer, got.RemoteEndPoint));
            }
            catch (WireException)
            {
                Heard.Enqueue("garbage");
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
        catch (OperationCanceledException)
        {
        }
    }
}

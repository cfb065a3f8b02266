using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Provisioner.Tests.Snmp;
using Provisioner.Wire;
using Provisioner.Wire.Snmp;

namespace Provisioner.ApplianceTests.Power.Pdu;

/// <summary>An APC rack PDU of eight outlets on a real socket, for what no real agent does: it may be slow, deaf, forgetful, or lie. Proved by net-snmp's clients.</summary>
internal sealed class SimulatedPdu : IAsyncDisposable
{
    public static readonly UsmUser User = new("ops", UsmAuth.Sha256, "auth-password", UsmPriv.Aes, "priv-password");

    private static readonly Oid SysObjectId = Oid.Parse("1.3.6.1.2.1.1.2.0"), State = Oid.Parse("1.3.6.1.4.1.318.1.1.12.3.5.1.1.4"), Order = Oid.Parse("1.3.6.1.4.1.318.1.1.12.3.3.1.1.4");
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly CancellationTokenSource _end = new();
    private readonly DateTime _born = DateTime.UtcNow;
    private readonly Task _serving;
    private long _heard;

    public SimulatedPdu()
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    public ConcurrentDictionary<int, bool> Outlets { get; } = new(Enumerable.Range(1, 8).Select(n => KeyValuePair.Create(n, true)));

    public PaperAgent Agent { get; } = new(User);

    /// <summary>Datagrams that came.</summary>
    public long Heard => Interlocked.Read(ref _heard);

    /// <summary>What becomes of an answer: nothing, others, itself. The number counts answers from 1.</summary>
    public Func<int, byte[], byte[][]> Tamper { get; set; } = (_, answer) => [answer];

    /// <summary>Each answer comes so late.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Answers come from another port.</summary>
    public bool AnswersFromElsewhere { get; set; }

    /// <summary>Yes to an order, and nothing more.</summary>
    public bool Lies { get; set; }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _serving;
        _socket.Dispose();
        _end.Dispose();
    }

    private async Task ServeAsync()
    {
        var buffer = new byte[4096];
        int answers = 0;
        using var elsewhere = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        elsewhere.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        try
        {
            while (true)
            {
                var got = await _socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), _end.Token);
                Interlocked.Increment(ref _heard);
                if (Answer(buffer.AsSpan(0, got.ReceivedBytes)) is not { } answer) continue;
                if (Delay > TimeSpan.Zero) await Task.Delay(Delay, _end.Token);
                foreach (byte[] one in Tamper(++answers, answer)) await (AnswersFromElsewhere ? elsewhere : _socket).SendToAsync(one, got.RemoteEndPoint, _end.Token);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private byte[]? Answer(ReadOnlySpan<byte> datagram)
    {
        Agent.Time = (int)(DateTime.UtcNow - _born).TotalSeconds + 1000;
        try
        {
            var message = CommunityMessage.Parse(datagram);
            // Another community: silence, as RFC 1157 §4.1 has it.
            if (!message.Community.Span.SequenceEqual("s3cret"u8)) return null;
            return (message with { Pdu = Serve(message.Pdu, message.Version) }).ToBytes();
        }
        catch (WireException)
        {
            try
            {
                return Agent.Answer(datagram, pdu => Serve(pdu, SnmpVersion.V3));
            }
            catch (WireException)
            {
                return null;
            }
        }
    }

    private SnmpPdu Serve(SnmpPdu pdu, SnmpVersion version)
    {
        var values = pdu.Bindings.Select(b => b with { Value = Value(pdu.Type, b, version) }).ToArray();
        int missing = Array.FindIndex(values, v => v.Value.IsMissing);
        if (missing >= 0 && (version is SnmpVersion.V1 || pdu.Type is SnmpPduType.Set))
            return pdu with { Type = SnmpPduType.Response, Error = version is SnmpVersion.V1 ? SnmpError.NoSuchName : SnmpError.NotWritable, ErrorIndex = missing + 1 };
        return pdu with { Type = SnmpPduType.Response, Bindings = [.. values] };
    }

    private SnmpValue Value(SnmpPduType type, SnmpBinding binding, SnmpVersion version)
    {
        var missing = new SnmpValue(SnmpType.NoSuchInstance, default);
        if (type is SnmpPduType.Get && binding.Name.Equals(SysObjectId)) return SnmpValue.Of(Oid.Parse("1.3.6.1.4.1.318.1.3.4.5"));
        int outlet = (int)binding.Name.Numbers[^1];
        if (binding.Name.Numbers.Length != State.Numbers.Length + 1 || !Outlets.TryGetValue(outlet, out bool on)) return missing;
        if (type is SnmpPduType.Set)
        {
            if (!binding.Name.IsWithin(Order)) return missing;
            if (!Lies) Outlets[outlet] = binding.Value.Number == 1;
            return binding.Value;
        }
        return binding.Name.IsWithin(State) || binding.Name.IsWithin(Order) ? SnmpValue.Of(on ? 1 : 2) : missing;
    }
}

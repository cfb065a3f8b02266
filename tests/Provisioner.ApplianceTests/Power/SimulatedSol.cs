using System.Text;
using Provisioner.Wire.Ipmi;

namespace Provisioner.ApplianceTests.Power;

/// <summary>Serial over LAN: IPMI 2.0 §15, §24, §26. One console; what is typed is echoed, as a terminal in a getty is.</summary>
internal sealed class SimulatedSol : IDisposable
{
    private const int Room = 200;
    private readonly Lock _turn = new();
    private readonly StringBuilder _typed = new();
    private readonly List<byte> _waiting = [];
    private readonly Timer _again;
    private Action<byte[]>? _send;
    private uint _session;
    private byte[]? _unacknowledged;
    private byte _number, _taken;

    public SimulatedSol() => _again = new(_ => Again());

    /// <summary>What is typed comes back.</summary>
    public bool Echoes { get; set; } = true;

    /// <summary>SOL is on (parameter 1).</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>So many packets of output are lost on the way, the first time that they are sent.</summary>
    public int LosesOutput { get; set; }

    public bool Active => _session != 0;

    /// <summary>All that was typed so far.</summary>
    public string Typed
    {
        get { lock (_turn) return _typed.ToString(); }
    }

    /// <summary>Breaks that were sent (§15.9, operation bit 4).</summary>
    public int Breaks { get; private set; }

    /// <summary>The machine prints something.</summary>
    public void Print(string text)
    {
        lock (_turn)
        {
            _waiting.AddRange(Encoding.UTF8.GetBytes(text));
            Push();
        }
    }

    /// <summary>Somebody else takes the console, or the BMC ends it.</summary>
    public void Drop()
    {
        lock (_turn) Forget();
    }

    /// <summary>Its session is over.</summary>
    public void Ended(uint session)
    {
        lock (_turn)
            if (session == _session) Forget();
    }

    public void Dispose() => _again.Dispose();

    /// <summary>A packet of the console's; what is answered at once, or null.</summary>
    public byte[]? Came(uint session, byte[] packet)
    {
        lock (_turn)
        {
            if (packet.Length < 4 || session != _session) return null;
            if ((packet[1] & 0x0f) == _number && _number != 0 && _unacknowledged is not null) Acknowledged(packet[2]);
            byte number = (byte)(packet[0] & 0x0f);
            if (number == 0) return null;
            byte[] typed = packet[4..];
            // A repetition is acknowledged again and not typed again (§15.11).
            if (number != _taken) Take(packet[3], typed);
            _taken = number;
            return [0, number, (byte)typed.Length, 0];
        }
    }

    /// <summary>Activate Payload and the like: §24.</summary>
    public (byte, byte[]) Payloads(Caller caller, byte command, byte[] data, int port)
    {
        lock (_turn)
        {
            switch (command)
            {
                case 0x48 when data.Length >= 2:
                    if ((data[0] & 0x3f) != 1 || data[1] != 1) return (0xcc, []);
                    if (!Enabled || caller.SendSol is null) return (0x81, []);
                    if (_session != 0) return (0x80, []);
                    (_session, _send, _number, _taken) = (caller.Session, caller.SendSol, 0, 0);
                    Push();
                    return (CompletionCode.Ok, [0, 0, 0, 0, Room, 0, Room, 0, (byte)port, (byte)(port >> 8), 0xff, 0xff]);
                case 0x49 when data.Length >= 2:
                    if (_session == 0) return (0x80, []);
                    Forget();
                    return (CompletionCode.Ok, []);
                case 0x4a when data.Length >= 1:
                    return (CompletionCode.Ok, [1, (byte)(_session == 0 ? 0 : 1), 0]);
                case 0x4b when data.Length >= 2:
                    return (CompletionCode.Ok, [.. BitConverter.GetBytes(_session), 1, 0, 0, 0, 0, 0, 0, 0]);
                case 0x4c:
                    return (CompletionCode.Ok, []);
                case 0x4d:
                    return (CompletionCode.Ok, [0x02, 0, 0, 0]);
                case 0x4e:
                    return (CompletionCode.Ok, [0x03, 0, 0x3f, 0, 0, 0, 0, 0]);
                case 0x4f:
                    return (CompletionCode.Ok, [0x10]);
                default:
                    return (0xc7, []);
            }
        }
    }

    /// <summary>Set and Get SOL Configuration Parameters: §26.2, §26.3.</summary>
    public (byte, byte[]) Configure(byte command, byte[] data)
    {
        if (data.Length < 3) return (0xc7, []);
        if (command == 0x21)
        {
            if (data[1] == 1) Enabled = (data[2] & 1) != 0;
            return data[1] is <= 6 ? (CompletionCode.Ok, []) : ((byte)0x80, []);
        }
        byte[]? value = data[1] switch
        {
            0 => [0],
            1 => [(byte)(Enabled ? 1 : 0)],
            2 => [0x82],
            3 => [12, 96],
            4 => [7, 50],
            5 or 6 => [10],
            7 => [SimulatedLan.Channel],
            8 => [0x6f, 0x02],
            _ => null,
        };
        return command != 0x22 ? (CompletionCode.InvalidCommand, []) : value is null ? ((byte)0x80, []) : (CompletionCode.Ok, [0x11, .. value]);
    }

    private void Take(byte operation, byte[] typed)
    {
        if ((operation & 0x10) != 0) Breaks++;
        _typed.Append(Encoding.UTF8.GetString(typed));
        if (Echoes) _waiting.AddRange(typed.SelectMany(o => o == '\r' ? "\r\n"u8.ToArray() : [o]));
        Push();
    }

    // One packet at a time, numbered 1 to 15; it is sent again every 0.3 s until it is acknowledged.
    private void Push()
    {
        if (_session == 0 || _unacknowledged is not null || _waiting.Count == 0) return;
        _number = (byte)(_number % 15 + 1);
        _unacknowledged = [_number, 0, 0, 0, .. _waiting.Take(Room)];
        if (LosesOutput-- <= 0) _send!(_unacknowledged);
        _again.Change(300, 300);
    }

    private void Acknowledged(byte count)
    {
        _waiting.RemoveRange(0, Math.Min(count, Math.Min(_waiting.Count, _unacknowledged!.Length - 4)));
        _unacknowledged = null;
        _again.Change(Timeout.Infinite, Timeout.Infinite);
        Push();
    }

    private void Again()
    {
        lock (_turn)
            if (_unacknowledged is { } packet) _send?.Invoke(packet);
    }

    private void Forget()
    {
        (_session, _send, _unacknowledged) = (0, null, null);
        _again.Change(Timeout.Infinite, Timeout.Infinite);
    }
}

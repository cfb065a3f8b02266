using System.Buffers;

namespace Provisioner.Wire.Ipmi;

/// <summary>What a packet brought.</summary>
/// <param name="Text">New characters of the machine.</param>
/// <param name="Answer">The acknowledgement to send, or empty.</param>
/// <param name="Status">What the BMC says beside.</param>
public readonly record struct SolHeard(ReadOnlyMemory<byte> Text, ReadOnlyMemory<byte> Answer, SolStatus Status);

/// <summary>
/// The console's end of Serial over LAN without a socket: at most one packet is on its way, each is repeated until it is answered, what
/// was not taken is sent again, and what comes twice is read once. IPMI 2.0 §15.11.
/// </summary>
/// <param name="room">Characters that a packet to the BMC may have.</param>
/// <param name="tries">How often a packet is sent.</param>
public sealed class SolLink(int room, int tries)
{
    /// <summary>Characters that wait for the machine to take them: a file that is pasted.</summary>
    public const int MostWaiting = 64 * 1024;

    private readonly ArrayBufferWriter<byte> _waiting = new();
    private SolPacket? _sent;
    private bool _break;
    private bool _held;
    private int _try;
    private byte _sequence;
    private byte _heard;
    private int _heardLength;

    /// <summary>A packet is on its way and not answered.</summary>
    public bool IsWaiting => _sent is not null;

    /// <summary>The BMC takes no characters just now.</summary>
    public bool IsHeld => _held;

    /// <summary>Characters for the machine. False where too many wait already: they are not taken.</summary>
    public bool Write(ReadOnlySpan<byte> characters)
    {
        if (_waiting.WrittenCount + characters.Length > MostWaiting) return false;
        _waiting.Write(characters);
        return true;
    }

    /// <summary>A break for the machine, before what waits.</summary>
    public void Break() => _break = true;

    /// <summary>The next packet, or null while one is on its way, the BMC takes none, or there is nothing to say.</summary>
    public byte[]? Next()
    {
        if (_sent is not null || _held || !_break && _waiting.WrittenCount == 0) return null;
        _sequence = (byte)(_sequence == SolPacket.LastSequence ? 1 : _sequence + 1);
        byte[] characters = _break ? [] : _waiting.WrittenSpan[..Math.Min(room, _waiting.WrittenCount)].ToArray();
        _sent = new(_sequence, 0, 0, (byte)(_break ? SolOperation.Break : SolOperation.None), characters);
        _break = false;
        Keep(characters.Length);
        _try = 1;
        return _sent.ToBytes();
    }

    /// <summary>Nothing answered in time: the same packet again, or null once it was sent often enough.</summary>
    public byte[]? OnTimeout()
    {
        if (_sent is null || _try >= tries) return null;
        _try++;
        return _sent.ToBytes();
    }

    /// <summary>The time has come to try whether the BMC takes characters again.</summary>
    public void Release() => _held = false;

    /// <summary>A packet of the BMC.</summary>
    /// <exception cref="WireException">it is none.</exception>
    public SolHeard On(ReadOnlySpan<byte> payload)
    {
        var packet = SolPacket.Parse(payload);
        var status = (SolStatus)packet.Flags;
        if (_sent is { } sent && packet.Acknowledged == sent.Sequence) Answered(sent, packet, status);
        if (packet.Sequence == 0) return new(default, default, status);
        // A repetition may carry more than the packet did (§15.11).
        int known = packet.Sequence == _heard ? Math.Min(_heardLength, packet.Characters.Length) : 0;
        (_heard, _heardLength) = (packet.Sequence, packet.Characters.Length);
        var answer = new SolPacket(0, packet.Sequence, (byte)packet.Characters.Length, (byte)SolOperation.None, default);
        return new(packet.Characters[known..], answer.ToBytes(), status);
    }

    private void Answered(SolPacket sent, SolPacket answer, SolStatus status)
    {
        _sent = null;
        _held = (status & (SolStatus.Nack | SolStatus.TransferUnavailable)) != 0;
        if (_held && sent.Characters.IsEmpty) _break = true;
        int taken = Math.Min(answer.Accepted, sent.Characters.Length);
        if (taken < sent.Characters.Length) PutBack(sent.Characters.Span[taken..]);
    }

    private void PutBack(ReadOnlySpan<byte> characters)
    {
        byte[] all = [.. characters, .. _waiting.WrittenSpan];
        _waiting.ResetWrittenCount();
        _waiting.Write(all);
    }

    private void Keep(int from)
    {
        byte[] rest = _waiting.WrittenSpan[from..].ToArray();
        _waiting.ResetWrittenCount();
        _waiting.Write(rest);
    }
}

namespace Provisioner.Wire.Tftp;

/// <summary>Reads octets of the file at an offset and returns how many; fewer than asked for when the file ends there or can't be read.</summary>
public delegate int TftpSource(long offset, Span<byte> destination);

/// <summary>How a transfer stands.</summary>
public enum TftpState
{
    /// <summary>Under way.</summary>
    Sending,
    /// <summary>The last block was acknowledged.</summary>
    Done,
    /// <summary>The client sent an ERROR.</summary>
    Aborted,
    /// <summary>The client fell silent.</summary>
    Failed,
}

/// <summary>
/// A file on its way to one client, without a socket and without a clock: what came in and what time it is are told to it, and it says
/// which datagrams are next. RFC 1350, 2347, 7440. A duplicate ACK never makes it send DATA again in lock step (the sorcerer's apprentice,
/// RFC 1123 §4.2.3.1); block numbers wrap to 0 after 65535, as all servers do.
/// </summary>
public sealed class TftpSender
{
    private const int MostTries = 6;
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromSeconds(8);
    // A window is repeated for an ACK of the block before it (its first block was lost, RFC 7440 §4) only when that ACK is no echo.
    private static readonly TimeSpan EchoTime = TimeSpan.FromMilliseconds(20);

    private readonly TftpTerms _terms;
    private readonly long _length;
    private readonly TftpSource _source;
    private readonly long _lastBlock;
    private bool _negotiating;
    private bool _optionAckDue;
    private long _base = 1;
    private long _next = 1;
    private long _repeated;
    private int _tries;
    private TimeSpan _timeout;
    private TimeSpan _lastSent;

    /// <param name="terms">What was agreed.</param>
    /// <param name="length">Octets of the file.</param>
    /// <param name="source">Its octets.</param>
    /// <param name="now">Time on a clock that only goes forward.</param>
    public TftpSender(TftpTerms terms, long length, TftpSource source, TimeSpan now)
    {
        (_terms, _length, _source, _timeout) = (terms, length, source, terms.Timeout);
        _lastBlock = length / terms.BlockSize + 1; // the last one is short, perhaps empty
        _negotiating = _optionAckDue = terms.Answered.Count > 0;
        Deadline = now + _timeout;
    }

    /// <summary>How it stands.</summary>
    public TftpState State { get; private set; } = TftpState.Sending;

    /// <summary>What the client's ERROR said, or for how long it was silent; null while all is well.</summary>
    public string? Reason { get; private set; }

    /// <summary>When <see cref="OnTime"/> wants to be called.</summary>
    public TimeSpan Deadline { get; private set; }

    /// <summary>Octets that were acknowledged.</summary>
    public long Acknowledged => Math.Min(_length, (_base - 1) * _terms.BlockSize);

    /// <summary>Writes the next datagram and returns its length; 0 when it is the client's turn.</summary>
    /// <param name="datagram">At least block size + 4 octets, and 512 for an OACK.</param>
    public int Next(Span<byte> datagram, TimeSpan now)
    {
        if (State != TftpState.Sending) return 0;
        if (_negotiating) return OptionAck(datagram, now);
        if (_next > Math.Min(_base + _terms.WindowSize - 1, _lastBlock)) return 0;
        TftpCodec.WriteDataHeader(datagram, (ushort)_next);
        long offset = (_next - 1) * _terms.BlockSize;
        int wanted = (int)Math.Min(_terms.BlockSize, _length - offset);
        int read = wanted == 0 ? 0 : _source(offset, datagram.Slice(TftpCodec.DataHeader, wanted));
        if (read != wanted) return Fail("the file became shorter or unreadable while it was sent");
        _next++;
        Sent(now);
        return TftpCodec.DataHeader + read;
    }

    /// <summary>Takes what the client sent. Anything but ACK and ERROR is passed over.</summary>
    public void On(TftpPacket packet, TimeSpan now)
    {
        if (State != TftpState.Sending) return;
        switch (packet)
        {
            case TftpPacket.Ack(var block): OnAck(block, now); break;
            case TftpPacket.Error(var code, var message):
                State = TftpState.Aborted;
                Reason = $"ERROR {(ushort)code} {message}".TrimEnd();
                break;
        }
    }

    /// <summary>Takes the passing of <see cref="Deadline"/>: all that is not acknowledged is due again, until the tries are used up.</summary>
    public void OnTime(TimeSpan now)
    {
        if (State != TftpState.Sending || now < Deadline) return;
        if (++_tries >= MostTries)
        {
            Fail($"no answer to {(_negotiating ? "our options" : $"block {_base} of {_lastBlock}")} in {MostTries} tries");
            return;
        }
        if (!_terms.TimeoutIsFixed) _timeout = TimeSpan.FromTicks(Math.Min(_timeout.Ticks * 2, LongestTimeout.Ticks));
        _optionAckDue = _negotiating;
        _next = _base;
        Deadline = now + _timeout;
    }

    private void OnAck(ushort block, TimeSpan now)
    {
        if (_negotiating)
        {
            if (block != 0) return;
            _negotiating = false;
            Progress(now);
            return;
        }
        int ahead = (ushort)(block - (ushort)(_base - 1));
        long outstanding = _next - _base;
        if (ahead == 0) RepeatWindow(outstanding, now);
        else if (ahead <= outstanding) Advance(ahead, outstanding, now);
    }

    private void Advance(int blocks, long outstanding, TimeSpan now)
    {
        _base += blocks;
        if (_base > _lastBlock)
        {
            State = TftpState.Done;
            return;
        }
        if (blocks < outstanding)
        {
            _next = _base; // the next one was lost: RFC 7440 §4
            _repeated = _base;
        }
        Progress(now);
    }

    private void RepeatWindow(long outstanding, TimeSpan now)
    {
        if (_terms.WindowSize == 1 || outstanding == 0 || _repeated == _base || now - _lastSent < EchoTime) return;
        _repeated = _base;
        _next = _base;
    }

    private void Progress(TimeSpan now)
    {
        _tries = 0;
        _timeout = _terms.Timeout;
        Deadline = now + _timeout;
    }

    private int OptionAck(Span<byte> datagram, TimeSpan now)
    {
        if (!_optionAckDue) return 0;
        _optionAckDue = false;
        Sent(now);
        return TftpCodec.Write(new TftpPacket.OptionAck(_terms.Answered), datagram);
    }

    private void Sent(TimeSpan now)
    {
        _lastSent = now;
        Deadline = now + _timeout;
    }

    private int Fail(string reason)
    {
        State = TftpState.Failed;
        Reason = reason;
        return 0;
    }
}

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
/// RFC 1123 §4.2.3.1); block numbers wrap to 0 after 65535, as all servers do. It waits as long as this client takes to answer, and longer
/// each time that nothing comes (RFC 1123 §4.2.3.2).
/// </summary>
public sealed class TftpSender
{
    // Nobody has answered yet: the address may be forged, so it is not asked often.
    private const int MostUnanswered = 5;
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromMilliseconds(200), LongestTimeout = TimeSpan.FromSeconds(8), Patience = TimeSpan.FromSeconds(30);
    // An ACK of what was sent twice, so soon after the second time, is the echo of one of the copies and no cry for help. Without this, a link that
    // doubles one datagram in ten has a window of 16 sent twelve times over.
    private static readonly TimeSpan EchoTime = TimeSpan.FromMilliseconds(20);

    private readonly TftpTerms _terms;
    private readonly long _length;
    private readonly TftpSource _source;
    private readonly long _lastBlock;
    private bool _negotiating;
    private bool _optionAckDue;
    private bool _heard;
    private long _base = 1;
    private long _next = 1;
    private long _repeated;
    private long _sentTwice = -1;
    private int _tries;
    private TimeSpan _roundTrip, _roundTripVaries, _usual, _timeout;
    private TimeSpan _lastSent, _lastAgain, _lastProgress;

    /// <param name="terms">What was agreed.</param>
    /// <param name="length">Octets of the file.</param>
    /// <param name="source">Its octets.</param>
    /// <param name="now">Time on a clock that only goes forward.</param>
    public TftpSender(TftpTerms terms, long length, TftpSource source, TimeSpan now)
    {
        (_terms, _length, _source, _usual, _timeout, _lastProgress) = (terms, length, source, terms.Timeout, terms.Timeout, now);
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

    /// <summary>The client has acknowledged something: it is there, and it is the one that asked.</summary>
    public bool HasHeard => _heard;

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

    /// <summary>Takes an ACK.</summary>
    public void OnAck(ushort block, TimeSpan now)
    {
        if (State != TftpState.Sending) return;
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

    /// <summary>Takes the passing of <see cref="Deadline"/>: all that is not acknowledged is due again, until patience or tries are used up.</summary>
    public void OnTime(TimeSpan now)
    {
        if (State != TftpState.Sending || now < Deadline) return;
        _tries++;
        if (_heard ? IsTooLong(now - _lastProgress) : _tries >= MostUnanswered)
        {
            Fail($"no answer to {(_negotiating ? "our options" : $"block {_base} of {_lastBlock}")} in {_tries} tries");
            return;
        }
        if (!_terms.TimeoutIsFixed) _timeout = Shorter(_timeout * 2, LongestTimeout);
        _optionAckDue = _negotiating;
        SendAgain(now);
        Deadline = now + _timeout;
    }

    // A client may name 255 s (RFC 2349): three of its own timeouts then.
    private bool IsTooLong(TimeSpan silence) => silence >= (_terms.TimeoutIsFixed && _terms.Timeout * 3 > Patience ? _terms.Timeout * 3 : Patience);

    private void Advance(int blocks, long outstanding, TimeSpan now)
    {
        _base += blocks;
        if (_base > _lastBlock)
        {
            State = TftpState.Done;
            return;
        }
        if (blocks < outstanding && !IsEcho(now))
        {
            SendAgain(now); // the next one was lost: RFC 7440 §4
            _repeated = _base;
        }
        Progress(now);
    }

    // An ACK of the block before the window says that its first block was lost (RFC 7440 §4); once, and not when it may be an echo.
    private void RepeatWindow(long outstanding, TimeSpan now)
    {
        if (_terms.WindowSize == 1 || outstanding == 0 || _repeated == _base || IsEcho(now)) return;
        _repeated = _base;
        SendAgain(now);
    }

    private bool IsEcho(TimeSpan now) => _base - 1 <= _sentTwice && now - _lastAgain < (_roundTrip * 2 > EchoTime ? _roundTrip * 2 : EchoTime);

    private void SendAgain(TimeSpan now)
    {
        _lastAgain = now;
        _sentTwice = Math.Max(_sentTwice, _next - 1);
        _next = _base;
    }

    private void Progress(TimeSpan now)
    {
        if (!_terms.TimeoutIsFixed && _tries == 0 && _base - 1 > _sentTwice) Measure(now - _lastSent);
        (_heard, _tries, _timeout, _lastProgress) = (true, 0, _usual, now);
        Deadline = now + _timeout;
    }

    // RFC 6298 §2, from answers to what was sent once only (Karn).
    private void Measure(TimeSpan answer)
    {
        if (_roundTrip == TimeSpan.Zero) (_roundTrip, _roundTripVaries) = (answer, answer / 2);
        else
        {
            _roundTripVaries += ((answer - _roundTrip).Duration() - _roundTripVaries) / 4;
            _roundTrip += (answer - _roundTrip) / 8;
        }
        var wanted = _roundTrip + _roundTripVaries * 4;
        _usual = wanted < ShortestTimeout ? ShortestTimeout : Shorter(wanted, LongestTimeout);
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

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

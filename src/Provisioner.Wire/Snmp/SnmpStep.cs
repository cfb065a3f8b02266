namespace Provisioner.Wire.Snmp;

/// <summary>What a conversation wants next.</summary>
public abstract record SnmpStep
{
    private SnmpStep() { }

    /// <summary>Send this, then hand in what arrives, or the timeout.</summary>
    /// <param name="Datagram">The datagram.</param>
    /// <param name="Try">1 for the first time that this is asked.</param>
    public sealed record Send(ReadOnlyMemory<byte> Datagram, int Try) : SnmpStep;

    /// <summary>What arrived was not the answer: go on waiting, no longer than before.</summary>
    /// <param name="Why">What was wrong with it.</param>
    public sealed record Wait(string Why) : SnmpStep;

    /// <summary>The answer.</summary>
    /// <param name="Pdu">Which may say that it was not done: <see cref="SnmpPdu.Error"/>.</param>
    public sealed record Done(SnmpPdu Pdu) : SnmpStep;

    /// <summary>There is none.</summary>
    /// <param name="Failure">The kind of failure.</param>
    /// <param name="Why">Half a sentence for a person.</param>
    public sealed record Failed(SnmpFailure Failure, string Why) : SnmpStep;
}

/// <summary>Why there is no answer: each is mended differently.</summary>
public enum SnmpFailure
{
    /// <summary>No answer.</summary>
    Silent,
    /// <summary>Answers came, none of which was the one.</summary>
    Garbled,
    /// <summary>User, password or level were refused.</summary>
    Credentials,
}

/// <summary>One question and its answer without a socket: whoever has one sends, and says what arrived. Times are seconds of a clock that never goes back.</summary>
public interface ISnmpConversation
{
    /// <summary>The first datagram.</summary>
    SnmpStep Start(long now);

    /// <summary>Something arrived.</summary>
    SnmpStep On(ReadOnlySpan<byte> datagram, long now);

    /// <summary>Nothing arrived in time.</summary>
    SnmpStep OnTimeout(long now);
}

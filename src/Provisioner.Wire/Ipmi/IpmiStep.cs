namespace Provisioner.Wire.Ipmi;

/// <summary>What a conversation wants next.</summary>
public abstract record IpmiStep
{
    /// <summary>Send this, then hand in what arrives, or the timeout.</summary>
    /// <param name="Datagram">The datagram.</param>
    /// <param name="Try">1 for the first time that this message is sent.</param>
    public sealed record Send(ReadOnlyMemory<byte> Datagram, int Try) : IpmiStep;

    /// <summary>What arrived was not the answer: go on waiting, no longer than before.</summary>
    /// <param name="Why">What was wrong with it.</param>
    public sealed record Wait(string Why) : IpmiStep;

    /// <summary>The conversation is over and has its result.</summary>
    public sealed record Done : IpmiStep;

    /// <summary>The conversation is over without one.</summary>
    /// <param name="Failure">The kind of failure.</param>
    /// <param name="Why">Half a sentence for a person: <c>wrong password (RAKP 2 HMAC mismatch)</c>.</param>
    /// <param name="LastWord">A datagram that ends the matter for the BMC too, or empty; no answer comes to it.</param>
    public sealed record Failed(IpmiFailure Failure, string Why, ReadOnlyMemory<byte> LastWord = default) : IpmiStep;
}

/// <summary>Why there is no session or no answer: each is mended differently.</summary>
public enum IpmiFailure
{
    /// <summary>No answer.</summary>
    Silent,
    /// <summary>Answers came, none of which was the one.</summary>
    Garbled,
    /// <summary>User, password, key or privilege were refused.</summary>
    Credentials,
    /// <summary>None of the cipher suites is taken.</summary>
    Cipher,
    /// <summary>The BMC refuses for a reason of its own.</summary>
    Refused,
}

/// <summary>A conversation without a socket: whoever has one sends, and says what arrived.</summary>
public interface IIpmiConversation
{
    /// <summary>The first datagram.</summary>
    IpmiStep Start();

    /// <summary>Something arrived.</summary>
    IpmiStep On(ReadOnlySpan<byte> datagram);

    /// <summary>Nothing arrived in time.</summary>
    IpmiStep OnTimeout();
}

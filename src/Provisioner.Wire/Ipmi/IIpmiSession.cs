namespace Provisioner.Wire.Ipmi;

/// <summary>One end of an established session, of IPMI 2.0 (<see cref="IpmiSession"/>) or 1.5 (<see cref="LanSession"/>). Not for two threads at once.</summary>
public interface IIpmiSession : IDisposable
{
    /// <summary>The session id that Close Session names.</summary>
    uint TheirId { get; }

    /// <summary>How it is guarded, for notes: <c>cipher suite 17 (…)</c>, <c>IPMI 1.5 with MD5</c>.</summary>
    string Words { get; }

    /// <summary>What answers do otherwise than the specification says.</summary>
    IpmiQuirks Quirks { get; }

    /// <summary>A payload as a datagram of the session.</summary>
    byte[] Seal(PayloadType type, ReadOnlySpan<byte> payload);

    /// <summary>The payload of a datagram of this session, and what it is.</summary>
    /// <exception cref="WireException">not of this session, not signed by the other end, seen before, or not IPMI at all; it says which.</exception>
    SessionPayload Open(ReadOnlySpan<byte> datagram);
}

/// <summary>A payload out of a session's datagram.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Octets">The payload, decrypted.</param>
public readonly record struct SessionPayload(PayloadType Type, byte[] Octets);

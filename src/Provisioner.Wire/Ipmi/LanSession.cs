using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Provisioner.Wire.Ipmi;

/// <summary>
/// The console's end of an IPMI 1.5 session: numbers and signs what leaves, and takes what is signed, of this session and new.
/// Nothing is encrypted. IPMI 2.0 §13.6 (table 13-8), §22.17.1, §6.12.13.
/// </summary>
/// <param name="login">Whose session: the password signs.</param>
/// <param name="terms">What Activate Session agreed on.</param>
/// <param name="quirks">What the other end does otherwise.</param>
public sealed class LanSession(IpmiLogin login, LanTerms terms, IpmiQuirks quirks = IpmiQuirks.None) : IIpmiSession
{
    private ReplayWindow _taken;
    private uint _sent = terms.FirstNumber;

    /// <inheritdoc/>
    public uint TheirId => terms.SessionId;

    /// <inheritdoc/>
    public string Words => $"IPMI 1.5 with {terms.Login switch { LanAuthentication.Straight => "the password in the clear", LanAuthentication.None => "no authentication", var type => type.ToString().ToUpperInvariant() }}"
        + (terms.Session == LanAuthentication.None && terms.Login != LanAuthentication.None ? " at its start and nothing after it" : "") + ", not encrypted";

    /// <inheritdoc/>
    public IpmiQuirks Quirks => quirks;

    /// <inheritdoc/>
    public byte[] Seal(PayloadType type, ReadOnlySpan<byte> payload)
    {
        if (type != PayloadType.Ipmi) throw new ArgumentException("an IPMI 1.5 session carries IPMI messages only", nameof(type));
        uint number = Order(NextNumber());
        return IpmiDatagram.WriteV15(terms.Session, number, TheirId,
            LanAuthCode.Of(terms.Session, login.Password.Span, TheirId, number, payload), payload);
    }

    /// <inheritdoc/>
    public SessionPayload Open(ReadOnlySpan<byte> datagram)
    {
        if (IpmiDatagram.Parse(datagram) is not IpmiDatagram.V15 packet) throw new WireException("an RMCP+ datagram in an IPMI 1.5 session");
        if (packet.SessionId != TheirId && !(packet.SessionId == 0 && quirks.HasFlag(IpmiQuirks.IdZero)))
            throw new WireException($"session id 0x{packet.SessionId:x8} is not ours");
        CheckCode(packet);
        if (!_taken.Take(Order(packet.Sequence))) throw new WireException($"sequence number {packet.Sequence} was there before (a replay)");
        return new(PayloadType.Ipmi, packet.Payload.ToArray());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void CheckCode(IpmiDatagram.V15 packet)
    {
        bool unexpected = packet.Authentication == terms.Login && quirks.HasFlag(IpmiQuirks.UnexpectedAuth);
        if (packet.Authentication != terms.Session && !unexpected)
            throw new WireException($"a datagram signed with {packet.Authentication}, {terms.Session} was agreed on");
        if (packet.Authentication == LanAuthentication.None || quirks.HasFlag(IpmiQuirks.NoAuthCodeCheck)) return;
        byte[] expected = LanAuthCode.Of(packet.Authentication, login.Password.Span, packet.SessionId, packet.Sequence, packet.Payload.Span);
        if (!CryptographicOperations.FixedTimeEquals(expected, packet.Code.Span)) throw new WireException("the authentication code is wrong");
    }

    // 0 is for datagrams outside of a session (§6.12.13).
    private uint NextNumber()
    {
        uint number = _sent++;
        return number == 0 ? _sent++ : number;
    }

    private uint Order(uint number) => quirks.HasFlag(IpmiQuirks.EndianSequence) ? BinaryPrimitives.ReverseEndianness(number) : number;
}

/// <summary>What Activate Session agreed on: IPMI 2.0 §22.17.</summary>
/// <param name="Login">What Activate Session itself was signed with.</param>
/// <param name="Session">What the rest is signed with.</param>
/// <param name="SessionId">The session's id.</param>
/// <param name="FirstNumber">The number of our first datagram.</param>
public sealed record LanTerms(LanAuthentication Login, LanAuthentication Session, uint SessionId, uint FirstNumber);

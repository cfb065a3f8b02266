using System.Security.Cryptography;

namespace Provisioner.Wire.Ipmi;

/// <summary>
/// One end of an established RMCP+ session: numbers, encrypts and signs what leaves, and takes from the other end only what is
/// signed, ours and new. IPMI 2.0 §13.6, §13.28.4, §13.29. Not for two threads at once.
/// </summary>
/// <param name="suite">The algorithms in use.</param>
/// <param name="keys">The keys of the session.</param>
/// <param name="ourId">The session id that stands in datagrams to us.</param>
/// <param name="theirId">The session id that stands in datagrams from us.</param>
/// <param name="chance">Initialization vectors.</param>
/// <param name="quirks">What the other end does otherwise.</param>
public sealed class IpmiSession(CipherSuite suite, SessionKeys keys, uint ourId, uint theirId, Chance chance, IpmiQuirks quirks = IpmiQuirks.None) : IIpmiSession
{
    private const byte Authenticated = 0x40;
    private const byte Encrypted = 0x80;
    private const byte NextHeader = 0x07;
    private readonly Aes _aes = CreateAes(keys);
    private ReplayWindow _taken;
    private uint _sent;

    /// <summary>The algorithms in use.</summary>
    public CipherSuite Suite { get; } = suite;

    /// <summary>The session id that stands in datagrams from us: the one that Close Session names.</summary>
    public uint TheirId { get; } = theirId;

    /// <inheritdoc/>
    public IpmiQuirks Quirks { get; } = quirks;

    /// <inheritdoc/>
    public string Words => Suite.ToString();

    /// <summary>A payload as a datagram: encrypted where the suite does, numbered, signed.</summary>
    public byte[] Seal(PayloadType type, ReadOnlySpan<byte> payload)
    {
        ReadOnlySpan<byte> hidden = Suite.Hides ? Encrypt(payload) : payload;
        var writer = new IpmiWriter(stackalloc byte[Rmcp.MaxDatagram]);
        IpmiDatagram.WriteHeader(ref writer, (byte)(Authenticated | (Suite.Hides ? Encrypted : 0) | (byte)type), TheirId, NextNumber(), hidden.Length);
        writer.Bytes(hidden);
        // From the authentication type to the next header a multiple of 4 octets is signed (table 13-8).
        int pad = -(writer.Length - Rmcp.HeaderLength + 2) & 3;
        for (int i = 0; i < pad; i++) writer.U8(0xff);
        writer.U8(pad);
        writer.U8(NextHeader);
        writer.Bytes(Code(writer.Written[Rmcp.HeaderLength..]));
        return writer.ToArray();
    }

    /// <summary>The payload of a datagram of this session that must be of one type.</summary>
    /// <exception cref="WireException">as <see cref="Open(ReadOnlySpan{byte})"/>, or another payload.</exception>
    public byte[] Open(ReadOnlySpan<byte> datagram, PayloadType wanted)
    {
        var (type, octets) = Open(datagram);
        return type == wanted ? octets : throw new WireException($"payload type 0x{(byte)type:x2}, wants 0x{(byte)wanted:x2}");
    }

    /// <inheritdoc/>
    public SessionPayload Open(ReadOnlySpan<byte> datagram)
    {
        if (IpmiDatagram.Parse(datagram) is not IpmiDatagram.V20 packet) throw new WireException("a datagram outside of the session");
        if (packet.SessionId != ourId && !(packet.SessionId == 0 && Quirks.HasFlag(IpmiQuirks.IdZero)))
            throw new WireException($"session id 0x{packet.SessionId:x8} is not ours");
        if (!packet.Authenticated || packet.Encrypted != Suite.Hides)
            throw new WireException($"a datagram of the session that is not signed{(Suite.Hides ? " and encrypted" : " and clear")}");
        CheckCode(datagram, packet.Trailer.Span);
        if (!_taken.Take(packet.Sequence)) throw new WireException($"sequence number {packet.Sequence} was there before (a replay)");
        return new(packet.Type, Suite.Hides ? AesCbc.Decrypt(_aes, packet.Payload.Span) : packet.Payload.ToArray());
    }

    /// <inheritdoc/>
    public void Dispose() => _aes.Dispose();

    private void CheckCode(ReadOnlySpan<byte> datagram, ReadOnlySpan<byte> trailer)
    {
        int length = Suite.Integrity.CodeLength;
        if (trailer.Length < length + 2) throw new WireException($"session trailer of {trailer.Length} octets, {length + 2} are the least");
        var expected = Code(datagram[Rmcp.HeaderLength..^length]);
        if (!CryptographicOperations.FixedTimeEquals(expected, datagram[^length..])) throw new WireException("the integrity code is wrong");
        int pad = trailer[^(length + 2)];
        if (trailer.Length != pad + 2 + length) throw new WireException($"session trailer: pad length {pad} does not fit {trailer.Length} octets");
    }

    private ReadOnlySpan<byte> Code(ReadOnlySpan<byte> signed) => (Suite.Integrity.Id == IntegrityAlgorithm.KeyedMd5
        ? SessionKeys.KeyedMd5(keys.Password.Span, signed)
        : SessionKeys.Hmac(Suite.Integrity.Hash, keys.K1.Span, signed)).AsSpan(0, Suite.Integrity.CodeLength);

    private byte[] Encrypt(ReadOnlySpan<byte> payload)
    {
        Span<byte> vector = stackalloc byte[16];
        chance(vector);
        return AesCbc.Encrypt(_aes, payload, vector);
    }

    // 0 is for datagrams outside of a session, so that the number skips it (§6.12.13).
    private uint NextNumber() => ++_sent == 0 ? ++_sent : _sent;

    private static Aes CreateAes(SessionKeys keys)
    {
        var aes = Aes.Create();
        aes.Key = keys.K2[..16].ToArray(); // §13.29
        return aes;
    }
}

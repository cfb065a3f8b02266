namespace Provisioner.Wire.Ipmi;

/// <summary>What a payload is: IPMI 2.0 table 13-16.</summary>
public enum PayloadType : byte
{
    /// <summary>An IPMI message.</summary>
    Ipmi = 0x00,
    /// <summary>Serial over LAN.</summary>
    Sol = 0x01,
    /// <summary>RMCP+ Open Session Request.</summary>
    OpenSessionRequest = 0x10,
    /// <summary>RMCP+ Open Session Response.</summary>
    OpenSessionResponse = 0x11,
    /// <summary>RAKP Message 1.</summary>
    Rakp1 = 0x12,
    /// <summary>RAKP Message 2.</summary>
    Rakp2 = 0x13,
    /// <summary>RAKP Message 3.</summary>
    Rakp3 = 0x14,
    /// <summary>RAKP Message 4.</summary>
    Rakp4 = 0x15,
}

/// <summary>A datagram, opened as far as can be without keys. IPMI 2.0 §13.6.</summary>
public abstract record IpmiDatagram
{
    private const byte AuthTypeRmcpPlus = 0x06;
    private const byte PayloadTypeOem = 0x02;

    /// <summary>IPMI 1.5's frame: table 13-8. Outside of a session, without authentication, both versions speak it.</summary>
    /// <param name="Payload">An IPMI message.</param>
    public sealed record V15(ReadOnlyMemory<byte> Payload) : IpmiDatagram
    {
        /// <summary>How it is signed.</summary>
        public LanAuthentication Authentication { get; init; }

        /// <summary>The sender's number of the datagram; 0 outside of a session.</summary>
        public uint Sequence { get; init; }

        /// <summary>The session's id; 0 outside of one.</summary>
        public uint SessionId { get; init; }

        /// <summary>Authentication code: 16 octets, or none.</summary>
        public ReadOnlyMemory<byte> Code { get; init; }
    }

    /// <summary>RMCP+.</summary>
    /// <param name="Type">What the payload is.</param>
    /// <param name="Encrypted">The payload is encrypted.</param>
    /// <param name="Authenticated">An integrity code follows.</param>
    /// <param name="SessionId">The receiver's id of the session; 0 outside of one.</param>
    /// <param name="Sequence">The sender's number of the datagram; 0 outside of a session.</param>
    /// <param name="Payload">The payload as it stands.</param>
    /// <param name="Trailer">What follows the payload: pad, pad length, next header, integrity code.</param>
    public sealed record V20(PayloadType Type, bool Encrypted, bool Authenticated, uint SessionId, uint Sequence,
        ReadOnlyMemory<byte> Payload, ReadOnlyMemory<byte> Trailer) : IpmiDatagram
    {
        /// <summary>Octets from the RMCP header to the payload.</summary>
        public const int HeaderLength = Rmcp.HeaderLength + 12;
    }

    /// <summary>Opens a datagram.</summary>
    /// <exception cref="WireException">it is not IPMI over RMCP, or ends too soon.</exception>
    public static IpmiDatagram Parse(ReadOnlySpan<byte> datagram)
    {
        var reader = new IpmiReader(Rmcp.Unwrap(datagram), "IPMI session header");
        byte authType = reader.U8("authentication type");
        return authType switch
        {
            AuthTypeRmcpPlus => ParseV20(ref reader),
            (byte)LanAuthentication.None or (byte)LanAuthentication.Md2 or (byte)LanAuthentication.Md5 or (byte)LanAuthentication.Straight =>
                ParseV15((LanAuthentication)authType, ref reader),
            _ => throw new WireException($"IPMI session header: authentication type 0x{authType:x2}, which nobody here speaks"),
        };
    }

    private static V15 ParseV15(LanAuthentication authentication, ref IpmiReader reader)
    {
        uint sequence = reader.U32("session sequence number");
        uint session = reader.U32("session id");
        var code = authentication == LanAuthentication.None ? default : reader.Take(LanAuthCode.Length, "authentication code");
        int length = reader.U8("payload length");
        // A legacy pad octet may follow (IPMI 2.0 table 13-8, note 3): it is left unread.
        return new(reader.Take(length, "payload").ToArray())
        {
            Authentication = authentication,
            Sequence = sequence,
            SessionId = session,
            Code = code.ToArray(),
        };
    }

    private static V20 ParseV20(ref IpmiReader reader)
    {
        byte type = reader.U8("payload type");
        if ((type & 0x3f) == PayloadTypeOem) throw new WireException("IPMI session header: an OEM payload, none was asked for");
        uint session = reader.U32("session id");
        uint sequence = reader.U32("session sequence number");
        int length = reader.U16("payload length");
        return new((PayloadType)(type & 0x3f), (type & 0x80) != 0, (type & 0x40) != 0, session, sequence,
            reader.Take(length, "payload").ToArray(), reader.Rest().ToArray());
    }

    /// <summary>An IPMI message outside of any session.</summary>
    public static byte[] WriteV15(ReadOnlySpan<byte> payload) => WriteV15(LanAuthentication.None, 0, 0, default, payload);

    /// <summary>A datagram of a 1.5 session.</summary>
    /// <param name="authentication">How it is signed.</param>
    /// <param name="sequence">Our number of it.</param>
    /// <param name="session">The session's id.</param>
    /// <param name="code">16 octets, or none without authentication.</param>
    /// <param name="payload">An IPMI message.</param>
    public static byte[] WriteV15(LanAuthentication authentication, uint sequence, uint session, ReadOnlySpan<byte> code, ReadOnlySpan<byte> payload)
    {
        var writer = new IpmiWriter(stackalloc byte[Rmcp.HeaderLength + 10 + LanAuthCode.Length + 255 + 1]);
        Rmcp.Write(ref writer);
        writer.U8((byte)authentication);
        writer.U32(sequence);
        writer.U32(session);
        writer.Bytes(code);
        writer.U8(payload.Length);
        writer.Bytes(payload);
        // Some early LAN controllers lose datagrams of these lengths: one octet more (table 13-8, note 3).
        if (writer.Length is 56 or 84 or 112 or 128 or 156) writer.U8(0);
        return writer.ToArray();
    }

    /// <summary>A payload of RMCP+ without integrity or confidentiality: Open Session and RAKP.</summary>
    public static byte[] WriteV20(PayloadType type, ReadOnlySpan<byte> payload)
    {
        var writer = new IpmiWriter(stackalloc byte[Rmcp.MaxDatagram]);
        WriteHeader(ref writer, (byte)type, 0, 0, payload.Length);
        writer.Bytes(payload);
        return writer.ToArray();
    }

    internal static void WriteHeader(ref IpmiWriter writer, byte type, uint session, uint sequence, int length)
    {
        Rmcp.Write(ref writer);
        writer.U8(AuthTypeRmcpPlus);
        writer.U8(type);
        writer.U32(session);
        writer.U32(sequence);
        writer.U16(length);
    }
}

namespace Provisioner.Wire.Snmp;

/// <summary>How a message is protected: RFC 3412 §6.4, msgFlags.</summary>
[Flags]
public enum V3Flags : byte
{
    /// <summary>Not at all: noAuthNoPriv.</summary>
    None = 0,
    /// <summary>Signed.</summary>
    Auth = 1,
    /// <summary>Encrypted; only together with <see cref="Auth"/>.</summary>
    Priv = 2,
    /// <summary>A report may be sent back.</summary>
    Reportable = 4,
}

/// <summary>A message of version 3 with the user-based security model: RFC 3412 §6 and RFC 3414 §2.4.</summary>
/// <param name="Id">Ties the answer to the question.</param>
/// <param name="Flags">How it is protected.</param>
/// <param name="EngineId">msgAuthoritativeEngineID: the agent's; empty where it is not known yet.</param>
/// <param name="Boots">How often that engine has started.</param>
/// <param name="Time">Seconds since its last start.</param>
/// <param name="User">msgUserName.</param>
/// <param name="Signature">msgAuthenticationParameters.</param>
/// <param name="Salt">msgPrivacyParameters.</param>
/// <param name="Data">The scoped PDU; with <see cref="V3Flags.Priv"/> the octets of the encrypted one.</param>
public sealed record V3Message(
    int Id, V3Flags Flags, ReadOnlyMemory<byte> EngineId, int Boots, int Time, ReadOnlyMemory<byte> User, ReadOnlyMemory<byte> Signature, ReadOnlyMemory<byte> Salt, ReadOnlyMemory<byte> Data)
{
    /// <summary>User-based security model: RFC 3411 §5.</summary>
    private const int Usm = 3;

    /// <summary>Where the signature stands in the datagram that was read: it is signed with zeros there (RFC 3414 §6.3.2).</summary>
    internal int SignatureAt { get; private init; }

    /// <summary>As octets, the signature as it stands.</summary>
    public byte[] ToBytes() => Ber.Of(Ber.Sequence, Ber.Of((int)SnmpVersion.V3),
        Ber.Of(Ber.Sequence, Ber.Of(Id), Ber.Of(CommunityMessage.MaxDatagram), Ber.Of([(byte)Flags]), Ber.Of(Usm)),
        Ber.Of(Ber.Of(Ber.Sequence, Ber.Of(EngineId.Span), Ber.Of(Boots), Ber.Of(Time), Ber.Of(User.Span), Ber.Of(Signature.Span), Ber.Of(Salt.Span))),
        Flags.HasFlag(V3Flags.Priv) ? Ber.Of(Data.Span) : Data.ToArray());

    /// <summary>Reads one, wholly; neither its signature nor its scoped PDU is looked at.</summary>
    /// <exception cref="WireException">it is none.</exception>
    public static V3Message Parse(ReadOnlySpan<byte> datagram)
    {
        var reader = new BerReader(datagram, "SNMP message");
        var message = reader.Enter(Ber.Sequence, "the message");
        reader.End("the message");
        int version = message.Int32("version");
        if (version != 3) throw new WireException($"SNMP message: version {version}, wants 3");
        var header = message.Enter(Ber.Sequence, "msgGlobalData");
        int id = header.Int32("msgID"), most = header.Int32("msgMaxSize");
        var flags = header.Octets("msgFlags");
        int model = header.Int32("msgSecurityModel");
        header.End("msgSecurityModel");
        if (id < 0) throw new WireException("SNMP message: msgID is negative");
        if (most < 484) throw new WireException($"SNMP message: msgMaxSize is {most}, wants 484 at least");
        if (flags.Length != 1) throw new WireException($"SNMP message: msgFlags of {flags.Length} octets");
        if (model != Usm) throw new WireException($"SNMP message: security model {model}, wants 3 (user-based)");
        var level = (V3Flags)(flags[0] & 7);
        // RFC 3412 §7.2 step 5d.
        if ((level & (V3Flags.Auth | V3Flags.Priv)) == V3Flags.Priv) throw new WireException("SNMP message: encrypted and not signed");
        return Security(message.Enter(Ber.OctetString, "msgSecurityParameters"), id, level) with { Data = Scoped(message, level) };
    }

    private static V3Message Security(BerReader outer, int id, V3Flags flags)
    {
        var usm = outer.Enter(Ber.Sequence, "the security parameters");
        outer.End("the security parameters");
        byte[] engine = usm.Octets("msgAuthoritativeEngineID").ToArray();
        int boots = usm.Int32("msgAuthoritativeEngineBoots"), time = usm.Int32("msgAuthoritativeEngineTime");
        byte[] user = usm.Octets("msgUserName").ToArray();
        var signature = usm.Enter(Ber.OctetString, "msgAuthenticationParameters");
        int at = signature.At;
        byte[] signed = signature.Rest().ToArray();
        byte[] salt = usm.Octets("msgPrivacyParameters").ToArray();
        usm.End("msgPrivacyParameters");
        if (boots < 0 || time < 0) throw new WireException("SNMP message: engine boots or time is negative");
        if (engine.Length > 32) throw new WireException($"SNMP message: an engine id of {engine.Length} octets, 32 are the most");
        return new(id, flags, engine, boots, time, user, signed, salt, default) { SignatureAt = at };
    }

    private static byte[] Scoped(BerReader message, V3Flags flags)
    {
        if (flags.HasFlag(V3Flags.Priv))
        {
            byte[] sealedPdu = message.Octets("encryptedPDU").ToArray();
            message.End("encryptedPDU");
            return sealedPdu;
        }
        if (message.Peek("the scoped PDU") != Ber.Sequence) throw new WireException("SNMP message: the scoped PDU is no sequence");
        return message.Rest().ToArray();
    }

    /// <summary>For logs.</summary>
    public override string ToString() => $"SNMP V3 {Id} {Flags}";
}

/// <summary>A PDU with the place that it speaks of: RFC 3412 §6.8.</summary>
/// <param name="EngineId">contextEngineID.</param>
/// <param name="Context">contextName; empty for the usual one.</param>
/// <param name="Pdu">The PDU.</param>
public sealed record ScopedPdu(ReadOnlyMemory<byte> EngineId, ReadOnlyMemory<byte> Context, SnmpPdu Pdu)
{
    /// <summary>As octets.</summary>
    public byte[] ToBytes() => Ber.Of(Ber.Sequence, Ber.Of(EngineId.Span), Ber.Of(Context.Span), Pdu.ToBytes());

    /// <summary>Reads one; what follows it is the padding of its encryption (RFC 3414 §8.1.1.2).</summary>
    /// <exception cref="WireException">it is none.</exception>
    public static ScopedPdu Parse(ReadOnlySpan<byte> octets, bool padded)
    {
        var reader = new BerReader(octets, "SNMP scoped PDU");
        var scoped = reader.Enter(Ber.Sequence, "the scoped PDU");
        if (!padded) reader.End("the scoped PDU");
        byte[] engine = scoped.Octets("contextEngineID").ToArray(), context = scoped.Octets("contextName").ToArray();
        var pdu = SnmpPdu.Read(ref scoped);
        scoped.End("the PDU");
        return new(engine, context, pdu);
    }
}

namespace Provisioner.Wire.Snmp;

/// <summary>Versions, as they stand in messages: RFC 3412 §6.1.</summary>
public enum SnmpVersion
{
    /// <summary>SNMPv1: RFC 1157.</summary>
    V1 = 0,
    /// <summary>SNMPv2c: RFC 1901.</summary>
    V2c = 1,
    /// <summary>SNMPv3: RFC 3412.</summary>
    V3 = 3,
}

/// <summary>A message of version 1 or 2c: anybody on the way reads the community, which is all of its protection (RFC 1901 §3).</summary>
/// <param name="Version">V1 or V2c.</param>
/// <param name="Community">The community.</param>
/// <param name="Pdu">What it carries.</param>
public sealed record CommunityMessage(SnmpVersion Version, ReadOnlyMemory<byte> Community, SnmpPdu Pdu)
{
    /// <summary>The largest datagram that is read or announced: RFC 3412 wants 484 at least, an Ethernet frame holds 1,472.</summary>
    public const int MaxDatagram = 8192;

    /// <summary>As octets.</summary>
    public byte[] ToBytes() => Ber.Of(Ber.Sequence, Ber.Of((int)Version), Ber.Of(Community.Span), Pdu.ToBytes());

    /// <summary>Reads one, wholly.</summary>
    /// <exception cref="WireException">it is none.</exception>
    public static CommunityMessage Parse(ReadOnlySpan<byte> datagram)
    {
        var reader = new BerReader(datagram, "SNMP message");
        var message = reader.Enter(Ber.Sequence, "the message");
        reader.End("the message");
        int version = message.Int32("version");
        if (version is not (0 or 1)) throw new WireException($"SNMP message: version {version}, wants 0 or 1");
        byte[] community = message.Octets("community").ToArray();
        var pdu = SnmpPdu.Read(ref message);
        message.End("the PDU");
        return new((SnmpVersion)version, community, pdu);
    }

    /// <summary>For logs: without the community.</summary>
    public override string ToString() => $"SNMP {Version} {Pdu.Type} {Pdu.RequestId}";
}

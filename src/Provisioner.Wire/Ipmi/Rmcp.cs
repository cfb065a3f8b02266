namespace Provisioner.Wire.Ipmi;

/// <summary>The Remote Management Control Protocol's header, in front of every IPMI datagram: ASF 2.0 §3.2.2, IPMI 2.0 §13.1.3.</summary>
public static class Rmcp
{
    /// <summary>The UDP port of a BMC: IPMI 2.0 §13.1.2.</summary>
    public const int Port = 623;

    /// <summary>Octets of the header.</summary>
    public const int HeaderLength = 4;

    /// <summary>No datagram of a BMC that we ask for is longer; what is longer is refused unread.</summary>
    public const int MaxDatagram = 1024;

    private const byte Version = 0x06;
    private const byte NoAcknowledge = 0xff;
    private const byte ClassIpmi = 0x07;

    internal static void Write(ref IpmiWriter writer)
    {
        writer.U8(Version);
        writer.U8(0);
        writer.U8(NoAcknowledge);
        writer.U8(ClassIpmi);
    }

    /// <summary>What follows the header.</summary>
    /// <exception cref="WireException">the datagram is not RMCP, or not of class IPMI.</exception>
    public static ReadOnlySpan<byte> Unwrap(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length > MaxDatagram) throw new WireException($"a datagram of {datagram.Length} octets is no IPMI: {MaxDatagram} are the most");
        var reader = new IpmiReader(datagram, "RMCP header");
        byte version = reader.U8("version");
        if (version != Version) throw new WireException($"RMCP version 0x{version:x2}, wants 0x06");
        reader.Skip(2, "sequence number");
        byte messageClass = reader.U8("class");
        // 0x87 is the acknowledgement of an RMCP message, 0x06 an ASF one (a presence pong): neither was asked for.
        if (messageClass != ClassIpmi) throw new WireException($"RMCP class 0x{messageClass:x2}, wants 0x07 (IPMI)");
        return reader.Rest();
    }
}

namespace Provisioner.Wire.Ipmi;

/// <summary>What stands in the fourth octet of a packet to the BMC: IPMI 2.0 table 15-2.</summary>
[Flags]
public enum SolOperation : byte
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>What came is forgotten.</summary>
    FlushInbound = 0x01,
    /// <summary>What waits to leave is forgotten.</summary>
    FlushOutbound = 0x02,
    /// <summary>Break on the line, for about 300 ms.</summary>
    Break = 0x10,
    /// <summary>The packet was not taken.</summary>
    Nack = 0x40,
}

/// <summary>What stands in the fourth octet of a packet from the BMC: IPMI 2.0 table 15-2.</summary>
[Flags]
public enum SolStatus : byte
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>The machine sent a break.</summary>
    BreakDetected = 0x04,
    /// <summary>Characters of the machine were lost.</summary>
    Overrun = 0x08,
    /// <summary>The console is being closed, or is.</summary>
    Deactivated = 0x10,
    /// <summary>The BMC can't take characters: the machine is off or resets.</summary>
    TransferUnavailable = 0x20,
    /// <summary>The packet was not taken.</summary>
    Nack = 0x40,
}

/// <summary>A packet of Serial over LAN: IPMI 2.0 §15.9, table 15-2.</summary>
/// <param name="Sequence">1 to 15; 0 where it carries no characters and wants no acknowledgement.</param>
/// <param name="Acknowledged">The packet of the other side that it answers; 0 for none.</param>
/// <param name="Accepted">How many characters of that one were taken.</param>
/// <param name="Flags"><see cref="SolOperation"/> to the BMC, <see cref="SolStatus"/> from it.</param>
/// <param name="Characters">The characters.</param>
public sealed record SolPacket(byte Sequence, byte Acknowledged, byte Accepted, byte Flags, ReadOnlyMemory<byte> Characters)
{
    /// <summary>Octets before the characters.</summary>
    public const int HeaderLength = 4;

    /// <summary>The highest sequence number; 1 follows it.</summary>
    public const byte LastSequence = 15;

    /// <summary>The packet as a payload.</summary>
    public byte[] ToBytes() => [Sequence, Acknowledged, Accepted, Flags, .. Characters.Span];

    /// <summary>Reads a payload.</summary>
    /// <exception cref="WireException">truncated.</exception>
    public static SolPacket Parse(ReadOnlySpan<byte> payload)
    {
        var reader = new IpmiReader(payload, "SOL packet");
        byte sequence = (byte)(reader.U8("sequence number") & 0x0f);
        byte acknowledged = (byte)(reader.U8("acknowledged number") & 0x0f);
        return new(sequence, acknowledged, reader.U8("accepted characters"), reader.U8("status"), reader.Rest().ToArray());
    }
}

using System.Buffers.Binary;

namespace Provisioner.Wire.Ntp;

/// <summary>NTP headers to octets and back, RFC 5905 §7.3.</summary>
public static class NtpCodec
{
    /// <summary>Octets of the header.</summary>
    public const int Length = 48;

    /// <summary>Reads the header; what follows it is left alone.</summary>
    /// <exception cref="WireException">it is shorter than a header, or of a version that nobody wrote down.</exception>
    public static NtpPacket Parse(ReadOnlySpan<byte> octets)
    {
        if (octets.Length < Length) throw new WireException($"an NTP header has {Length} octets, not {octets.Length}");
        int version = octets[0] >> 3 & 7;
        if (version is 0 or > 4) throw new WireException($"NTP version {version}, wants 1 to 4");
        return new()
        {
            Leap = (NtpLeap)(octets[0] >> 6),
            Version = version,
            Mode = (NtpMode)(octets[0] & 7),
            Stratum = octets[1],
            Poll = (sbyte)octets[2],
            Precision = (sbyte)octets[3],
            RootDelay = BinaryPrimitives.ReadUInt32BigEndian(octets[4..]),
            RootDispersion = BinaryPrimitives.ReadUInt32BigEndian(octets[8..]),
            ReferenceId = BinaryPrimitives.ReadUInt32BigEndian(octets[12..]),
            Reference = new(BinaryPrimitives.ReadUInt64BigEndian(octets[16..])),
            Origin = new(BinaryPrimitives.ReadUInt64BigEndian(octets[24..])),
            Receive = new(BinaryPrimitives.ReadUInt64BigEndian(octets[32..])),
            Transmit = new(BinaryPrimitives.ReadUInt64BigEndian(octets[40..])),
        };
    }

    /// <summary>Writes the header; returns its length.</summary>
    /// <exception cref="ArgumentException">the destination is shorter than <see cref="Length"/>.</exception>
    public static int Write(NtpPacket packet, Span<byte> destination)
    {
        if (destination.Length < Length) throw new ArgumentException($"an NTP header takes {Length} octets", nameof(destination));
        destination[0] = (byte)((int)packet.Leap << 6 | packet.Version << 3 | (int)packet.Mode);
        destination[1] = packet.Stratum;
        destination[2] = (byte)packet.Poll;
        destination[3] = (byte)packet.Precision;
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], packet.RootDelay);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], packet.RootDispersion);
        BinaryPrimitives.WriteUInt32BigEndian(destination[12..], packet.ReferenceId);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], packet.Reference.Value);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], packet.Origin.Value);
        BinaryPrimitives.WriteUInt64BigEndian(destination[32..], packet.Receive.Value);
        BinaryPrimitives.WriteUInt64BigEndian(destination[40..], packet.Transmit.Value);
        return Length;
    }

    /// <summary>A length of time as NTP's short format, 16 bits of seconds and 16 of fraction (§6); what is longer than it can say becomes its longest.</summary>
    public static uint Short(TimeSpan time) => (uint)Math.Clamp(Math.Ceiling(time.TotalSeconds * 65536), 0, uint.MaxValue);
}

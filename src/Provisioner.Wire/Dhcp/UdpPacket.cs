using System.Buffers.Binary;

namespace Provisioner.Wire.Dhcp;

/// <summary>
/// An IPv4 packet with UDP in it, for replies to clients that have no address yet and cannot answer ARP (RFC 2131 §4.1):
/// they leave through a packet socket, so that both headers are ours to write.
/// </summary>
public static class UdpPacket
{
    /// <summary>Octets of the IPv4 and UDP headers.</summary>
    public const int HeaderLength = 28;

    /// <summary>Writes both headers before <paramref name="payloadLength"/> octets of payload that stand at <see cref="HeaderLength"/>; returns the length.</summary>
    /// <exception cref="WireException">the packet doesn't fit into <paramref name="packet"/>.</exception>
    public static int Write(Span<byte> packet, int payloadLength, Ipv4Address from, ushort fromPort, Ipv4Address to, ushort toPort)
    {
        int length = HeaderLength + payloadLength;
        if (length > packet.Length) throw new WireException($"packet of {length} octets doesn't fit into {packet.Length}");
        var ip = packet[..20];
        var udp = packet[20..length];
        ip.Clear();
        ip[0] = 0x45;
        ip[1] = 0x10; // low delay, as dhcpd and Kea send it
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)length);
        ip[6] = 0x40; // don't fragment
        ip[8] = 64;
        ip[9] = 17;
        from.WriteTo(ip[12..]);
        to.WriteTo(ip[16..]);
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], Fold(Sum(ip)));

        BinaryPrimitives.WriteUInt16BigEndian(udp, fromPort);
        BinaryPrimitives.WriteUInt16BigEndian(udp[2..], toPort);
        BinaryPrimitives.WriteUInt16BigEndian(udp[4..], (ushort)udp.Length);
        udp[6] = udp[7] = 0;
        ushort checksum = Fold(Sum(udp) + Sum(ip[12..20]) + 17 + (uint)udp.Length);
        BinaryPrimitives.WriteUInt16BigEndian(udp[6..], checksum == 0 ? (ushort)0xffff : checksum); // 0 means none, RFC 768
        return length;
    }

    // RFC 1071.
    private static uint Sum(ReadOnlySpan<byte> octets)
    {
        uint sum = 0;
        for (; octets.Length >= 2; octets = octets[2..]) sum += BinaryPrimitives.ReadUInt16BigEndian(octets);
        return octets.Length == 1 ? sum + ((uint)octets[0] << 8) : sum;
    }

    private static ushort Fold(uint sum)
    {
        while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~sum;
    }
}

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
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], InternetChecksum.Fold(InternetChecksum.Sum(ip)));

        BinaryPrimitives.WriteUInt16BigEndian(udp, fromPort);
        BinaryPrimitives.WriteUInt16BigEndian(udp[2..], toPort);
        BinaryPrimitives.WriteUInt16BigEndian(udp[4..], (ushort)udp.Length);
        udp[6] = udp[7] = 0;
        ushort checksum = InternetChecksum.Fold(InternetChecksum.Sum(udp) + InternetChecksum.Sum(ip[12..20]) + 17 + (uint)udp.Length);
        BinaryPrimitives.WriteUInt16BigEndian(udp[6..], checksum == 0 ? (ushort)0xffff : checksum); // 0 means none, RFC 768
        return length;
    }

    /// <summary>Reads one; false where it is not IPv4 with a whole UDP datagram in it.</summary>
    /// <param name="packet">From the IPv4 header on.</param>
    /// <param name="from">Who sent it.</param>
    /// <param name="payload">What the datagram carries.</param>
    public static bool TryRead(ReadOnlySpan<byte> packet, out Ipv4Address from, out ReadOnlySpan<byte> payload)
    {
        from = default;
        payload = default;
        if (packet.Length < HeaderLength || packet[0] >> 4 != 4 || packet[9] != 17) return false;
        int header = (packet[0] & 15) * 4;
        if (header < 20 || packet.Length < header + 8) return false;
        int length = BinaryPrimitives.ReadUInt16BigEndian(packet[(header + 4)..]);
        if (length < 8 || header + length > packet.Length) return false;
        from = Ipv4Address.FromBytes(packet[12..]);
        payload = packet.Slice(header + 8, length - 8);
        return true;
    }
}

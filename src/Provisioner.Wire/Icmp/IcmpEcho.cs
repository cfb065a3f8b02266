using System.Buffers.Binary;

namespace Provisioner.Wire.Icmp;

/// <summary>Echo request and reply (RFC 792): a ping.</summary>
public static class IcmpEcho
{
    /// <summary>Octets of a request of ours: a header and no data.</summary>
    public const int Length = 8;

    private const byte Request = 8, Reply = 0;

    /// <summary>Writes a request.</summary>
    public static void WriteRequest(Span<byte> octets, ushort id, ushort sequence)
    {
        octets[..Length].Clear();
        octets[0] = Request;
        BinaryPrimitives.WriteUInt16BigEndian(octets[4..], id);
        BinaryPrimitives.WriteUInt16BigEndian(octets[6..], sequence);
        BinaryPrimitives.WriteUInt16BigEndian(octets[2..], InternetChecksum.Fold(InternetChecksum.Sum(octets[..Length])));
    }

    /// <summary>Reads a reply off a raw socket, where the IPv4 header stands before it; false for anything else.</summary>
    /// <param name="packet">IPv4 header and what follows it.</param>
    /// <param name="from">Who answered.</param>
    /// <param name="id">The request's id.</param>
    public static bool TryReadReply(ReadOnlySpan<byte> packet, out Ipv4Address from, out ushort id)
    {
        (from, id) = (default, 0);
        if (packet.Length < 20 || packet[0] >> 4 != 4 || packet[9] != 1) return false;
        int header = (packet[0] & 15) * 4;
        if (header < 20 || packet.Length < header + Length || packet[header] != Reply) return false;
        from = Ipv4Address.FromBytes(packet[12..]);
        id = BinaryPrimitives.ReadUInt16BigEndian(packet[(header + 4)..]);
        return true;
    }
}

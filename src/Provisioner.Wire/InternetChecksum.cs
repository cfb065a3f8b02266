using System.Buffers.Binary;

namespace Provisioner.Wire;

/// <summary>The checksum of IPv4, UDP and ICMP (RFC 1071).</summary>
internal static class InternetChecksum
{
    /// <summary>The sum of 16-bit words, not folded; an odd octet counts as a word's first.</summary>
    internal static uint Sum(ReadOnlySpan<byte> octets)
    {
        uint sum = 0;
        for (; octets.Length >= 2; octets = octets[2..]) sum += BinaryPrimitives.ReadUInt16BigEndian(octets);
        return octets.Length == 1 ? sum + ((uint)octets[0] << 8) : sum;
    }

    /// <summary>The checksum of a sum; 0 over data that has its checksum in it.</summary>
    internal static ushort Fold(uint sum)
    {
        while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~sum;
    }
}

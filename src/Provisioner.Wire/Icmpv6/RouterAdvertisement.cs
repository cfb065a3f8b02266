using System.Buffers.Binary;

namespace Provisioner.Wire.Icmpv6;

/// <summary>IPv6 Neighbor Discovery (RFC 4861), as far as the appliance speaks it: it says that it is no router.</summary>
public static class RouterAdvertisement
{
    /// <summary>ICMPv6 type of a router solicitation, RFC 4861 §4.1.</summary>
    public const byte SolicitationType = 133;

    /// <summary>ICMPv6 type of a router advertisement, RFC 4861 §4.2.</summary>
    public const byte Type = 134;

    /// <summary>Octets of an advertisement without options.</summary>
    public const int Length = 16;

    /// <summary>The datagram (ICMPv6, without its IPv6 header) is a router solicitation of lawful length, RFC 4861 §6.1.1.</summary>
    public static bool IsSolicitation(ReadOnlySpan<byte> icmp) => icmp.Length >= 8 && icmp[0] == SolicitationType && icmp[1] == 0;

    /// <summary>
    /// Writes an advertisement that offers nothing: router lifetime 0 (not a default router, RFC 4861 §4.2), no prefix, no DHCPv6 (M and O
    /// zero). The checksum is left to the kernel, which fills it in on every raw ICMPv6 socket (RFC 3542 §3.1).
    /// </summary>
    /// <exception cref="ArgumentException">the destination is shorter than <see cref="Length"/>.</exception>
    public static void WriteNoRouter(Span<byte> destination)
    {
        if (destination.Length < Length) throw new ArgumentException($"an advertisement takes {Length} octets", nameof(destination));
        destination[..Length].Clear();
        destination[0] = Type;
        destination[4] = 64; // current hop limit
        BinaryPrimitives.WriteUInt16BigEndian(destination[6..], 0); // router lifetime
    }
}

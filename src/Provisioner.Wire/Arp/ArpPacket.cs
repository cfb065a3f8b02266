using System.Buffers.Binary;

namespace Provisioner.Wire.Arp;

/// <summary>An ARP packet for IPv4 over Ethernet (RFC 826), without its Ethernet header.</summary>
/// <param name="IsReply">Opcode 2 instead of 1.</param>
/// <param name="SenderMac">Who speaks.</param>
/// <param name="Sender">Its address; 0.0.0.0 in a probe (RFC 5227 §2.1.1).</param>
/// <param name="TargetMac">Whom a reply is for; zero in a request.</param>
/// <param name="Target">The address that is asked for.</param>
public readonly record struct ArpPacket(bool IsReply, MacAddress SenderMac, Ipv4Address Sender, MacAddress TargetMac, Ipv4Address Target)
{
    /// <summary>Octets of a packet; Ethernet pads what it carries, so more may come.</summary>
    public const int Length = 28;

    private const ulong EthernetIpv4 = 0x0001_0800_0604; // hardware type 1, protocol 0x0800, lengths 6 and 4

    /// <summary>A probe (RFC 5227 §2.1.1): who has <paramref name="address"/>? Without a sender's address it changes nobody's table.</summary>
    public static ArpPacket Probe(MacAddress from, Ipv4Address address) => new(false, from, Ipv4Address.Any, default, address);

    /// <summary>Reads one; false where it is not IPv4 over Ethernet, neither request nor reply, or cut short.</summary>
    public static bool TryRead(ReadOnlySpan<byte> octets, out ArpPacket packet)
    {
        packet = default;
        if (octets.Length < Length || BinaryPrimitives.ReadUInt64BigEndian(octets) >> 16 != EthernetIpv4) return false;
        int opcode = BinaryPrimitives.ReadUInt16BigEndian(octets[6..]);
        if (opcode is not (1 or 2)) return false;
        packet = new(opcode == 2, MacAddress.FromBytes(octets[8..]), Ipv4Address.FromBytes(octets[14..]), MacAddress.FromBytes(octets[18..]), Ipv4Address.FromBytes(octets[24..]));
        return true;
    }

    /// <summary>Writes it into 28 octets.</summary>
    public void WriteTo(Span<byte> octets)
    {
        BinaryPrimitives.WriteUInt64BigEndian(octets, EthernetIpv4 << 16 | (IsReply ? 2u : 1u));
        SenderMac.WriteTo(octets[8..]);
        Sender.WriteTo(octets[14..]);
        TargetMac.WriteTo(octets[18..]);
        Target.WriteTo(octets[24..]);
    }
}

using Provisioner.Wire;
using Provisioner.Wire.Arp;
using Provisioner.Wire.Dhcp;
using Provisioner.Wire.Icmp;

namespace Provisioner.Tests.Arp;

public sealed class ArpPacketTests
{
    private static readonly MacAddress Mac = MacAddress.Parse("52:54:00:12:34:56");

    [Fact]
    public void A_probe_is_these_octets()
    {
        var octets = new byte[28];
        ArpPacket.Probe(Mac, Ipv4Address.Parse("10.77.0.100")).WriteTo(octets);
        Assert.Equal("0001080006040001" + "525400123456" + "00000000" + "000000000000" + "0a4d0064", Convert.ToHexStringLower(octets));
        Assert.True(ArpPacket.TryRead(octets, out var read));
        Assert.Equal(ArpPacket.Probe(Mac, Ipv4Address.Parse("10.77.0.100")), read);
    }

    [Theory]
    [InlineData(0, 9)] // hardware type
    [InlineData(2, 9)] // protocol
    [InlineData(4, 8)] // hardware length
    [InlineData(5, 16)] // protocol length
    [InlineData(7, 3)] // RARP
    public void What_is_not_ipv4_over_ethernet_is_not_read(int at, byte value)
    {
        var octets = new byte[28];
        ArpPacket.Probe(Mac, default).WriteTo(octets);
        octets[at] = value;
        Assert.False(ArpPacket.TryRead(octets, out _));
        Assert.False(ArpPacket.TryRead(octets.AsSpan(0, 27), out _));
    }

    [Fact]
    public void A_ping_s_answer_is_told_from_other_packets()
    {
        var packet = new byte[28];
        packet[0] = 0x45;
        packet[9] = 1;
        Ipv4Address.Parse("10.88.0.7").WriteTo(packet.AsSpan(12));
        IcmpEcho.WriteRequest(packet.AsSpan(20), 0x1234, 1);
        Assert.Equal("0800e5ca12340001", Convert.ToHexStringLower(packet.AsSpan(20)));
        Assert.False(IcmpEcho.TryReadReply(packet, out _, out _));
        packet[20] = 0;
        Assert.True(IcmpEcho.TryReadReply(packet, out var from, out ushort id));
        Assert.Equal((Ipv4Address.Parse("10.88.0.7"), (ushort)0x1234), (from, id));
        packet[0] = 0x4f;
        Assert.False(IcmpEcho.TryReadReply(packet, out _, out _));
    }

    [Fact]
    public void A_udp_packet_of_ours_is_read_and_a_cut_one_is_not()
    {
        var packet = new byte[64];
        "ping"u8.CopyTo(packet.AsSpan(UdpPacket.HeaderLength));
        int length = UdpPacket.Write(packet, 4, Ipv4Address.Parse("10.77.0.3"), 67, Ipv4Address.Parse("10.77.0.9"), 68);
        Assert.True(UdpPacket.TryRead(packet, out var from, out var payload)); // what Ethernet filled up behind it is not its own
        Assert.Equal((Ipv4Address.Parse("10.77.0.3"), "ping"), (from, System.Text.Encoding.ASCII.GetString(payload)));
        Assert.False(UdpPacket.TryRead(packet.AsSpan(0, length - 1), out _, out _));
    }
}

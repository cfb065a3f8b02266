using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Tests.Dhcp;

public sealed class DhcpCodecTests
{
    [Theory]
    [InlineData("udhcpc-discover", "udhcp 1.35.0", 548)]
    [InlineData("dhclient-discover", null, 548)]
    [InlineData("ipxe-rom-discover", "PXEClient:Arch:00000:UNDI:002001", 1444)]
    [InlineData("ipxe-efi-rom-discover", "PXEClient:Arch:00007:UNDI:003010", 1444)]
    [InlineData("ovmf-pxe-discover", "PXEClient:Arch:00007:UNDI:003001", 1444)]
    [InlineData("dhcpcd-discover", "dhcpcd-9.4.1:Linux-6.1.0-28-x86-64:x86_64:AuthenticAMD", 1444)]
    [InlineData("networkd-discover", null, 1444)]
    [InlineData("dhcrelay-discover", "dhcpcd-9.4.1:Linux-6.1.0-28-x86-64:x86_64:AuthenticAMD", 1444)]
    public void Captured_discovers_read_as_what_their_clients_say(string capture, string? vendorClass, int maximum)
    {
        var message = DhcpCodec.Parse(Rack.Golden(capture));
        Assert.Equal(DhcpMessageType.Discover, message.Type);
        Assert.Equal(vendorClass, message.Options.Text(DhcpOptionCode.VendorClass));
        Assert.Equal(maximum, message.MaximumLength);
        Assert.False(message.IsReply);
    }

    [Theory]
    [InlineData("udhcpc-discover")]
    [InlineData("ipxe-rom-discover")]
    [InlineData("ovmf-pxe-discover")]
    public void What_was_written_reads_the_same(string capture)
    {
        var message = DhcpCodec.Parse(Rack.Golden(capture));
        var bytes = new byte[1500];
        int length = DhcpCodec.Write(message, bytes);
        var again = DhcpCodec.Parse(bytes.AsSpan(0, length));
        Assert.Equal(message.Options.Items.OrderBy(o => o.Code).Select(o => (o.Code, Convert.ToHexString(o.Value.Span))),
            again.Options.Items.Select(o => (o.Code, Convert.ToHexString(o.Value.Span))));
        Assert.Equal(message with { Options = DhcpOptions.None }, again with { Options = DhcpOptions.None });
    }

    [Fact]
    public void A_short_message_is_filled_up_to_300_octets()
    {
        Assert.Equal(300, DhcpCodec.Write(Rack.Message(DhcpMessageType.Ack, Rack.Ana), new byte[600]));
    }

    [Fact]
    public void Options_go_out_in_order_with_82_last()
    {
        var message = Rack.Message(DhcpMessageType.Ack, Rack.Ana, new(DhcpOptionCode.RelayAgentInformation, new byte[] { 1, 1, 9 }),
            DhcpOption.Of(DhcpOptionCode.BootFileName, "x"), DhcpOption.Of(DhcpOptionCode.Router, Rack.Ip("10.0.0.1")), DhcpOption.Of((DhcpOptionCode)175, (byte)1));
        var bytes = new byte[600];
        DhcpCodec.Write(message, bytes);
        Assert.Equal([3, 53, 67, 175, 82], DhcpCodec.Parse(bytes).Options.Items.Select(o => (int)o.Code));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(700)]
    public void Long_options_are_split_and_joined(int length)
    {
        var value = Enumerable.Range(0, length).Select(i => (byte)i).ToArray();
        var bytes = new byte[1500];
        int written = DhcpCodec.Write(Rack.Message(DhcpMessageType.Ack, Rack.Ana, new DhcpOption((DhcpOptionCode)119, value)), bytes);
        Assert.Equal(value, DhcpCodec.Parse(bytes.AsSpan(0, written)).Options.Find((DhcpOptionCode)119)!.Value.ToArray());
    }

    [Fact]
    public void Overloaded_fields_hold_options_and_no_names()
    {
        var bytes = new byte[300];
        DhcpCodec.Write(new DhcpMessage { ChAddr = Rack.Ana, Options = new([DhcpOption.Of(DhcpOptionCode.Overload, 3)]) }, bytes);
        new byte[] { 53, 1, 1, 67, 2, (byte)'a', (byte)'b', 255 }.CopyTo(bytes, DhcpCodec.FileAt);
        new byte[] { 67, 1, (byte)'c', 255 }.CopyTo(bytes, DhcpCodec.SNameAt);
        var message = DhcpCodec.Parse(bytes);
        Assert.Equal(("", "", "abc", DhcpMessageType.Discover), (message.File, message.SName, message.Options.Text(DhcpOptionCode.BootFileName), message.Type));
    }

    [Fact]
    public void A_message_without_an_end_option_is_taken()
    {
        var bytes = Rack.Golden("udhcpc-discover")[..(DhcpCodec.OptionsAt + 3)];
        Assert.Equal(DhcpMessageType.Discover, DhcpCodec.Parse(bytes).Type);
    }

    [Theory]
    [InlineData(0, 3, "op is 3, wants 1 or 2")]
    [InlineData(1, 24, "htype is 24, Ethernet (1, 6) and InfiniBand (32) are served")]
    [InlineData(1, 32, "hlen is 6, InfiniBand wants 0")]
    [InlineData(2, 0, "hlen is 0, Ethernet wants 6")]
    [InlineData(2, 16, "hlen is 16, Ethernet wants 6")]
    [InlineData(236, 0, "no DHCP magic cookie")]
    [InlineData(241, 200, "option 53 in options has 200 octets, 58 are left")]
    public void What_is_wrong_is_named(int at, byte value, string why)
    {
        var bytes = Rack.Golden("udhcpc-discover");
        bytes[at] = value;
        Assert.Equal(why, Assert.Throws<WireException>(() => DhcpCodec.Parse(bytes)).Message);
    }

    [Theory]
    [InlineData(53, 2, 1)]
    [InlineData(50, 3, 4)]
    [InlineData(54, 5, 4)]
    [InlineData(57, 1, 2)]
    [InlineData(93, 1, 2)]
    [InlineData(93, 0, 2)]
    public void An_option_that_a_decision_rests_on_has_its_length(int code, int length, int wants)
    {
        var bytes = new byte[400];
        DhcpCodec.Write(new DhcpMessage { ChAddr = Rack.Ana, Options = new([new((DhcpOptionCode)code, new byte[length])]) }, bytes);
        Assert.Equal($"option {code} has {length} octets, wants {wants}", Assert.Throws<WireException>(() => DhcpCodec.Parse(bytes)).Message);
    }

    [Fact]
    public void Infiniband_is_known_by_its_port_and_answered_without_an_address()
    {
        var bytes = new byte[300];
        byte[] id = [0xff, 0, 0, 0, 0, 0, 2, 0, 0, 2, 0xc9, 0, 0x00, 0x02, 0xc9, 0x03, 0x00, 0x12, 0x34, 0x56];
        var discover = Rack.Message(DhcpMessageType.Discover, Rack.Ana, new DhcpOption(DhcpOptionCode.ClientIdentifier, id)) with { Hardware = HardwareType.InfiniBand };
        DhcpCodec.Write(discover, bytes);
        Assert.Equal("2000", Convert.ToHexString(bytes, 1, 2));
        Assert.True(bytes.AsSpan(28, 16).IndexOfAnyExcept((byte)0) < 0);
        var read = DhcpCodec.Parse(bytes);
        Assert.Equal((HardwareType.InfiniBand, MacAddress.Parse("00:02:c9:12:34:56")), (read.Hardware, read.ChAddr));
        DhcpCodec.Write(discover with { Options = new([DhcpOption.Of(DhcpOptionCode.MessageType, 1)]) }, bytes);
        Assert.Contains("InfiniBand without a client identifier", Assert.Throws<WireException>(() => DhcpCodec.Parse(bytes)).Message);
    }

    [Fact]
    public void Bootp_from_before_options_is_read_as_a_message_without_a_type()
    {
        var bytes = Rack.Golden("udhcpc-discover");
        bytes.AsSpan(DhcpCodec.CookieAt).Clear();
        Assert.Equal((DhcpMessageType.None, 0), (DhcpCodec.Parse(bytes).Type, DhcpCodec.Parse(bytes).Options.Items.Count));
    }

    [Fact]
    public void What_is_beyond_the_limit_goes_into_the_header_s_empty_fields()
    {
        var reply = Rack.Message(DhcpMessageType.Ack, Rack.Ana, Rack.ForUs, new((DhcpOptionCode)114, new byte[100]), new((DhcpOptionCode)209, new byte[50]),
            new((DhcpOptionCode)43, new byte[160]), new(DhcpOptionCode.RelayAgentInformation, new byte[] { 1, 1, 9 }));
        Assert.Equal(240 + 1 + 3 + 6 + 102 + 52 + 162 + 5, DhcpCodec.Measure(reply));
        var bytes = new byte[600];
        var tight = reply with { Limit = 440 };
        int length = DhcpCodec.Write(tight, bytes);
        Assert.Equal((DhcpCodec.Measure(tight), 240 + 1 + 3 + 6 + 3 + 162 + 5), (length, length));
        Assert.Equal([53, 54, 43, 82, 114, 209], Order(DhcpCodec.Parse(bytes.AsSpan(0, length)), 52));
        Assert.Equal(209, bytes[DhcpCodec.SNameAt]);
        Assert.Equal(114, bytes[DhcpCodec.FileAt]);
        DhcpCodec.Write(tight with { File = "undionly.kpxe", Limit = 520 }, bytes);
        Assert.Equal("undionly.kpxe", DhcpCodec.Parse(bytes).File);
        Assert.Equal(2, DhcpCodec.Parse(bytes).Options.Find(DhcpOptionCode.Overload)!.Value.Span[0]);
    }

    private static IEnumerable<int> Order(DhcpMessage message, int without) =>
        message.Options.Items.Select(o => (int)o.Code).Where(c => c != without).OrderBy(c => c is 53 or 54 ? 0 : 1);

    [Fact]
    public void The_checksums_of_a_frame_of_ours_add_up()
    {
        var packet = new byte[28 + 4];
        "ping"u8.CopyTo(packet.AsSpan(28));
        int length = UdpPacket.Write(packet, 4, Rack.Ip("10.77.0.1"), 67, Rack.Ip("10.77.0.100"), 68);
        Assert.Equal(32, length);
        Assert.Equal(0, Fold(packet.AsSpan(0, 20), 0));
        Assert.Equal(0, Fold(packet.AsSpan(20), Partial(packet.AsSpan(12, 8)) + 17 + 12));
    }

    // RFC 1071: the sum over everything, checksum included, is all ones.
    private static int Fold(ReadOnlySpan<byte> octets, uint start)
    {
        uint sum = start + Partial(octets);
        while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~sum;
    }

    private static uint Partial(ReadOnlySpan<byte> octets)
    {
        uint sum = 0;
        for (int i = 0; i < octets.Length; i += 2) sum += (uint)(octets[i] << 8 | octets[i + 1]);
        return sum;
    }
}

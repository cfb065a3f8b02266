using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Tests.Dhcp;

public sealed class RelayAgentInformationTests
{
    [Fact]
    public void What_isc_dhcp_relay_adds_is_read()
    {
        var message = DhcpCodec.Parse(Rack.Golden("dhcrelay-discover"));
        Assert.Equal((Rack.Ip("10.98.0.1"), (byte)1), (message.GiAddr, message.Hops));
        Assert.Equal("circuit \"r1\"", RelayAgentInformation.Of(message)!.InWords);
    }

    [Theory]
    [InlineData("0104ffffffff", "circuit ffffffff")]
    [InlineData("010867652d302f302f37", "circuit \"ge-0/0/7\"")]
    [InlineData("010600040064010702080006525400123456", "circuit VLAN 100, module 1, port 7, remote 52:54:00:12:34:56")]
    [InlineData("0206525400123456", "remote 52:54:00:12:34:56")]
    [InlineData("06046a6f6873", "subscriber \"johs\"")]
    [InlineData("", "")]
    public void Ports_are_told_in_words(string octets, string words) => Assert.Equal(words, Of(octets).InWords);

    [Fact]
    public void Link_selection_and_server_override_are_addresses()
    {
        var relay = Of("05040a5800010b040a580009" + "0c03010203");
        Assert.Equal((Rack.Ip("10.88.0.1"), Rack.Ip("10.88.0.9"), 3), (relay.LinkSelection, relay.ServerIdOverride, relay.RelayId.Length));
    }

    [Theory]
    [InlineData("01", "option 82 ends after the code of sub-option 1")]
    [InlineData("0105aa", "option 82, sub-option 1 has 5 octets, 1 are left")]
    [InlineData("05030a5800", "option 82, sub-option 5 has 3 octets, wants 4")]
    [InlineData("0b00", "option 82, sub-option 11 has 0 octets, wants 4")]
    public void A_relay_that_miscounts_is_refused(string octets, string why) =>
        Assert.Equal(why, Assert.Throws<WireException>(() => DhcpCodec.Parse(Written(octets))).Message);

    private static RelayAgentInformation Of(string octets) => RelayAgentInformation.Of(DhcpCodec.Parse(Written(octets)))!;

    private static byte[] Written(string octets)
    {
        var bytes = new byte[600];
        DhcpCodec.Write(Rack.Message(DhcpMessageType.Discover, Rack.Ana, new DhcpOption(DhcpOptionCode.RelayAgentInformation, Convert.FromHexString(octets))), bytes);
        return bytes;
    }
}

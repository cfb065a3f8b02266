using Provisioner.Wire;
using Provisioner.Wire.Dhcp;
using Provisioner.Wire.Dns;

namespace Provisioner.Tests.Dhcp;

public sealed class DhcpOptionTests
{
    [Theory]
    [InlineData(150, "ip 10.0.0.1, 10.0.0.2", "0a0000010a000002")]
    [InlineData(150, "ip 10.0.0.1 10.0.0.2", "0a0000010a000002")]
    [InlineData(66, "text tftp.example", "746674702e6578616d706c65")]
    [InlineData(43, "hex 01:04:0a:00:00:01", "01040a000001")]
    [InlineData(80, "hex", "")]
    [InlineData(116, "u8 0", "00")]
    [InlineData(116, "flag false", "00")]
    [InlineData(13, "u16 1500", "05dc")]
    [InlineData(108, "u32 3600", "00000e10")]
    [InlineData(108, "u32 4294967295", "ffffffff")]
    [InlineData(114, "text https://portal.example/api", "68747470733a2f2f706f7274616c2e6578616d706c652f617069")]
    [InlineData(121, "routes 10.0.0.0/8 via 10.77.0.254, 0.0.0.0/0 via 10.77.0.1", "080a0a4d00fe000a4d0001")]
    [InlineData(125, "vendor 343 hex 0104", "00000157020104")]
    [InlineData(208, "hex f100747e", "f100747e")]
    [InlineData(211, "u32 30", "0000001e")]
    [InlineData(224, "hex 00ff", "00ff")]
    public void An_option_is_read_from_its_kind_and_value(int code, string text, string octets)
    {
        Assert.True(DhcpOptionText.TryRead(code, text, out var option, out var fault), fault);
        Assert.Equal((code, octets), ((int)option.Code, Convert.ToHexStringLower(option.Value.Span)));
    }

    [Theory]
    [InlineData(150, "", "option 150: its value is empty: write ip, text, hex, u8, u16, u32, flag, routes or vendor, then the value")]
    [InlineData(150, "10.0.0.1", "option 150: \"10.0.0.1\" is no kind of value: ip, text, hex, u8, u16, u32, flag, routes or vendor")]
    [InlineData(150, "ip 10.0.0", "option 150: \"10.0.0\" is not an IPv4 address such as 10.77.0.1")]
    [InlineData(150, "ip", "option 150: an address is missing after \"ip\"")]
    [InlineData(150, "hex 0a0000", "option 150 wants addresses: ip 10.77.0.1")]
    [InlineData(43, "hex 0g", "option 43: \"0g\" is not pairs of hexadecimal digits")]
    [InlineData(116, "u8 256", "option 116: \"256\" is not a number from 0 to 255")]
    [InlineData(116, "u16 1", "option 116 wants one octet: u8 1, or flag true")]
    [InlineData(19, "flag yes", "option 19: after \"flag\" stands true or false")]
    [InlineData(66, "text bücher", "option 66: its text has characters outside ASCII: write it as hex")]
    [InlineData(121, "routes 10.0.0.1/8 via 10.77.0.254", "option 121: \"10.0.0.1/8 via 10.77.0.254\" is not a route such as 10.0.0.0/8 via 10.77.0.254")]
    [InlineData(121, "hex 21", "option 121 wants routes: routes 10.0.0.0/8 via 10.77.0.254")]
    [InlineData(208, "hex 00", "option 208 wants hex f100747e (RFC 5071 §3)")]
    [InlineData(125, "vendor x hex 00", "option 125: \"x\" is not an enterprise number")]
    [InlineData(3, "ip 10.0.0.1", "option 3 is the subnet's gateway: set that")]
    [InlineData(119, "text a", "option 119 is the subnet's search list: set that")]
    [InlineData(53, "u8 5", "option 53 is part of the exchange itself: it can't be set")]
    [InlineData(0, "hex 00", "0 is no DHCP option: they are 1 to 254")]
    [InlineData(255, "hex 00", "255 is no DHCP option: they are 1 to 254")]
    public void What_is_wrong_with_an_option_is_said(int code, string text, string why)
    {
        Assert.False(DhcpOptionText.TryRead(code, text, out _, out var fault));
        Assert.Equal(why, fault);
    }

    [Fact]
    public void An_option_value_has_a_largest_length() =>
        Assert.True(!DhcpOptionText.TryRead(224, "hex " + new string('0', 4000), out _, out var fault) && fault.EndsWith("2000 octets, 1024 at most", StringComparison.Ordinal));

    // RFC 3442, the table of its page 3, and the default route.
    [Theory]
    [InlineData("0.0.0.0", 0, "00")]
    [InlineData("10.0.0.0", 8, "080a")]
    [InlineData("10.0.0.0", 24, "180a0000")]
    [InlineData("10.17.0.0", 16, "100a11")]
    [InlineData("10.27.129.0", 24, "180a1b81")]
    [InlineData("10.229.0.128", 25, "190ae50080")]
    [InlineData("10.198.122.47", 32, "200ac67a2f")]
    public void Routes_are_written_as_rfc_3442_shows(string network, int prefix, string octets)
    {
        var route = new ClasslessRoute(Rack.Ip(network), prefix, Rack.Ip("10.77.0.254"));
        var value = ClasslessRoute.ToOption([route]).Value;
        Assert.Equal(octets + "0a4d00fe", Convert.ToHexStringLower(value.Span));
        Assert.Equal([route], ClasslessRoute.Read(value.Span));
    }

    [Theory]
    [InlineData("210a000000000000000000", "prefix of 33")]
    [InlineData("18", "cut short")]
    [InlineData("180a00000a4d00", "cut short")]
    public void A_route_that_is_none_is_refused(string octets, string why) =>
        Assert.Contains(why, Assert.Throws<WireException>(() => ClasslessRoute.Read(Convert.FromHexString(octets))).Message);

    // RFC 3397 §2: "eng.apple.com." and "marketing.apple.com.", the second pointing to the first's end.
    [Fact]
    public void A_search_list_is_compressed_as_rfc_3397_shows()
    {
        var option = DomainSearch.ToOption([DnsName.Parse("eng.apple.com"), DnsName.Parse("marketing.apple.com")]);
        Assert.Equal("03656e67056170706c6503636f6d00096d61726b6574696e67c004", Convert.ToHexStringLower(option.Value.Span));
        Assert.Equal(["eng.apple.com", "marketing.apple.com"], DomainSearch.Read(option.Value.Span).Select(n => n.ToString()));
    }

    [Theory]
    [InlineData("c000")]
    [InlineData("0161c000")]
    [InlineData("0161c002")]
    [InlineData("03656e")]
    public void A_search_list_that_loops_or_is_cut_is_refused(string octets) =>
        Assert.Throws<WireException>(() => DomainSearch.Read(Convert.FromHexString(octets)));

    [Theory]
    [InlineData("00ffff6e6f646531", "None", "node1")]
    [InlineData("04ffff056e6f6465310472", "-", "-")] // a label that goes past the end: as if it had said nothing
    [InlineData("05ffff056e6f646531", "ServerUpdates, Encoded", "node1")]
    [InlineData("05ffff056e6f646531047261636b00", "ServerUpdates, Encoded", "node1.rack")]
    [InlineData("04ffff", "Encoded", "")]
    [InlineData("04ff", "-", "-")]
    [InlineData("f8ffff", "NoUpdates", "")]
    public void A_client_s_name_is_read_in_both_ways_of_writing(string octets, string flags, string name)
    {
        var fqdn = ClientFqdn.Of(new DhcpOptions([new(DhcpOptionCode.ClientFqdn, Convert.FromHexString(octets))]));
        Assert.Equal((flags, name), (fqdn?.Flags.ToString() ?? "-", fqdn?.Name ?? "-"));
    }

    [Fact]
    public void A_name_is_answered_in_the_way_it_was_asked()
    {
        Assert.Equal("05ffff056e6f646531047261636b00", Convert.ToHexStringLower(new ClientFqdn(FqdnFlags.Encoded | FqdnFlags.ServerUpdates, "node1.rack").ToOption().Value.Span));
        Assert.Equal("01ffff6e6f646531", Convert.ToHexStringLower(new ClientFqdn(FqdnFlags.ServerUpdates, "node1").ToOption().Value.Span));
    }
}

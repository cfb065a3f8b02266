using Provisioner.Wire.Dns;

namespace Provisioner.Tests.Dns;

public sealed class DnsRdataTextTests
{
    [Theory]
    [InlineData(DnsType.A, "10.77.0.5", "0a4d0005")]
    [InlineData(DnsType.Aaaa, "fd00:77::5", "fd000077000000000000000000000005")]
    [InlineData(DnsType.Cname, "a.b.", "0161016200")]
    [InlineData(DnsType.Mx, "10 a.b.", "000a0161016200")]
    [InlineData(DnsType.Mx, "0 .", "000000")]
    [InlineData(DnsType.Srv, "0 5 5060 a.b.", "0000000513c40161016200")]
    [InlineData(DnsType.Txt, "\"v=spf1 -all\" \"\" \"a\\\"b\\\\c\\007\"", "0b763d73706631202d616c6c" + "00" + "066122625c6307")]
    [InlineData(DnsType.Sshfp, "4 2 0101010101010101010101010101010101010101010101010101010101010101", "04020101010101010101010101010101010101010101010101010101010101010101")]
    [InlineData((DnsType)65280, "\\# 3 010203", "010203")]
    [InlineData((DnsType)65280, "\\# 0", "")]
    public void Data_is_read_and_written_as_in_a_zone_file(DnsType type, string text, string hex)
    {
        var data = DnsRdataText.Read(type, text, out string fault);
        Assert.Equal((hex, ""), (data is null ? null : Convert.ToHexStringLower(data), fault));
        Assert.Equal(text, DnsRdataText.Of(type, data));
    }

    [Fact]
    public void A_long_text_goes_on_in_the_next_string()
    {
        var data = DnsRdataText.Read(DnsType.Txt, $"\"{new string('x', 300)}\"", out _)!;
        Assert.Equal((302, 255, 45), (data.Length, data[0], data[256]));
    }

    [Theory]
    [InlineData(DnsType.A, "10.77.0.300", "10.77.0.9")]
    [InlineData(DnsType.A, "fd00::1", "10.77.0.9")]
    [InlineData(DnsType.Aaaa, "10.77.0.5", "fd00:77::9")]
    [InlineData(DnsType.Aaaa, "fe80::1%eth0", "fd00:77::9")]
    [InlineData(DnsType.Mx, "mail.rack.internal", "10 mail.rack.internal")]
    [InlineData(DnsType.Mx, "70000 mail.rack.internal", "10 mail.rack.internal")]
    [InlineData(DnsType.Srv, "0 5 sip.rack.internal", "0 5 5060 sip.rack.internal")]
    [InlineData(DnsType.Cname, "two words", "host.rack.internal")]
    [InlineData(DnsType.Cname, ".", "host.rack.internal")]
    [InlineData(DnsType.Txt, "\"open", "v=spf1")]
    [InlineData(DnsType.Txt, "", "v=spf1")]
    [InlineData(DnsType.Sshfp, "4 2 0102", "64 hexadecimal digits")]
    [InlineData((DnsType)65280, "\\# 2 010203", "\\# 4 0a000001")]
    public void What_is_no_data_of_its_type_is_refused_with_an_example(DnsType type, string text, string example)
    {
        Assert.Null(DnsRdataText.Read(type, text, out string fault));
        Assert.Contains(example, fault);
    }

    [Theory]
    [InlineData("aaaa", DnsType.Aaaa)]
    [InlineData("TYPE257", (DnsType)257)]
    public void Types_have_names_or_numbers(string text, DnsType type)
    {
        Assert.True(DnsTypeName.TryParse(text, out var read));
        Assert.Equal(type, read);
        Assert.Equal(text.ToUpperInvariant(), DnsTypeName.Of(type));
    }
}

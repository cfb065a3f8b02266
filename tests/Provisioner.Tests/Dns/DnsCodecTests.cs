using Provisioner.Wire;
using Provisioner.Wire.Dns;

namespace Provisioner.Tests.Dns;

public sealed class DnsCodecTests
{
    [Fact]
    public void An_answer_points_back_to_the_names_of_its_question()
    {
        var (_, octets) = Asking.Raw(Asking.Zones("node1.rack.internal A 10.77.0.100"), Convert.FromHexString(DnsQueryTests.Dig));
        Assert.Equal("1234" + "8580" + "0001000100000000" + DnsQueryTests.Dig[24..] + "c00c00010001" + "0000012c" + "0004" + "0a4d0064", Convert.ToHexStringLower(octets));
    }

    [Fact]
    public void A_denial_points_back_to_the_zone_and_names_its_soa()
    {
        var (_, octets) = Asking.Raw(Asking.Zones(), Asking.Query("x.rack.internal"));
        const string server = "0b70726f766973696f6e6572" + "047261636b08696e7465726e616c00", mailbox = "0a686f73746d6173746572" + "047261636b08696e7465726e616c00";
        Assert.Equal("1234" + "8583" + "0001000000010000" + "0178047261636b08696e7465726e616c0000010001"
            + "c00e00060001" + "0000001e" + "0049" + server + mailbox + "00000008" + "00000e10" + "00000258" + "00015180" + "0000001e", Convert.ToHexStringLower(octets));
    }

    // Answered by unbound 1.17 (`dig MX` of a local-data zone): names in its data are compressed.
    [Fact]
    public void Compressed_names_in_data_are_written_out()
    {
        const string mx = "00018180000100010000000007" + "6578616d706c6500000f0001" + "c00c000f0001000000000009" + "000a" + "046d61696c" + "c00c";
        var record = Assert.Single(DnsCodec.Parse(Convert.FromHexString(mx)).Answers);
        Assert.Equal("example 0 IN MX 10 mail.example.", record.ToString());
        Assert.Equal("000a" + "046d61696c" + "076578616d706c6500", Convert.ToHexStringLower(record.Data.Span));
    }

    [Theory]
    [InlineData("0001010000010000000000000" + "161c00c00010001", "pointer to its own name")]
    [InlineData("000101000001000000000000c00c00010001", "pointer to itself")]
    [InlineData("000101000001000000000000c00e00010001", "pointer ahead")]
    [InlineData("000101000001000000000000c0", "pointer cut short")]
    [InlineData("00010100000100000000000040610000010001", "label type 1")]
    [InlineData("0001010000010000000000003f61", "label past the end")]
    [InlineData("000101000001000000000000016100000100", "question cut short")]
    [InlineData("0001010000ff00000000000001610000010001", "more questions announced than are there")]
    [InlineData("000181000000000100000000" + "00" + "00010001" + "00000000" + "0005" + "0a00000100", "A record of five octets")]
    [InlineData("000181000000000100000000" + "00" + "00100001" + "00000000" + "0002" + "0561", "TXT string past its record")]
    [InlineData("000181000000000100000000" + "00" + "00050001" + "00000000" + "0002" + "016100", "CNAME past its record")]
    [InlineData("000181000000000100000000" + "00" + "00050001" + "00000000" + "0004" + "01610000", "CNAME with an octet too many")]
    [InlineData("000181000000000100000000" + "00" + "00060001" + "00000000" + "0006" + "000000000000", "SOA with one number")]
    [InlineData("00010100000000000000000000", "octets after the end")]
    public void Hostile_messages_are_refused(string hex, string what)
    {
        Assert.NotEmpty(what);
        Assert.Throws<WireException>(() => DnsCodec.Parse(Convert.FromHexString(hex)));
    }

    [Fact]
    public void A_name_of_more_than_255_octets_put_together_from_pointers_is_refused()
    {
        // 63-octet labels, each pointing back to the one before.
        var bytes = new List<byte>(Convert.FromHexString("000101000006000000000000"));
        int before = -1;
        for (int i = 0; i < 6; i++)
        {
            int here = bytes.Count;
            bytes.AddRange([63, .. Enumerable.Repeat((byte)'a', 63)]);
            bytes.AddRange(before < 0 ? [0] : [(byte)(0xc0 | before >> 8), (byte)before]);
            bytes.AddRange([0, 1, 0, 1]);
            before = here;
        }
        Assert.Contains("longer than 255", Assert.Throws<WireException>(() => DnsCodec.Parse(bytes.ToArray())).Message);
    }

    [Fact]
    public void A_query_for_an_upstream_server_has_its_number_its_case_and_an_opt_record()
    {
        var query = new byte[64];
        int length = DnsCodec.WriteQuery(query, 0xbeef, DnsName.Parse("wWw.eXample").Wire.Span, DnsType.Aaaa, dnssecOk: true, checkingDisabled: false);
        Assert.Equal("beef" + "0100" + "0001000000000001" + "0377577707655861" + "6d706c6500" + "001c0001" + "000029" + "04d0" + "00008000" + "0000", Convert.ToHexStringLower(query, 0, length));
    }

    // RFC 9018 appendix A.1, and the reference vector of SipHash-2-4 for 15 octets.
    [Fact]
    public void Cookies_are_those_of_the_paper()
    {
        byte[] key = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];
        Assert.Equal(0xa129ca6149be45e5, SipHash.Of(key, key.AsSpan(0, 15)));
        var cookies = new Domain.Dns.DnsCookies(Convert.FromHexString("e5e973e5a6b2a43f48e7dc849e37bfcf"));
        var client = Ipv4Address.Parse("198.51.100.100");
        var cookie = new byte[24];
        cookies.Write(Convert.FromHexString("2464c4abcf10c957"), client, 1559731985, cookie);
        Assert.Equal("2464c4abcf10c957" + "010000005cf79f111f8130c3eee29480", Convert.ToHexStringLower(cookie));
        Assert.True(cookies.IsOurs(cookie, client, 1559731985 + 3000));
        Assert.False(cookies.IsOurs(cookie, client, 1559731985 + 3601));
        Assert.False(cookies.IsOurs(cookie, client, 1559731985 - 301));
        Assert.False(cookies.IsOurs(cookie, Ipv4Address.Parse("198.51.100.101"), 1559731985));
    }
}

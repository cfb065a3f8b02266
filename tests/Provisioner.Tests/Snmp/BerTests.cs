using Provisioner.Wire;
using Provisioner.Wire.Snmp;

namespace Provisioner.Tests.Snmp;

/// <summary>Numbers and object identifiers as octets: X.690 §8.3 and §8.19.</summary>
public sealed class BerTests
{
    [Theory]
    [InlineData(0, "020100")]
    [InlineData(1, "020101")]
    [InlineData(127, "02017f")]
    [InlineData(128, "02020080")]
    [InlineData(255, "020200ff")]
    [InlineData(256, "02020100")]
    [InlineData(-1, "0201ff")]
    [InlineData(-128, "020180")]
    [InlineData(-129, "0202ff7f")]
    [InlineData(8388607, "02037fffff")]
    [InlineData(8388608, "020400800000")]
    [InlineData(int.MaxValue, "02047fffffff")]
    [InlineData(int.MinValue, "020480000000")]
    public void A_number_takes_as_few_octets_as_hold_it(int number, string octets)
    {
        Assert.Equal(octets, Convert.ToHexStringLower(Ber.Of(number)));
        Assert.Equal(number, new BerReader(Convert.FromHexString(octets), "a test").Int32("it"));
        Assert.Equal(number, SnmpValue.Of(number).Number);
    }

    [Theory]
    [InlineData("1.3.6.1.2.1.1.2.0", "06082b06010201010200")]
    [InlineData("1.3.6.1.4.1.318.1.1.12.3.5.1.1.4.3", "06102b06010401823e01010c0305010104" + "03")]
    [InlineData("1.3.6.1.4.1.13742.6.4.1.2.1.3.1.8", "060f2b06010401eb2e06040102010301" + "08")]
    [InlineData("2.999.4294967295", "06078837" + "8fffffff7f")]
    [InlineData("0.0", "060100")]
    public void An_object_identifier_is_these_octets(string text, string octets)
    {
        Assert.Equal(octets, Convert.ToHexStringLower(Ber.Of(Oid.Parse(text))));
        Assert.Equal(text, new BerReader(Convert.FromHexString(octets), "a test").Oid("it").ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("3.1")]
    [InlineData("1.40")]
    [InlineData("1.3.-1")]
    [InlineData("1.3.4294967296")]
    [InlineData("1.3..1")]
    [InlineData("1.3.x")]
    public void What_is_no_object_identifier_is_refused(string text) => Assert.False(Oid.TryParse(text, out _));

    [Theory]
    [InlineData("0600", "0 octets")]
    [InlineData("06022b86", "ends within a number")]
    [InlineData("06072b9080808000" + "00", "more than 32 bits")]
    [InlineData("06022b", "has 2 octets and 1 are left")]
    [InlineData("0680", "takes 0 octets")]
    [InlineData("068500000000012b", "takes 5 octets")]
    [InlineData("0684ffffffff", "has 4294967295 octets")]
    [InlineData("0682", "ends in the length")]
    [InlineData("04012b", "has tag 0x04, wants 0x06")]
    [InlineData("", "is missing")]
    public void Broken_octets_say_what_is_wrong(string octets, string why) =>
        Assert.Contains(why, Assert.Throws<WireException>(() => new BerReader(Convert.FromHexString(octets), "a test").Oid("it")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_length_may_have_more_octets_than_it_needs() => Assert.Equal("1.3", new BerReader([0x06, 0x84, 0, 0, 0, 1, 0x2b], "a test").Oid("it").ToString());

    [Fact]
    public void Object_identifiers_are_equal_by_their_numbers()
    {
        Assert.Equal(Oid.Parse("1.3.6.1"), Oid.Parse(".1.3.6.1"));
        Assert.True(Oid.Parse("1.3.6.1.4").IsWithin(Oid.Parse("1.3.6.1")));
        Assert.False(Oid.Parse("1.3.6").IsWithin(Oid.Parse("1.3.6.1")));
        Assert.False(Oid.Parse("1.3.6.12").IsWithin(Oid.Parse("1.3.6.1")));
    }
}

using Provisioner.Wire;

namespace Provisioner.Tests;

public sealed class MacAddressTests
{
    [Theory]
    [InlineData("52:54:00:ab:CD:0f")]
    [InlineData("52-54-00-AB-cd-0f")]
    [InlineData("525400abcd0f")]
    public void Every_spelling_reads_as_the_same_address(string text) =>
        Assert.Equal("52:54:00:ab:cd:0f", MacAddress.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("52:54:00:ab:cd")]
    [InlineData("52:54:00:ab:cd:0g")]
    [InlineData("52;54;00;ab;cd;0f")]
    [InlineData("+2:54:00:ab:cd:0f")]
    public void What_is_no_address_is_refused(string text) => Assert.False(MacAddress.TryParse(text, out _));

    [Fact]
    public void Octets_survive_a_round_trip()
    {
        byte[] octets = [0x52, 0x54, 0x00, 0xab, 0xcd, 0x0f];
        var back = new byte[6];
        MacAddress.FromBytes(octets).WriteTo(back);
        Assert.Equal(octets, back);
    }
}

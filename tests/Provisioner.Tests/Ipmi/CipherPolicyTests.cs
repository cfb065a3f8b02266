using Provisioner.Wire.Ipmi;

namespace Provisioner.Tests.Ipmi;

/// <summary>Which cipher suites are spoken.</summary>
public sealed class CipherPolicyTests
{
    [Theory]
    [InlineData(null, "17 3")]
    [InlineData("", "17 3")]
    [InlineData("3", "3")]
    [InlineData("17,3,8,12", "17 3 8 12")]
    [InlineData("3, 17, 3", "3 17")]
    [InlineData("16 7 11", "16 7 11")]
    public void A_setting_says_which_and_in_which_order(string? setting, string suites) =>
        Assert.Equal(suites, string.Join(' ', CipherPolicy.Of(setting).Select(suite => suite.Id)));

    [Theory]
    [InlineData("0", "cipher suite 0 is not spoken here: it takes any password (CVE-2013-4782)")]
    [InlineData("17,1", "cipher suite 1 is not spoken here: it does not guard what is said after the password")]
    [InlineData("2", "cipher suite 2 is not spoken here")]
    [InlineData("4", "xRC4 is broken")]
    [InlineData("99", "not in IPMI 2.0's table")]
    [InlineData("best", "\"best\" is not the number of a cipher suite")]
    public void A_suite_that_is_never_spoken_is_refused_with_the_reason(string setting, string why) =>
        Assert.Contains(why, Assert.Throws<ArgumentException>(() => CipherPolicy.Of(setting)).Message, StringComparison.Ordinal);

    [Fact]
    public void None_that_can_be_spoken_lacks_authentication_or_integrity()
    {
        Assert.All(CipherSuite.Spoken, suite => Assert.NotEqual(0, suite.Authentication.Id));
        Assert.All(CipherSuite.Spoken, suite => Assert.NotEqual(0, suite.Integrity.Id));
        Assert.All(CipherSuite.Preferred, suite => Assert.True(suite.Hides));
        Assert.All(CipherSuite.Spoken, suite => Assert.Null(CipherPolicy.Refusal(suite.Id)));
    }

    [Theory] // the first is ipmi_sim's own answer
    [InlineData("c00000c00101c0020141c003014181c004014182c005014183c00602", new byte[] { 0, 1, 2, 3, 4, 5, 6 })]
    [InlineData("c01103448 1c0030141 81", new byte[] { 3, 17 })]
    [InlineData("c1420b0000014181c003014181", new byte[] { 3 })]
    [InlineData("c0", new byte[] { })]
    public void A_list_of_suites_is_read(string records, byte[] suites) =>
        Assert.Equal(suites, Wire.Ipmi.Commands.CipherSuiteRecords.Parse(Convert.FromHexString(records.Replace(" ", "", StringComparison.Ordinal))));
}

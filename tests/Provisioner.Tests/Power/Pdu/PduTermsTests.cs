using System.Collections.Immutable;
using Provisioner.Domain.Power;
using Provisioner.Domain.Power.Pdu;
using Provisioner.Wire.Snmp;

namespace Provisioner.Tests.Power.Pdu;

/// <summary>What settings and secrets of an outlet mean.</summary>
public sealed class PduTermsTests
{
    private static PowerTarget Target(string settings, string username = "", string password = "", string secrets = "") => new("node7", "pdu", "10.0.0.9", 161, username, password, "administrator", false)
    {
        Settings = Pairs(settings).ToImmutableSortedDictionary(),
        Secrets = Pairs(secrets).ToImmutableDictionary(),
    };

    private static IEnumerable<KeyValuePair<string, string>> Pairs(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=')).Select(p => KeyValuePair.Create(p[0], p[1]));

    [Theory]
    [InlineData("3", "outlet 3")]
    [InlineData("3,4", "outlet 3 outlet 4")]
    [InlineData("2:3, 12", "outlet 3 of unit 2 outlet 12")]
    public void Outlets_are_a_number_or_a_list(string said, string outlets) => Assert.Equal(outlets, string.Join(' ', Outlet.Read(said).Outlets));

    [Theory]
    [InlineData(null, "the setting outlet is missing")]
    [InlineData("0", "is not a number such as 3")]
    [InlineData("three", "is not a number such as 3")]
    [InlineData("3,", "is not a number such as 3")]
    [InlineData("1:2:3", "is not a number such as 3")]
    [InlineData("70000", "is not a number such as 3")]
    [InlineData("3,4,3", "names one twice")]
    [InlineData("1,2,3,4,5,6,7,8,9", "8 are the most")]
    public void What_is_no_outlet_is_said(string? said, string why) => Assert.Contains(why, Outlet.Read(said).Fault, StringComparison.Ordinal);

    [Theory]
    [InlineData("3", "3", true)]
    [InlineData("3,4", "4", true)]
    [InlineData("3,4", "5,6", false)]
    [InlineData("1:3", "2:3", false)]
    [InlineData(null, null, true)]
    [InlineData(null, "3", false)]
    public void Two_machines_share_an_outlet_where_their_lists_meet(string? a, string? b, bool share) => Assert.Equal(share, Outlet.Overlap(a, b));

    [Fact]
    public void Outlets_that_differ_are_neither_on_nor_off()
    {
        Outlet three = new(null, 3), four = new(null, 4);
        Assert.Equal((PowerState.On, null), OutletStates.Together([(three, true), (four, true)]));
        Assert.Equal((PowerState.Off, null), OutletStates.Together([(three, false), (four, false)]));
        Assert.Equal((PowerState.Unknown, "outlet 3 is on, outlet 4 is off, and all of them feed it: switch it on or off, or look at the PDU"), OutletStates.Together([(three, true), (four, false)]));
    }

    [Theory]
    [InlineData("outlet=3", "", "public", "", "community public")]
    [InlineData("outlet=3", "", "", "community=s3cret", "community s3cret")]
    [InlineData("outlet=3 version=1", "", "public", "", "V1 community public")]
    [InlineData("outlet=3 version=2c", "", "public", "", "V2c community public")]
    [InlineData("outlet=3", "ops", "", "", "V3 ops noAuthNoPriv None None")]
    [InlineData("outlet=3", "ops", "auth-password", "", "V3 ops authNoPriv Sha1 None")]
    [InlineData("outlet=3 auth-protocol=SHA-256", "ops", "auth-password", "priv=priv-password", "V3 ops authPriv Sha256 Aes")]
    [InlineData("outlet=3 auth-protocol=md5 priv-protocol=DES", "ops", "", "auth=auth-password priv=priv-password", "V3 ops authPriv Md5 Des")]
    public void Terms_are_read(string settings, string username, string password, string secrets, string terms)
    {
        var (read, fault) = PduTerms.Read(Target(settings, username, password, secrets));
        Assert.Null(fault);
        string said = read!.User is { } user ? $"{user.Name} {user.LevelInWords} {user.Auth} {user.Priv}" : $"community {read.Community}";
        Assert.Equal(terms, $"{read.Version} {said}".Trim());
        Assert.DoesNotContain("password", read.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", read.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "", "public", "", "the setting outlet is missing")]
    [InlineData("outlet=3", "", "", "", "the community is missing")]
    [InlineData("outlet=3 version=4", "", "public", "", "version \"4\" is none of 1, 2c and 3")]
    [InlineData("outlet=3 version=3", "", "public", "", "version 3 wants a user name")]
    [InlineData("outlet=3 auth-protocol=sha3", "ops", "auth-password", "", "auth-protocol \"sha3\" is none of md5, sha")]
    [InlineData("outlet=3 priv-protocol=3des", "ops", "auth-password", "priv=priv-password", "priv-protocol \"3des\" is none of des and aes")]
    [InlineData("outlet=3", "ops", "short", "", "the authentication password has fewer than 8 characters")]
    [InlineData("outlet=3", "ops", "auth-password", "priv=short", "the privacy password has fewer than 8 characters")]
    [InlineData("outlet=3 priv-protocol=aes", "ops", "auth-password", "", "the privacy password is missing")]
    [InlineData("outlet=3", "ops", "", "priv=priv-password", "SNMPv3 encrypts only what it signs")]
    public void What_is_missing_or_wrong_is_said_without_the_secret(string settings, string username, string password, string secrets, string why)
    {
        var (terms, fault) = PduTerms.Read(Target(settings, username, password, secrets));
        Assert.Null(terms);
        Assert.Contains(why, fault, StringComparison.Ordinal);
        if (password.Length > 0) Assert.DoesNotContain($" {password} ", fault, StringComparison.Ordinal);
    }
}

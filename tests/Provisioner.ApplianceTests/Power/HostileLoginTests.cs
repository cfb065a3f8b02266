using System.Collections.Immutable;
using Provisioner.Appliance.Power.Ipmi;
using Provisioner.Domain.Power;
using Provisioner.Wire.Ipmi;
using static Provisioner.ApplianceTests.Power.HostileBmc;

namespace Provisioner.ApplianceTests.Power;

/// <summary>BMCs that refuse to be logged in to, and those that have to be logged in to otherwise.</summary>
public sealed class HostileLoginTests
{
    [Fact]
    public async Task A_wrong_password_is_said_and_the_BMC_has_its_session_back()
    {
        await using var bmc = new BmcSimulator();
        await FailsAsync(bmc, PowerFailure.Credentials, "wrong password for user admin (RAKP 2 HMAC mismatch)", Target(bmc) with { Password = "not-it" });
        for (int i = 0; i < 50 && bmc.OpenSessions > 0; i++) await Task.Delay(20);
        Assert.Equal(0, bmc.OpenSessions);
        Assert.DoesNotContain("00 01", bmc.Heard);
    }

    [Fact]
    public async Task An_unknown_user_is_said()
    {
        await using var bmc = new BmcSimulator();
        await FailsAsync(bmc, PowerFailure.Credentials, "unknown user nobody (RAKP 2 status 0x0d: unauthorized name)", Target(bmc) with { Username = "nobody" });
    }

    [Fact]
    public async Task Too_high_a_privilege_is_said()
    {
        await using var bmc = new BmcSimulator();
        await FailsAsync(bmc, PowerFailure.Credentials, "user oper may not log in as administrator (RAKP 2 status 0x0a", IpmiDriverTests.Target(bmc, "oper", "operatorpass1234"));
    }

    [Fact]
    public async Task Refused_cipher_suites_are_said_and_weaker_ones_are_not_tried()
    {
        await using var bmc = new BmcSimulator { Suites = [] };
        await FailsAsync(bmc, PowerFailure.Cipher, "no cipher suite that both take");
        Assert.Equal(["open 17", "open 3"], bmc.Heard.Where(heard => heard.StartsWith("open", StringComparison.Ordinal)).Distinct());
    }

    [Fact]
    public async Task A_BMC_that_is_silent_to_cipher_suite_17_is_asked_for_3()
    {
        await using var bmc = new BmcSimulator { Suites = [3] };
        bmc.Tamper = (stage, answer) => stage == Stage.OpenSession && answer[17] != 0 ? [] : [answer];
        await using var driver = new IpmiDriver(TimeProvider.System, Short);
        Assert.Equal(PowerState.Off, await driver.GetAsync(Target(bmc), default));
        Assert.Equal((byte)3, driver.SuiteInUse(Target(bmc))!.Id);
    }

    [Fact]
    public async Task A_BMC_of_version_15_is_said_to_be_that()
    {
        await using var bmc = new BmcSimulator { Speaks15Only = true };
        await FailsAsync(bmc, PowerFailure.Refused, "speaks IPMI 1.5 only", Target(bmc) with { Settings = ImmutableSortedDictionary<string, string>.Empty.Add("ipmi", "2.0") });
    }

    [Fact]
    public async Task A_BMC_whose_sessions_are_all_taken_is_said_to_be_that()
    {
        await using var bmc = new BmcSimulator { MaxSessions = 0 };
        await FailsAsync(bmc, PowerFailure.Refused, "all sessions of the BMC are taken");
    }

    [Fact]
    public async Task A_BMC_with_a_key_of_its_own_is_said_to_want_it()
    {
        await using var bmc = new BmcSimulator { Kg = "another-key"u8.ToArray() };
        await FailsAsync(bmc, PowerFailure.Credentials, "the BMC wants a K_g key besides the password");
    }

    [Fact]
    public async Task A_password_longer_than_IPMI_carries_is_refused_before_anything_is_sent()
    {
        await using var bmc = new BmcSimulator();
        await FailsAsync(bmc, PowerFailure.Credentials, "password has 21 octets, IPMI 2.0 carries 20 at most", Target(bmc) with { Password = new('x', 21) });
        Assert.Empty(bmc.Heard);
    }

    [Fact]
    public async Task A_wrong_proof_in_RAKP_4_ends_the_handshake()
    {
        await using var bmc = new BmcSimulator { Tamper = From(Stage.Rakp4, answer => [[.. answer[..^1], (byte)~answer[^1]]]) };
        await FailsAsync(bmc, PowerFailure.Credentials, "RAKP 4 integrity check mismatch");
    }

    [Fact]
    public async Task A_BMC_with_a_key_of_its_own_is_spoken_to_with_it()
    {
        await using var bmc = new BmcSimulator { Kg = "another-key"u8.ToArray() };
        await using var driver = new IpmiDriver(TimeProvider.System, Short);
        foreach (string key in new[] { "another-key", "0x616e6f746865722d6b6579" })
            Assert.Equal(PowerState.Off, await driver.GetAsync(Target(bmc) with { Secrets = ImmutableDictionary<string, string>.Empty.Add("kg", key) }, default));
        await FailsAsync(bmc, PowerFailure.Credentials, "K_g begins with 0x and is not hexadecimal", Target(bmc) with { Secrets = ImmutableDictionary<string, string>.Empty.Add("kg", "0xnothex") });
    }

    [Fact]
    public async Task Suite_17_is_not_asked_for_where_a_BMC_is_known_not_to_take_it()
    {
        await using var bmc = new BmcSimulator { Suites = [3] };
        await using var driver = new IpmiDriver(TimeProvider.System, Short, quirks: _ => IpmiQuirks.NoSuite17);
        Assert.Equal(PowerState.Off, await driver.GetAsync(Target(bmc), default));
        Assert.Equal(["open 3"], bmc.Heard.Where(heard => heard.StartsWith("open", StringComparison.Ordinal)).Distinct());
    }

    [Fact]
    public async Task A_BMC_with_wrong_checksums_is_spoken_to_once_that_is_known_and_not_before()
    {
        await using var bmc = new BmcSimulator { WrongChecksums = true, MaxSessions = 100 };
        await FailureAsync(bmc);
        await using var driver = new IpmiDriver(TimeProvider.System, Short, quirks: _ => IpmiQuirks.NoChecksumCheck);
        Assert.Equal(PowerState.Off, await driver.GetAsync(Target(bmc), default));
    }

    [Fact]
    public async Task A_BMC_whose_keys_hold_the_level_of_Open_Session_is_spoken_to()
    {
        await using var bmc = new BmcSimulator { HashesOpenSessionLevel = true };
        await using var driver = new IpmiDriver(TimeProvider.System, Short);
        Assert.Equal(PowerState.Off, await driver.GetAsync(Target(bmc) with { Settings = ImmutableSortedDictionary<string, string>.Empty.Add("quirks", "opensesspriv") }, default));
    }
}

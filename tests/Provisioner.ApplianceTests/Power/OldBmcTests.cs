using System.Collections.Immutable;
using Provisioner.Appliance.Power.Ipmi;
using Provisioner.Domain.Power;

namespace Provisioner.ApplianceTests.Power;

/// <summary>IPMI 1.5, and the cipher suites that only a setting allows, against OpenIPMI's BMC.</summary>
public sealed class OldBmcTests
{
    private static PowerTarget With(PowerTarget target, params (string Key, string Value)[] settings) =>
        target with { Settings = settings.ToImmutableSortedDictionary(s => s.Key, s => s.Value) };

    private static async Task<List<string>> WorksAsync(IpmiSim sim, PowerTarget target)
    {
        var notes = new List<string>();
        await using var driver = new IpmiDriver(TimeProvider.System, note: (_, text) => notes.Add(text));
        var hand = Hands.Hand(driver);
        Assert.Equal(PowerState.Off, await hand.GetAsync(target, default));
        Assert.Equal(PowerState.On, await hand.SetAsync(target, PowerAction.On, TimeSpan.FromSeconds(10), default));
        await hand.SetNextBootAsync(target, new(BootDevice.Pxe), default);
        Assert.Equal("pxe", sim.Boot);
        Assert.Equal(PowerState.Off, await hand.SetAsync(target, PowerAction.Off, TimeSpan.FromSeconds(10), default));
        return notes;
    }

    [Theory]
    [InlineData("md5", "md5", "MD5")]
    [InlineData("straight", "straight", "the password in the clear")]
    [InlineData("none", "none", "no authentication")]
    public async Task Power_and_boot_device_are_set_over_IPMI_15(string offered, string allowed, string words)
    {
        await using var sim = await IpmiSim.StartAsync(offered);
        var notes = await WorksAsync(sim, With(sim.Target(), ("ipmi", "1.5"), ("authentication", allowed)));
        Assert.Contains(notes, note => note.Contains("IPMI 1.5 is spoken: what is said to it can be read on the way", StringComparison.Ordinal) && note.Contains(words, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("straight")]
    [InlineData("none")]
    public async Task What_is_weaker_than_a_digest_is_not_used_unless_it_was_allowed(string offered)
    {
        await using var sim = await IpmiSim.StartAsync(offered);
        await using var driver = new IpmiDriver(TimeProvider.System);
        var refused = await Assert.ThrowsAsync<PowerException>(() => driver.GetAsync(With(sim.Target(), ("ipmi", "1.5")), default));
        Assert.Equal(PowerFailure.Cipher, refused.Failure);
        Assert.Contains("allow a weaker one in the controller's setting \"authentication\"", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_user_are_two_sentences_over_IPMI_15_too()
    {
        await using var sim = await IpmiSim.StartAsync();
        await using var driver = new IpmiDriver(TimeProvider.System, new IpmiTimings { HandshakeTries = [TimeSpan.FromSeconds(0.3), TimeSpan.FromSeconds(0.3)] });
        var wrong = await Assert.ThrowsAsync<PowerException>(() => driver.GetAsync(With(sim.Target(password: "not-the-password"), ("ipmi", "1.5")), default));
        var unknown = await Assert.ThrowsAsync<PowerException>(() => driver.GetAsync(With(sim.Target(username: "nobody"), ("ipmi", "1.5")), default));
        Assert.Contains("wrong password for user admin, most likely", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("unknown user nobody", unknown.Message, StringComparison.Ordinal);
        Assert.All([wrong, unknown], failure => Assert.Equal(PowerFailure.Credentials, failure.Failure));
        Assert.DoesNotContain("not-the-password", wrong.ToString(), StringComparison.Ordinal);
    }

    // ipmi_sim derives the keys of RAKP-HMAC-MD5 otherwise than FreeIPMI does (7, 8 and 12 stay silent); 11 needs none of them.
    [Fact]
    public async Task MD5_128_is_spoken_where_a_setting_allows_it()
    {
        await using var sim = await IpmiSim.StartAsync();
        await WorksAsync(sim, With(sim.Target(), ("suites", "11")));
    }

    [Theory]
    [InlineData("8")]
    [InlineData("16")]
    [InlineData("7")]
    public async Task Suites_that_a_setting_allows_are_spoken(string suite)
    {
        await using var bmc = new BmcSimulator { Suites = [byte.Parse(suite, System.Globalization.CultureInfo.InvariantCulture)] };
        await using var driver = new IpmiDriver(TimeProvider.System);
        Assert.Equal(PowerState.Off, await driver.GetAsync(With(IpmiDriverTests.Target(bmc), ("suites", suite)), default));
        var refused = await Assert.ThrowsAsync<PowerException>(() => driver.GetAsync(IpmiDriverTests.Target(bmc), default));
        Assert.Equal(PowerFailure.Cipher, refused.Failure);
    }

    [Fact]
    public async Task A_BMC_that_speaks_IPMI_15_only_is_spoken_to_and_a_person_is_told()
    {
        await using var bmc = new BmcSimulator { Speaks15Only = true, Speaks15 = true };
        var notes = new List<string>();
        await using var driver = new IpmiDriver(TimeProvider.System, note: (_, text) => notes.Add(text));
        Assert.Equal(PowerState.Off, await driver.GetAsync(IpmiDriverTests.Target(bmc), default));
        Assert.Contains(notes, note => note.Contains("IPMI 1.5 is spoken", StringComparison.Ordinal));
        Assert.Contains(notes, note => note.Contains("takes 16 octets of a password", StringComparison.Ordinal));
        var refused = await Assert.ThrowsAsync<PowerException>(() => driver.GetAsync(With(IpmiDriverTests.Target(bmc), ("ipmi", "2.0")), default));
        Assert.Contains("allows 2.0 only", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_warm_status_is_two_datagrams_over_IPMI_15_too()
    {
        await using var sim = await IpmiSim.StartAsync();
        await using var driver = new IpmiDriver(TimeProvider.System);
        var target = With(sim.Target(), ("ipmi", "1.5"));
        await driver.GetAsync(target, default);
        long cold = driver.Datagrams(target);
        await driver.GetAsync(target, default);
        Assert.Equal((10, 2), (cold, driver.Datagrams(target) - cold));
    }

    [Fact]
    public async Task A_setting_that_cannot_be_is_refused_with_what_there_is()
    {
        await using var sim = await IpmiSim.StartAsync();
        await using var driver = new IpmiDriver(TimeProvider.System);
        foreach (var (key, value, sentence) in new[] { ("suites", "0", "it takes any password"), ("ipmi", "3.0", "there are 2.0 and 1.5"), ("authentication", "rot13", "there are md5, md2, straight and none") })
        {
            var refused = await Assert.ThrowsAsync<PowerException>(() => driver.GetAsync(With(sim.Target(), (key, value)), default));
            Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
        }
    }
}

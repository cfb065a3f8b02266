using System.Diagnostics;
using Provisioner.Appliance.Power.Ipmi;
using Provisioner.Domain.Power;
using Provisioner.Wire.Ipmi;
using static Provisioner.ApplianceTests.Power.Hands;

namespace Provisioner.ApplianceTests.Power;

/// <summary>BMCs that are silent, slow, lying, half-dead, or not the BMC. Tries are short here; their number is the real one.</summary>
public sealed class HostileBmcTests
{
    private static readonly IpmiTimings Short = new()
    {
        HandshakeTries = [.. Enumerable.Repeat(TimeSpan.FromSeconds(0.15), 4)],
        SessionTries = [.. Enumerable.Repeat(TimeSpan.FromSeconds(0.15), 3)],
        BusyPauses = [TimeSpan.FromSeconds(0.05), TimeSpan.FromSeconds(0.05)],
    };

    private static PowerTarget Target(BmcSimulator bmc) => IpmiDriverTests.Target(bmc);

    private static async Task<PowerException> FailureAsync(BmcSimulator bmc, PowerTarget? target = null)
    {
        await using var driver = new IpmiDriver(TimeProvider.System, Short);
        var failure = await Assert.ThrowsAsync<PowerException>(() => driver.GetAsync(target ?? Target(bmc), default));
        Assert.StartsWith("read the power state of node7 via ipmi 127.0.0.1: ", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("a-password-of-20-oct", failure.ToString(), StringComparison.Ordinal);
        return failure;
    }

    private static async Task FailsAsync(BmcSimulator bmc, PowerFailure kind, string sentence, PowerTarget? target = null)
    {
        var failure = await FailureAsync(bmc, target);
        Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
        Assert.Equal(kind, failure.Failure);
    }

    private static Func<Stage, byte[], byte[][]> From(Stage first, Func<byte[], byte[][]> tamper) => (stage, answer) => stage >= first ? tamper(answer) : [answer];

    [Theory]
    [InlineData("Capabilities", "no answer to Get Channel Authentication Capabilities within")]
    [InlineData("OpenSession", "the BMC stopped answering at Open Session within")]
    [InlineData("Rakp2", "the BMC stopped answering at RAKP 1 (some stay silent to a user that they do not know) within")]
    [InlineData("Rakp4", "the BMC stopped answering at RAKP 3 within")]
    [InlineData("Command", "the BMC stopped answering at Set Session Privilege Level within")]
    public async Task A_BMC_that_goes_silent_is_named_with_the_place(string stage, string sentence)
    {
        await using var bmc = new BmcSimulator { Tamper = From(Enum.Parse<Stage>(stage), _ => []), MaxSessions = 100 };
        var watch = Stopwatch.StartNew();
        await FailsAsync(bmc, PowerFailure.Silent, sentence);
        Assert.True(watch.ElapsedMilliseconds < 20_000, $"{watch.ElapsedMilliseconds} ms");
    }

    [Fact]
    public async Task A_BMC_that_was_restarted_is_spoken_to_in_a_new_session()
    {
        await using var bmc = new BmcSimulator();
        await using var driver = new IpmiDriver(TimeProvider.System, Short);
        await driver.GetAsync(Target(bmc), default);
        bmc.ForgetSessions();
        Assert.Equal(PowerState.Off, await driver.GetAsync(Target(bmc), default));
        Assert.Equal(2, bmc.Heard.Count(heard => heard == "rakp1"));
    }

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
        Assert.Equal(["open 17", "open 3"], bmc.Heard.Where(heard => heard.StartsWith("open", StringComparison.Ordinal)));
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
        await FailsAsync(bmc, PowerFailure.Refused, "speaks IPMI 1.5 only");
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
    public async Task Answers_from_another_port_are_dropped()
    {
        await using var bmc = new BmcSimulator { ForeignPort = true };
        await FailsAsync(bmc, PowerFailure.Silent, "no answer to Get Channel Authentication Capabilities");
    }

    [Fact]
    public async Task A_wrong_integrity_code_is_dropped_and_said()
    {
        await using var bmc = new BmcSimulator { Tamper = From(Stage.Command, answer => [[.. answer[..^1], (byte)~answer[^1]]]) };
        await FailsAsync(bmc, PowerFailure.Garbled, "the integrity code is wrong");
    }

    [Fact]
    public async Task A_wrong_proof_in_RAKP_4_ends_the_handshake()
    {
        await using var bmc = new BmcSimulator { Tamper = From(Stage.Rakp4, answer => [[.. answer[..^1], (byte)~answer[^1]]]) };
        await FailsAsync(bmc, PowerFailure.Credentials, "RAKP 4 integrity check mismatch");
    }

    [Theory]
    [InlineData("Capabilities")]
    [InlineData("OpenSession")]
    [InlineData("Rakp2")]
    [InlineData("Rakp4")]
    [InlineData("Command")]
    public async Task Answers_that_are_cut_short_are_dropped_and_said(string stage)
    {
        await using var bmc = new BmcSimulator { Tamper = From(Enum.Parse<Stage>(stage), answer => [answer[..(answer.Length / 2)]]), MaxSessions = 100 };
        await FailsAsync(bmc, PowerFailure.Garbled, "the last one was dropped");
    }

    [Fact]
    public async Task A_replayed_answer_is_dropped_and_the_true_one_taken()
    {
        byte[]? earlier = null;
        await using var bmc = new BmcSimulator { Chassis = { PowerOn = false } };
        bmc.Tamper = From(Stage.Command, answer =>
        {
            byte[][] sent = earlier is null ? [answer] : [earlier, earlier, answer];
            earlier = answer;
            return sent;
        });
        await using var driver = new IpmiDriver(TimeProvider.System, Short);
        Assert.Equal(PowerState.Off, await driver.GetAsync(Target(bmc), default));
        bmc.Chassis.PowerOn = true;
        Assert.Equal(PowerState.On, await driver.GetAsync(Target(bmc), default));
    }

    [Fact]
    public async Task A_BMC_that_only_replays_ends_with_that_said()
    {
        byte[]? first = null;
        await using var bmc = new BmcSimulator { MaxSessions = 100 };
        await using var driver = new IpmiDriver(TimeProvider.System, Short);
        await driver.GetAsync(Target(bmc), default);
        bmc.Tamper = From(Stage.Command, answer => [first ??= answer]);
        bmc.ForgetSessions();
        var failure = await Assert.ThrowsAsync<PowerException>(() => driver.GetAsync(Target(bmc), default));
        Assert.Contains("(a replay)", failure.Message, StringComparison.Ordinal);
        Assert.Equal(PowerFailure.Garbled, failure.Failure);
    }

    [Fact]
    public async Task Lost_datagrams_are_sent_again()
    {
        int count = 0;
        await using var bmc = new BmcSimulator { Tamper = (_, answer) => Interlocked.Increment(ref count) % 2 == 1 ? [] : [answer], MaxSessions = 100 };
        await using var driver = new IpmiDriver(TimeProvider.System, Short);
        Assert.Equal(PowerState.Off, await driver.GetAsync(Target(bmc), default));
        Assert.Equal(PowerState.Off, await driver.GetAsync(Target(bmc), default));
    }

    [Fact]
    public async Task A_slow_BMC_is_waited_for()
    {
        await using var bmc = new BmcSimulator { Delay = _ => TimeSpan.FromSeconds(0.6) };
        await using var driver = new IpmiDriver(TimeProvider.System);
        Assert.Equal(PowerState.Off, await driver.GetAsync(Target(bmc), default));
    }

    [Fact]
    public async Task A_flood_of_garbage_ends_with_the_try()
    {
        var noise = new byte[200];
        new Random(1).NextBytes(noise);
        await using var bmc = new BmcSimulator { Tamper = (_, _) => [.. Enumerable.Repeat(noise, 500)] };
        var watch = Stopwatch.StartNew();
        await FailsAsync(bmc, PowerFailure.Garbled, "RMCP version");
        Assert.True(watch.ElapsedMilliseconds < 20_000, $"{watch.ElapsedMilliseconds} ms");
    }

    [Fact]
    public async Task A_busy_BMC_is_asked_again_and_then_said_to_be_busy()
    {
        await using var bmc = new BmcSimulator();
        bmc.Refusals[(NetFn.Chassis, 0x01)] = CompletionCode.NodeBusy;
        await FailsAsync(bmc, PowerFailure.NotNow, "the BMC refused Get Chassis Status: the BMC is busy (completion code 0xc0)");
        Assert.Equal(3, bmc.Heard.Count(heard => heard == "00 01"));
    }

    [Fact]
    public async Task An_order_that_is_ignored_is_given_again()
    {
        await using var bmc = new BmcSimulator { Chassis = { LiesLeft = 1 } };
        await using var driver = new IpmiDriver(TimeProvider.System, Short);
        Assert.Equal(PowerState.On, await Hand(driver).SetAsync(Target(bmc), PowerAction.On, TimeSpan.FromSeconds(5), default));
        Assert.Equal([1, 1], bmc.Chassis.Orders);
    }

    [Fact]
    public async Task A_BMC_that_says_yes_and_does_nothing_is_found_out()
    {
        await using var bmc = new BmcSimulator { Chassis = { LiesLeft = 1000 } };
        await using var driver = new IpmiDriver(TimeProvider.System, Short);
        var watch = Stopwatch.StartNew();
        var ignored = await Assert.ThrowsAsync<PowerException>(() => Hand(driver).SetAsync(Target(bmc), PowerAction.On, TimeSpan.FromSeconds(1.5), default));
        Assert.Equal(PowerFailure.Ignored, ignored.Failure);
        Assert.Matches(@"^power on node7 via ipmi 127\.0\.0\.1: the controller said yes, but [0-9.]+ s later the machine is still off$", ignored.Message);
        Assert.True(watch.ElapsedMilliseconds < 20_000, $"{watch.ElapsedMilliseconds} ms");
    }

    [Fact]
    public async Task A_BMC_that_dies_of_the_order_ends_within_the_deadline()
    {
        await using var bmc = new BmcSimulator();
        await using var driver = new IpmiDriver(TimeProvider.System, Short);
        await driver.GetAsync(Target(bmc), default);
        bmc.Tamper = (_, answer) => bmc.Chassis.Orders.Count > 0 ? [] : [answer];
        var watch = Stopwatch.StartNew();
        var silent = await Assert.ThrowsAsync<PowerException>(() => Hand(driver).SetAsync(Target(bmc), PowerAction.On, TimeSpan.FromSeconds(2), default));
        Assert.Equal(PowerFailure.Silent, silent.Failure);
        Assert.StartsWith("power on node7 via ipmi 127.0.0.1: ", silent.Message, StringComparison.Ordinal);
        Assert.True(watch.ElapsedMilliseconds < 20_000, $"{watch.ElapsedMilliseconds} ms");
    }

    [Fact]
    public async Task A_BMC_that_restarts_with_its_machine_is_waited_for()
    {
        await using var bmc = new BmcSimulator { MaxSessions = 100 };
        await using var driver = new IpmiDriver(TimeProvider.System, Short);
        var back = DateTime.MaxValue;
        bmc.Tamper = (_, answer) =>
        {
            if (bmc.Chassis.Orders.Count > 0 && back == DateTime.MaxValue) back = DateTime.UtcNow.AddSeconds(2);
            return back != DateTime.MaxValue && DateTime.UtcNow < back ? [] : [answer];
        };
        bmc.Chassis.FollowsAfter = TimeSpan.FromSeconds(0.2);
        Assert.Equal(PowerState.On, await Hand(driver).SetAsync(Target(bmc), PowerAction.On, TimeSpan.FromSeconds(10), default));
    }

    [Fact]
    public async Task Boot_flags_that_are_not_kept_are_found_out()
    {
        await using var bmc = new BmcSimulator { Chassis = { LosesBootFlags = true } };
        await using var driver = new IpmiDriver(TimeProvider.System, Short);
        var ignored = await Assert.ThrowsAsync<PowerException>(() => driver.SetNextBootAsync(Target(bmc), new(BootDevice.Pxe), default));
        Assert.Equal(PowerFailure.Ignored, ignored.Failure);
        Assert.Equal("set the next boot to network of node7 via ipmi 127.0.0.1: the BMC said yes to network, UEFI, next boot only, but reads back no boot device", ignored.Message);
    }

    [Fact]
    public async Task A_UEFI_bit_that_is_not_kept_is_found_out()
    {
        await using var bmc = new BmcSimulator { Chassis = { LosesUefi = true } };
        await using var driver = new IpmiDriver(TimeProvider.System, Short);
        var ignored = await Assert.ThrowsAsync<PowerException>(() => driver.SetNextBootAsync(Target(bmc), new(BootDevice.Disk), default));
        Assert.Contains("said yes to disk, UEFI, next boot only, but reads back disk, BIOS, next boot only", ignored.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Boot_options_that_are_refused_are_said_in_words()
    {
        await using var bmc = new BmcSimulator();
        bmc.Refusals[(NetFn.Chassis, 0x08)] = 0x80;
        await using var driver = new IpmiDriver(TimeProvider.System, Short);
        var refused = await Assert.ThrowsAsync<PowerException>(() => driver.SetNextBootAsync(Target(bmc), new(BootDevice.Disk), default));
        Assert.Equal(PowerFailure.Refused, refused.Failure);
        Assert.Contains("the BMC refused Set System Boot Options: the BMC has no parameter BootFlags (completion code 0x80)", refused.Message, StringComparison.Ordinal);
    }
}

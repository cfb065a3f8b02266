using System.Diagnostics;
using Provisioner.Appliance.Power.Ipmi;
using Provisioner.Domain.Power;
using Provisioner.Wire.Ipmi;
using static Provisioner.ApplianceTests.Power.HostileBmc;

namespace Provisioner.ApplianceTests.Power;

/// <summary>BMCs that are silent, slow, half-dead, or not the BMC.</summary>
public sealed class HostileBmcTests
{
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
        await using var driver = new IpmiDriver(TimeProvider.System, Answered);
        await driver.GetAsync(Target(bmc), default);
        bmc.ForgetSessions();
        Assert.Equal(PowerState.Off, await driver.GetAsync(Target(bmc), default));
        Assert.Equal(2, bmc.Heard.Count(heard => heard == "rakp1"));
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
        await FailsAsync(bmc, PowerFailure.NotNow, "the BMC refused Get Chassis Status: the BMC is busy (completion code 0xc0)", timings: Patient);
        Assert.Equal(3, bmc.Heard.Count(heard => heard == "00 01"));
    }

    [Fact]
    public async Task A_session_that_expired_is_replaced()
    {
        await using var bmc = new BmcSimulator { SessionLife = TimeSpan.FromSeconds(0.3) };
        await using var driver = new IpmiDriver(TimeProvider.System, Answered);
        await driver.GetAsync(Target(bmc), default);
        for (int i = 0; i < 100 && bmc.OpenSessions > 0; i++) await Task.Delay(20);
        Assert.Equal(PowerState.Off, await driver.GetAsync(Target(bmc), default));
        Assert.Equal(2, bmc.Heard.Count(heard => heard == "rakp1"));
    }

    [Fact]
    public async Task A_BMC_that_answers_after_9_seconds_is_waited_for_once_that_is_known()
    {
        await using var bmc = new BmcSimulator { Delay = stage => stage == Stage.Command ? TimeSpan.FromSeconds(9) : TimeSpan.Zero };
        await using var driver = new IpmiDriver(TimeProvider.System, quirks: _ => IpmiQuirks.Slow);
        Assert.Equal(PowerState.Off, await driver.GetAsync(Target(bmc), default));
        Assert.Equal(1, bmc.Heard.Count(heard => heard == "rakp1"));
    }
}

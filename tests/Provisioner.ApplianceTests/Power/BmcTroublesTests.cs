using Provisioner.Appliance.Power.Ipmi;
using Provisioner.Domain.Power;
using static Provisioner.ApplianceTests.Power.Hands;

namespace Provisioner.ApplianceTests.Power;

/// <summary>Our driver, and what stands above it, with BMCs that are ill in ways that have names.</summary>
public sealed class BmcTroublesTests
{
    private static readonly IpmiTimings Short = new()
    {
        HandshakeTries = [.. Enumerable.Repeat(TimeSpan.FromSeconds(0.3), 4)],
        SessionTries = [.. Enumerable.Repeat(TimeSpan.FromSeconds(0.3), 3)],
    };

    [Fact]
    public async Task A_session_that_the_BMC_has_forgotten_is_replaced_without_a_word()
    {
        await using var bmc = new BmcSimulator { SessionLife = TimeSpan.FromSeconds(0.2) };
        await using var driver = new IpmiDriver(TimeProvider.System, Short);
        Assert.Equal(PowerState.Off, await driver.GetAsync(IpmiDriverTests.Target(bmc), default));
        for (int i = 0; i < 200 && bmc.OpenSessions > 0; i++) await Task.Delay(20);
        Assert.Equal(0, bmc.OpenSessions);
        Assert.Equal(PowerState.Off, await driver.GetAsync(IpmiDriverTests.Target(bmc), default));
        Assert.Equal(2, bmc.Heard.Count(heard => heard == "rakp1"));
    }

    [Fact]
    public async Task A_BMC_that_restarts_instead_of_answering_an_order_is_waited_for_and_read_back()
    {
        await using var bmc = new BmcSimulator();
        bmc.RestartsAt("00 02", seconds: 1.5);
        await using var driver = new IpmiDriver(TimeProvider.System, Short);
        Assert.Equal(PowerState.On, await Hand(driver).SetAsync(IpmiDriverTests.Target(bmc), PowerAction.On, TimeSpan.FromSeconds(20), default));
        Assert.True(bmc.Chassis.PowerOn);
    }

    [Fact]
    public async Task Answers_that_come_twice_are_taken_once()
    {
        await using var bmc = new BmcSimulator();
        bmc.Replays();
        await using var driver = new IpmiDriver(TimeProvider.System, Short);
        var target = IpmiDriverTests.Target(bmc);
        Assert.Equal(PowerState.On, await Hand(driver).SetAsync(target, PowerAction.On, TimeSpan.FromSeconds(20), default));
        bmc.Chassis.PowerOn = false;
        Assert.Equal(PowerState.Off, await driver.GetAsync(target, default));
    }

    [Fact]
    public async Task Every_third_answer_lost_is_no_hindrance()
    {
        await using var bmc = new BmcSimulator { MaxSessions = 100 };
        bmc.Drops(of: 3);
        await using var driver = new IpmiDriver(TimeProvider.System, Short);
        Assert.Equal(PowerState.On, await Hand(driver).SetAsync(IpmiDriverTests.Target(bmc), PowerAction.On, TimeSpan.FromSeconds(20), default));
    }

    [Fact]
    public async Task A_BMC_with_room_for_one_session_gets_it_back_for_the_next_console()
    {
        await using var bmc = new BmcSimulator { MaxSessions = 1 };
        await using (var first = new IpmiDriver(TimeProvider.System, Short)) Assert.Equal(PowerState.Off, await first.GetAsync(IpmiDriverTests.Target(bmc), default));
        await using var second = new IpmiDriver(TimeProvider.System, Short);
        Assert.Equal(PowerState.Off, await second.GetAsync(IpmiDriverTests.Target(bmc), default));
    }
}

using System.Diagnostics;
using Provisioner.Appliance.Power.Ipmi;
using Provisioner.Domain.Power;
using Provisioner.Wire.Ipmi;
using static Provisioner.ApplianceTests.Power.HostileBmc;

namespace Provisioner.ApplianceTests.Power;

/// <summary>BMCs that lie about what they did, or die of it.</summary>
public sealed class HostilePowerTests
{
    [Fact]
    public async Task An_order_that_is_ignored_is_given_again()
    {
        await using var bmc = new BmcSimulator { Chassis = { LiesLeft = 1 } };
        await using var driver = new IpmiDriver(TimeProvider.System, Short);
        Assert.Equal(PowerState.On, await Hands.Hand(driver).SetAsync(Target(bmc), PowerAction.On, TimeSpan.FromSeconds(5), default));
        Assert.Equal([1, 1], bmc.Chassis.Orders);
    }

    [Fact]
    public async Task A_BMC_that_says_yes_and_does_nothing_is_found_out()
    {
        await using var bmc = new BmcSimulator { Chassis = { LiesLeft = 1000 } };
        await using var driver = new IpmiDriver(TimeProvider.System, Short);
        var watch = Stopwatch.StartNew();
        var ignored = await Assert.ThrowsAsync<PowerException>(() => Hands.Hand(driver).SetAsync(Target(bmc), PowerAction.On, TimeSpan.FromSeconds(1.5), default));
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
        var silent = await Assert.ThrowsAsync<PowerException>(() => Hands.Hand(driver).SetAsync(Target(bmc), PowerAction.On, TimeSpan.FromSeconds(2), default));
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
        Assert.Equal(PowerState.On, await Hands.Hand(driver).SetAsync(Target(bmc), PowerAction.On, TimeSpan.FromSeconds(10), default));
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

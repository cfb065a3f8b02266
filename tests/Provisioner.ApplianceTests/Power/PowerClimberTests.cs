using System.Collections.Immutable;
using Provisioner.Appliance.Power;
using Provisioner.Appliance.Power.Ipmi;
using Provisioner.Domain.Power;
using static Provisioner.ApplianceTests.Power.Hands;

namespace Provisioner.ApplianceTests.Power;

/// <summary>The ladder over real sockets: machines with two BMCs, of which one lies, is silent, or lets nobody in.</summary>
public sealed class PowerClimberTests : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(1.5);

    private readonly IpmiDriver _driver = new(TimeProvider.System);
    private readonly List<string> _told = [];

    public ValueTask DisposeAsync() => _driver.DisposeAsync();

    private PowerClimber Climber(params PowerTarget[] targets) =>
        new(new([_driver], TimeProvider.System, Short with { BeforeAgain = TimeSpan.FromMilliseconds(50) }), [.. targets.Select((t, i) => (i == 0 ? "ipmi" : "ipmi-2", t))], _told.Add);

    private static BootErrand Network(params string[] spent) => new(BootDevice.Pxe, null, null, [.. spent]);

    [Fact]
    public async Task An_order_that_the_first_BMC_ignores_is_given_to_the_second()
    {
        await using var lying = new BmcSimulator { Chassis = { LiesLeft = 1000 } };
        await using var good = new BmcSimulator();
        var (state, via) = await Climber(IpmiDriverTests.Target(lying), IpmiDriverTests.Target(good)).OrderAsync(PowerAction.On, Deadline, default);
        Assert.Equal((PowerState.On, "ipmi-2"), (state, via));
        Assert.True(good.Chassis.PowerOn);
        Assert.Equal(2, _told.Count);
        Assert.Matches("^the controller said yes, but .* later the machine is still off; tried next: again via ipmi 127.0.0.1$", _told[0]);
        Assert.EndsWith("tried next: via ipmi 127.0.0.1", _told[1]);
    }

    [Fact]
    public async Task A_wrong_password_is_not_tried_twice_and_the_other_BMC_does_it()
    {
        await using var locked = new BmcSimulator();
        await using var good = new BmcSimulator();
        var (_, via) = await Climber(IpmiDriverTests.Target(locked, password: "wrong"), IpmiDriverTests.Target(good)).OrderAsync(PowerAction.On, Deadline, default);
        Assert.Equal("ipmi-2", via);
        Assert.Equal(1, locked.Heard.Count(h => h == "rakp1"));
        Assert.DoesNotContain(_told, t => t.Contains("a-password", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_fails_everywhere_ends_with_everything_that_was_tried()
    {
        await using var lying = new BmcSimulator { Chassis = { LiesLeft = 1000 } };
        await using var locked = new BmcSimulator();
        var failed = await Assert.ThrowsAsync<PowerException>(() => Climber(IpmiDriverTests.Target(lying), IpmiDriverTests.Target(locked, password: "wrong")).OrderAsync(PowerAction.On, Deadline, default));
        Assert.Equal(PowerFailure.Ignored, failed.Failure);
        Assert.Matches("^power on node7: 3 tries: via ipmi 127.0.0.1: the controller said yes.*; again via ipmi 127.0.0.1: the controller said yes.*; via ipmi 127.0.0.1: wrong password for user admin .*$", failed.Message);
    }

    [Fact]
    public async Task A_shutdown_that_the_system_ignores_is_not_pressed_again()
    {
        await using var busy = new BmcSimulator { Chassis = { LiesLeft = 1000, PowerOn = true } };
        await using var other = new BmcSimulator { Chassis = { PowerOn = true } };
        await Assert.ThrowsAsync<PowerException>(() => Climber(IpmiDriverTests.Target(busy), IpmiDriverTests.Target(other)).OrderAsync(PowerAction.SoftOff, Deadline, default));
        Assert.Equal([5], busy.Chassis.Orders);
        Assert.Empty(other.Chassis.Orders);
    }

    [Fact]
    public async Task Boot_flags_that_one_BMC_loses_are_set_on_the_other()
    {
        await using var losing = new BmcSimulator { Chassis = { LosesBootFlags = true } };
        await using var good = new BmcSimulator();
        var (rung, note) = await Climber(IpmiDriverTests.Target(losing), IpmiDriverTests.Target(good)).BootAsync(Network(), default);
        Assert.Equal(("ipmi-2/pxe", null), (rung.Name, note));
        Assert.Equal("A004000000", Convert.ToHexString(good.Chassis.BootFlags));
        Assert.Equal(2, _told.Count);
        Assert.Contains("but reads back no boot device; tried next: network again via ipmi 127.0.0.1", _told[0]);
    }

    [Fact]
    public async Task Where_all_lose_them_the_machine_is_started_as_it_is_and_that_is_said()
    {
        await using var losing = new BmcSimulator { Chassis = { LosesBootFlags = true } };
        var (rung, _) = await Climber(IpmiDriverTests.Target(losing)).BootAsync(Network(), default);
        Assert.Equal("own", rung.Name);
        Assert.EndsWith("tried next: it is started as its own boot order stands", _told[^1]);
        var failed = await Assert.ThrowsAsync<PowerException>(() => Climber(IpmiDriverTests.Target(losing)).BootAsync(Network("own"), default));
        Assert.Contains("but reads back no boot device", failed.Message);
    }

    [Fact]
    public async Task A_boot_device_that_was_set_in_vain_before_is_set_another_way()
    {
        await using var first = new BmcSimulator();
        await using var second = new BmcSimulator();
        var (rung, _) = await Climber(IpmiDriverTests.Target(first), IpmiDriverTests.Target(second)).BootAsync(Network("ipmi/pxe", "ipmi/pxe/again"), default);
        Assert.Equal("ipmi-2/pxe", rung.Name);
        Assert.Equal("0000000000", Convert.ToHexString(first.Chassis.BootFlags));
    }

    [Fact]
    public async Task A_BMC_that_nobody_reaches_is_no_reason_to_start_the_machine_blindly()
    {
        await using var locked = new BmcSimulator();
        var failed = await Assert.ThrowsAsync<PowerException>(() => Climber(IpmiDriverTests.Target(locked, password: "wrong")).BootAsync(Network(), default));
        Assert.StartsWith("set the next boot to network of node7 via ipmi 127.0.0.1: wrong password", failed.Message);
        Assert.Empty(_told);
    }
}

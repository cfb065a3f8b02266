using System.Diagnostics;
using System.Net.Sockets;
using Provisioner.Appliance.Power.Ipmi;
using Provisioner.Domain.Power;
using static Provisioner.ApplianceTests.Power.Hands;

namespace Provisioner.ApplianceTests.Power;

/// <summary>Our driver against a BMC that behaves, on the strongest cipher suite.</summary>
public sealed class IpmiDriverTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    internal static PowerTarget Target(BmcSimulator bmc, string username = "admin", string password = "a-password-of-20-oct", string privilege = "administrator", bool uefi = true) =>
        new("node7", "ipmi", "127.0.0.1", bmc.Port, username, password, privilege, uefi);

    [Fact]
    public async Task Cipher_suite_17_is_used_where_it_is_offered()
    {
        await using var bmc = new BmcSimulator();
        var notes = new List<string>();
        await using var driver = new IpmiDriver(TimeProvider.System, note: (_, text) => notes.Add(text));
        Assert.Equal(PowerState.Off, await driver.GetAsync(Target(bmc), default));
        Assert.Equal((byte)17, driver.SuiteInUse(Target(bmc))!.Id);
        Assert.Empty(notes);
        Assert.Equal(12, driver.Datagrams(Target(bmc)));
    }

    [Fact]
    public async Task Every_order_is_followed_and_read_back()
    {
        await using var bmc = new BmcSimulator { Chassis = { FollowsAfter = TimeSpan.FromSeconds(0.4) } };
        await using var driver = new IpmiDriver(TimeProvider.System);
        var target = Target(bmc);
        Assert.Equal(PowerState.On, await Hand(driver).SetAsync(target, PowerAction.On, Deadline, default));
        Assert.Equal(PowerState.On, await Hand(driver).SetAsync(target, PowerAction.Reset, Deadline, default));
        Assert.Equal(PowerState.On, await Hand(driver).SetAsync(target, PowerAction.Cycle, Deadline, default));
        Assert.Equal(PowerState.Off, await Hand(driver).SetAsync(target, PowerAction.SoftOff, Deadline, default));
        Assert.Equal(PowerState.On, await Hand(driver).SetAsync(target, PowerAction.Cycle, Deadline, default));
        Assert.Equal(PowerState.Off, await Hand(driver).SetAsync(target, PowerAction.Off, Deadline, default));
        Assert.Equal([1, 3, 0, 1, 5, 1, 0], bmc.Chassis.Orders);
    }

    [Fact]
    public async Task Orders_that_the_state_makes_needless_are_not_given()
    {
        await using var bmc = new BmcSimulator();
        await using var driver = new IpmiDriver(TimeProvider.System);
        Assert.Equal(PowerState.Off, await Hand(driver).SetAsync(Target(bmc), PowerAction.SoftOff, Deadline, default));
        bmc.Chassis.PowerOn = true;
        Assert.Equal(PowerState.On, await Hand(driver).SetAsync(Target(bmc), PowerAction.On, Deadline, default));
        Assert.Empty(bmc.Chassis.Orders);
    }

    [Fact]
    public async Task Off_is_given_to_a_machine_that_is_off_and_its_refusal_is_no_error()
    {
        await using var bmc = new BmcSimulator { Chassis = { RefusesNeedlessOff = true } };
        await using var driver = new IpmiDriver(TimeProvider.System);
        Assert.Equal(PowerState.Off, await Hand(driver).SetAsync(Target(bmc), PowerAction.Off, Deadline, default));
        Assert.Equal([0], bmc.Chassis.Orders);
    }

    [Fact]
    public async Task A_reset_of_a_machine_that_is_off_is_refused_with_what_to_do()
    {
        await using var bmc = new BmcSimulator();
        await using var driver = new IpmiDriver(TimeProvider.System);
        var refused = await Assert.ThrowsAsync<PowerException>(() => Hand(driver).SetAsync(Target(bmc), PowerAction.Reset, Deadline, default));
        Assert.Equal(PowerFailure.Refused, refused.Failure);
        Assert.Equal("reset node7 via ipmi 127.0.0.1: the machine is off, so that there is nothing to reset: switch it on", refused.Message);
    }

    [Theory]
    [InlineData(BootDevice.Pxe, true, "A004000000")]
    [InlineData(BootDevice.Pxe, false, "8004000000")]
    [InlineData(BootDevice.Disk, true, "A008000000")]
    [InlineData(BootDevice.Disk, false, "8008000000")]
    public async Task The_boot_device_is_set_for_the_next_boot_only(BootDevice device, bool uefi, string flags)
    {
        await using var bmc = new BmcSimulator();
        await using var driver = new IpmiDriver(TimeProvider.System);
        await driver.SetNextBootAsync(Target(bmc, uefi: uefi), new(device), default);
        Assert.Equal(flags, Convert.ToHexString(bmc.Chassis.BootFlags));
        Assert.False(bmc.Chassis.SetInProgress);
    }

    [Fact]
    public async Task Ipmitool_reads_the_boot_device_that_we_set()
    {
        await using var bmc = new BmcSimulator();
        await using var driver = new IpmiDriver(TimeProvider.System);
        await driver.SetNextBootAsync(Target(bmc), new(BootDevice.Pxe), default);
        var (_, read) = await Peer.RunAsync("ipmitool", "-I", "lanplus", "-C", "17", "-H", "127.0.0.1", "-p", $"{bmc.Port}",
            "-U", "admin", "-P", "a-password-of-20-oct", "chassis", "bootparam", "get", "5");
        Assert.Contains("Boot Flag Valid", read, StringComparison.Ordinal);
        Assert.Contains("BIOS EFI boot", read, StringComparison.Ordinal);
        Assert.Contains("Options apply to only next boot", read, StringComparison.Ordinal);
        Assert.Contains("Force PXE", read, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_console_that_died_while_changing_boot_options_is_in_nobodys_way()
    {
        await using var bmc = new BmcSimulator { Chassis = { SetInProgress = true } };
        await using var driver = new IpmiDriver(TimeProvider.System);
        await driver.SetNextBootAsync(Target(bmc), new(BootDevice.Pxe), default);
        Assert.False(bmc.Chassis.SetInProgress);
    }

    [Fact]
    public async Task Commands_to_one_BMC_wait_for_each_other_and_share_a_session()
    {
        await using var bmc = new BmcSimulator();
        await using var driver = new IpmiDriver(TimeProvider.System);
        var states = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => driver.GetAsync(Target(bmc), default)));
        Assert.All(states, state => Assert.Equal(PowerState.Off, state));
        Assert.Equal(1, bmc.Heard.Count(heard => heard == "rakp1"));
        Assert.Equal(50, driver.Datagrams(Target(bmc))); // 10 for the session, 2 for each
    }

    [Fact]
    public async Task An_idle_session_is_closed_and_the_next_command_opens_another()
    {
        await using var bmc = new BmcSimulator();
        await using var driver = new IpmiDriver(TimeProvider.System, new IpmiTimings { Idle = TimeSpan.FromSeconds(0.3) });
        await driver.GetAsync(Target(bmc), default);
        Assert.Equal(1, bmc.OpenSessions);
        for (int i = 0; i < 50 && bmc.OpenSessions > 0; i++) await Task.Delay(50);
        Assert.Equal(0, bmc.OpenSessions);
        await driver.GetAsync(Target(bmc), default);
        Assert.Equal(1, bmc.OpenSessions);
    }

    [Fact]
    public async Task Sessions_are_closed_when_the_driver_ends()
    {
        await using var bmc = new BmcSimulator();
        await using (var driver = new IpmiDriver(TimeProvider.System)) await driver.GetAsync(Target(bmc), default);
        Assert.Equal(0, bmc.OpenSessions);
        Assert.Contains("06 3c", bmc.Heard);
    }

    [Fact]
    public async Task A_warm_session_is_not_lent_to_other_credentials()
    {
        await using var bmc = new BmcSimulator();
        await using var driver = new IpmiDriver(TimeProvider.System);
        await driver.GetAsync(Target(bmc), default);
        var wrong = await Assert.ThrowsAsync<PowerException>(() => driver.GetAsync(Target(bmc, password: "another"), default));
        Assert.Equal(PowerFailure.Credentials, wrong.Failure);
        Assert.DoesNotContain("another", wrong.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_BMC_that_keeps_16_octets_of_a_password_of_20_is_spoken_to_and_a_person_is_told()
    {
        await using var bmc = new BmcSimulator { PasswordRoom = 16 };
        var notes = new List<string>();
        await using var driver = new IpmiDriver(TimeProvider.System, note: (_, text) => notes.Add(text));
        Assert.Equal(PowerState.Off, await driver.GetAsync(Target(bmc), default));
        Assert.Equal("BMC 127.0.0.1: the BMC keeps only the first 16 octets of the password", Assert.Single(notes));
    }

    [Fact]
    public async Task A_dead_BMC_delays_no_other()
    {
        await using var bmc = new BmcSimulator();
        using var dead = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        dead.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        int deadPort = ((System.Net.IPEndPoint)dead.LocalEndPoint!).Port;
        var driver = new IpmiDriver(TimeProvider.System);
        using var end = new CancellationTokenSource();
        var waiting = driver.GetAsync(Target(bmc) with { Port = deadPort }, end.Token);
        var watch = Stopwatch.StartNew();
        await driver.GetAsync(Target(bmc), default);
        Assert.True(watch.ElapsedMilliseconds < 5000, $"{watch.ElapsedMilliseconds} ms");
        Assert.False(waiting.IsCompleted);
        watch.Restart();
        await driver.DisposeAsync();
        Assert.True(watch.ElapsedMilliseconds < 5000, $"the end of the driver waited {watch.ElapsedMilliseconds} ms for a dead BMC");
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }
}

using Provisioner.Appliance.Power.Ipmi;
using Provisioner.Domain.Power;
using static Provisioner.ApplianceTests.Power.Hands;

namespace Provisioner.ApplianceTests.Power;

/// <summary>Our driver against OpenIPMI's BMC.</summary>
public sealed class IpmiSimTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_machine_is_switched_on_and_off_and_each_is_read_back()
    {
        await using var sim = await IpmiSim.StartAsync();
        await using var driver = new IpmiDriver(TimeProvider.System);
        var target = sim.Target();
        Assert.Equal(PowerState.Off, await driver.GetAsync(target, default));
        Assert.Equal(PowerState.On, await Hand(driver).SetAsync(target, PowerAction.On, Deadline, default));
        Assert.Equal(PowerState.On, await Hand(driver).SetAsync(target, PowerAction.Reset, Deadline, default));
        Assert.Equal(PowerState.On, await Hand(driver).SetAsync(target, PowerAction.Cycle, Deadline, default));
        Assert.Equal(PowerState.Off, await Hand(driver).SetAsync(target, PowerAction.Off, Deadline, default));
        Assert.Equal(PowerState.On, await Hand(driver).SetAsync(target, PowerAction.Cycle, Deadline, default));
    }

    [Fact]
    public async Task Cipher_suite_3_is_used_where_17_is_refused_and_a_person_is_told()
    {
        await using var sim = await IpmiSim.StartAsync();
        var notes = new List<string>();
        await using var driver = new IpmiDriver(TimeProvider.System, note: (machine, text) => notes.Add($"{machine}: {text}"));
        await driver.GetAsync(sim.Target(), default);
        Assert.Equal((byte)3, driver.SuiteInUse(sim.Target())!.Id);
        Assert.Contains("does not take cipher suite 17", Assert.Single(notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(BootDevice.Pxe, "pxe")]
    [InlineData(BootDevice.Disk, "default")]
    public async Task The_boot_device_of_the_next_boot_is_set_and_read_back(BootDevice device, string kept)
    {
        await using var sim = await IpmiSim.StartAsync();
        await using var driver = new IpmiDriver(TimeProvider.System);
        await driver.SetNextBootAsync(sim.Target(uefi: true), new(device), default);
        Assert.Equal(kept, sim.Boot);
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_user_are_two_sentences()
    {
        await using var sim = await IpmiSim.StartAsync();
        await using var driver = new IpmiDriver(TimeProvider.System);
        var wrong = await Assert.ThrowsAsync<PowerException>(() => driver.GetAsync(sim.Target(password: "not-the-password"), default));
        var unknown = await Assert.ThrowsAsync<PowerException>(() => driver.GetAsync(sim.Target(username: "nobody"), default));
        Assert.Equal("read the power state of node7 via ipmi 127.0.0.1: wrong password for user admin (RAKP 2 HMAC mismatch)", wrong.Message);
        Assert.Equal("read the power state of node7 via ipmi 127.0.0.1: unknown user nobody (RAKP 2 status 0x0d: unauthorized name)", unknown.Message);
        Assert.All([wrong, unknown], failure => Assert.Equal(PowerFailure.Credentials, failure.Failure));
    }

    [Fact]
    public async Task An_operator_may_order_power()
    {
        await using var sim = await IpmiSim.StartAsync();
        await using var driver = new IpmiDriver(TimeProvider.System);
        var target = sim.Target("oper", "operatorpass1234", "operator");
        Assert.Equal(PowerState.On, await Hand(driver).SetAsync(target, PowerAction.On, Deadline, default));
    }

    [Fact]
    public async Task A_BMC_says_whose_it_is()
    {
        await using var sim = await IpmiSim.StartAsync();
        await using var driver = new IpmiDriver(TimeProvider.System);
        var device = await driver.IdentifyAsync(sim.Target(), default);
        Assert.Equal((674, "9.08", "2.0"), (device.ManufacturerId, device.Firmware, device.IpmiVersion));
    }

    [Fact]
    public async Task A_warm_status_is_two_datagrams()
    {
        await using var sim = await IpmiSim.StartAsync();
        await using var driver = new IpmiDriver(TimeProvider.System);
        await driver.GetAsync(sim.Target(), default);
        long cold = driver.Datagrams(sim.Target());
        await driver.GetAsync(sim.Target(), default);
        Assert.Equal(2, driver.Datagrams(sim.Target()) - cold);
        Assert.Equal(14, cold); // 12, and 2 for the refusal of suite 17
    }

    [Fact]
    public async Task Wrong_addresses_are_said_to_be_that()
    {
        await using var driver = new IpmiDriver(TimeProvider.System);
        var target = new PowerTarget("node7", "ipmi", "127.0.0.1", Peer.FreeUdpPort(), "admin", "secret", "administrator", false);
        var closed = await Assert.ThrowsAsync<PowerException>(() => driver.GetAsync(target, default));
        Assert.Equal(PowerFailure.Silent, closed.Failure);
        Assert.Contains("the UDP port is closed", closed.Message, StringComparison.Ordinal);
        var nameless = await Assert.ThrowsAsync<PowerException>(() => driver.GetAsync(target with { Address = "no-such-bmc.invalid" }, default));
        Assert.Contains("its name has no address", nameless.Message, StringComparison.Ordinal);
    }
}

namespace Provisioner.ApplianceTests.Power;

/// <summary>Our simulator is a BMC to other people's consoles: what is tested against it is tested against IPMI, not against ourselves.</summary>
public sealed class BmcSimulatorProof
{
    [Theory]
    [InlineData("17")]
    [InlineData("3")]
    public async Task Ipmitool_switches_the_simulator_on_and_off(string suite)
    {
        await using var bmc = new BmcSimulator();
        Assert.Contains("is off", await IpmitoolAsync(bmc, suite, "power", "status"), StringComparison.Ordinal);
        Assert.Contains("Up/On", await IpmitoolAsync(bmc, suite, "power", "on"), StringComparison.Ordinal);
        Assert.Contains("is on", await IpmitoolAsync(bmc, suite, "power", "status"), StringComparison.Ordinal);
        await IpmitoolAsync(bmc, suite, "power", "reset");
        Assert.Equal(1, bmc.Chassis.Resets);
        await IpmitoolAsync(bmc, suite, "power", "off");
        Assert.False(bmc.Chassis.PowerOn);
        Assert.Equal(0, bmc.OpenSessions);
        Assert.Contains($"open {suite}", bmc.Heard);
    }

    [Fact]
    public async Task Ipmitool_sets_and_reads_the_simulators_boot_flags_and_its_face()
    {
        await using var bmc = new BmcSimulator();
        await IpmitoolAsync(bmc, "17", "chassis", "bootdev", "pxe", "options=efiboot");
        string read = await IpmitoolAsync(bmc, "17", "chassis", "bootparam", "get", "5");
        Assert.Contains("Boot parameter data: a004000000", read, StringComparison.Ordinal);
        Assert.Contains("BIOS EFI boot", read, StringComparison.Ordinal);
        Assert.Contains("DELL", await IpmitoolAsync(bmc, "17", "mc", "info"), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Ipmitool_is_refused_with_a_wrong_password()
    {
        await using var bmc = new BmcSimulator();
        var (exit, output) = await Peer.RunAsync("ipmitool", "-I", "lanplus", "-C", "17", "-H", "127.0.0.1", "-p", $"{bmc.Port}",
            "-U", "admin", "-P", "not-it", "-v", "power", "status");
        Assert.NotEqual(0, exit);
        Assert.Contains("HMAC is invalid", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("17")]
    [InlineData("3")]
    public async Task Ipmipower_switches_the_simulator_on_and_off(string suite)
    {
        await using var bmc = new BmcSimulator();
        Assert.Contains("off", await IpmipowerAsync(bmc, suite, "--stat"), StringComparison.Ordinal);
        Assert.Contains("ok", await IpmipowerAsync(bmc, suite, "--on"), StringComparison.Ordinal);
        Assert.Contains("on", await IpmipowerAsync(bmc, suite, "--stat"), StringComparison.Ordinal);
        Assert.True(bmc.Chassis.PowerOn);
        await IpmipowerAsync(bmc, suite, "--off");
        Assert.False(bmc.Chassis.PowerOn);
        Assert.Contains($"open {suite}", bmc.Heard);
    }

    private static async Task<string> IpmitoolAsync(BmcSimulator bmc, string suite, params string[] command)
    {
        string[] arguments = ["-I", "lanplus", "-C", suite, "-H", "127.0.0.1", "-p", $"{bmc.Port}", "-U", "admin", "-P", "a-password-of-20-oct", .. command];
        var (exit, output) = await Peer.RunAsync("ipmitool", arguments);
        Assert.True(exit == 0, output);
        return output;
    }

    private static async Task<string> IpmipowerAsync(BmcSimulator bmc, string suite, string command)
    {
        var (exit, output) = await Peer.RunAsync("ipmipower", "-D", "LAN_2_0", "-I", suite, "-h", $"127.0.0.1:{bmc.Port}",
            "-u", "admin", "-p", "a-password-of-20-oct", "-l", "ADMIN", command);
        Assert.True(exit == 0, output);
        return output;
    }
}

using System.CommandLine;
using Provisioner.Appliance.Cli;
using Provisioner.ApplianceTests.Power;
using Provisioner.ApplianceTests.Web;

namespace Provisioner.ApplianceTests.Cli;

/// <summary><c>provisioner bmc</c> against a whole appliance and OpenIPMI's BMC.</summary>
public sealed class BmcCommandTests
{
    private static async Task<(int Exit, string Said)> RunAsync(TestAppliance appliance, string line)
    {
        using StringWriter said = new(), complained = new();
        int exit = await CommandLine.Create().Parse($"{line} --url {appliance.Http.BaseAddress} --data {appliance.Data}")
            .InvokeAsync(new InvocationConfiguration { Output = said, Error = complained }).WaitAsync(TimeSpan.FromSeconds(60));
        return (exit, $"{said}{complained}");
    }

    [Fact]
    public async Task What_a_BMC_says_is_a_table()
    {
        await using var sim = await IpmiSim.StartRichAsync();
        await using var appliance = await TestAppliance.StartAsync();
        var machine = await ConsoleTests.AddAsync(appliance, sim.Port, password: "sixteen-octets-1");
        Assert.Matches(@"CPU temp +temperature +41 +degrees C +ok +2 … 95", await SaysAsync($"bmc sensors {machine.Name}"));
        Assert.Matches(@"PSU 1 +power supply +present +ok", await SaysAsync($"bmc sensors {machine.Id}"));
        Assert.Contains("CPU temp (temperature): upper critical going high, read 95 degrees C", await SaysAsync($"bmc sel {machine.Name}"), StringComparison.Ordinal);
        Assert.Contains("6 entries were cleared", await SaysAsync($"bmc sel {machine.Name} --clear"), StringComparison.Ordinal);
        Assert.Contains("its event log is empty", await SaysAsync($"bmc sel {machine.Name}"), StringComparison.Ordinal);
        Assert.Contains("579237-B21", await SaysAsync($"bmc fru {machine.Name}"), StringComparison.Ordinal);
        Assert.Matches(@"gateway +10\.77\.0\.253", await SaysAsync($"bmc lan {machine.Name} --gateway 10.77.0.253"));
        Assert.Matches(@"2 +admin +administrator", await SaysAsync($"bmc users {machine.Name}"));
        var (exit, complained) = await RunAsync(appliance, "bmc sensors nobody");
        Assert.Equal((1, true), (exit, complained.Contains("there is no machine \"nobody\"", StringComparison.Ordinal)));

        async Task<string> SaysAsync(string line)
        {
            var (code, said) = await RunAsync(appliance, line);
            Assert.True(code == 0, $"{line}: {code} {said}");
            return said;
        }
    }

    [Fact]
    public async Task The_light_is_lit_for_a_while_until_further_notice_and_not_at_all()
    {
        await using var bmc = new BmcSimulator();
        await using var appliance = await TestAppliance.StartAsync();
        var machine = await ConsoleTests.AddAsync(appliance, bmc.Port);
        Assert.Equal((0, "The light is on for 30 s."), await LightAsync("--seconds 30"));
        Assert.True(bmc.Chassis.Lit && bmc.Chassis.LitUntil < DateTime.UtcNow.AddSeconds(31));
        Assert.Equal((0, "The light is off."), await LightAsync("--off"));
        Assert.False(bmc.Chassis.Lit);
        Assert.Equal((0, "The light is on until it is switched off."), await LightAsync(""));
        Assert.Equal(DateTime.MaxValue, bmc.Chassis.LitUntil);
        var (exit, said) = await LightAsync("--seconds 256");
        Assert.Equal(1, exit);
        Assert.Contains("seconds", said, StringComparison.Ordinal);

        async Task<(int, string)> LightAsync(string options)
        {
            var (code, words) = await RunAsync(appliance, $"bmc identify {machine.Name} {options}");
            return (code, words.Trim());
        }
    }
}

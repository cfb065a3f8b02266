using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Provisioner.Appliance.Cli;
using Provisioner.Appliance.Machines;
using Provisioner.Domain.Power;
using Provisioner.Wire;

namespace Provisioner.ApplianceTests.Power.Pdu;

/// <summary>Outlets over the whole appliance, by the command line: added, shown, switched, kept fresh, and nobody else's.</summary>
public sealed class PduControllersTests : IAsyncLifetime
{
    private TestAppliance _appliance = null!;
    private SnmpAgent _agent = null!;

    public async Task InitializeAsync() => (_appliance, _agent) = (await TestAppliance.StartAsync(), await SnmpAgent.StartAsync());

    public async Task DisposeAsync()
    {
        await _appliance.DisposeAsync();
        await _agent.DisposeAsync();
    }

    private async Task<(int Exit, string Said)> RunAsync(string line)
    {
        using StringWriter said = new(), complained = new();
        int exit = await CommandLine.Create().Parse($"{line} --url {_appliance.Http.BaseAddress} --data {_appliance.Data}")
            .InvokeAsync(new InvocationConfiguration { Output = said, Error = complained }).WaitAsync(TimeSpan.FromSeconds(90));
        return (exit, $"{said}{complained}");
    }

    private async Task<string> SaysAsync(string line)
    {
        var (exit, said) = await RunAsync(line);
        Assert.True(exit == 0, $"{line}: {exit} {said}");
        return said;
    }

    private string Secret(string name, string secret)
    {
        string path = Path.Combine(_appliance.Data, name);
        File.WriteAllText(path, secret + "\n");
        return path;
    }

    [Fact]
    public async Task An_outlet_is_added_shown_as_what_it_is_switched_and_seen()
    {
        var machine = await _appliance.Book.EnlistAsync(MacAddress.Parse("52:54:00:00:00:01"), "test");
        string added = await SaysAsync($"controllers add {machine.Name} 127.0.0.1 --port {_agent.Port} --kind pdu --set outlet=3,4 --set off-seconds=0.2 --password-file {Secret("community", SnmpAgent.Community)}");
        Assert.Matches(@"pdu +pdu +127\.0\.0\.1 .*outlet=3,4 pdu=apc-rpdu2 version=2c", added);
        Assert.Contains("power: on at its outlet, seen", added, StringComparison.Ordinal);
        Assert.Contains($"{machine.Name}: off at its outlet, seen", await SaysAsync($"power off {machine.Name}"), StringComparison.Ordinal);
        Assert.False(_agent.IsOn(3) || _agent.IsOn(4));
        Assert.Contains("on at its outlet", await SaysAsync($"power cycle {machine.Name}"), StringComparison.Ordinal);
        var json = JsonNode.Parse(await SaysAsync($"machines show {machine.Name} --json"))!["power"]!;
        Assert.Equal(("on", true), ((string)json["state"]!, (bool)json["atOutlet"]!));
        Assert.Contains("whether the machine runs, it can't say", string.Join('\n', _appliance.Book.Events(machine.Id, 0, 100).Select(e => e.Text)), StringComparison.Ordinal);

        foreach (string file in Directory.GetFiles(_appliance.Data, "provisioner.db*"))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            Assert.DoesNotContain(SnmpAgent.Community, await reader.ReadToEndAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_user_of_version_3_has_his_passwords_from_files_and_an_outlet_has_one_machine()
    {
        var first = await _appliance.Book.EnlistAsync(MacAddress.Parse("52:54:00:00:00:01"), "test");
        var second = await _appliance.Book.EnlistAsync(MacAddress.Parse("52:54:00:00:00:02"), "test");
        string how = $"127.0.0.1 --port {_agent.Port} --kind pdu --user sha256-aes --set auth-protocol=sha256 --password-file {Secret("auth", SnmpAgent.Auth)}";
        var (exit, said) = await RunAsync($"controllers add {first.Name} {how} --set outlet=3 --secret-file priv={Secret("wrong", "wrong-password")}");
        Assert.Equal(1, exit);
        Assert.Contains("a wrong privacy password of \"sha256-aes\" looks like that", said, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-password", said, StringComparison.Ordinal);
        Assert.Contains("version=3", await SaysAsync($"controllers add {first.Name} {how} --set outlet=3,4 --secret-file priv={Secret("priv", SnmpAgent.Priv)}"), StringComparison.Ordinal);
        (exit, said) = await RunAsync($"controllers add {second.Name} {how} --set outlet=2,3 --secret-file priv={Secret("priv", SnmpAgent.Priv)}");
        Assert.Equal(1, exit);
        Assert.Contains($"127.0.0.1 is the pdu controller of {first.Name} already", said, StringComparison.Ordinal);
        Assert.Contains("on at its outlet", await SaysAsync($"controllers add {second.Name} {how} --set outlet=2 --secret-file priv={Secret("priv", SnmpAgent.Priv)}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_outlet_of_two_that_is_off_keeps_nobody_from_adding_them()
    {
        var machine = await _appliance.Book.EnlistAsync(MacAddress.Parse("52:54:00:00:00:01"), "test");
        _agent.Switch(4, false);
        Assert.Contains("outlet=3,4", await SaysAsync($"controllers add {machine.Name} 127.0.0.1 --port {_agent.Port} --kind pdu --set outlet=3,4 --password-file {Secret("community", SnmpAgent.Community)}"), StringComparison.Ordinal);
        var reading = await _appliance.Get<PowerDesk>().ReadAsync(_appliance.Book.Find(machine.Id)!, default);
        Assert.Contains("outlet 3 is on, outlet 4 is off", reading.Error, StringComparison.Ordinal);
        _agent.Switch(4, true);
        // The poll finds it by itself, and goes on looking.
        for (int i = 0; i < 1800 && _appliance.Get<PowerSightings>().Of(_appliance.Book.Find(machine.Id)!).Now is not PowerState.On; i++) await Task.Delay(50);
        var seen = _appliance.Get<PowerSightings>().Of(_appliance.Book.Find(machine.Id)!);
        Assert.Equal((PowerState.On, true), (seen.Now, seen.AtOutlet));
    }
}

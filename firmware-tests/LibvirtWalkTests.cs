using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Provisioner.FirmwareTests;

/// <summary>`provisioner hosts add qemu:///system`, then one of its virtual machines from powered off to Deployed and back, switched through libvirt.</summary>
[Collection("one server at a time")]
public sealed class LibvirtWalkTests(LibvirtRack rack, ITestOutputHelper output) : IClassFixture<LibvirtRack>
{
    private static readonly TimeSpan ToReady = TimeSpan.FromMinutes(4), ToDeployed = TimeSpan.FromMinutes(9), ToReleased = TimeSpan.FromMinutes(2), ToRole = TimeSpan.FromMinutes(3);
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    [Fact]
    public async Task A_virtual_machine_of_a_KVM_host_is_added_commissioned_deployed_and_released()
    {
        string added = rack.Client("hosts", "add", rack.Uri, "--name", "kvm1");
        Say(added);
        Assert.Contains("guest", added, StringComparison.Ordinal);
        var machine = await rack.MachineAsync("guest");
        Assert.Equal(("guest", "new", "off"), ((string)machine["name"]!, (string)machine["state"]!, (string)machine["power"]!["state"]!));
        string id = (string)machine["id"]!;

        await rack.Appliance.PostAsync($"/machines/{id}/commission", new { });
        machine = await Until("ready", ToReady);
        Assert.Equal("shut off", State());
        Assert.Equal("bios", (string)machine["firmware"]!);
        // The order was for one start: its own is back.
        Assert.Contains("<boot dev='hd'/>", rack.Virsh("dumpxml", "--inactive", "guest"), StringComparison.Ordinal);
        Assert.DoesNotContain("<boot dev='network'/>", rack.Virsh("dumpxml", "--inactive", "guest"), StringComparison.Ordinal);

        await rack.Appliance.PostAsync($"/machines/{id}/deploy", new { image = "debian-12", role = "basics", sshKeys = new[] { rack.PublicKey }, @operator = "operator" });
        await Until("deployed", ToDeployed);
        await Wait("its role", ToRole, async () => (string)(await rack.MachineAsync("guest"))["deployment"]!["roleProgress"]!["status"]! is "done" or "failed");
        Assert.Equal("done", (string)(await rack.MachineAsync("guest"))["deployment"]!["roleProgress"]!["status"]!);
        Assert.Equal("guest", rack.Ssh("guest", "hostname").Trim());
        var kinds = (await rack.EventsAsync(id)).Select(e => (string)e["kind"]!).ToList();
        Assert.All(new[] { "power.controller", "power.bootdevice", "power.cycle", "power.bootorder", "agent.hello", "image.written", "home.called", "state.deployed", "role.done" }, kind => Assert.Contains(kind, kinds));
        Assert.Contains("running", State(), StringComparison.Ordinal);
        Say(rack.Client("hosts", "machines", "kvm1"));

        await rack.Appliance.PostAsync($"/machines/{id}/release", new { });
        await Until("ready", ToReleased);
        Assert.Equal("shut off", State());
    }

    private string State() => rack.Virsh("domstate", "guest").Trim();

    private async Task<JsonNode> Until(string state, TimeSpan limit)
    {
        await Wait($"it is {state}", limit, async () =>
        {
            var machine = await rack.MachineAsync("guest");
            string now = (string)machine["state"]!;
            return now == state || (now.StartsWith("failed", StringComparison.Ordinal) ? throw new Xunit.Sdk.XunitException($"it is {now}: {machine["failure"]}\n{rack.GuestConsole()}") : false);
        });
        Say($"it is {state}");
        return await rack.MachineAsync("guest");
    }

    private async Task Wait(string what, TimeSpan limit, Func<Task<bool>> isSo)
    {
        try
        {
            await rack.WaitAsync(what, limit, isSo);
        }
        catch (Xunit.Sdk.XunitException e)
        {
            throw new Xunit.Sdk.XunitException($"{e.Message}\n{rack.GuestConsole()}");
        }
    }

    private void Say(string text) => output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_clock.Elapsed.TotalSeconds,6:0.0} {text}"));
}

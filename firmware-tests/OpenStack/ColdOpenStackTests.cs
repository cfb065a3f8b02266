using System.Diagnostics;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Provisioner.FirmwareTests.OpenStack;

/// <summary>
/// OpenStack Zed from three servers that are off: one command takes them by their tags, installs and configures them, with Open vSwitch between
/// them and volumes on LVM. What it prints as it goes is in PROVISIONER_COLD_LOG too, where that is set.
/// </summary>
public sealed class ColdOpenStackTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Whole = TimeSpan.FromHours(5), Walk = TimeSpan.FromMinutes(30), Answer = TimeSpan.FromMinutes(20);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<string> _phases = [];

    [Fact]
    public async Task Three_servers_that_are_off_become_a_cloud_with_Open_vSwitch_and_LVM_by_one_command()
    {
        using var rack = await PhaseAsync("rack and appliance", () => Task.FromResult(new ColdRack(Say)));
        try
        {
            if (await StageAsync(rack) is { } stage) await PhaseAsync($"goes on where it was {stage}", () => GoOnAsync(rack));
            else
            {
                await PhaseAsync("looked at, BMCs known, off again", () => CommissionAsync(rack));
                Assert.All(rack.Powers(), power => Assert.Equal("off", power));
                await PhaseAsync("provisioner deploy: from off to an instance that its router pings", () => RunAsync(rack, "deploy", rack.Bundle(), "--ssh-key", rack.PublicKey));
            }
            await StepsAsync(rack);
            Assert.Contains("vxlan", rack.On("compute1", "ovs-vsctl show"), StringComparison.Ordinal);
            Assert.Contains("system@ovs-system", rack.On("network", "ovs-appctl dpif/show"), StringComparison.Ordinal);
            using var demo = await Cloud.SignInAsync($"http://{await AddressAsync(rack, "controller")}:5000/v3", "demo", rack.Password("demo"), "demo", name => AddressAsync(rack, name).Result);
            await PhaseAsync("instance answers from outside by its floating address", () => InstanceAsync(rack, demo));
            await PhaseAsync("volume on LVM, attached", () => VolumeAsync(rack, demo));
            string second = await PhaseAsync("applied again", () => RunAsync(rack, "apply", "zed-rack"));
            Assert.Contains("nothing changed", second, StringComparison.Ordinal);
        }
        finally
        {
            Say($"time by phase, {_clock.Elapsed.TotalSeconds:0} s in all:");
            foreach (string phase in _phases) Say(phase);
        }
    }

    private async Task CommissionAsync(ColdRack rack)
    {
        foreach (string server in ColdRack.Servers) rack.Press(server);
        foreach (string server in ColdRack.Servers)
        {
            await UntilAsync($"{server} is ready", Walk, async () => (string?)(await rack.FindAsync(server))?["state"] == "ready");
            string id = (string)(await rack.FindAsync(server))!["id"]!;
            await rack.Appliance.PostAsync($"/machines/{id}/rename", new { name = server });
            await rack.Appliance.PutAsync($"/machines/{id}/tags", new { tags = new[] { ColdRack.Tag(server) } });
            Say($"{server} is ready, with the tag {ColdRack.Tag(server)}");
        }
    }

    private static async Task<string?> StageAsync(ColdRack rack) => rack.Stands ? (string?)(await rack.Appliance.GetAsync("/deployments"))["deployments"]!.AsArray().FirstOrDefault()?["stage"] : null;

    // What a run before this one has left: it may be under way still.
    private async Task GoOnAsync(ColdRack rack)
    {
        await UntilAsync("what was under way has ended", Whole, async () => await StageAsync(rack) is "done" or "failed");
        // Not resume: what was mended since may be in a step that was done.
        if (await StageAsync(rack) == "failed") await RunAsync(rack, "apply", "zed-rack");
    }

    private Task<string> RunAsync(ColdRack rack, params string[] command)
    {
        Say($"provisioner {string.Join(' ', command.Where(c => !c.StartsWith("ssh-", StringComparison.Ordinal)))}");
        var (code, said) = rack.Provisioner(Whole, Say, command);
        Assert.True(code == 0, $"provisioner {command[0]} ended with {code}");
        return Task.FromResult(said);
    }

    // Where the time went: each machine's way to its system, then the steps by application.
    private async Task StepsAsync(ColdRack rack)
    {
        foreach (string server in ColdRack.Servers)
        {
            var walk = await rack.Appliance.GetAsync($"/machines/{(await rack.FindAsync(server))!["id"]}/breakdown");
            Say(FormattableString.Invariant($"{server}: {walk["walk"]} {(double)walk["totalSeconds"]!:0} s: {string.Join(", ", walk["parts"]!.AsArray().Select(p => FormattableString.Invariant($"{p!["part"]} {(double)p["seconds"]!:0}")))}"));
        }
        var steps = (await rack.Appliance.GetAsync("/deployments/zed-rack"))["apply"]!["steps"]!.AsArray().Select(s => (Machine: (string)s!["machine"]!, Application: ((string)s["id"]!).Split('/')[0], Seconds: (double)s["seconds"]!));
        foreach (var of in steps.GroupBy(s => (s.Machine, s.Application)).OrderBy(g => g.Key.Machine, StringComparer.Ordinal).ThenByDescending(g => g.Sum(s => s.Seconds)))
            Say(FormattableString.Invariant($"{of.Key.Machine,-12}{of.Key.Application,-22}{of.Sum(s => s.Seconds),7:0} s in {of.Count()} steps"));
    }

    private static async Task InstanceAsync(ColdRack rack, Cloud demo)
    {
        var server = await InstanceAsync(demo);
        Assert.Equal("ACTIVE", (string)server["status"]!);
        string floating = await demo.FloatingAsync("demo-instance1", "demo-net", Answer);
        await UntilAsync($"{floating} answers", Answer, () => Task.FromResult(rack.Outside("busybox", "ping", "-c", "1", "-W", "3", floating).Code == 0));
        await UntilAsync("its metadata came", Answer, async () => ((string)(await demo.PostAsync("compute", $"/servers/{server["id"]}/action", """{"os-getConsoleOutput":{}}"""))["output"]!)
            .Contains("metadata says that I am demo-instance1", StringComparison.Ordinal));
    }

    private async Task VolumeAsync(ColdRack rack, Cloud demo)
    {
        var made = await demo.PostAsync("volumev3", "/volumes", """{"volume":{"name":"first","size":1}}""");
        string id = (string)made["volume"]!["id"]!;
        await UntilAsync("the volume is available", Answer, async () => await StatusAsync(demo, id) == "available");
        Assert.Contains($"volume-{id}", rack.On("network", "lvs --noheadings -o lv_name cinder-volumes"), StringComparison.Ordinal);
        Say("the volume is a logical volume of cinder-volumes on the network node");
        await demo.PostAsync("compute", $"/servers/{(await InstanceAsync(demo))["id"]}/os-volume_attachments", $$$"""{"volumeAttachment":{"volumeId":"{{{id}}}"}}""");
        await UntilAsync("the volume is in use", Answer, async () => await StatusAsync(demo, id) == "in-use");
        Assert.Contains("LOGGED_IN", rack.On("compute1", "iscsiadm -m session -P 1 | tr a-z A-Z | tr \" \" _"), StringComparison.Ordinal);
    }

    private static async Task<JsonNode> InstanceAsync(Cloud demo) =>
        (await demo.GetAsync("compute", "/servers/detail"))["servers"]!.AsArray().Single(s => (string)s!["name"]! == "demo-instance1")!;

    private static async Task<string> StatusAsync(Cloud demo, string volume)
    {
        string status = (string)(await demo.GetAsync("volumev3", $"/volumes/{volume}"))["volume"]!["status"]!;
        return status.StartsWith("error", StringComparison.Ordinal) ? throw new Xunit.Sdk.XunitException($"the volume is {status}") : status;
    }

    private static async Task<string> AddressAsync(ColdRack rack, string server) => (string)(await rack.FindAsync(server))!["address"]!;

    private static async Task UntilAsync(string what, TimeSpan limit, Func<Task<bool>> isSo)
    {
        for (var began = Stopwatch.StartNew(); began.Elapsed < limit; await Task.Delay(2000))
            if (await isSo()) return;
        throw new Xunit.Sdk.XunitException($"{what}: not within {limit.TotalSeconds:0} s");
    }

    private Task PhaseAsync(string name, Func<Task> deed) => PhaseAsync(name, async () => { await deed(); return 0; });

    private async Task<T> PhaseAsync<T>(string name, Func<Task<T>> deed)
    {
        var began = Stopwatch.StartNew();
        try
        {
            return await deed();
        }
        finally
        {
            _phases.Add(FormattableString.Invariant($"{began.Elapsed.TotalSeconds,7:0} s  {name}"));
            Say(_phases[^1]);
        }
    }

    private void Say(string text)
    {
        string line = FormattableString.Invariant($"{_clock.Elapsed.TotalSeconds,6:0} {text}");
        output.WriteLine(line);
        if (Environment.GetEnvironmentVariable("PROVISIONER_COLD_LOG") is { Length: > 0 } log)
            lock (_phases) File.AppendAllText(log, line + "\n");
    }
}

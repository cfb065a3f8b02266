using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Provisioner.FirmwareTests;

/// <summary>From powered off to Deployed and back, on both kinds of firmware at once, as a rack is used.</summary>
public sealed class WalkTests(WalkRack rack, ITestOutputHelper output) : IClassFixture<WalkRack>
{
    private static readonly TimeSpan ToReady = TimeSpan.FromMinutes(4), ToDeployed = TimeSpan.FromMinutes(9), ToReleased = TimeSpan.FromMinutes(2), ToRole = TimeSpan.FromMinutes(3);
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    [Fact]
    public async Task Two_servers_walk_from_off_to_Deployed_and_back()
    {
        Assert.InRange(rack.Appliance.ReadyMilliseconds, 1, 10_000); // the figure itself is a benchmark's
        await Task.WhenAll(Commission("alpha", "bios", "HP"), Commission("beta", "uefi", "Dell Inc."));
        Say($"both Ready; appliance holds {rack.Appliance.ResidentBytes() / 1048576} MiB");
        await Task.WhenAll(Deploy("alpha"), Deploy("beta"), KillInTheMiddle("beta"));
        await Task.WhenAll(Knows("alpha", "beta"), Knows("beta", "alpha"));
        await Task.WhenAll(RunRoleAgain("alpha"), RunRoleAgain("beta"));
        await Task.WhenAll(Reboot("alpha"), Reboot("beta"));
        await Task.WhenAll(Release("alpha"), Release("beta"));
        await DeployAgainNeedsNoConsent("alpha");
    }

    private async Task Commission(string server, string firmware, string maker)
    {
        rack.Press(server);
        var machine = await Until(server, "ready", ToReady);
        Assert.Equal(firmware, (string)machine["firmware"]!);
        Assert.Equal("off", rack.Power(server));
        var inventory = machine["inventory"]!;
        Assert.StartsWith(maker.Split(' ')[0], (string)inventory["system"]!["manufacturer"]!);
        Assert.Equal((string)rack.Server(server)["serial"]!, (string)inventory["system"]!["serial"]!);
        Assert.NotEmpty(inventory["disks"]!.AsArray());
        Assert.NotEmpty((string)inventory["disks"]![0]!["serial"]!);
        Assert.Equal((string)rack.Server(server)["bmc"]!, (string)machine["bmc"]!["address"]!);
        Assert.Equal("provisioner", (string)machine["bmc"]!["username"]!);
        await Timeline(machine, "dhcp.discover", "dhcp.ack", "http.script", "http.sent", "agent.hello", "agent.inventory", "agent.bmc", "state.ready");
        await Breakdown(machine, server);
    }

    private async Task Deploy(string server)
    {
        string id = await Id(server);
        await rack.Appliance.PostAsync($"/machines/{id}/deploy", new { image = "debian-12", role = "basics", sshKeys = new[] { rack.PublicKey }, @operator = "operator" });
        var machine = await Until(server, "deployed", ToDeployed);
        machine = await RoleDone(server);
        await Timeline(machine, "power.bootdevice", "power.cycle", "agent.hello", "image.started", "image.written", "home.called", "state.deployed", "role.step", "role.done");
        await Breakdown(machine, server);
        string name = (string)machine["name"]!;
        Assert.Equal(name, rack.Ssh(server, "hostname").Trim());
        Assert.Contains(name, rack.Ssh(server, "cat /etc/hosts"));
        Assert.Contains(rack.Address, rack.Ssh(server, "cat /etc/chrony/chrony.conf /etc/chrony/sources.d/* /etc/chrony/conf.d/* 2>/dev/null"));
        Assert.Contains(rack.PublicKey, rack.Ssh(server, "cat ~/.ssh/authorized_keys"));
        Assert.Equal("root", rack.Ssh(server, "sudo -n whoami").Trim());
        // The last partition was grown to the disk's 8 GiB.
        long root = long.Parse(rack.Ssh(server, "df --output=size -B1 / | tail -1").Trim(), CultureInfo.InvariantCulture);
        Assert.InRange(root, 7_000_000_000, 8_700_000_000);
    }

    // The appliance dies as by a power cut while an image is being written, and starts again: both walks must end well all the same.
    private async Task KillInTheMiddle(string server)
    {
        string id = await Id(server);
        await Wait($"{server} writes its image", ToDeployed, async () => (await Events(id)).Any(e => (string)e["kind"]! == "image.started"));
        await Task.Delay(TimeSpan.FromSeconds(4));
        rack.Appliance.Kill();
        Say("appliance killed");
        rack.Appliance.Start();
        Say($"appliance ready again in {rack.Appliance.ReadyMilliseconds:0} ms");
    }

    // The one that was deployed first learns of the other by itself: its role runs again when the machines of the deployment change.
    private async Task Knows(string server, string other)
    {
        string name = (string)(await Machine(other))["name"]!;
        await Wait($"{server} knows {other}", ToRole, () => Task.FromResult(rack.TrySsh(server, "cat /etc/hosts") is (0, var hosts) && hosts.Contains(name, StringComparison.Ordinal)));
        await RoleDone(server);
    }

    private async Task RunRoleAgain(string server)
    {
        string id = await Id(server);
        long before = (await Events(id)).Max(e => (long)e["seq"]!);
        await rack.Appliance.PostAsync($"/machines/{id}/role", new { });
        await Wait($"{server} runs its role again", ToRole, async () => (await Events(id)).Any(e => (long)e["seq"]! > before && (string)e["kind"]! is "role.done" or "role.failed" && (long)e["seq"]! > before));
        var done = (await Events(id)).Last(e => (string)e["kind"]! is "role.done" or "role.failed");
        Assert.Equal("role.done", (string)done["kind"]!);
        Say($"{server}: {done["text"]}");
        Assert.Contains("nothing changed", (string)done["text"]!);
    }

    // Firmware boots from the network first, as it comes from the factory: our script must hand it on to its disk.
    private async Task Reboot(string server)
    {
        string before = rack.Ssh(server, "cat /proc/sys/kernel/random/boot_id");
        rack.TrySsh(server, "sudo systemctl reboot");
        await Wait($"{server} is back after a reboot", ToReady, () =>
        {
            var (code, now) = rack.TrySsh(server, "cat /proc/sys/kernel/random/boot_id");
            return Task.FromResult(code == 0 && now != before);
        });
        Say($"{server} is back after a reboot");
        Assert.Equal("deployed", (string)(await Machine(server))["state"]!);
    }

    private async Task Release(string server)
    {
        await rack.Appliance.PostAsync($"/machines/{await Id(server)}/release", new { });
        await Until(server, "ready", ToReleased);
        Assert.Equal("off", rack.Power(server));
    }

    // The disk holds data now, but data of ours: the order is taken; it is stopped again, for the walk itself was shown.
    private async Task DeployAgainNeedsNoConsent(string server)
    {
        string id = await Id(server);
        await rack.Appliance.PostAsync($"/machines/{id}/commission", new { });
        await Until(server, "ready", ToReady, after: "commissioning");
        await rack.Appliance.PostAsync($"/machines/{id}/deploy", new { image = "debian-12" });
        await rack.Appliance.PostAsync($"/machines/{id}/abort", new { });
        Assert.Equal("failed-deploying", (string)(await Machine(server))["state"]!);
        await Release(server);
    }

    private async Task<JsonNode> RoleDone(string server)
    {
        await Wait($"{server}'s role", ToRole, async () => (string)(await Machine(server))["deployment"]!["roleProgress"]!["status"]! is "done" or "failed");
        var machine = await Machine(server);
        var progress = machine["deployment"]!["roleProgress"]!;
        Say($"{server}: role {progress["status"]}: {progress["text"]}");
        Assert.Equal("done", (string)progress["status"]!);
        return machine;
    }

    private async Task<JsonNode> Until(string server, string state, TimeSpan limit, string? after = null)
    {
        if (after is not null) await Wait($"{server} is {after}", limit, async () => (string?)(await Find(server))?["state"] == after);
        await Wait($"{server} is {state}", limit, async () =>
        {
            string now = (string?)(await Find(server))?["state"] ?? "unknown";
            return now == state || (now.StartsWith("failed", StringComparison.Ordinal) ? throw new Xunit.Sdk.XunitException($"{server} is {now}: {(await Machine(server))["failure"]}\n{rack.Console(server)}") : false);
        });
        Say($"{server} is {state}");
        return await Machine(server);
    }

    private Task Wait(string what, TimeSpan limit, Func<Task<bool>> isSo) => rack.WaitAsync(what, limit, isSo, "alpha", "beta");
    private Task<JsonNode?> Find(string server) => rack.FindAsync(server);
    private Task<JsonNode> Machine(string server) => rack.MachineAsync(server);
    private Task<string> Id(string server) => rack.IdAsync(server);
    private Task<JsonNode[]> Events(string id) => rack.EventsAsync(id);

    private async Task Timeline(JsonNode machine, params string[] kinds)
    {
        var seen = (await Events((string)machine["id"]!)).Select(e => (string)e["kind"]!).ToList();
        Assert.All(kinds, kind => Assert.Contains(kind, seen));
    }

    private async Task Breakdown(JsonNode machine, string server)
    {
        var breakdown = await rack.Appliance.GetAsync($"/machines/{machine["id"]}/breakdown");
        string parts = string.Join(", ", breakdown["parts"]!.AsArray().Select(p => string.Create(CultureInfo.InvariantCulture, $"{p!["part"]} {(double)p["seconds"]!:0.0}")));
        Say(string.Create(CultureInfo.InvariantCulture, $"{server}: {breakdown["walk"]} {(double)breakdown["totalSeconds"]!:0.0} s: {parts}"));
    }

    private void Say(string text) => output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_clock.Elapsed.TotalSeconds,6:0.0} {text}"));
}

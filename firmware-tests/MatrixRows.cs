using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace Provisioner.FirmwareTests;

/// <summary>What the rows of the matrices are made of.</summary>
public abstract class MatrixRows(RackFixture rack, ITestOutputHelper output)
{
    /// <summary>For anything that a start takes.</summary>
    protected static readonly TimeSpan Boot = TimeSpan.FromMinutes(5);
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>A stranger, its button pressed: looked at by its agent, and off again.</summary>
    protected async Task Commissioned(string server, params string[] told)
    {
        rack.Press(server);
        await Ready(server, 0, told);
    }

    /// <summary>The same once more, ordered.</summary>
    protected async Task Again(string server, params string[] told)
    {
        string id = await rack.IdAsync(server);
        long before = (await rack.EventsAsync(id)).Max(e => (long)e["seq"]!);
        await rack.Appliance.PostAsync($"/machines/{id}/commission", new { });
        await rack.WaitAsync($"{server} starts again", Boot, async () => (string)(await rack.MachineAsync(server))["state"]! == "commissioning", server);
        await Ready(server, before, told);
    }

    private async Task Ready(string server, long after, string[] told)
    {
        await rack.WaitAsync($"{server} is ready", Boot, async () => ((string?)(await rack.FindAsync(server))?["state"] ?? "") switch
        {
            "ready" => true,
            var state when state.StartsWith("failed", StringComparison.Ordinal) => throw new Xunit.Sdk.XunitException($"{server} is {state}: {(await rack.MachineAsync(server))["failure"]}"),
            _ => false,
        }, server);
        await Timeline(server, after, [.. told, "said hello|agent.*hello"]);
    }

    /// <summary>A small image is written; then the network must hand the machine on to its disk.</summary>
    protected async Task OwnDisk(string server, string cpu, params string[] told)
    {
        string id = await rack.IdAsync(server);
        long before = (await rack.EventsAsync(id)).Max(e => (long)e["seq"]!);
        await rack.Appliance.PostAsync($"/machines/{id}/deploy", new { image = "small" });
        // The BMC's order starts the disk itself, once; whoever starts the machine after that gets the firmware's own order, and that is the network.
        long written = 0;
        await rack.WaitAsync($"{server} is written", Boot, async () => (written = await Seq(id, before, "image.written", "")) > 0, server);
        await rack.WaitAsync($"{server} starts its disk", Boot, async () => await Seq(id, written, "power.cycle", "read back on") > 0, server);
        rack.Reset(server);
        await rack.WaitAsync($"{server} asks the network again", Boot, async () => await Seq(id, written, "http.script", "boot from the disk") > 0, server);
        await Console(server, $"The small disk was started by GRUB for {cpu}");
        await Timeline(server, before, told);
        rack.Hold(server);
        await rack.Appliance.PostAsync($"/machines/{id}/abort", new { });
    }

    // The number of the first event of a kind after another; 0 while there is none.
    private async Task<long> Seq(string id, long after, string kind, string text) =>
        (await rack.EventsAsync(id)).Where(e => (long)e["seq"]! > after && (string)e["kind"]! == kind && ((string)e["text"]!).Contains(text, StringComparison.Ordinal)).Select(e => (long)e["seq"]!).FirstOrDefault();

    /// <summary>Waits for words on a console.</summary>
    protected async Task Console(string server, string pattern)
    {
        await rack.WaitAsync($"the console of {server} says {pattern}", Boot, () => Task.FromResult(Regex.IsMatch(rack.WholeConsole(server), pattern)), server);
        Say($"{server}: {pattern}");
    }

    /// <summary>Shows a server's events after a number, and looks for those that must be among them.</summary>
    protected async Task Timeline(string server, long after, string[] told)
    {
        var events = (await rack.EventsAsync(await rack.IdAsync(server))).Where(e => (long)e["seq"]! > after).ToList();
        var began = events.Count > 0 ? DateTimeOffset.Parse((string)events[0]["at"]!, CultureInfo.InvariantCulture) : default;
        foreach (var e in events)
            Say(string.Create(CultureInfo.InvariantCulture, $"{server} {(DateTimeOffset.Parse((string)e["at"]!, CultureInfo.InvariantCulture) - began).TotalSeconds,6:0.0} {e["kind"]} {e["text"]}"));
        Assert.All(told, pattern => Assert.Contains(events, e => Regex.IsMatch($"{e["kind"]} {e["text"]}", pattern)));
    }

    /// <summary>Into the test's output, with its time.</summary>
    protected void Say(string text) => output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_clock.Elapsed.TotalSeconds,6:0.0} {text}"));
}

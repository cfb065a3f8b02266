using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace Provisioner.FirmwareTests;

/// <summary>Firmware × chain, a row each: from power-on to the agent's hello, to the disk where that has a way of its own, on ARM64 to the kernel's first line.</summary>
public sealed class PxeMatrixTests(MatrixRack rack, ITestOutputHelper output) : IClassFixture<MatrixRack>
{
    private static readonly TimeSpan Boot = TimeSpan.FromMinutes(4);
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    [Fact]
    public async Task BIOS_x86_0_boots_its_ROMs_iPXE_to_the_agents_hello() =>
        await Commissioned("bios", "iPXE, BIOS x86 \\(0\\)", "/boot/ramdisk sent");

    [Fact]
    public async Task UEFI_x64_7_boots_shim_as_a_stranger_then_iPXE_then_its_disk()
    {
        await Commissioned("uefi", "PXE firmware, UEFI x64 \\(7\\) → shimx64.efi", "shimx64.efi sent", "grubx64.efi sent", "ramdisk.signatures sent");
        Assert.False((bool)(await rack.MachineAsync("uefi"))["inventory"]!["secureBoot"]!);
        await OwnDisk("uefi", "x86_64", "PXE firmware, UEFI x64 \\(7\\) → snponly.efi", "snponly.efi sent", "localboot.efi sent");
    }

    [Fact]
    public async Task UEFI_x64_7_with_Secure_Boot_boots_shim_and_GRUB_then_its_disk()
    {
        await Commissioned("secure", "PXE firmware, UEFI x64 \\(7\\) → shimx64.efi", "shimx64.efi sent", "grubx64.efi sent", "ramdisk.signatures sent");
        Assert.True((bool)(await rack.MachineAsync("secure"))["inventory"]!["secureBoot"]!);
        // Its BMC was found in-band: modules load under lockdown.
        Assert.Equal((string)rack.Server("secure")["bmc"]!, (string)(await rack.MachineAsync("secure"))["bmc"]!["address"]!);
        await OwnDisk("secure", "x86_64", "shimx64.efi sent");
    }

    [Fact]
    public async Task UEFI_x64_HTTP_boot_16_boots_shim_as_a_stranger_then_iPXE()
    {
        await Commissioned("uefi-http", "HTTP boot firmware, UEFI x64 over HTTP \\(16\\) → http://.*/boot/shimx64.efi", "/boot/shimx64.efi sent", "/grubx64.efi sent");
        await Again("uefi-http", "HTTP boot firmware, UEFI x64 over HTTP \\(16\\) → http://.*/boot/ipxe.efi", "/boot/ipxe.efi sent");
    }

    [Fact]
    public async Task UEFI_x64_HTTP_boot_16_with_Secure_Boot_boots_shim_and_GRUB()
    {
        await Commissioned("secure-http", "HTTP boot firmware, UEFI x64 over HTTP \\(16\\) → http://.*/boot/shimx64.efi", "/boot/shimx64.efi sent", "/grubx64.efi sent", "ramdisk.signatures sent");
        Assert.True((bool)(await rack.MachineAsync("secure-http"))["inventory"]!["secureBoot"]!);
    }

    [Fact]
    public async Task UEFI_x64_7_whose_Secure_Boot_was_switched_on_since_refuses_iPXE_and_gets_shim_at_its_next_try()
    {
        await Commissioned("turned", "shimx64.efi sent");
        rack.SwitchSecureBootOn("turned");
        await Again("turned", "snponly.efi sent", "it took iPXE, and its firmware came again.* It is given shim and GRUB", "grubx64.efi sent");
        Assert.True((bool)(await rack.MachineAsync("turned"))["inventory"]!["secureBoot"]!);
    }

    [Fact]
    public async Task UEFI_IA32_6_boots_shim_and_GRUB_into_the_64_bit_kernel_then_its_disk()
    {
        await Commissioned("ia32", "PXE firmware, UEFI IA32 \\(6\\) → shimia32.efi", "shimia32.efi sent", "grubia32.efi sent");
        await OwnDisk("ia32", "i386", "shimia32.efi sent");
    }

    [Theory]
    [InlineData("arm64", "PXE firmware, UEFI ARM64 \\(11\\) → shimaa64.efi")]
    [InlineData("arm64-http", "HTTP boot firmware, UEFI ARM64 over HTTP \\(19\\) → http://.*/boot/shimaa64.efi")]
    public async Task UEFI_ARM64_11_and_19_boot_shim_and_GRUB_to_the_kernels_first_lines(string server, string offer)
    {
        rack.Press(server);
        await Console(server, "Linux version [0-9.]+-[0-9]+-arm64");
        await Console(server, "there is no agent for ARM64 yet");
        await Timeline(server, 0, [offer, "shimaa64.efi sent", "grubaa64.efi sent", "kernel-arm64 sent", "ramdisk-arm64 sent"]);
        rack.Hold(server);
    }

    [Fact]
    public async Task UEFI_ARM32_10_is_told_to_a_person_with_what_helps()
    {
        rack.Press("arm32");
        string mac = (string)rack.Server("arm32")["mac"]!;
        await rack.WaitAsync("the event", Boot, async () => (await rack.Appliance.GetAsync("/events?limit=1000"))["events"]!.AsArray()
            .Any(e => (string)e!["kind"]! == "boot.unsupported" && Regex.IsMatch((string)e["text"]!, $"{mac}: no boot file for PXE firmware, UEFI ARM32 \\(10\\).*boot mode")), "arm32");
        rack.Hold("arm32");
        Say("arm32: told");
    }

    // A stranger, its button pressed: looked at by its agent, and off again.
    private async Task Commissioned(string server, params string[] told)
    {
        rack.Press(server);
        await Ready(server, 0, told);
    }

    private async Task Again(string server, params string[] told)
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

    // A small image is written; then the network must hand the machine on to its disk.
    private async Task OwnDisk(string server, string cpu, params string[] told)
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

    private async Task Console(string server, string pattern)
    {
        await rack.WaitAsync($"the console of {server} says {pattern}", Boot, () => Task.FromResult(Regex.IsMatch(rack.WholeConsole(server), pattern)), server);
        Say($"{server}: {pattern}");
    }

    private async Task Timeline(string server, long after, string[] told)
    {
        var events = (await rack.EventsAsync(await rack.IdAsync(server))).Where(e => (long)e["seq"]! > after).ToList();
        var began = events.Count > 0 ? DateTimeOffset.Parse((string)events[0]["at"]!, CultureInfo.InvariantCulture) : default;
        foreach (var e in events)
            Say(string.Create(CultureInfo.InvariantCulture, $"{server} {(DateTimeOffset.Parse((string)e["at"]!, CultureInfo.InvariantCulture) - began).TotalSeconds,6:0.0} {e["kind"]} {e["text"]}"));
        Assert.All(told, pattern => Assert.Contains(events, e => Regex.IsMatch($"{e["kind"]} {e["text"]}", pattern)));
    }

    private void Say(string text) => output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_clock.Elapsed.TotalSeconds,6:0.0} {text}"));
}

using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace Provisioner.FirmwareTests;

/// <summary>Firmware × chain, a row each: from power-on to the agent's hello, to the disk where that has a way of its own, on ARM64 to the kernel's first line.</summary>
[Collection("one server at a time")]
public sealed class PxeMatrixTests(MatrixRack rack, ITestOutputHelper output) : MatrixRows(rack, output), IClassFixture<MatrixRack>
{
    private readonly MatrixRack _rack = rack;

    [Fact]
    public async Task BIOS_x86_0_boots_its_ROMs_iPXE_to_the_agents_hello() =>
        await Commissioned("bios", "iPXE, BIOS x86 \\(0\\)", "/boot/ramdisk sent");

    [Theory]
    [InlineData("bios-cd", "iPXE, BIOS x86 \\(0\\)")]
    [InlineData("uefi-cd", "iPXE, UEFI x64 \\(7\\)")]
    public async Task BIOS_and_UEFI_whose_network_has_no_ROM_boot_ipxe_iso_as_virtual_media_to_the_agents_hello(string server, string told) =>
        await Commissioned(server, told, "/boot/ramdisk sent");

    [Fact]
    public async Task UEFI_x64_7_boots_shim_as_a_stranger_then_iPXE_then_its_disk()
    {
        await Commissioned("uefi", "PXE firmware, UEFI x64 \\(7\\) → shimx64.efi", "shimx64.efi sent", "grubx64.efi sent", "ramdisk.signatures sent");
        Assert.False((bool)(await _rack.MachineAsync("uefi"))["inventory"]!["secureBoot"]!);
        await OwnDisk("uefi", "x86_64", "PXE firmware, UEFI x64 \\(7\\) → snponly.efi", "snponly.efi sent", "localboot.efi sent");
    }

    [Fact]
    public async Task UEFI_x64_7_with_Secure_Boot_boots_shim_and_GRUB_then_its_disk()
    {
        await Commissioned("secure", "PXE firmware, UEFI x64 \\(7\\) → shimx64.efi", "shimx64.efi sent", "grubx64.efi sent", "ramdisk.signatures sent");
        Assert.True((bool)(await _rack.MachineAsync("secure"))["inventory"]!["secureBoot"]!);
        // Its BMC was found in-band: modules load under lockdown.
        Assert.Equal((string)_rack.Server("secure")["bmc"]!, (string)(await _rack.MachineAsync("secure"))["bmc"]!["address"]!);
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
        Assert.True((bool)(await _rack.MachineAsync("secure-http"))["inventory"]!["secureBoot"]!);
    }

    [Fact]
    public async Task UEFI_x64_7_whose_Secure_Boot_was_switched_on_since_refuses_iPXE_and_gets_shim_at_its_next_try()
    {
        await Commissioned("turned", "shimx64.efi sent");
        _rack.SwitchSecureBootOn("turned");
        await Again("turned", "snponly.efi sent", "it took iPXE, and its firmware came again.* It is given shim and GRUB", "grubx64.efi sent");
        Assert.True((bool)(await _rack.MachineAsync("turned"))["inventory"]!["secureBoot"]!);
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
        _rack.Press(server);
        await Console(server, "Linux version [0-9.]+-[0-9]+-arm64");
        await Console(server, "there is no agent for ARM64 yet");
        await Timeline(server, 0, [offer, "shimaa64.efi sent", "grubaa64.efi sent", "kernel-arm64 sent", "ramdisk-arm64 sent"]);
        _rack.Hold(server);
    }

    [Fact]
    public async Task UEFI_ARM32_10_is_told_to_a_person_with_what_helps()
    {
        _rack.Press("arm32");
        string mac = (string)_rack.Server("arm32")["mac"]!;
        await _rack.WaitAsync("the event", Boot, async () => (await _rack.Appliance.GetAsync("/events?limit=1000"))["events"]!.AsArray()
            .Any(e => (string)e!["kind"]! == "boot.unsupported" && Regex.IsMatch((string)e["text"]!, $"{mac}: no boot file for PXE firmware, UEFI ARM32 \\(10\\).*boot mode")), "arm32");
        _rack.Hold("arm32");
        Say("arm32: told");
    }
}

using Xunit.Abstractions;

namespace Provisioner.FirmwareTests;

/// <summary>The same beside another DHCP server (PXE 2.1 §2.2.3): that one gives the address, ours the boot file.</summary>
[Collection("one server at a time")]
public sealed class PxeMatrixProxyTests(ProxyRack rack, ITestOutputHelper output) : MatrixRows(rack, output), IClassFixture<ProxyRack>
{
    private readonly ProxyRack _rack = rack;

    [Fact]
    public async Task BIOS_x86_0_beside_dnsmasq_boots_its_ROMs_iPXE_to_the_agents_hello() =>
        await Commissioned("bios", "dhcp.offer .*iPXE, BIOS x86 \\(0\\)", "/boot/ramdisk sent");

    [Fact]
    public async Task UEFI_x64_7_beside_dnsmasq_boots_shim_as_a_stranger_then_iPXE()
    {
        await Commissioned("uefi", "PXE firmware, UEFI x64 \\(7\\) → shimx64.efi", "shimx64.efi sent", "grubx64.efi sent");
        await Again("uefi", "PXE firmware, UEFI x64 \\(7\\) → snponly.efi", "snponly.efi sent");
    }

    [Fact]
    public async Task UEFI_x64_HTTP_boot_16_beside_dnsmasq_boots_shim_as_a_stranger() =>
        await Commissioned("uefi-http", "HTTP boot firmware, UEFI x64 over HTTP \\(16\\) → http://.*/boot/shimx64.efi", "/boot/shimx64.efi sent", "/grubx64.efi sent");

    [Fact]
    public async Task UEFI_x64_7_with_Secure_Boot_beside_dnsmasq_boots_shim_and_GRUB() =>
        await Commissioned("secure", "shimx64.efi sent", "grubx64.efi sent", "ramdisk.signatures sent");

    [Fact]
    public async Task UEFI_ARM64_11_beside_dnsmasq_boots_shim_and_GRUB_to_the_kernels_first_lines()
    {
        _rack.Press("arm64");
        await Console("arm64", "Linux version [0-9.]+-[0-9]+-arm64");
        await Timeline("arm64", 0, ["PXE firmware, UEFI ARM64 \\(11\\) → shimaa64.efi", "shimaa64.efi sent", "kernel-arm64 sent"]);
        _rack.Hold("arm64");
    }
}

using System.Net;
using Provisioner.Domain.Machines;
using Provisioner.Wire;

namespace Provisioner.Domain.Boot;

/// <summary>What GRUB is told: the same as <see cref="IpxeScript"/> in its language. GRUB's own <c>$grub_cpu</c> says what it runs on: x86_64, i386 or arm64.</summary>
public static class GrubScript
{
    /// <summary>The names that GRUB asks for first, under the folder that Debian has built into it.</summary>
    public static readonly IReadOnlySet<string> Names = new HashSet<string> { "grub/x86_64-efi/grub.cfg", "grub/i386-efi/grub.cfg", "grub/arm64-efi/grub.cfg", "grub/grub.cfg" };

    // EDK2 shows its setup when a boot program ends well (UEFI 2.10 §3.1.1), and GRUB knows no other end: so whoever can't go on starts anew.
    private const string Restart = "sleep 15\nreboot\n";

    /// <summary>
    /// The first file, the same for all: on to the machine's own script, three tries. GRUB's TCP gives up after seconds (seen with its 32-bit build on a
    /// busy machine).
    /// </summary>
    public static string Loader(IPAddress server, int port) =>
        $"""
        set pager=0
        for try in 1 2 3; do
          source (http,{server}:{port})/boot/$net_default_mac/$grub_cpu/grub.cfg
          echo "Provisioner: no boot script from {server}:{port} for $net_default_mac yet; trying again"
          sleep 3
        done
        {Restart}
        """;

    /// <summary>Kernel and ramdisk, with the token that the agent says hello with; under Secure Boot with the signatures of the ramdisk's modules.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="mac">The interface that it boots from.</param>
    /// <param name="server">The appliance on that network.</param>
    /// <param name="port">Its HTTP port.</param>
    /// <param name="filePort">Its port for files.</param>
    /// <param name="token">The boot token.</param>
    public static string ForAgent(Machine machine, MacAddress mac, IPAddress server, int port, int filePort, string token) =>
        $$"""
        echo "Provisioner: {{machine.Name}} starts the agent"
        set files=(http,{{server}}:{{filePort}})/boot
        for try in 1 2 3; do
          if linux $files/kernel provisioner.url=http://{{server}}:{{port}} provisioner.machine={{machine.Id}} provisioner.token={{token}} BOOTIF=01-{{mac.ToHyphens()}} console=tty0 console=ttyS0,115200 quiet; then
            if initrd $files/ramdisk $files/ramdisk.signatures; then boot; fi
          fi
          sleep 3
        done
        {{Restart}}
        """;

    /// <summary>ARM64: its kernel, and a ramdisk that says what is missing. The firmware's SPCR table names the console.</summary>
    public static string ForArm64(Machine machine, IPAddress server, int filePort) =>
        $$"""
        echo "Provisioner: {{machine.Name}} starts the ARM64 kernel"
        set files=(http,{{server}}:{{filePort}})/boot
        for try in 1 2 3; do
          if linux $files/kernel-arm64 earlycon; then
            if initrd $files/ramdisk-arm64; then boot; fi
          fi
          sleep 3
        done
        {{Restart}}
        """;

    /// <summary>
    /// On to the disk: its own loader (UEFI 2.10 §3.5.1.1 names it by architecture); where there is none for this firmware, as on 32-bit UEFI, the
    /// configuration of the GRUB on the disk is read by this one.
    /// </summary>
    public static string ForDisk(Machine machine) =>
        $$"""
        echo "Provisioner: {{machine.Name}} boots from its disk"
        set loader=/EFI/BOOT/BOOTX64.EFI
        if [ "$grub_cpu" = i386 ]; then set loader=/EFI/BOOT/BOOTIA32.EFI; fi
        if [ "$grub_cpu" = arm64 ]; then set loader=/EFI/BOOT/BOOTAA64.EFI; fi
        if search --no-floppy --file --set=disk $loader; then
          if chainloader ($disk)$loader; then boot; fi
        fi
        if search --no-floppy --file --set=root /boot/grub/grub.cfg; then
          set prefix=($root)/boot/grub
          configfile $prefix/grub.cfg
        fi
        echo "Provisioner: no disk of {{machine.Name}} can be started"
        {{Restart}}
        """;
}

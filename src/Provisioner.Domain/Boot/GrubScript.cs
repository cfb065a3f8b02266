using System.Net;
using Provisioner.Domain.Machines;
using Provisioner.Wire;

namespace Provisioner.Domain.Boot;

/// <summary>What GRUB is told: the same as <see cref="IpxeScript"/> in its language. GRUB's own <c>$grub_cpu</c> says what it runs on: x86_64, i386 or arm64.</summary>
/// <param name="Server">The appliance on the machine's network.</param>
/// <param name="HttpPort">Its port for scripts and agent.</param>
/// <param name="FilePort">Its port for files.</param>
public sealed record GrubScript(IPAddress Server, int HttpPort, int FilePort)
{
    /// <summary>What GRUB asks for first, under the folder that Debian has built into it: over TFTP without, over HTTP with a slash before it.</summary>
    public static readonly IReadOnlySet<string> Names = new HashSet<string> { "grub/x86_64-efi/grub.cfg", "grub/i386-efi/grub.cfg", "grub/arm64-efi/grub.cfg", "grub/grub.cfg" };

    // GRUB has only one way back to the firmware, and EDK2 takes that for a good end and shows its setup (UEFI 2.10 §3.1.1; seen with 2.12, also with
    // "exit 1"): whoever can't go on starts anew.
    private const string Restart =
        """
        sleep 15
        reboot

        """;

    private string Files => $"(http,{Server}:{FilePort})/boot";

    /// <summary>The first file, the same for all: on to the machine's own script. Three tries: GRUB's TCP gives up early where the other side is slow.</summary>
    public string Loader =>
        $"""
        set pager=0
        for try in 1 2 3; do
          source (http,{Server}:{HttpPort})/boot/$net_default_mac/$grub_cpu/grub.cfg
          echo "Provisioner: no boot script for $net_default_mac from {Server}:{HttpPort}; trying again"
          sleep 3
        done
        {Restart}
        """;

    /// <summary>Kernel and ramdisk, with the token that the agent says hello with, and the signatures of the ramdisk's modules.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="mac">The interface that it boots from.</param>
    /// <param name="token">The boot token.</param>
    public string ForAgent(Machine machine, MacAddress mac, string token) => Start(machine, "the agent",
        $"kernel provisioner.url=http://{Server}:{HttpPort} provisioner.machine={machine.Id} provisioner.token={token} BOOTIF=01-{mac.ToHyphens()} console=tty0 console=ttyS0,115200 quiet",
        $"{Files}/ramdisk {Files}/ramdisk.signatures");

    /// <summary>ARM64: its kernel, and a ramdisk that says that there is no agent. The firmware's SPCR table names the console.</summary>
    public string ForArm64(Machine machine) => Start(machine, "the ARM64 kernel", "kernel-arm64 earlycon", $"{Files}/ramdisk-arm64");

    private string Start(Machine machine, string what, string kernel, string ramdisk) =>
        $"""
        echo "Provisioner: {machine.Name} starts {what}"
        for try in 1 2 3; do
          if linux {Files}/{kernel}; then
            if initrd {ramdisk}; then boot; fi
          fi
          sleep 3
        done
        {Restart}
        """;

    /// <summary>
    /// On to the disk: its own loader (UEFI 2.10 §3.5.1.1 names it by architecture); where there is none for this firmware, as on 32-bit UEFI, this GRUB
    /// reads what the disk's GRUB would.
    /// </summary>
    public static string ForDisk(Machine machine) =>
        $$"""
        echo "Provisioner: {{machine.Name}} boots from its disk"
        set loader=/EFI/BOOT/BOOTX64.EFI
        if [ $grub_cpu = i386 ]; then set loader=/EFI/BOOT/BOOTIA32.EFI; fi
        if [ $grub_cpu = arm64 ]; then set loader=/EFI/BOOT/BOOTAA64.EFI; fi
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

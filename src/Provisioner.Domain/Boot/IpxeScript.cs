using System.Net;
using Provisioner.Domain.Machines;
using Provisioner.Wire;

namespace Provisioner.Domain.Boot;

/// <summary>The iPXE script for a machine that asks: into our agent, or on to its own disk.</summary>
public static class IpxeScript
{
    /// <summary>A machine whose system is on its disk boots that; every other one boots our agent.</summary>
    public static bool BootsDisk(Machine machine) =>
        machine.State is MachineState.Deployed || machine is { State: MachineState.Deploying, Phase: Phase.StartDisk or Phase.AwaitHome };

    /// <summary>Kernel and ramdisk, with the token that the agent says hello with.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="mac">The interface that it boots from.</param>
    /// <param name="server">The appliance on that network.</param>
    /// <param name="port">Its HTTP port.</param>
    /// <param name="filePort">Its port for files.</param>
    /// <param name="token">The boot token.</param>
    public static string ForAgent(Machine machine, MacAddress mac, IPAddress server, int port, int filePort, string token) =>
        $"""
        #!ipxe
        echo Provisioner: {machine.Name} starts the agent
        kernel http://{server}:{filePort}/boot/kernel initrd=ramdisk provisioner.url=http://{server}:{port} provisioner.machine={machine.Id} provisioner.token={token} BOOTIF=01-{mac.ToHyphens()} console=tty0 console=ttyS0,115200 quiet
        initrd --name ramdisk http://{server}:{filePort}/boot/ramdisk
        boot

        """;

    /// <summary>
    /// On to the disk. BIOS: iPXE starts the first disk itself. UEFI: <c>sanboot</c> of a local disk does not exist there, so a small GRUB looks for
    /// the disk's own loader; where it finds none, leaving with an error hands over to the firmware's next boot option (UEFI 2.10 §3.1.1: after a
    /// success the boot manager would stop and show its menu).
    /// </summary>
    public static string ForDisk(Machine machine, IPAddress server, int filePort) =>
        $$"""
        #!ipxe
        echo Provisioner: {{machine.Name}} boots from its disk
        iseq ${platform} efi && goto uefi ||
        sanboot --no-describe --drive 0x80 || exit 1
        :uefi
        chain http://{{server}}:{{filePort}}/boot/localboot.efi ||
        exit 1

        """;
}

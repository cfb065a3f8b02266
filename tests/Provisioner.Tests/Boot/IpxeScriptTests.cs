using System.Net;
using Provisioner.Domain.Boot;
using Provisioner.Domain.Machines;
using Provisioner.Wire;
using static Provisioner.Tests.Machines.Samples;

namespace Provisioner.Tests.Boot;

public sealed class IpxeScriptTests
{
    [Fact]
    public void The_agents_script_names_the_machine_its_interface_and_its_token() =>
        Assert.Equal("""
            #!ipxe
            echo Provisioner: calm-otter starts the agent
            kernel http://10.77.0.1:5241/boot/kernel initrd=ramdisk provisioner.url=http://10.77.0.1:5240 provisioner.machine=k3xr8q provisioner.token=TOKEN BOOTIF=01-52-54-00-00-00-01 console=tty0 console=ttyS0,115200 quiet
            initrd --name ramdisk http://10.77.0.1:5241/boot/ramdisk
            boot

            """, IpxeScript.ForAgent(In(MachineState.New), MacAddress.Parse("52:54:00:00:00:01"), IPAddress.Parse("10.77.0.1"), 5240, 5241, "TOKEN"));

    [Fact]
    public void The_disks_script_starts_it_on_BIOS_has_GRUB_look_for_it_on_UEFI_and_leaves_with_an_error_where_neither_can() =>
        Assert.Equal("""
            #!ipxe
            echo Provisioner: calm-otter boots from its disk
            iseq ${platform} efi && goto uefi ||
            sanboot --no-describe --drive 0x80 || exit 1
            :uefi
            chain http://10.77.0.1:5241/boot/localboot.efi ||
            exit 1

            """, IpxeScript.ForDisk(In(MachineState.Deployed), IPAddress.Parse("10.77.0.1"), 5241));

    [Theory]
    [InlineData(MachineState.New, Phase.Idle, false)]
    [InlineData(MachineState.Ready, Phase.Idle, false)]
    [InlineData(MachineState.Deploying, Phase.AwaitAgent, false)]
    [InlineData(MachineState.Deploying, Phase.AgentAtWork, false)]
    [InlineData(MachineState.Deploying, Phase.StartDisk, true)]
    [InlineData(MachineState.Deploying, Phase.AwaitHome, true)]
    [InlineData(MachineState.Deployed, Phase.Idle, true)]
    [InlineData(MachineState.Releasing, Phase.PowerOff, false)]
    public void Only_a_machine_with_its_system_on_disk_boots_from_it(MachineState state, Phase phase, bool disk) =>
        Assert.Equal(disk, IpxeScript.BootsDisk(In(state, phase)));
}

using System.Net;
using Provisioner.Domain.Boot;
using Provisioner.Domain.Machines;
using Provisioner.Wire;
using static Provisioner.Tests.Machines.Samples;

namespace Provisioner.Tests.Boot;

public sealed class GrubScriptTests
{
    private static readonly GrubScript Script = new(IPAddress.Parse("10.77.0.1"), 5240, 5241);

    [Fact]
    public void The_first_file_sends_each_machine_to_its_own_script() =>
        Assert.Equal("""
            set pager=0
            for try in 1 2 3; do
              source (http,10.77.0.1:5240)/boot/$net_default_mac/$grub_cpu/grub.cfg
              echo "Provisioner: no boot script for $net_default_mac from 10.77.0.1:5240; trying again"
              sleep 3
            done
            sleep 15
            reboot

            """, Script.Loader);

    [Fact]
    public void The_agents_script_names_the_machine_its_interface_its_token_and_the_modules_signatures() =>
        Assert.Equal("""
            echo "Provisioner: calm-otter starts the agent"
            for try in 1 2 3; do
              if linux (http,10.77.0.1:5241)/boot/kernel provisioner.url=http://10.77.0.1:5240 provisioner.machine=k3xr8q provisioner.token=TOKEN BOOTIF=01-52-54-00-00-00-01 console=tty0 console=ttyS0,115200 quiet; then
                if initrd (http,10.77.0.1:5241)/boot/ramdisk (http,10.77.0.1:5241)/boot/ramdisk.signatures; then boot; fi
              fi
              sleep 3
            done
            sleep 15
            reboot

            """, Script.ForAgent(In(MachineState.New), MacAddress.Parse("52:54:00:00:00:01"), "TOKEN"));

    [Fact]
    public void ARM64_gets_its_own_kernel_and_a_ramdisk_that_says_what_is_missing()
    {
        string script = Script.ForArm64(In(MachineState.New));
        Assert.Contains("linux (http,10.77.0.1:5241)/boot/kernel-arm64 earlycon;", script);
        Assert.Contains("initrd (http,10.77.0.1:5241)/boot/ramdisk-arm64;", script);
    }

    [Fact]
    public void The_disks_script_starts_its_loader_by_architecture_or_reads_its_configuration_and_never_ends_at_a_prompt()
    {
        string script = GrubScript.ForDisk(In(MachineState.Deployed));
        Assert.All(new[] { "BOOTX64.EFI", "BOOTIA32.EFI", "BOOTAA64.EFI", "chainloader ($disk)$loader", "configfile $prefix/grub.cfg" }, part => Assert.Contains(part, script));
        Assert.EndsWith("reboot\n", script.ReplaceLineEndings("\n").TrimEnd() + "\n");
    }

    [Theory]
    [InlineData("revocations_sku.efi", true)]
    [InlineData("/boot/revocations_sbat.efi", true)]
    [InlineData("/boot/shim_certificate_0.efi", true)]
    [InlineData("/grub/x86_64-efi/command.lst", true)]
    [InlineData("grubx64.efi", false)]
    [InlineData("/grub/../etc/passwd", false)]
    public void What_shim_and_GRUB_ask_for_as_a_matter_of_course_is_no_news(string path, bool probe) => Assert.Equal(probe, BootFileChoice.IsProbe(path));
}

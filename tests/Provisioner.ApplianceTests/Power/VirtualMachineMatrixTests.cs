using Provisioner.ApplianceTests.Hosts;
using Provisioner.Domain.Hardware;
using Provisioner.Domain.Power;
using static Provisioner.ApplianceTests.Power.BmcFaces;

namespace Provisioner.ApplianceTests.Power;

/// <summary>
/// The rows of the tested-hardware table that are virtual machines, through the whole appliance: a real libvirtd with a QEMU machine, and VMware's
/// own simulator of ESXi's API.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class VirtualMachineMatrixTests
{
    [Theory]
    [InlineData("VM of KVM (libvirt)")]
    [InlineData("VM of ESXi (vSphere API)")]
    public async Task Over_its_host(string machine)
    {
        bool kvm = machine.Contains("KVM", StringComparison.Ordinal);
        var profile = Catalog.For(kvm ? new HardwareFacts("QEMU", "Standard PC (Q35 + ICH9, 2009)") : new HardwareFacts("VMware, Inc.", "VMware7,1"));
        Assert.Equal((kvm ? "kvm-vm" : "vmware-vm", HardwareKind.VirtualMachine, kvm ? "libvirt" : "vsphere"), (profile.Name, profile.Kind, profile.Protocols[0]));
        using var libvirtd = kvm ? Libvirtd.Start() : null;
        using var vm = libvirtd?.Define("row1", "52:54:00:aa:0f:01", "11111111-0000-4000-8000-0000000000f1");
        using var esx = kvm ? null : Vcsim.Start();
        await using var lab = await HostLab.StartAsync();
        await lab.SaysAsync(kvm ? $"add {libvirtd!.Uri} --name host1" : $"add {esx!.Address} --user root --name host1", kvm ? "" : Vcsim.Password);
        string name = lab.Appliance.Book.All.Values.OrderBy(m => m.Name, StringComparer.Ordinal).First(m => m.Controllers.Any(c => c.Kind == profile.Protocols[0])).Name;

        await lab.OrderAsync(name, "off", PowerState.Off);
        await lab.NextBootAsync(name, BootDevice.Pxe);
        await lab.OrderAsync(name, "on", PowerState.On);
        await lab.HearsAsync("power.bootorder", "its boot order is as before again");
        await lab.NextBootAsync(name, BootDevice.Disk);
        await lab.OrderAsync(name, "cycle", PowerState.On);
        await lab.OrderAsync(name, "reset", PowerState.On);
        await lab.OrderAsync(name, "off", PowerState.Off);
    }
}

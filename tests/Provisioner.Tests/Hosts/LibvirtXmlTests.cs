using System.Xml.Linq;
using Provisioner.Domain.Hosts;
using Provisioner.Domain.Power;

namespace Provisioner.Tests.Hosts;

/// <summary>Domains as libvirt 9.0 writes them.</summary>
public sealed class LibvirtXmlTests
{
    // As `virsh dumpxml` shows it, shortened.
    private const string ByOs = """
        <domain type='kvm' id='7'>
          <name>web1</name>
          <uuid>4DEA22B3-1d52-d8f3-2516-782e98ab3fa0</uuid>
          <metadata><app:home xmlns:app="http://example.org/app">kept  as is</app:home></metadata>
          <memory unit='KiB'>2097152</memory>
          <vcpu placement='static'>2</vcpu>
          <os>
            <type arch='x86_64' machine='pc-q35-7.2'>hvm</type>
            <boot dev='hd'/>
            <boot dev='network'/>
            <bootmenu enable='no'/>
          </os>
          <devices>
            <disk type='file' device='cdrom'><target dev='sda' bus='sata'/></disk>
            <disk type='file' device='disk'><target dev='vda' bus='virtio'/></disk>
            <interface type='bridge'><mac address='52:54:00:AA:00:01'/><source bridge='br0'/></interface>
            <interface type='network'><mac address='52:54:00:aa:00:02'/></interface>
            <graphics type='vnc' passwd='kept'/>
          </devices>
        </domain>
        """;

    private const string ByDevices = """
        <domain type='qemu'>
          <name>db1</name><uuid>c7a5fdbd-edaf-9455-926a-d65c16db1809</uuid>
          <sysinfo type='smbios'><system><entry name='uuid'>11111111-2222-3333-4444-555555555555</entry></system></sysinfo>
          <memory unit='GiB'>4</memory><vcpu>4</vcpu>
          <os firmware='efi'><type arch='x86_64' machine='q35'>hvm</type></os>
          <devices>
            <disk type='file'><target dev='vda'/><boot order='1'/></disk>
            <disk type='file' device='cdrom'><target dev='sda'/><boot order='2'/></disk>
            <interface type='bridge'><mac address='52:54:00:bb:00:01'/></interface>
            <interface type='bridge'><mac address='52:54:00:bb:00:02'/><boot order='3'/></interface>
          </devices>
        </domain>
        """;

    [Fact]
    public void The_facts_are_read()
    {
        var web = LibvirtDomain.Read(LibvirtDomain.Parse(ByOs), PowerState.On, "7");
        Assert.Equal(new VirtualMachine("4dea22b3-1d52-d8f3-2516-782e98ab3fa0", "web1")
        {
            Uuid = "4dea22b3-1d52-d8f3-2516-782e98ab3fa0",
            Macs = ["52:54:00:aa:00:01", "52:54:00:aa:00:02"],
            Firmware = "bios",
            Cpus = 2,
            MemoryMiB = 2048,
            Power = PowerState.On,
            Run = "7",
        }, web);
        var db = LibvirtDomain.Read(LibvirtDomain.Parse(ByDevices), PowerState.Off, "");
        Assert.Equal(("11111111-2222-3333-4444-555555555555", "uefi", 4096L), (db.Uuid, db.Firmware, db.MemoryMiB));
    }

    [Theory]
    [InlineData(ByOs, BootDevice.Pxe, "", "os network hd")]
    [InlineData(ByOs, BootDevice.Disk, "", "os hd network")]
    [InlineData(ByDevices, BootDevice.Pxe, "", "devices interface:52:54:00:bb:00:02 disk:vda disk:sda")]
    [InlineData(ByDevices, BootDevice.Pxe, "52:54:00:bb:00:01", "devices interface:52:54:00:bb:00:01 interface:52:54:00:bb:00:02 disk:vda disk:sda")]
    [InlineData(ByDevices, BootDevice.Disk, "", "devices disk:vda disk:sda interface:52:54:00:bb:00:02")]
    public void Network_or_disk_comes_first_and_the_rest_behind_it(string xml, BootDevice device, string mac, string wanted)
    {
        var domain = LibvirtDomain.Parse(xml);
        var (order, fault) = LibvirtBootOrder.With(domain, device, mac);
        Assert.Equal((wanted, null), (order, fault));
        LibvirtBootOrder.Write(domain, order!);
        Assert.Equal(wanted, LibvirtBootOrder.Read(domain));
        Assert.Equal(device, LibvirtBootOrder.First(LibvirtBootOrder.Read(domain)));
    }

    [Theory]
    [InlineData(ByOs)]
    [InlineData(ByDevices)]
    public void Network_first_and_back_again_leaves_every_other_byte_as_it_was(string xml)
    {
        var domain = LibvirtDomain.Parse(xml);
        string before = LibvirtBootOrder.Read(domain), text = Text(domain);
        LibvirtBootOrder.Write(domain, LibvirtBootOrder.With(domain, BootDevice.Pxe, "").Order!);
        Assert.NotEqual(text, Text(domain));
        LibvirtBootOrder.Write(domain, before);
        Assert.Equal(Plain(text), Plain(Text(domain)));
    }

    // An element that is set anew doesn't get the blanks back that stood before the old one.
    private static string Plain(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));

    private static string Text(XElement domain) => domain.ToString(SaveOptions.DisableFormatting);

    [Fact]
    public void A_domain_without_an_order_boots_from_its_disk()
    {
        var domain = LibvirtDomain.Parse("<domain><os><type>hvm</type></os><devices><disk/><interface><mac address='52:54:00:aa:00:01'/></interface></devices></domain>");
        Assert.Equal("os hd", LibvirtBootOrder.Read(domain));
        Assert.Equal("os network hd", LibvirtBootOrder.With(domain, BootDevice.Pxe, "").Order);
    }

    [Theory]
    [InlineData("<domain><os><kernel>/x</kernel></os><devices><interface/></devices></domain>", BootDevice.Pxe, "a kernel by its host")]
    [InlineData("<domain><os/><devices/></domain>", BootDevice.Pxe, "no network interface")]
    [InlineData("<domain><os/><devices><disk device='cdrom'/></devices></domain>", BootDevice.Disk, "no disk")]
    [InlineData("<domain><os/><devices><interface/></devices></domain>", BootDevice.Http, "not from network (HTTP)")]
    public void What_can_not_be_is_said(string xml, BootDevice device, string why) =>
        Assert.Contains(why, LibvirtBootOrder.With(LibvirtDomain.Parse(xml), device, "").Fault, StringComparison.Ordinal);

    [Theory]
    [InlineData("<!DOCTYPE domain [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><domain>&a;</domain>")]
    [InlineData("<domain>")]
    [InlineData("<network/>")]
    [InlineData("")]
    public void What_is_no_domain_is_refused(string xml) => Assert.Throws<FormatException>(() => LibvirtDomain.Parse(xml));

    [Fact]
    public void A_domain_of_too_many_characters_is_refused() => Assert.Throws<FormatException>(() => LibvirtDomain.Parse($"<domain><name>{new string('x', 5 << 20)}</name></domain>"));

    [Fact]
    public void A_domain_without_a_UUID_is_refused() => Assert.Throws<FormatException>(() => LibvirtDomain.Read(LibvirtDomain.Parse("<domain><name>x</name></domain>"), PowerState.Off, ""));
}

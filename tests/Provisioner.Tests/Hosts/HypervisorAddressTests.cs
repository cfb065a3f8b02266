using Provisioner.Domain.Hosts;

namespace Provisioner.Tests.Hosts;

/// <summary>Where hosts may be.</summary>
public sealed class HypervisorAddressTests
{
    [Theory]
    [InlineData("qemu:///system", "libvirt", "qemu:///system", "")]
    [InlineData("qemu:///session", "libvirt", "qemu:///session", "")]
    [InlineData("test:///default", "libvirt", "test:///default", "")]
    [InlineData("qemu+ssh://root@kvm.example/system", "libvirt", "qemu+ssh://root@kvm.example/system", "kvm.example")]
    [InlineData("qemu+ssh://kvm.example:2222/system?keyfile=/etc/provisioner/id_ed25519&no_verify=0", "libvirt", "qemu+ssh://kvm.example:2222/system?keyfile=/etc/provisioner/id_ed25519&no_verify=0", "kvm.example")]
    [InlineData("qemu+tls://[2001:db8::7]/system", "libvirt", "qemu+tls://[2001:db8::7]/system", "[2001:db8::7]")]
    [InlineData("qemu+unix:///system?socket=/run/libvirt/libvirt-sock", "libvirt", "qemu+unix:///system?socket=/run/libvirt/libvirt-sock", "")]
    [InlineData(" esx.example ", "vsphere", "https://esx.example/sdk", "esx.example")]
    [InlineData("10.0.0.5:8443", "vsphere", "https://10.0.0.5:8443/sdk", "10.0.0.5")]
    [InlineData("https://vc.example/sdk", "vsphere", "https://vc.example/sdk", "vc.example")]
    [InlineData("https://vc.example/", "vsphere", "https://vc.example/sdk", "vc.example")]
    [InlineData("[2001:db8::8]", "vsphere", "https://[2001:db8::8]/sdk", "[2001:db8::8]")]
    public void A_host_is_a_libvirt_URI_or_a_name(string text, string kind, string address, string host)
    {
        var (read, fault) = HypervisorAddress.Read(text);
        Assert.Null(fault);
        Assert.Equal(new HypervisorAddress(kind, address, host), read);
    }

    [Theory]
    [InlineData("", "a libvirt URI such as")]
    [InlineData("two words", "a libvirt URI such as")]
    [InlineData("esx example", "a libvirt URI such as")]
    [InlineData("-oProxyCommand=id", "neither a libvirt URI nor the name")]
    [InlineData("esx.example/../x", "neither a libvirt URI nor the name")]
    [InlineData("root:secret@esx.example", "no place in the address")]
    [InlineData("http://esx.example/sdk", "in the clear")]
    [InlineData("esx://esx.example/?no_verify=1", "write its name or address alone")]
    [InlineData("xen:///system", "there is no driver for \"xen\"")]
    [InlineData("qemu+tcp://kvm.example/system", "neither encrypted nor signed")]
    [InlineData("qemu+ext://kvm.example/system?command=/bin/sh", "there is no transport \"ext\"")]
    [InlineData("qemu://kvm.example/system", "needs a transport")]
    [InlineData("qemu+ssh:///system", "names no host")]
    [InlineData("qemu+ssh://root@-oProxyCommand=id/system", "not a URI")]
    [InlineData("qemu+ssh://-oProxyCommand=id@kvm.example/system", "the user's name")]
    [InlineData("qemu+ssh://root:secret@kvm.example/system", "no place in a URI")]
    [InlineData("qemu+ssh://kvm.example/", "the path is /system")]
    [InlineData("test:///etc/passwd", "only test:///default")]
    [InlineData("qemu+ssh://kvm.example/system?command=/bin/sh", "\"command\" is not taken")]
    [InlineData("qemu+ssh://kvm.example/system?netcat=/bin/sh", "\"netcat\" is not taken")]
    [InlineData("qemu+ssh://kvm.example/system?keyfile=/root/$(id)", "may hold letters")]
    public void What_is_none_or_would_start_programs_is_refused_with_the_cure(string text, string why)
    {
        var (read, fault) = HypervisorAddress.Read(text);
        Assert.Null(read);
        Assert.Contains(why, fault, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", fault, StringComparison.Ordinal);
    }
}

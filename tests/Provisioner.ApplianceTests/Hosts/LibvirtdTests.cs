using System.Net;
using System.Net.Sockets;
using Provisioner.Appliance.Hosts;
using Provisioner.Domain.Hosts;
using Provisioner.Domain.Power;

namespace Provisioner.ApplianceTests.Hosts;

/// <summary>One libvirtd for all tests of the class: its first answer takes seconds.</summary>
public sealed class LibvirtdFixture : IDisposable
{
    internal Libvirtd Daemon { get; } = Libvirtd.Start();

    public void Dispose() => Daemon.Dispose();
}

/// <summary>KVM hosts: the whole appliance against a real libvirtd with QEMU machines.</summary>
[Collection(AloneCollection.Name)]
public sealed class LibvirtdTests(LibvirtdFixture fixture) : IClassFixture<LibvirtdFixture>
{
    private readonly Libvirtd _daemon = fixture.Daemon;

    [Fact]
    public async Task A_host_is_added_its_machines_are_enlisted_switched_and_watched()
    {
        const string uuid = "11111111-0000-4000-8000-000000000001";
        using var web1 = _daemon.Define("web1", "52:54:00:aa:01:01", uuid);
        await using var lab = await HostLab.StartAsync();
        string added = await lab.SaysAsync($"add {_daemon.Uri} --name kvm1");
        Assert.Matches(@"kvm1: QEMU [0-9.]+, libvirt [0-9.]+, connected", added);
        Assert.Matches($@"web1 +off +web1 +bios +1 +32 +52:54:00:aa:01:01 +{uuid}", added);
        Assert.Matches(@"kvm1 +libvirt +qemu:///system\S+ +connected +[0-9]+ ", await lab.SaysAsync("list"));
        Assert.Contains("\"state\": \"connected\"", await lab.SaysAsync("show kvm1 --json"), StringComparison.Ordinal);
        Assert.Equal(PowerState.Off, lab.Machine("web1").Power.State);

        await lab.OrderAsync("web1", "on", PowerState.On);
        Assert.Contains("running", _daemon.Virsh("domstate web1"), StringComparison.Ordinal);
        await lab.OrderAsync("web1", "reset", PowerState.On);
        await lab.OrderAsync("web1", "cycle", PowerState.On);
        await lab.UntilAsync("the host's list says so too", () => lab.Host("kvm1").Machines.Single(m => m.Name == "web1").Power is PowerState.On);
        Assert.Matches(@"web1 +on ", await lab.SaysAsync("machines kvm1"));

        // What others do with it is seen by libvirt's events, not by the reading twice a minute.
        _daemon.Virsh("destroy web1");
        await lab.UntilAsync("web1 is seen off", () => lab.Machine("web1").Power.State is PowerState.Off);
        using var web2 = _daemon.Define("web2", "52:54:00:aa:01:02", "11111111-0000-4000-8000-000000000002");
        await lab.HearsAsync("host.machine.appeared", "web2 appeared on the host kvm1 (52:54:00:aa:01:02)");
        await lab.UntilAsync("web2 is enlisted", () => lab.Appliance.Book.Find("web2") is not null);
        _daemon.Virsh("undefine web2");
        await lab.HearsAsync("host.machine.gone", "web2 is gone from the host kvm1");
        await lab.UntilAsync("its power says why nobody knows it", () => lab.Machine("web2").Power.Error?.Contains("web2 is gone from the host kvm1", StringComparison.Ordinal) is true);
        var gone = await lab.FailsAsync("web2", (driver, target) => driver.GetAsync(target, CancellationToken.None));
        Assert.Contains("read the power state of web2 via libvirt qemu:///system", gone.Message, StringComparison.Ordinal);
        Assert.EndsWith("the virtual machine is gone from its host", gone.Message, StringComparison.Ordinal);

        await lab.SaysAsync("remove kvm1");
        Assert.Empty(lab.Machine("web1").Controllers);
        Assert.Contains("there are no hosts", await lab.SaysAsync("list"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("by-os", "<boot dev='hd'/><boot dev='cdrom'/>", "", "", "os network hd cdrom", "os hd cdrom")]
    [InlineData("by-device", "", "<boot order='1'/>", "", "devices interface:52:54:00:aa:02:01 disk:vda", "devices disk:vda")]
    public async Task The_network_comes_first_for_one_start_and_nothing_else_changes(string name, string boot, string perDisk, string perNic, string once, string before)
    {
        using var its = _daemon.Define(name, "52:54:00:aa:02:01", name == "by-os" ? "22222222-0000-4000-8000-000000000001" : "22222222-0000-4000-8000-000000000002", boot, perDisk, perNic);
        string untouched = Plain(_daemon.NextXml(name));
        await using var lab = await HostLab.StartAsync();
        await lab.SaysAsync($"add {_daemon.Uri} --name kvm1");
        await lab.NextBootAsync(name, BootDevice.Pxe);
        Assert.Equal(once, OrderOf(name));
        Assert.Contains("passwd='kept-vnc'", _daemon.NextXml(name), StringComparison.Ordinal);

        // A restart of the appliance between setting it and the start forgets nothing.
        await lab.Appliance.RestartAsync();
        await lab.UntilAsync("the host is connected again", () => lab.Host("kvm1").State is HostState.Connected);
        Assert.Equal(once, OrderOf(name));
        await lab.OrderAsync(name, "on", PowerState.On);
        Assert.Contains("boot order is as before again", await lab.HearsAsync("power.bootorder", name), StringComparison.Ordinal);
        Assert.Equal(before, OrderOf(name));
        Assert.Equal(untouched, Plain(_daemon.NextXml(name)));

        // While it runs: the order is for the next start, not for this one.
        await lab.NextBootAsync(name, BootDevice.Pxe);
        await lab.SaysAsync("refresh kvm1");
        Assert.Equal(once, OrderOf(name));
        await lab.OrderAsync(name, "cycle", PowerState.On);
        await lab.UntilAsync("the order is put back", () => OrderOf(name) == before);
        await lab.NextBootAsync(name, BootDevice.Disk);
        Assert.Equal(before, OrderOf(name));
    }

    [Fact]
    public async Task A_libvirtd_that_dies_is_told_and_connected_to_again_when_it_is_back()
    {
        using var db1 = _daemon.Define("db1", "52:54:00:aa:03:01", "33333333-0000-4000-8000-000000000001");
        await using var lab = await HostLab.StartAsync();
        await lab.SaysAsync($"add {_daemon.Uri} --name kvm1");
        await lab.OrderAsync("db1", "on", PowerState.On);
        _daemon.Kill();
        Assert.Contains("the host kvm1 (qemu:///system", await lab.HearsAsync("host.unreachable", "kvm1"), StringComparison.Ordinal);
        await lab.UntilAsync("nobody says that it is on", () => lab.Machine("db1").Power.Error is not null);
        Assert.Contains("its host is unreachable", lab.Machine("db1").Power.Error, StringComparison.Ordinal);
        Assert.Matches(@"kvm1 .*unreachable", await lab.SaysAsync("list"));
        Assert.Matches(@"db1 +unknown", await lab.SaysAsync("machines kvm1"));
        Assert.Contains("its host is unreachable", (await lab.PowerAsync("db1", "off")).Said.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("libvirtd doesn't run there", await lab.RefusesAsync("refresh kvm1"), StringComparison.Ordinal);
        _daemon.StartAgain();
        await lab.UntilAsync("it is connected again", () => lab.Host("kvm1").State is HostState.Connected);
        await lab.UntilAsync("it is seen to be on", () => lab.Machine("db1").Power is { State: PowerState.On, Error: null });
        await lab.OrderAsync("db1", "off", PowerState.Off);
    }

    [Fact]
    public async Task Two_hosts_with_the_same_machine_do_not_quarrel_about_it()
    {
        using var twin = _daemon.Define("twin", "52:54:00:aa:04:01", "44444444-0000-4000-8000-000000000001");
        await using var lab = await HostLab.StartAsync();
        await lab.SaysAsync($"add {_daemon.Uri} --name first");
        await lab.SaysAsync($"add {_daemon.Uri.Replace("qemu:", "qemu+unix:", StringComparison.Ordinal)} --name second");
        Assert.Contains("twin is switched through the host first already", await lab.SaysAsync("machines second"), StringComparison.Ordinal);
        await lab.HearsAsync("host.machine.quarrel", "twin of the host second can't be used");
        Assert.Contains("is the host first already", await lab.RefusesAsync($"add {_daemon.Uri} --name third"), StringComparison.Ordinal);
        await lab.SaysAsync("remove first");
        await lab.SaysAsync("refresh second");
        Assert.Equal(lab.Host("second").Id, lab.Machine("twin").Controllers.Single().Settings["host"]);
    }

    [Fact]
    public async Task A_host_enlists_nothing_that_was_deleted_here_or_that_it_is_not_to_enlist()
    {
        using var quiet = _daemon.Define("quiet", "52:54:00:aa:05:01", "55555555-0000-4000-8000-000000000001");
        await using var lab = await HostLab.StartAsync();
        Assert.Contains("are not enlisted by themselves", await lab.SaysAsync($"add {_daemon.Uri} --name kvm1 --no-enlist"), StringComparison.Ordinal);
        Assert.Empty(lab.Appliance.Book.All);
        await lab.SaysAsync("set kvm1 --enlist true");
        await lab.UntilAsync("quiet is enlisted", () => lab.Appliance.Book.Find("quiet") is not null);
        await lab.Appliance.Book.DeleteAsync(lab.Machine("quiet").Id, "a person");
        using var loud = _daemon.Define("loud", "52:54:00:aa:05:02", "55555555-0000-4000-8000-000000000002");
        await lab.UntilAsync("loud is enlisted", () => lab.Appliance.Book.Find("loud") is not null);
        Assert.Null(lab.Appliance.Book.Find("quiet"));
        await lab.UntilAsync("it is said why", () => lab.Appliance.Get<HostMachines>().WhyNot(lab.Host("kvm1").Id, "55555555-0000-4000-8000-000000000001")?.StartsWith("it was deleted here", StringComparison.Ordinal) == true);
        await lab.SaysAsync("refresh kvm1");
        Assert.NotNull(lab.Appliance.Book.Find("quiet"));
    }

    [Fact]
    public async Task A_host_that_hangs_is_given_up_and_delays_no_other()
    {
        using var prompt = _daemon.Define("prompt", "52:54:00:aa:06:01", "66666666-0000-4000-8000-000000000001");
        // A network that takes the connection and never says a word: ssh waits for its banner for ever.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var lab = await HostLab.StartAsync();
        await lab.SaysAsync($"add {_daemon.Uri} --name kvm1");
        bool inTheMeantime = false;
        // A busy machine may need the whole 20 s for the orders themselves: then it is tried again.
        for (int round = 0; round < 3 && !inTheMeantime; round++)
        {
            var hanging = lab.RefusesAsync($"add qemu+ssh://root@127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/system --name far");
            await lab.OrderAsync("prompt", "on", PowerState.On);
            await lab.OrderAsync("prompt", "off", PowerState.Off);
            inTheMeantime = !hanging.IsCompleted;
            Assert.Contains("connecting took longer than 20 s", await hanging, StringComparison.Ordinal);
        }
        Assert.True(inTheMeantime, "orders to another host ended only after the hanging one was given up");
    }

    [Fact]
    public async Task A_host_is_reached_over_SSH_by_key_and_every_refusal_has_its_cure()
    {
        using var far = _daemon.Define("far1", "52:54:00:aa:07:01", "77777777-0000-4000-8000-000000000001");
        using var ssh = _daemon.OpenSsh();
        await using var lab = await HostLab.StartAsync();
        Assert.Contains("ssh-keyscan", await lab.RefusesAsync($"add qemu+ssh://root@127.0.0.1:{ssh.Port}/system?keyfile={ssh.Key}"), StringComparison.Ordinal);
        Assert.Contains("ssh-copy-id", await lab.RefusesAsync($"add qemu+ssh://root@127.0.0.1:{ssh.Port}/system?keyfile={ssh.StrangeKey}&no_verify=1"), StringComparison.Ordinal);
        Assert.Empty(lab.Appliance.Get<HostBook>().All);
        await lab.SaysAsync($"add qemu+ssh://root@127.0.0.1:{ssh.Port}/system?keyfile={ssh.Key}&no_verify=1 --name kvm7");
        await lab.OrderAsync("far1", "on", PowerState.On);
        _daemon.Virsh("destroy far1");
        await lab.UntilAsync("far1 is seen off", () => lab.Machine("far1").Power.State is PowerState.Off);
        // The way breaks and comes back.
        ssh.Cut();
        await lab.HearsAsync("host.unreachable", "kvm7");
        ssh.Open();
        await lab.UntilAsync("it is connected again", () => lab.Host("kvm7").State is HostState.Connected);
        await lab.OrderAsync("far1", "on", PowerState.On);
        await lab.SaysAsync("remove kvm7");
        await lab.SaysAsync($"add qemu+libssh2://root@127.0.0.1:{ssh.Port}/system?keyfile={ssh.Key}&known_hosts={ssh.KnownHosts}&known_hosts_verify=auto&sshauth=privkey --name kvm8");
        await lab.OrderAsync("far1", "off", PowerState.Off);
    }

    [Theory]
    [InlineData("qemu:///system?socket=/nowhere/libvirt-sock", "libvirtd doesn't run there")]
    [InlineData("qemu+ssh://root@no-such-host.invalid/system", "can't be used")]
    [InlineData("qemu+tls://127.0.0.1:9/system?pkipath=/nowhere", "TLS certificates are in")]
    [InlineData("qemu+ssh://kvm.example/system?command=/bin/sh", "\"command\" is not taken")]
    public async Task What_can_not_be_connected_to_is_not_added_and_the_reason_said(string uri, string why)
    {
        await using var lab = await HostLab.StartAsync();
        Assert.Contains(why, await lab.RefusesAsync($"add {uri}"), StringComparison.Ordinal);
        Assert.Empty(lab.Appliance.Get<HostBook>().All);
    }

    // libvirt's own tool reads the order.
    private string OrderOf(string name) => LibvirtBootOrder.Read(LibvirtDomain.Parse(_daemon.NextXml(name)));

    private static string Plain(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));
}

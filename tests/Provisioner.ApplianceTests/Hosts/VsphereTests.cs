using System.Net;
using System.Net.Sockets;
using Provisioner.Appliance.Hosts;
using Provisioner.Appliance.Power.Vsphere;
using Provisioner.Domain.Hosts;
using Provisioner.Domain.Power;
using Provisioner.Wire.Vim;

namespace Provisioner.ApplianceTests.Hosts;

/// <summary>ESXi and vCenter: the whole appliance against VMware's simulator.</summary>
[Collection(AloneCollection.Name)]
public sealed class VsphereTests
{
    [Theory]
    [InlineData(false, "ha-host_VM0", "VMware ESXi 6.5.0", 1)]
    [InlineData(true, "DC0_H0_VM0", "VMware vCenter Server 6.5.0", 2)]
    public async Task A_host_is_added_its_machines_are_enlisted_switched_and_booted_from_the_network_once(bool vpx, string vm, string product, int count)
    {
        using var esx = Vcsim.Start(vpx, machines: 1);
        await using var lab = await HostLab.StartAsync();
        string added = await lab.SaysAsync($"add {esx.Address} --user root --name esx1", Vcsim.Password);
        Assert.Contains($"esx1: {product}", added, StringComparison.Ordinal);
        Assert.Matches($@"{vm} +on +\S+ +bios +1 +32 +00:0c:29:", added);
        var host = lab.Host("esx1");
        Assert.Equal((count, esx.Fingerprint, HostState.Connected), (host.Machines.Length, host.Fingerprint, host.State));
        string name = lab.Appliance.Book.All.Values.Single(m => VmClaim.ControllerOf(m) == (host.Id, host.Machines.Single(m => m.Name == vm).Id)).Name;

        await lab.OrderAsync(name, "off", PowerState.Off);
        await lab.OrderAsync(name, "on", PowerState.On);
        await lab.OrderAsync(name, "reset", PowerState.On);
        await lab.OrderAsync(name, "cycle", PowerState.On);
        var twice = await lab.FailsAsync(name, (driver, target) => driver.GiveAsync(target, PowerAction.On, CancellationToken.None));
        Assert.Equal(PowerFailure.NotNow, twice.Failure);
        Assert.StartsWith($"power on {name} via vsphere https://{esx.Address}/sdk: it makes no sense in the machine's present state", twice.Message, StringComparison.Ordinal);

        string id = host.Machines.Single(m => m.Name == vm).Id;
        await lab.NextBootAsync(name, BootDevice.Pxe);
        Assert.Matches("^network:[0-9]+$", await OrderOf(lab, host.Id, id));
        await lab.OrderAsync(name, "cycle", PowerState.On);
        await lab.HearsAsync("power.bootorder", "its boot order is as before again (its firmware's own)");
        Assert.Equal("", await OrderOf(lab, host.Id, id));
        await lab.NextBootAsync(name, BootDevice.Disk);
        Assert.Matches("^disk:[0-9]+$", await OrderOf(lab, host.Id, id));

        // What others do there is pushed, not asked for.
        using var other = await Sessions.OpenAsync(esx);
        await other.TaskAsync("PowerOffVM_Task", vm);
        await lab.UntilAsync($"{name} is seen off", () => lab.Machine(name).Power.State is PowerState.Off);
        await other.TaskAsync("Destroy_Task", vm);
        await lab.HearsAsync("host.machine.gone", $"{vm} is gone from the host esx1");
        await lab.UntilAsync("nobody knows its power", () => lab.Machine(name).Power.Error is not null);
        Assert.Contains($"{vm} is gone from the host esx1", lab.Machine(name).Power.Error, StringComparison.Ordinal);
        var gone = await lab.FailsAsync(name, (driver, target) => driver.GetAsync(target, CancellationToken.None));
        Assert.EndsWith("the virtual machine is gone from its host", gone.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_changed_is_refused_before_the_password_is_sent_until_somebody_trusts_it()
    {
        using var esx = Vcsim.Start();
        await using var lab = await HostLab.StartAsync();
        Assert.Contains("its certificate changed", await lab.RefusesAsync($"add {esx.Address} --user root --fingerprint {new string('0', 64)}", Vcsim.Password), StringComparison.Ordinal);
        await lab.SaysAsync($"add {esx.Address} --user root --name esx1 --fingerprint {esx.Fingerprint}", Vcsim.Password);
        string before = esx.Fingerprint;
        esx.Restart(newCertificate: true);
        string told = await lab.HearsAsync("host.unreachable", "its certificate changed");
        Assert.Contains($"{before} is known, it shows {esx.Fingerprint}", told, StringComparison.Ordinal);
        var refused = await lab.FailsAsync("ha-host-vm0", (driver, target) => driver.GetAsync(target, CancellationToken.None));
        Assert.Contains("its host is unreachable", refused.Message, StringComparison.Ordinal);
        Assert.Contains("connected", await lab.SaysAsync($"set esx1 --fingerprint {esx.Fingerprint}"), StringComparison.Ordinal);
        Assert.Equal(esx.Fingerprint, lab.Host("esx1").Fingerprint);
    }

    [Fact]
    public async Task A_wrong_password_an_absent_host_and_a_stranger_are_three_sentences()
    {
        using var esx = Vcsim.Start();
        await using var lab = await HostLab.StartAsync();
        Assert.Contains("user or password is wrong", await lab.RefusesAsync($"add {esx.Address} --user root", "not-it-at-all"), StringComparison.Ordinal);
        Assert.Contains("asks for user and password", await lab.RefusesAsync($"add {esx.Address}", Vcsim.Password), StringComparison.Ordinal);
        Assert.Contains("nothing listens on port", await lab.RefusesAsync("add 127.0.0.1:9 --user root", Vcsim.Password), StringComparison.Ordinal);
        Assert.Contains("its name has no address", await lab.RefusesAsync("add no-such-host.invalid --user root", Vcsim.Password), StringComparison.Ordinal);
        Assert.Contains("does not speak TLS", await lab.RefusesAsync($"add {lab.Appliance.Http.BaseAddress!.Authority} --user root", Vcsim.Password), StringComparison.Ordinal);
        Assert.Empty(lab.Appliance.Get<HostBook>().All);
    }

    [Fact]
    public async Task A_session_that_ended_is_begun_again()
    {
        using var esx = Vcsim.Start();
        await using var lab = await HostLab.StartAsync();
        await lab.SaysAsync($"add {esx.Address} --user root --name esx1", Vcsim.Password);
        esx.Restart(newCertificate: false); // it forgets its sessions
        await lab.HearsAsync("host.unreachable", "esx1");
        await lab.UntilAsync("it is connected again", () => lab.Host("esx1").State is HostState.Connected);
        Assert.Equal(2, lab.Host("esx1").Machines.Length);
    }

    private static async Task<string> OrderOf(HostLab lab, string host, string vm) => (await (await lab.Appliance.Get<HostWatch>().ConnectionAsync(host, default)).ReadBootAsync(vm, default)).Before;

    /// <summary>Somebody else's session: what an administrator does there.</summary>
    private sealed class Sessions : IDisposable
    {
        private readonly VimClient _client;
        private readonly VimRef _collector, _view;

        private Sessions(VimClient client, VimRef collector, VimRef view) => (_client, _collector, _view) = (client, collector, view);

        public static async Task<Sessions> OpenAsync(Vcsim esx)
        {
            var client = new VimClient(new Uri($"https://{esx.Address}/sdk"), esx.Fingerprint);
            var content = VimReply.Returned(await client.AskAsync(VimRequest.RetrieveServiceContent(), default))!;
            VimRef Ref(string name) => VimReply.RefOf(VimReply.Child(content, name))!;
            await client.AskAsync(VimRequest.Login(Ref("sessionManager"), "root", Vcsim.Password), default);
            var view = VimReply.RefOf(VimReply.Returned(await client.AskAsync(VimRequest.CreateContainerView(Ref("viewManager"), Ref("rootFolder")), default)))!;
            return new(client, Ref("propertyCollector"), view);
        }

        public async Task TaskAsync(string order, string vm)
        {
            var all = VimReply.Page(await _client.AskAsync(VimRequest.RetrieveOfView(_collector, _view, ["name"], 100), default)).Objects;
            await _client.AskAsync(VimRequest.Order(order, all.Single(o => o.Text("name") == vm).Ref), default);
        }

        public void Dispose() => _client.Dispose();
    }
}

using System.Collections.Immutable;
using System.Xml.Linq;
using Provisioner.Appliance.Hosts;
using Provisioner.Domain.Hosts;
using Provisioner.Domain.Power;
using Provisioner.Wire.Vim;

namespace Provisioner.Appliance.Power.Vsphere;

/// <summary>A session with an ESXi or vCenter: its machines are kept as they change there, and not asked for again each time.</summary>
internal sealed class VsphereHost(VimClient client, VsphereSession session, string product) : IHypervisor
{
    private const int PageSize = 100;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(300);
    private static readonly string[] TaskInfo = ["info.state", "info.error"];
    private static readonly string[] PowerPath = ["runtime.powerState"];
    // By managed object: the machines, and those which are none (templates). Read by orders while the watch writes.
    private volatile ImmutableDictionary<VimRef, VimObject> _objects = ImmutableDictionary<VimRef, VimObject>.Empty;
    private volatile ImmutableDictionary<string, VimRef> _byId = ImmutableDictionary<string, VimRef>.Empty;
    private string _version = "";
    private bool _listed;

    public string Product => product;

    public string Fingerprint => client.Fingerprint;

    public async Task<ImmutableArray<VirtualMachine>> ListAsync(bool anew, CancellationToken cancel)
    {
        if (anew || !_listed) _objects = await RetrieveAsync(cancel);
        _listed = true;
        var machines = _objects.Values.Select(o => (o.Ref, Machine: VsphereMachine.Read(o))).Where(m => m.Machine is not null)
            .OrderBy(m => m.Ref.Value, StringComparer.Ordinal).DistinctBy(m => m.Machine!.Id).ToList();
        _byId = machines.ToImmutableDictionary(m => m.Machine!.Id, m => m.Ref);
        return [.. machines.Select(m => m.Machine!).OrderBy(m => m.Name, StringComparer.Ordinal)];
    }

    public async Task WaitAsync(CancellationToken cancel)
    {
        if (_version.Length == 0) await client.AskAsync(VimRequest.CreateFilter(session.Watcher, session.View, VsphereMachine.Paths), cancel);
        try
        {
            var (heartbeat, more) = (HostTimes.Heartbeat, true);
            while (more)
            {
                // The server ends the wait itself; the deadline is for one that doesn't.
                var answer = await client.AskAsync(VimRequest.WaitForUpdates(session.Watcher, _version, (int)heartbeat.TotalSeconds, PageSize), cancel, heartbeat + heartbeat);
                if (VimReply.Updates(answer) is not var (version, truncated, updates)) return;
                (_version, more) = (version, truncated);
                _objects = updates.Aggregate(_objects, Merge);
            }
        }
        catch (OperationCanceledException)
        {
            // Somebody wants a list now: the server is told that nobody waits any more.
            await client.AskAsync(VimRequest.CancelWaitForUpdates(session.Watcher), CancellationToken.None, TimeSpan.FromSeconds(5));
            throw;
        }
    }

    public async Task<PowerState> GetAsync(string vm, CancellationToken cancel) => VsphereMachine.PowerOf(await RetrieveAsync(Find(vm), PowerPath, cancel));

    public async Task GiveAsync(string vm, PowerAction order, CancellationToken cancel)
    {
        string method = order switch
        {
            PowerAction.On => "PowerOnVM_Task",
            PowerAction.Off => "PowerOffVM_Task",
            PowerAction.Reset => "ResetVM_Task",
            PowerAction.SoftOff => "ShutdownGuest",
            _ => throw new HypervisorException(PowerFailure.Refused, "vSphere has no power cycle: off and on are given one after the other"),
        };
        var answer = await client.AskAsync(VimRequest.Order(method, Find(vm)), cancel);
        if (VimReply.RefOf(VimReply.Returned(answer)) is { } task) await SeeThroughAsync(task, cancel);
    }

    public async Task<BootMark> ReadBootAsync(string vm, CancellationToken cancel)
    {
        var now = await RetrieveAsync(Find(vm), VsphereBootOrder.Paths, cancel);
        return new(VsphereBootOrder.Read(now), VsphereMachine.RunOf(now));
    }

    public async Task PutFirstAsync(string vm, BootDevice device, string mac, CancellationToken cancel)
    {
        var now = await RetrieveAsync(Find(vm), VsphereBootOrder.Paths, cancel);
        var (order, fault) = VsphereBootOrder.With(now, device, mac);
        if (order is null) throw new HypervisorException(PowerFailure.Refused, fault!);
        string read = order == VsphereBootOrder.Read(now) ? order : await SetAsync(vm, order, cancel);
        if (VsphereBootOrder.First(read) != device) throw new HypervisorException(PowerFailure.Ignored, $"it said yes to the boot order \"{order}\", but reads back \"{read}\"");
    }

    public async Task<bool> PutBackAsync(string vm, string order, CancellationToken cancel)
    {
        if (VsphereBootOrder.Read(await RetrieveAsync(Find(vm), VsphereBootOrder.Paths, cancel)) == order) return false;
        await SetAsync(vm, order, cancel);
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await client.AskAsync(VimRequest.Logout(session.Sessions), CancellationToken.None, TimeSpan.FromSeconds(3));
        }
        catch (HypervisorException)
        {
            // It ends by itself after half an hour.
        }
        client.Dispose();
    }

    private async Task<string> SetAsync(string vm, string order, CancellationToken cancel)
    {
        var answer = await client.AskAsync(VimRequest.SetBootOrder(Find(vm), order.Split(' ', StringSplitOptions.RemoveEmptyEntries)), cancel);
        if (VimReply.RefOf(VimReply.Returned(answer)) is { } task) await SeeThroughAsync(task, cancel);
        return VsphereBootOrder.Read(await RetrieveAsync(Find(vm), VsphereBootOrder.Paths, cancel));
    }

    // A task says what became of an order (vim25 TaskInfo). One that takes longer goes on without us: the state is read back anyway.
    private async Task SeeThroughAsync(VimRef task, CancellationToken cancel)
    {
        long began = Environment.TickCount64;
        while (Environment.TickCount64 - began < HostTimes.Call.TotalMilliseconds)
        {
            var info = await RetrieveAsync(task, TaskInfo, cancel);
            if (info.Text("info.state") == "success") return;
            if (info.Text("info.state") == "error") throw VsphereFault.Of(info.Properties.GetValueOrDefault("info.error") is { } error ? VimReply.LocalizedFault(error) : new("", ""));
            await Task.Delay(BetweenLooks, cancel);
        }
    }

    private async Task<VimObject> RetrieveAsync(VimRef what, IEnumerable<string> paths, CancellationToken cancel) =>
        VimReply.Page(await client.AskAsync(VimRequest.RetrieveOf(session.Collector, what, paths), cancel)).Objects is [var one, ..] ? one
            : throw new HypervisorException(PowerFailure.Refused, "the virtual machine is gone from its host") { IsGone = true };

    private async Task<ImmutableDictionary<VimRef, VimObject>> RetrieveAsync(CancellationToken cancel)
    {
        var all = ImmutableDictionary.CreateBuilder<VimRef, VimObject>();
        byte[] request = VimRequest.RetrieveOfView(session.Collector, session.View, VsphereMachine.Paths, PageSize);
        while (true)
        {
            var (objects, token) = VimReply.Page(await client.AskAsync(request, cancel));
            foreach (var one in objects) all[one.Ref] = one;
            if (token is null) return all.ToImmutable();
            request = VimRequest.Continue(session.Collector, token);
        }
    }

    private static ImmutableDictionary<VimRef, VimObject> Merge(ImmutableDictionary<VimRef, VimObject> objects, VimUpdate update)
    {
        if (update.Left) return objects.Remove(update.Ref);
        var properties = objects.GetValueOrDefault(update.Ref)?.Properties ?? ImmutableDictionary<string, XElement>.Empty;
        foreach (var (path, value) in update.Changes) properties = value is null ? properties.Remove(path) : properties.SetItem(path, value);
        return objects.SetItem(update.Ref, new(update.Ref, properties));
    }

    private VimRef Find(string vm) => _byId.GetValueOrDefault(vm) ?? throw new HypervisorException(PowerFailure.Refused, "the virtual machine is gone from its host") { IsGone = true };
}

using System.Collections.Immutable;
using Provisioner.Appliance.Hosts;
using Provisioner.Domain.Hosts;
using Provisioner.Domain.Power;

namespace Provisioner.Appliance.Power.Libvirt;

/// <summary>A connection to libvirt. Each call blocks a thread of its own; at most four at once.</summary>
internal sealed class LibvirtHost(LibvirtConnectionHandle connection, LibvirtWatch watch, string product) : IHypervisor
{
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(100);
    private readonly SemaphoreSlim _calls = new(4);

    public string Product => product;

    public string Fingerprint => "";

    public Task<ImmutableArray<VirtualMachine>> ListAsync(bool anew, CancellationToken cancel) => CallAsync("listing the machines", () => LibvirtCalls.List(connection), cancel);

    public async Task WaitAsync(CancellationToken cancel)
    {
        // One deed makes several events: they are taken together.
        if (await watch.WaitAsync(HostTimes.Heartbeat, cancel)) await Task.Delay(Settle, cancel);
    }

    public Task<PowerState> GetAsync(string vm, CancellationToken cancel) => WithAsync(vm, "reading the power state", LibvirtCalls.PowerOf, cancel);

    public Task GiveAsync(string vm, PowerAction order, CancellationToken cancel) => WithAsync(vm, $"\"{PowerWords.Of(order)}\"", domain =>
    {
        LibvirtCalls.Give(domain, order);
        return true;
    }, cancel);

    public Task<BootMark> ReadBootAsync(string vm, CancellationToken cancel) =>
        WithAsync(vm, "reading the boot order", domain => new BootMark(LibvirtBootOrder.Read(LibvirtCalls.Definition(domain)), LibvirtCalls.RunOf(domain)), cancel);

    public Task PutFirstAsync(string vm, BootDevice device, string mac, CancellationToken cancel) => WithAsync(vm, "setting the boot order", domain =>
    {
        LibvirtCalls.PutFirst(connection, domain, device, mac);
        return true;
    }, cancel);

    public Task<bool> PutBackAsync(string vm, string order, CancellationToken cancel) => WithAsync(vm, "putting the boot order back", domain => LibvirtCalls.PutBack(connection, domain, order), cancel);

    public async ValueTask DisposeAsync()
    {
        try
        {
            await OwnThread.RunAsync("closing", () =>
            {
                Close();
                return true;
            }, HostTimes.Call, CancellationToken.None);
        }
        catch (HypervisorException)
        {
            // It hangs: its thread waits for it, nobody else does.
        }
        _calls.Dispose();
    }

    /// <summary>Closes it; may block.</summary>
    public void Close()
    {
        watch.Dispose();
        connection.Dispose();
    }

    private Task<T> WithAsync<T>(string vm, string what, Func<LibvirtDomainHandle, T> call, CancellationToken cancel) where T : notnull => CallAsync(what, () =>
    {
        using var domain = LibvirtCalls.Find(connection, vm);
        return call(domain);
    }, cancel);

    private async Task<T> CallAsync<T>(string what, Func<T> call, CancellationToken cancel) where T : notnull
    {
        if (!await _calls.WaitAsync(HostTimes.Call, cancel)) throw new HypervisorException(PowerFailure.Silent, $"{what} was not begun within {HostTimes.Call.TotalSeconds:0} s: four calls before it hang");
        return await OwnThread.RunAsync(what, () =>
        {
            try
            {
                return call();
            }
            catch (ObjectDisposedException)
            {
                throw new HypervisorException(PowerFailure.Silent, "the connection was closed");
            }
            finally
            {
                Release();
            }
        }, HostTimes.Call, cancel);
    }

    // A call that comes back late may find everything put away.
    private void Release()
    {
        try
        {
            _calls.Release();
        }
        catch (ObjectDisposedException)
        {
        }
    }
}

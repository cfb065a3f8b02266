using Provisioner.Domain.Hosts;
using Provisioner.Domain.Power;
using Provisioner.Wire;

namespace Provisioner.Appliance.Hosts;

/// <summary>
/// Switches machines through the connection to their host. Which host and which of its machines stands in the controller's settings;
/// neither libvirt nor vSphere has a boot device for one boot: the order is set, and put back when the machine has started.
/// </summary>
/// <param name="kind"><c>libvirt</c> or <c>vsphere</c>.</param>
/// <param name="watch">The lines to the hosts.</param>
/// <param name="book">The hosts.</param>
internal sealed class HypervisorDriver(string kind, HostWatch watch, HostBook book) : IPowerDriver
{
    public string Kind => kind;

    public Task<ControllerAbilities> LookAsync(PowerTarget target, CancellationToken cancel) => Speak(PowerWords.Look, target, async (host, vm) =>
    {
        await (await watch.ConnectionAsync(host, cancel)).GetAsync(vm, cancel);
        var (its, machine) = (book.All.GetValueOrDefault(host), book.All.GetValueOrDefault(host)?.Find(vm));
        return new ControllerAbilities
        {
            Orders = [PowerAction.On, PowerAction.Off, PowerAction.Cycle, PowerAction.Reset, PowerAction.SoftOff],
            ReadsState = true,
            NextBoots = [BootDevice.Pxe, BootDevice.Disk],
            Vendor = kind == HypervisorHost.Vsphere ? "VMware" : "libvirt",
            Model = its?.Product ?? "",
            SystemUuid = machine?.Uuid is { Length: > 0 } uuid ? uuid : null,
            Macs = machine?.Macs ?? [],
        };
    });

    public Task<PowerState> GetAsync(PowerTarget target, CancellationToken cancel) =>
        Speak(PowerWords.Read, target, async (host, vm) => await (await watch.ConnectionAsync(host, cancel)).GetAsync(vm, cancel));

    public Task GiveAsync(PowerTarget target, PowerAction order, CancellationToken cancel) => Speak(PowerWords.Of(order), target, async (host, vm) =>
    {
        await (await watch.ConnectionAsync(host, cancel)).GiveAsync(vm, order, cancel);
        return true;
    });

    public Task<string?> SetNextBootAsync(PowerTarget target, NextBoot boot, CancellationToken cancel) => Speak(PowerWords.Of(boot.Device), target, async (host, vm) =>
    {
        if (boot.Device is not (BootDevice.Pxe or BootDevice.Disk)) throw new HypervisorException(PowerFailure.Refused, $"a virtual machine boots from network or disk here, not from {NextBoot.Words(boot.Device)}");
        var connection = await watch.ConnectionAsync(host, cancel);
        var now = await connection.ReadBootAsync(vm, cancel);
        // Written down before it is done, so that it is put back after a crash too. Set twice before one start: what was there first is put back.
        string before = book.All.GetValueOrDefault(host)?.BootMarks.GetValueOrDefault(vm)?.Before ?? now.Before;
        await book.MarkAsync(host, vm, now with { Before = before });
        await connection.PutFirstAsync(vm, boot.Device, target.Settings.GetValueOrDefault(VmClaim.MacSetting, ""), cancel);
        return (string?)null;
    });

    private static async Task<T> Speak<T>(string operation, PowerTarget target, Func<string, string, Task<T>> say)
    {
        if (target.Settings.GetValueOrDefault(VmClaim.HostSetting) is not { } host || target.Settings.GetValueOrDefault(VmClaim.VmSetting) is not { } vm)
            throw PowerException.Of(PowerFailure.Refused, operation, target, "its controller names no host and machine: refresh the host");
        try
        {
            return await say(host, vm);
        }
        catch (HypervisorException e)
        {
            throw PowerException.Of(e.Failure, operation, target, e.Message);
        }
        catch (WireException e)
        {
            throw PowerException.Of(PowerFailure.Garbled, operation, target, e.Message);
        }
    }
}

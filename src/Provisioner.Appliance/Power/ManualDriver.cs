using Provisioner.Domain.Power;

namespace Provisioner.Appliance.Power;

/// <summary>
/// Asks a person, on the machine's timeline, and believes nothing: whether it was done is seen when the machine boots from the network or calls home,
/// within the deadline of its state.
/// </summary>
/// <param name="ask">Is told (machine, sentence) what a person is to do.</param>
internal sealed class ManualDriver(Action<string, string> ask) : IPowerDriver
{
    public string Kind => "manual";

    public Task<ControllerAbilities> LookAsync(PowerTarget target, CancellationToken cancel) => Task.FromResult(new ControllerAbilities
    {
        Orders = ControllerKinds.Orders(Kind),
        NextBoots = [BootDevice.Pxe, BootDevice.Disk],
        Notes = ["a person switches it: what is to be done stands on its timeline"],
    });

    public Task<PowerState> GetAsync(PowerTarget target, CancellationToken cancel) => Task.FromResult(PowerState.Unknown);

    public Task GiveAsync(PowerTarget target, PowerAction order, CancellationToken cancel)
    {
        ask(target.Machine, $"please {Words(order)}{Where(target)}");
        return Task.CompletedTask;
    }

    public Task<string?> SetNextBootAsync(PowerTarget target, NextBoot boot, CancellationToken cancel)
    {
        ask(target.Machine, $"please see that {target.Machine} boots from {NextBoot.Words(boot.Device)} next time{Where(target)}: often F12 or F11 at its start, or its boot order");
        return Task.FromResult<string?>("a person was asked to; it can't be read back");
    }

    private static string Words(PowerAction order) => order switch
    {
        PowerAction.On => "switch it on: press its power button",
        PowerAction.Off => "switch it off: hold its power button for five seconds",
        PowerAction.Cycle => "switch it off and on again; only on, if it is off",
        PowerAction.Reset => "reset it",
        _ => "shut its system down: press its power button once",
    };

    // The address of a manual controller is a place, as people write it.
    private static string Where(PowerTarget target) => target.Address.Length > 0 ? $" ({target.Address})" : "";
}

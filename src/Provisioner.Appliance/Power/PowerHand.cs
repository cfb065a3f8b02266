using System.Collections.Concurrent;
using System.Collections.Frozen;
using Provisioner.Domain.Hardware;
using Provisioner.Domain.Power;

namespace Provisioner.Appliance.Power;

/// <summary>
/// Speaks to power controllers of every kind: picks the driver, makes strokes of an order, gives them, and believes only what is read back.
/// </summary>
internal sealed class PowerHand(IEnumerable<IPowerDriver> drivers, TimeProvider clock, PowerTimings? timings = null, HardwareProfiles? profiles = null)
{
    private readonly FrozenDictionary<string, IPowerDriver> _drivers = drivers.ToFrozenDictionary(d => d.Kind, StringComparer.Ordinal);
    private readonly PowerTimings _timings = timings ?? PowerTimings.Default;
    private readonly ConcurrentDictionary<string, (ControllerAbilities Abilities, long At)> _looked = new();

    /// <summary>Kinds of controllers that there is a driver for.</summary>
    public IReadOnlyList<string> Kinds => [.. _drivers.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Finds out what a controller is and can do.</summary>
    /// <exception cref="PowerException">it could not be looked at.</exception>
    public async Task<ControllerAbilities> LookAsync(PowerTarget target, CancellationToken cancel)
    {
        var abilities = await CallAsync(PowerWords.Look, target, (driver, end) => driver.LookAsync(target, end), cancel);
        _looked[PlaceOf(target)] = (abilities, clock.GetTimestamp());
        return abilities;
    }

    /// <summary>What it said lately that it can do; null where it was not looked at within the hour.</summary>
    public ControllerAbilities? AbilitiesOf(PowerTarget target) =>
        _looked.TryGetValue(PlaceOf(target), out var looked) && clock.GetElapsedTime(looked.At) < _timings.Abilities ? looked.Abilities : null;

    /// <summary>Waits before the same is tried again.</summary>
    public Task RestAsync(CancellationToken cancel) => Task.Delay(_timings.BeforeAgain, clock, cancel);

    /// <summary>Reads the state.</summary>
    /// <exception cref="PowerException">it could not be read.</exception>
    public Task<PowerState> GetAsync(PowerTarget target, CancellationToken cancel) =>
        CallAsync(PowerWords.Read, target, (driver, end) => driver.GetAsync(target, end), cancel);

    /// <summary>
    /// Gives an order and reads the state back until it agrees or <paramref name="deadline"/> has passed. Returns the state that was read,
    /// <see cref="PowerState.Unknown"/> from controllers that can't say.
    /// </summary>
    /// <exception cref="PowerException">the order was not taken, or not followed in time (<see cref="PowerFailure.Ignored"/>).</exception>
    public async Task<PowerState> SetAsync(PowerTarget target, PowerAction action, TimeSpan deadline, CancellationToken cancel)
    {
        string operation = PowerWords.Of(action);
        long started = clock.GetTimestamp();
        var waits = WaitsFor(operation, target, deadline);
        var seen = await BeforeAsync(operation, target, cancel);
        var plan = PowerPlan.For(action, seen, ControllerKinds.Orders(target.Kind));
        if (plan is PowerPlan.Refuse refuse) throw PowerException.Of(PowerFailure.Refused, operation, target, refuse.Why);
        if (plan is not PowerPlan.Give give) return seen;
        for (int i = 0; i < give.Strokes.Length; i++)
        {
            if (i > 0) await Task.Delay(waits.OffBeforeOn, clock, cancel);
            var readBack = new PowerReadBack(DriverOf(operation, target), target, waits.Deadline - clock.GetElapsedTime(started), clock, _timings with { RepeatOrder = waits.RepeatOrder });
            seen = await TellAsync(operation, target, () => readBack.GiveAsync(operation, give.Strokes[i], cancel));
        }
        return seen;
    }

    /// <summary>Sets the boot device for the next boot only; it is read back. Returns what a person should know though it went well, or null.</summary>
    /// <exception cref="PowerException">the order was not taken, or reads back otherwise.</exception>
    public Task<string?> SetNextBootAsync(PowerTarget target, NextBoot boot, CancellationToken cancel) =>
        CallAsync(PowerWords.Of(boot.Device), target, (driver, end) => driver.SetNextBootAsync(target, boot, end), cancel);

    // Outlets of one machine that differ have no state together; an order makes them agree.
    private async Task<PowerState> BeforeAsync(string operation, PowerTarget target, CancellationToken cancel)
    {
        try
        {
            return await CallAsync(operation, target, (driver, end) => driver.GetAsync(target, end), cancel);
        }
        catch (PowerException differ) when (differ.Failure is PowerFailure.NotNow && ControllerKinds.IsOutlet(target.Kind))
        {
            return PowerState.Unknown;
        }
    }

    private OrderWaits WaitsFor(string operation, PowerTarget target, TimeSpan deadline)
    {
        var hardware = target.Settings.TryGetValue(MachineHardware.ProfileSetting, out string? name) && profiles?.Find(name) is { } profile ? profile.Waits : HardwareWaits.Usual;
        var (waits, fault) = new OrderWaits(deadline, _timings.RepeatOrder, _timings.OffBeforeOn).For(target.Kind, hardware, target.Settings.GetValueOrDefault(OrderWaits.OffSetting));
        return fault is null ? waits : throw PowerException.Of(PowerFailure.Refused, operation, target, fault);
    }

    /// <summary>One call of a driver, with an end of its own.</summary>
    private async Task<T> CallAsync<T>(string operation, PowerTarget target, Func<IPowerDriver, CancellationToken, Task<T>> call, CancellationToken cancel)
    {
        using var time = new CancellationTokenSource(_timings.Call, clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancel);
        try
        {
            return await TellAsync(operation, target, () => call(DriverOf(operation, target), end.Token));
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw PowerException.Of(PowerFailure.Silent, operation, target, FormattableString.Invariant($"the controller came to no end within {_timings.Call.TotalSeconds:0} s"));
        }
    }

    /// <summary>A failure of a part is told as one of the whole: "power on", not "read the power state of".</summary>
    private static async Task<T> TellAsync<T>(string operation, PowerTarget target, Func<Task<T>> part)
    {
        try
        {
            return await part();
        }
        catch (PowerException failed) when (failed.During(operation, target) is var whole && !ReferenceEquals(whole, failed))
        {
            throw whole;
        }
    }

    private static string PlaceOf(PowerTarget target) => $"{target.Kind} {target.Username}@{target.Address}:{target.Port} {string.Join(' ', target.Settings.Select(s => $"{s.Key}={s.Value}"))}";

    private IPowerDriver DriverOf(string operation, PowerTarget target) => _drivers.GetValueOrDefault(target.Kind)
        ?? throw PowerException.Of(PowerFailure.Refused, operation, target, $"this appliance has no driver for \"{target.Kind}\"; it has {string.Join(", ", Kinds)}");
}

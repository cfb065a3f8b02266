using Provisioner.Domain.Power;
using Provisioner.Wire.Ipmi;
using Provisioner.Wire.Ipmi.Commands;

namespace Provisioner.Appliance.Power.Ipmi;

/// <summary>An order, and looks at the state until it agrees or the deadline has passed.</summary>
internal sealed class PowerReadBack(BmcLine line, PowerTarget target, TimeSpan deadline, TimeProvider clock, IpmiTimings timings)
{
    private readonly long _started = clock.GetTimestamp();
    private PowerState? _seen;

    /// <exception cref="IpmiException">the BMC refused, or no longer answers.</exception>
    /// <exception cref="PowerIgnored">it said yes and the state did not follow.</exception>
    public async Task<PowerState> GiveAsync(PowerStroke stroke, CancellationToken cancel)
    {
        using var time = new CancellationTokenSource(Left(atLeast: timings.LookAgainAtMost), clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancel);
        try
        {
            return await FollowAsync(stroke, end.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            var after = clock.GetElapsedTime(_started);
            if (_seen is { } other) throw new PowerIgnored(other, after);
            throw new IpmiException(IpmiFailure.Silent, FormattableString.Invariant(
                $"the BMC stopped answering, and {after.TotalSeconds:0.#} s after the order nobody can say whether it was followed"));
        }
    }

    private async Task<PowerState> FollowAsync(PowerStroke stroke, CancellationToken cancel)
    {
        await OrderAsync(stroke, cancel);
        var pause = timings.LookAgain;
        long ordered = clock.GetTimestamp();
        while (true)
        {
            _seen = await LookAsync(cancel);
            if (_seen == stroke.Until) return stroke.Until;
            if (_seen is { } other && clock.GetElapsedTime(_started) >= deadline) throw new PowerIgnored(other, clock.GetElapsedTime(_started));
            await Task.Delay(pause < Left() ? pause : Left(atLeast: TimeSpan.FromMilliseconds(1)), clock, cancel);
            pause = pause * 1.5 < timings.LookAgainAtMost ? pause * 1.5 : timings.LookAgainAtMost;
            if (!stroke.Repeatable || clock.GetElapsedTime(ordered) < timings.RepeatOrder) continue;
            await OrderAsync(stroke, cancel);
            ordered = clock.GetTimestamp();
        }
    }

    private async Task OrderAsync(PowerStroke stroke, CancellationToken cancel)
    {
        try
        {
            await line.AskAsync(target, new ChassisControl(OrderOf(stroke.Order)), cancel);
        }
        catch (IpmiException silent) when (silent.Failure == IpmiFailure.Silent && stroke.Repeatable)
        {
            // It may have been taken all the same: some BMCs restart with their machine. The looks that follow decide.
        }
        catch (IpmiException already) when (already.Code == CompletionCode.NotInPresentState)
        {
            // Said by some BMCs of "off" to a machine that is off, and of "on" to one that is on: the look that follows decides.
            if (await LookAsync(cancel) != stroke.Until) throw;
        }
    }

    /// <summary>Null: the BMC is silent just now, as those that restart with their machine are. The deadline ends that.</summary>
    private async Task<PowerState?> LookAsync(CancellationToken cancel)
    {
        try
        {
            return (await line.AskAsync(target, new GetChassisStatus(), cancel)).PowerOn ? PowerState.On : PowerState.Off;
        }
        catch (IpmiException silent) when (silent.Failure == IpmiFailure.Silent)
        {
            return null;
        }
    }

    private TimeSpan Left(TimeSpan atLeast = default)
    {
        var left = deadline - clock.GetElapsedTime(_started);
        return left > atLeast ? left : atLeast;
    }

    private static ChassisOrder OrderOf(PowerAction action) => action switch
    {
        PowerAction.On => ChassisOrder.PowerUp,
        PowerAction.Off => ChassisOrder.PowerDown,
        PowerAction.Cycle => ChassisOrder.PowerCycle,
        PowerAction.Reset => ChassisOrder.HardReset,
        _ => ChassisOrder.SoftShutdown,
    };
}

/// <summary>The BMC said yes, and the state did not follow.</summary>
internal sealed class PowerIgnored(PowerState seen, TimeSpan after) : Exception
{
    public override string Message => FormattableString.Invariant(
        $"the BMC said yes, but {after.TotalSeconds:0.#} s later the machine is still {(seen == PowerState.On ? "on" : "off")}");
}

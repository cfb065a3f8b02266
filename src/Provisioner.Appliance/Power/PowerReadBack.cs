using Provisioner.Domain.Power;

namespace Provisioner.Appliance.Power;

/// <summary>An order, and looks at the state until it agrees or the deadline has passed: the same for every kind of controller.</summary>
internal sealed class PowerReadBack(IPowerDriver driver, PowerTarget target, TimeSpan deadline, TimeProvider clock, PowerTimings timings)
{
    private readonly long _started = clock.GetTimestamp();
    private PowerState? _seen;
    private string? _between;

    /// <summary>Returns the state that was read; <see cref="PowerState.Unknown"/> where the controller is of a kind that can't say.</summary>
    /// <exception cref="PowerException">the controller refused, no longer answers, or said yes and the state did not follow.</exception>
    public async Task<PowerState> GiveAsync(string operation, PowerStroke stroke, CancellationToken cancel)
    {
        using var time = new CancellationTokenSource(Left(atLeast: timings.LookAgainAtMost), clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancel);
        try
        {
            return await FollowAsync(operation, stroke, end.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            var after = clock.GetElapsedTime(_started);
            if (_between is { } between) throw PowerException.Of(PowerFailure.Ignored, operation, target, FormattableString.Invariant($"the controller said yes, but {after.TotalSeconds:0.#} s later {between}"));
            throw _seen is { } other ? Ignored(operation, other) : PowerException.Of(PowerFailure.Silent, operation, target, FormattableString.Invariant(
                $"the controller stopped answering, and {after.TotalSeconds:0.#} s after the order nobody can say whether it was followed"));
        }
    }

    private async Task<PowerState> FollowAsync(string operation, PowerStroke stroke, CancellationToken cancel)
    {
        await OrderAsync(stroke, cancel);
        var pause = timings.LookAgain;
        long ordered = clock.GetTimestamp();
        while (true)
        {
            _seen = await LookAsync(cancel);
            if (_seen == stroke.Until || _seen == PowerState.Unknown) return _seen.Value;
            if (_seen is { } other && clock.GetElapsedTime(_started) >= deadline) throw Ignored(operation, other);
            if (stroke.Repeatable && clock.GetElapsedTime(ordered) >= timings.RepeatOrder)
            {
                await OrderAsync(stroke, cancel); // just looked: nothing that was followed meanwhile is ordered again
                ordered = clock.GetTimestamp();
            }
            await Task.Delay(pause < Left() ? pause : Left(atLeast: TimeSpan.FromMilliseconds(1)), clock, cancel);
            pause = pause * 1.5 < timings.LookAgainAtMost ? pause * 1.5 : timings.LookAgainAtMost;
        }
    }

    private async Task OrderAsync(PowerStroke stroke, CancellationToken cancel)
    {
        try
        {
            await driver.GiveAsync(target, stroke.Order, cancel);
        }
        catch (PowerException silent) when (silent.Failure is PowerFailure.Silent && stroke.Repeatable)
        {
            // It may have been taken all the same: some BMCs restart with their machine. The looks that follow decide.
        }
        catch (PowerException already) when (already.Failure is PowerFailure.NotNow)
        {
            // Said by some BMCs of "off" to a machine that is off, and of "on" to one that is on: the look that follows decides.
            if (await LookAsync(cancel) != stroke.Until) throw;
        }
    }

    /// <summary>Null: the controller is silent just now, as BMCs that restart with their machine are. The deadline ends that.</summary>
    private async Task<PowerState?> LookAsync(CancellationToken cancel)
    {
        try
        {
            var seen = await driver.GetAsync(target, cancel);
            _between = null;
            return seen;
        }
        catch (PowerException silent) when (silent.Failure is PowerFailure.Silent or PowerFailure.NotNow)
        {
            _between = silent.Failure is PowerFailure.NotNow ? silent.Why : null;
            return null;
        }
    }

    private PowerException Ignored(string operation, PowerState seen) => PowerException.Of(PowerFailure.Ignored, operation, target, FormattableString.Invariant(
        $"the controller said yes, but {clock.GetElapsedTime(_started).TotalSeconds:0.#} s later the machine is still {PowerWords.Of(seen)}"));

    private TimeSpan Left(TimeSpan atLeast = default)
    {
        var left = deadline - clock.GetElapsedTime(_started);
        return left > atLeast ? left : atLeast;
    }
}

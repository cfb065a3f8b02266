using System.Collections.Concurrent;
using Provisioner.Domain.Power;
using Provisioner.Wire.Ipmi;
using Provisioner.Wire.Ipmi.Commands;

namespace Provisioner.Appliance.Power.Ipmi;

/// <summary>Power over IPMI 2.0, in this process. Each order is read back: a BMC's yes means "begun".</summary>
/// <param name="clock">Time.</param>
/// <param name="timings">Waits; null for the usual ones.</param>
/// <param name="note">Is told (machine, sentence) what a person should know though it went well: a weaker cipher suite, a mark that the BMC lost.</param>
internal sealed class IpmiDriver(TimeProvider clock, IpmiTimings? timings = null, Action<string, string>? note = null) : IPowerDriver, IAsyncDisposable
{
    private readonly IpmiTimings _timings = timings ?? IpmiTimings.Default;
    private readonly ConcurrentDictionary<(string, int), BmcLine> _lines = new();

    public Task<PowerState> GetAsync(PowerTarget target, CancellationToken cancel) =>
        TellAsync("read the power state of", target, cancel, (line, end) => ReadAsync(line, target, end));

    public async Task<PowerState> SetAsync(PowerTarget target, PowerAction action, TimeSpan deadline, CancellationToken cancel)
    {
        string operation = Words(action);
        long started = clock.GetTimestamp();
        var seen = await TellAsync(operation, target, cancel, (line, end) => ReadAsync(line, target, end));
        var plan = PowerPlan.For(action, seen);
        if (plan is PowerPlan.Refuse refuse) throw new PowerException(PowerFailure.Refused, Sentence(operation, target, refuse.Why));
        if (plan is not PowerPlan.Give give) return seen;
        for (int i = 0; i < give.Strokes.Length; i++)
        {
            if (i > 0) await Task.Delay(_timings.OffBeforeOn, clock, cancel);
            seen = await StrokeAsync(operation, target, give.Strokes[i], deadline - clock.GetElapsedTime(started), cancel);
        }
        return seen;
    }

    public async Task SetNextBootAsync(PowerTarget target, BootDevice device, CancellationToken cancel)
    {
        string operation = $"set the next boot to {(device == BootDevice.Pxe ? "network" : "disk")} of";
        string? doubt = await TellAsync(operation, target, cancel, (line, end) => new NextBoot(line, target).SetAsync(device, end));
        if (doubt is not null) note?.Invoke(target.Machine, $"BMC {target.Address}: {doubt}");
    }

    /// <summary>Whose BMC it is.</summary>
    /// <exception cref="PowerException">it did not say.</exception>
    public Task<DeviceId> IdentifyAsync(PowerTarget target, CancellationToken cancel) =>
        TellAsync("identify the BMC of", target, cancel, (line, end) => line.AskAsync(target, new GetDeviceId(), end));

    /// <summary>The cipher suite of the last session with this BMC; null before the first.</summary>
    public CipherSuite? SuiteInUse(PowerTarget target) => LineOf(target).Suite;

    /// <summary>Datagrams sent to and received from this BMC so far.</summary>
    public long Datagrams(PowerTarget target) => LineOf(target).Datagrams;

    /// <summary>Ends all sessions politely.</summary>
    public async ValueTask DisposeAsync() => await Task.WhenAll(_lines.Values.Select(line => line.DisposeAsync().AsTask()));

    private async Task<PowerState> StrokeAsync(string operation, PowerTarget target, PowerStroke stroke, TimeSpan deadline, CancellationToken cancel)
    {
        var readBack = new PowerReadBack(LineOf(target), target, deadline, clock, _timings);
        return await SayAsync(operation, target, () => readBack.GiveAsync(stroke, cancel));
    }

    /// <summary>A conversation with its own end: the caller's, or <see cref="IpmiTimings.Command"/>.</summary>
    private async Task<T> TellAsync<T>(string operation, PowerTarget target, CancellationToken cancel, Func<BmcLine, CancellationToken, Task<T>> conversation)
    {
        using var time = new CancellationTokenSource(_timings.Command, clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancel);
        try
        {
            return await SayAsync(operation, target, () => conversation(LineOf(target), end.Token));
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new PowerException(PowerFailure.Silent, Sentence(operation, target,
                FormattableString.Invariant($"the BMC came to no end within {_timings.Command.TotalSeconds:0} s, all tries together; check its cable and its address")));
        }
    }

    /// <summary>The one place where a failure gets operation and machine in front.</summary>
    private static async Task<T> SayAsync<T>(string operation, PowerTarget target, Func<Task<T>> conversation)
    {
        try
        {
            return await conversation();
        }
        catch (IpmiException failed)
        {
            throw new PowerException(KindOf(failed.Failure), Sentence(operation, target, failed.Message));
        }
        catch (Exception ignored) when (ignored is PowerIgnored or BootIgnored)
        {
            throw new PowerException(PowerFailure.Ignored, Sentence(operation, target, ignored.Message));
        }
    }

    private static async Task<PowerState> ReadAsync(BmcLine line, PowerTarget target, CancellationToken cancel) =>
        (await line.AskAsync(target, new GetChassisStatus(), cancel)).PowerOn ? PowerState.On : PowerState.Off;

    private BmcLine LineOf(PowerTarget target) => _lines.GetOrAdd((target.Address, target.Port),
        key => new(new(key.Item1, key.Item2, _timings, clock), (machine, sentence) => note?.Invoke(machine, sentence)));

    private static string Sentence(string operation, PowerTarget target, string why) => $"{operation} {target.Machine} via ipmi {target.Address}: {why}";

    private static PowerFailure KindOf(IpmiFailure failure) => failure switch
    {
        IpmiFailure.Silent => PowerFailure.Silent,
        IpmiFailure.Credentials => PowerFailure.Credentials,
        IpmiFailure.Cipher => PowerFailure.Cipher,
        IpmiFailure.Refused => PowerFailure.Refused,
        _ => PowerFailure.Garbled,
    };

    private static string Words(PowerAction action) => action switch
    {
        PowerAction.On => "power on",
        PowerAction.Off => "power off",
        PowerAction.Cycle => "power cycle",
        PowerAction.Reset => "reset",
        _ => "shut down",
    };
}

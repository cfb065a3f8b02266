using System.Collections.Concurrent;
using Provisioner.Domain.Power;
using Provisioner.Wire.Ipmi;
using Provisioner.Wire.Ipmi.Commands;

namespace Provisioner.Appliance.Power.Ipmi;

/// <summary>Power over IPMI, in this process.</summary>
/// <param name="clock">Time.</param>
/// <param name="timings">Waits; null for the usual ones.</param>
/// <param name="quirks">What a target's BMC does otherwise than IPMI says; null for nothing but what its settings say.</param>
/// <param name="note">Is told (machine, sentence) what a person should know though it went well: a weaker cipher suite, a shortened password.</param>
internal sealed class IpmiDriver(TimeProvider clock, IpmiTimings? timings = null, Action<string, string>? note = null, Func<PowerTarget, IpmiQuirks>? quirks = null) : IPowerDriver, IAsyncDisposable
{
    private readonly IpmiTimings _timings = timings ?? IpmiTimings.Default;
    private readonly ConcurrentDictionary<(string, int), BmcLine> _lines = new();

    public string Kind => "ipmi";

    public Task<ControllerAbilities> LookAsync(PowerTarget target, CancellationToken cancel) =>
        TalkAsync(PowerWords.Look, target, talk => new LookService(talk).LookAsync(), cancel);

    public Task<PowerState> GetAsync(PowerTarget target, CancellationToken cancel) =>
        TellAsync(PowerWords.Read, target, cancel, (line, end) => ReadAsync(line, target, end));

    public Task GiveAsync(PowerTarget target, PowerAction order, CancellationToken cancel) =>
        TellAsync(PowerWords.Of(order), target, cancel, (line, end) => line.AskAsync(target, new ChassisControl(OrderOf(order)), end));

    public Task<string?> SetNextBootAsync(PowerTarget target, NextBoot boot, CancellationToken cancel) => boot.Device is BootDevice.Pxe or BootDevice.Disk
        ? TellAsync(PowerWords.Of(boot.Device), target, cancel, (line, end) => new BootFlagsOrder(line, target).SetAsync(boot.Device, end))
        : throw PowerException.Of(PowerFailure.Refused, PowerWords.Of(boot.Device), target, "IPMI knows network and disk only");

    /// <summary>A longer conversation: lists, settings, users.</summary>
    /// <exception cref="PowerException">it failed.</exception>
    public Task<T> TalkAsync<T>(string operation, PowerTarget target, Func<BmcTalk, Task<T>> conversation, CancellationToken cancel) =>
        TellAsync(operation, target, cancel, (line, end) => conversation(new(line, target, end)), _timings.List);

    /// <summary>Opens a machine's console (Serial over LAN).</summary>
    /// <exception cref="PowerException">there is none.</exception>
    public Task<SolSession> OpenConsoleAsync(PowerTarget target, bool take, Action<ReadOnlyMemory<byte>> show, CancellationToken cancel) =>
        TellAsync("open the console of", target, cancel, (line, end) => line.OpenConsoleAsync(target, take, show, end));

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

    /// <summary>A conversation with its own end: the caller's, or <see cref="IpmiTimings.Command"/>.</summary>
    private async Task<T> TellAsync<T>(string operation, PowerTarget target, CancellationToken cancel, Func<BmcLine, CancellationToken, Task<T>> conversation, TimeSpan? most = null)
    {
        var limit = most ?? LineOf(target).LimitFor(target);
        using var time = new CancellationTokenSource(limit, clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancel);
        try
        {
            return await conversation(LineOf(target), end.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw PowerException.Of(PowerFailure.Silent, operation, target,
                FormattableString.Invariant($"the BMC came to no end within {limit.TotalSeconds:0} s, all tries together; check its cable and its address"));
        }
        catch (IpmiException failed)
        {
            throw PowerException.Of(KindOf(failed), operation, target, failed.Message);
        }
        catch (BootIgnored ignored)
        {
            throw PowerException.Of(PowerFailure.Ignored, operation, target, ignored.Message);
        }
    }

    private static async Task<PowerState> ReadAsync(BmcLine line, PowerTarget target, CancellationToken cancel) =>
        (await line.AskAsync(target, new GetChassisStatus(), cancel)).PowerOn ? PowerState.On : PowerState.Off;

    private BmcLine LineOf(PowerTarget target) => _lines.GetOrAdd((target.Address, target.Port),
        key => new(new(key.Item1, key.Item2, _timings, clock), quirks ?? (_ => IpmiQuirks.None), (machine, sentence) => note?.Invoke(machine, sentence)));

    private static PowerFailure KindOf(IpmiException failed) => failed switch
    {
        { Code: CompletionCode.NotInPresentState or CompletionCode.NodeBusy } => PowerFailure.NotNow,
        { Failure: IpmiFailure.Silent } => PowerFailure.Silent,
        { Failure: IpmiFailure.Credentials } => PowerFailure.Credentials,
        { Failure: IpmiFailure.Cipher } => PowerFailure.Cipher,
        { Failure: IpmiFailure.Refused } => PowerFailure.Refused,
        _ => PowerFailure.Garbled,
    };

    private static ChassisOrder OrderOf(PowerAction action) => action switch
    {
        PowerAction.On => ChassisOrder.PowerUp,
        PowerAction.Off => ChassisOrder.PowerDown,
        PowerAction.Cycle => ChassisOrder.PowerCycle,
        PowerAction.Reset => ChassisOrder.HardReset,
        _ => ChassisOrder.SoftShutdown,
    };
}

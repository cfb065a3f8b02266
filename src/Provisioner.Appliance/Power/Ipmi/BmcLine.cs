using System.Collections.Immutable;
using Provisioner.Domain.Power;
using Provisioner.Wire.Ipmi;
using Provisioner.Wire.Ipmi.Commands;

namespace Provisioner.Appliance.Power.Ipmi;

/// <summary>
/// The line to one BMC: at most one session, kept warm, at most one command in flight. BMCs have room for few sessions, and some
/// mix up the answers of commands that overlap.
/// </summary>
internal sealed class BmcLine : IAsyncDisposable
{
    private readonly BmcAddress _bmc;
    private readonly Action<string, string> _note;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly ITimer _idle;
    private readonly Func<PowerTarget, IpmiQuirks> _quirks;
    private byte? _taken;
    private SolSession? _console;
    private ImmutableArray<string> _noted = [];
    private BmcSession? _session;
    private string? _owner;
    private long _lastUsed;
    private long _earlier;
    private Task _closing = Task.CompletedTask;

    public BmcLine(BmcAddress bmc, Func<PowerTarget, IpmiQuirks> quirks, Action<string, string> note)
    {
        (_bmc, _quirks, _note) = (bmc, quirks, note);
        _idle = bmc.Clock.CreateTimer(_ => _closing = CloseIdleAsync(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The suite of the last session, or null before the first.</summary>
    public CipherSuite? Suite { get; private set; }

    /// <summary>What the BMC said of itself before the last session.</summary>
    public ChannelAuthenticationCapabilities? Offered { get; private set; }

    /// <summary>The BMC's sensor records, as they were read last.</summary>
    public SensorRecords? Records { get; set; }

    /// <summary>One command with all its tries, a new session and the wait for other commands to the same BMC.</summary>
    public TimeSpan LimitFor(PowerTarget target) => QuirksOf(target).HasFlag(IpmiQuirks.Slow) ? _bmc.Timings.SlowCommand : _bmc.Timings.Command;

    /// <summary>What the BMC does otherwise than IPMI says.</summary>
    public IpmiQuirks QuirksOf(PowerTarget target) => BmcTerms.QuirksOf(target, _quirks(target));

    /// <summary>Datagrams of all sessions, sent and received.</summary>
    public long Datagrams => _earlier + (_session?.Datagrams ?? 0);

    /// <summary>Asks in the warm session, or in a new one. A session that has gone silent is replaced once.</summary>
    public async Task<TAnswer> AskAsync<TAnswer>(PowerTarget target, IIpmiCommand<TAnswer> command, CancellationToken cancel)
    {
        if (_console is { Ended.IsCompleted: false } console) return await console.AskAsync(command, cancel);
        await _turn.WaitAsync(cancel);
        try
        {
            var session = await SessionAsync(target, cancel);
            try
            {
                return await session.AskAsync(command, cancel);
            }
            catch (IpmiException lost) when (lost.Failure is IpmiFailure.Silent or IpmiFailure.Garbled && lost.Code is null)
            {
                Drop();
                return await (await SessionAsync(target, cancel)).AskAsync(command, cancel);
            }
        }
        catch (Exception failed) when (failed is not IpmiException { Code: not null })
        {
            // Whatever it was, the next command begins anew.
            Drop();
            throw;
        }
        finally
        {
            _lastUsed = _bmc.Clock.GetTimestamp();
            if (_session is not null) _idle.Change(_bmc.Timings.Idle, Timeout.InfiniteTimeSpan);
            _turn.Release();
        }
    }

    /// <summary>
    /// Opens the machine's console, in a session beside this one. A BMC with room for one session is given that one, and commands go
    /// through it as long as it is open.
    /// </summary>
    /// <exception cref="IpmiException">there is no console.</exception>
    public async Task<SolSession> OpenConsoleAsync(PowerTarget target, bool take, Action<ReadOnlyMemory<byte>> show, CancellationToken cancel)
    {
        var terms = BmcTerms.Of(target, _quirks(target));
        if (!terms.Quirks.HasFlag(IpmiQuirks.OneSession)) return await SolSession.OpenAsync(_bmc, terms, take, show, cancel);
        await _turn.WaitAsync(cancel);
        try
        {
            await CloseAsync();
            return _console = await SolSession.OpenAsync(_bmc, terms, take, show, cancel);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Ends the session politely, unless a command is in flight: the process's end does not wait for a silent BMC.</summary>
    public async ValueTask DisposeAsync()
    {
        await _idle.DisposeAsync();
        await _closing;
        if (!await _turn.WaitAsync(_bmc.Timings.Farewell)) return;
        await CloseAsync();
        _turn.Release();
    }

    private async Task<BmcSession> SessionAsync(PowerTarget target, CancellationToken cancel)
    {
        string owner = Randomness.MarkOf(target);
        if (_session is not null && _owner == owner) return _session;
        await CloseAsync();
        var terms = BmcTerms.Of(target, _quirks(target));
        // The suite that was taken goes first next time, which spares a BMC without suite 17 a refusal each time.
        if (terms.Suites.FirstOrDefault(suite => suite.Id == _taken) is { } taken) terms = terms with { Suites = [taken, .. terms.Suites.Remove(taken)] };
        try
        {
            _session = await BmcSession.OpenAsync(terms.Quirks.HasFlag(IpmiQuirks.Slow) ? _bmc with { Timings = _bmc.Timings.ForSlow() } : _bmc, terms, cancel);
        }
        catch (IpmiException)
        {
            _taken = null;
            throw;
        }
        _owner = owner;
        Suite = _session.Suite;
        Offered = _session.Offered;
        _taken = Suite?.Id;
        Tell(target, _session.Notes);
        return _session;
    }

    private void Tell(PowerTarget target, ImmutableArray<string> notes)
    {
        foreach (string note in notes.Except(_noted)) _note(target.Machine, $"BMC {_bmc.Address}: {note}");
        _noted = [.. _noted.Union(notes)];
    }

    private async Task CloseIdleAsync()
    {
        if (!_turn.Wait(0)) return;
        try
        {
            // A timer may ring a moment early by the clock that the use was timed with: then it is wound up again for the rest.
            var left = _bmc.Timings.Idle - _bmc.Clock.GetElapsedTime(_lastUsed);
            if (left <= TimeSpan.Zero) await CloseAsync();
            else _idle.Change(left + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task CloseAsync()
    {
        if (_session is null) return;
        await _session.CloseAsync(CancellationToken.None);
        Forget();
    }

    /// <summary>For a session that went wrong: its end is said into the wind, because BMCs have few sessions and keep lost ones for 60 s.</summary>
    private void Drop()
    {
        _session?.Leave();
        Forget();
    }

    private void Forget()
    {
        _earlier += _session?.Datagrams ?? 0;
        _session?.Dispose();
        _session = null;
    }
}

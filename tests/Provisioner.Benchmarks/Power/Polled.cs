using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Provisioner.Appliance.Power;
using Provisioner.Appliance.Power.Ipmi;
using Provisioner.ApplianceTests.Power;
using Provisioner.Domain.Power;

namespace Provisioner.Benchmarks.Power;

/// <summary>The appliance's poller, hand and driver on the simulated BMCs, in this process, and what they cost it.</summary>
internal sealed class Polled : IAsyncDisposable
{
    private readonly IpmiDriver _driver = new(TimeProvider.System);
    private readonly PowerHand _hand;
    private readonly PowerPoller _poller;
    private readonly CancellationTokenSource _end = new();
    private readonly PowerTarget[] _targets;
    private readonly long[] _last;
    private readonly double[] _longest;
    private readonly int[] _reads, _known;
    private readonly ConcurrentQueue<string> _wrong = new();
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly double _processorAtStart = Processor;
    private readonly Task _polling;

    public Polled(int count)
    {
        _hand = new([_driver], TimeProvider.System);
        _targets = [.. Enumerable.Range(0, count).Select(Target)];
        (_last, _longest, _reads, _known) = (new long[count], new double[count], new int[count], new int[count]);
        _poller = new(ReadAsync, TimeProvider.System);
        for (int bmc = 0; bmc < count; bmc++) _poller.Add(bmc.ToString(CultureInfo.InvariantCulture));
        _polling = Task.Run(() => _poller.RunAsync(_end.Token));
    }

    /// <summary>Processor seconds of one warm reading by the poller.</summary>
    public double SecondsAReading { get; private set; }

    private static PowerTarget Target(int bmc) => new($"node{bmc}", "ipmi", BmcFarm.Address(bmc), 623, "admin", "a-password-of-20-oct", "operator", true);

    private static double Processor => Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;

    /// <summary>From nothing until each was read: sessions are opened.</summary>
    public async Task FirstRoundAsync(List<Mark> marks)
    {
        while (_reads.Contains(0) && Stopwatch.GetElapsedTime(_began).TotalSeconds < 120) await Task.Delay(50);
        double seconds = Stopwatch.GetElapsedTime(_began).TotalSeconds;
        Say($"{_reads.Count(r => r > 0)} of {_targets.Length} BMCs read once, from nothing, in {seconds:0.0} s; {Processor - _processorAtStart:0.0} s of processor time; {Process.GetCurrentProcess().WorkingSet64 >> 20} MiB");
        if (_wrong.TryPeek(out string? wrong)) Say($"the first of {_wrong.Count} that went wrong: {wrong}");
        // The poller spreads its reads over its interval of 30 s; the last moments of the last ones come on top.
        marks.Add(new("all BMCs read once by the poller, from nothing, s", seconds, 31));
        marks.Add(new("processor time of that, % of a core", 100 * (Processor - _processorAtStart) / seconds, 20));
    }

    /// <summary>One interval of the poller, sessions being warm.</summary>
    public async Task WarmRoundAsync(Farm farm, List<Mark> marks)
    {
        // The last answers of the first round are on their way still.
        await Task.Delay(1000);
        var (reads, datagrams, processor, clock) = (_reads.Sum(), farm.Datagrams, Processor, Stopwatch.StartNew());
        await Task.Delay(TimeSpan.FromSeconds(30));
        double seconds = clock.Elapsed.TotalSeconds, spent = Processor - processor;
        long sent = farm.Datagrams - datagrams;
        reads = _reads.Sum() - reads;
        SecondsAReading = spent / reads;
        Say($"warm: {reads} readings in {seconds:0.0} s, {sent} datagrams, {spent:0.00} s of processor time");
        marks.Add(new("BMCs that were not read in an interval of 30 s", Math.Max(0, _targets.Length - reads), _targets.Length / 100.0));
        marks.Add(new("processor time of a warm interval, % of a core", 100 * spent / seconds, 20));
        marks.Add(new("datagrams of a warm reading", (double)sent / reads, 2.02));
        marks.Add(new("child processes", Children(), 1)); // the simulated BMCs
    }

    /// <summary>Polls for so long.</summary>
    public Task RoundsAsync(TimeSpan time) => Task.Delay(time);

    /// <summary>Readings a second with 64 in flight, over warm sessions.</summary>
    public async Task<double> FullSpeedAsync(TimeSpan time)
    {
        await _end.CancelAsync();
        await _polling;
        int done = 0, next = 0;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, 64).Select(async _ =>
        {
            while (clock.Elapsed < time)
            {
                await _hand.GetAsync(_targets[(Interlocked.Increment(ref next) & int.MaxValue) % _targets.Length], default);
                Interlocked.Increment(ref done);
            }
        }));
        Say($"at full speed: {done} readings in {clock.Elapsed.TotalSeconds:0.0} s");
        return done / clock.Elapsed.TotalSeconds;
    }

    /// <summary>All, once, as fast as they go with 64 in flight, from nothing: each opens a session.</summary>
    public static async Task SweepAsync(int count, List<Mark> marks)
    {
        await using var driver = new IpmiDriver(TimeProvider.System);
        var hand = new PowerHand([driver], TimeProvider.System);
        int next = -1;
        var (clock, processor) = (Stopwatch.StartNew(), Processor);
        await Task.WhenAll(Enumerable.Range(0, 64).Select(async _ =>
        {
            for (int bmc; (bmc = Interlocked.Increment(ref next)) < count;) await hand.GetAsync(Target(bmc), default);
        }));
        Say($"all at once, from nothing: {count} readings in {clock.Elapsed.TotalSeconds:0.0} s, {Processor - processor:0.0} s of processor time");
        marks.Add(new("all BMCs read once, at full speed, from nothing, s", clock.Elapsed.TotalSeconds, 30));
    }

    /// <summary>The longest time that one of these was not read for, after its first reading.</summary>
    public double LongestGap(Func<int, bool> which) => Enumerable.Range(0, _targets.Length).Where(which).Max(bmc => _longest[bmc]);

    /// <summary>Readings of these that had a state.</summary>
    public int Known(Func<int, bool> which) => Enumerable.Range(0, _targets.Length).Where(which).Sum(bmc => _known[bmc]);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _polling;
        await _driver.DisposeAsync();
        _end.Dispose();
    }

    private async Task<bool> ReadAsync(string id, CancellationToken stop)
    {
        int bmc = int.Parse(id, CultureInfo.InvariantCulture);
        try
        {
            var state = await _hand.GetAsync(_targets[bmc], stop);
            if (state == (bmc % 2 == 0 ? PowerState.On : PowerState.Off)) _known[bmc]++;
            else _wrong.Enqueue($"{_targets[bmc]} reads {state}");
            return true;
        }
        catch (PowerException failed)
        {
            _wrong.Enqueue(failed.Message);
            return false;
        }
        finally
        {
            long now = Stopwatch.GetTimestamp();
            if (_last[bmc] != 0) _longest[bmc] = Math.Max(_longest[bmc], Stopwatch.GetElapsedTime(_last[bmc], now).TotalSeconds);
            _last[bmc] = now;
            _reads[bmc]++;
        }
    }

    private static int Children() =>
        Directory.GetDirectories("/proc/self/task").Sum(task => File.ReadAllText($"{task}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Length);

    private static void Say(FormattableString text) => Console.WriteLine(FormattableString.Invariant(text));
}

using System.Collections.Concurrent;
using Provisioner.Appliance.Power;

namespace Provisioner.Tests.Power;

/// <summary>Many controllers read again and again; intervals are short here.</summary>
public sealed class PowerPollerTests
{
    private static readonly PowerPollTimings Short = new() { Every = TimeSpan.FromSeconds(0.5), SilentAtMost = TimeSpan.FromMinutes(1), SilentAtOnce = 2, Tick = TimeSpan.FromMilliseconds(10) };

    private readonly ConcurrentDictionary<string, int> _reads = new();

    private static async Task Until(Func<bool> met, string what)
    {
        for (int i = 0; i < 2000 && !met(); i++) await Task.Delay(10);
        Assert.True(met(), what);
    }

    private int ReadsOf(string id) => _reads.GetValueOrDefault(id);

    [Fact]
    public async Task All_are_read_again_and_again_and_none_twice_at_once()
    {
        using var end = new CancellationTokenSource();
        var inside = new ConcurrentDictionary<string, bool>();
        int twice = 0;
        var poller = new PowerPoller(async (id, cancel) =>
        {
            if (!inside.TryAdd(id, true)) Interlocked.Increment(ref twice);
            await Task.Delay(5, cancel);
            inside.TryRemove(id, out _);
            _reads.AddOrUpdate(id, 1, (_, n) => n + 1);
            return true;
        }, TimeProvider.System, Short);
        for (int i = 0; i < 500; i++) poller.Add($"m{i}");
        var running = poller.RunAsync(end.Token);
        await Until(() => _reads.Count == 500 && _reads.Values.Min() >= 3, "500 machines were read three times");
        await end.CancelAsync();
        await running;
        Assert.Equal(0, twice);
        Assert.InRange(_reads.Values.Max() - _reads.Values.Min(), 0, 2);
    }

    [Fact]
    public async Task Dead_ones_delay_no_other_and_are_asked_less_and_less()
    {
        using var end = new CancellationTokenSource();
        int waiting = 0, most = 0;
        var poller = new PowerPoller(async (id, cancel) =>
        {
            _reads.AddOrUpdate(id, 1, (_, n) => n + 1);
            if (!id.StartsWith('d')) return true;
            bool again = ReadsOf(id) > 1;
            if (again) most = Math.Max(most, Interlocked.Increment(ref waiting));
            try
            {
                await Task.Delay(300, cancel);
            }
            finally
            {
                if (again) Interlocked.Decrement(ref waiting);
            }
            return false;
        }, TimeProvider.System, Short);
        for (int i = 0; i < 20; i++) poller.Add($"d{i}");
        poller.Add("alive");
        var running = poller.RunAsync(end.Token);
        await Until(() => ReadsOf("alive") >= 10, "the one that answers was read ten times");
        await end.CancelAsync();
        await running;
        int deadMost = Enumerable.Range(0, 20).Max(i => ReadsOf($"d{i}"));
        Assert.True(deadMost < ReadsOf("alive"), $"a dead one was asked {deadMost} times, the one that answers {ReadsOf("alive")} times");
        Assert.True(most <= Short.SilentAtOnce, $"{most} dead ones were waited for at once");
        Assert.True(poller.Figures.Failures > 0);
    }

    [Fact]
    public async Task One_that_answers_again_is_back_at_once_and_one_that_is_gone_is_left_alone()
    {
        using var end = new CancellationTokenSource();
        var poller = new PowerPoller((id, _) => Task.FromResult(_reads.AddOrUpdate(id, 1, (_, n) => n + 1) > 1), TimeProvider.System, Short);
        poller.Add("m", atOnce: true);
        poller.Add("gone", atOnce: true);
        var running = poller.RunAsync(end.Token);
        await Until(() => ReadsOf("gone") >= 1, "it was read");
        poller.Remove("gone");
        int then = ReadsOf("gone");
        await Until(() => ReadsOf("m") >= 4, "it is read at the usual pace after a failure");
        await end.CancelAsync();
        await running;
        Assert.InRange(ReadsOf("gone"), then, then + 1);
    }
}

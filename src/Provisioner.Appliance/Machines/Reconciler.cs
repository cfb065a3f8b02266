using System.Collections.Concurrent;
using Provisioner.Domain.Deploy;
using Provisioner.Domain.Machines;

namespace Provisioner.Appliance.Machines;

/// <summary>
/// Asks the planner for every machine that has work under way, at each change and once a second (for deadlines), and has the step done:
/// one at a time a machine. It keeps nothing: a restart asks again.
/// </summary>
internal sealed partial class Reconciler(MachineBook book, StepRunner runner, TimeProvider time, ILogger<Reconciler> log) : BackgroundService
{
    private readonly ConcurrentDictionary<string, Task> _running = new();

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        try
        {
            await Task.WhenAll(WatchChanges(stop), WatchClock(stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        await Task.WhenAll(_running.Values);
    }

    private async Task WatchChanges(CancellationToken stop)
    {
        while (true)
        {
            using var feed = book.Feed.Subscribe();
            foreach (var machine in book.All.Values) Consider(machine, stop);
            await foreach (var item in feed.Reader.ReadAllAsync(stop))
                if (item.Changed is { } id && book.Find(id) is { } machine)
                    Consider(machine, stop);
        }
    }

    private async Task WatchClock(CancellationToken stop)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        while (await tick.WaitForNextTickAsync(stop))
            foreach (var machine in book.All.Values)
                if (Lifecycle.IsUnderWay(machine.State))
                    Consider(machine, stop);
    }

    private void Consider(Machine machine, CancellationToken stop)
    {
        if (!Lifecycle.IsUnderWay(machine.State) || _running.ContainsKey(machine.Id)) return;
        var step = WalkPlanner.Next(machine, time.GetUtcNow());
        if (step is Step.Wait) return;
        var begin = new TaskCompletionSource();
        if (!_running.TryAdd(machine.Id, Run(begin.Task, machine, step, stop))) return;
        begin.SetResult();
    }

    private async Task Run(Task begin, Machine machine, Step step, CancellationToken stop)
    {
        await begin.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await runner.RunAsync(machine, step, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The appliance is stopping; the step is done again at the next start.
        }
        catch (Exception e)
        {
            StepFailed(log, step.GetType().Name, machine.Name, e);
            await book.ApplyAsync(machine.Id, new MachineChange.Fail($"{step.GetType().Name}: {e.Message}"), "appliance");
        }
        finally
        {
            _running.TryRemove(machine.Id, out _);
        }
        if (book.Find(machine.Id) is { } after) Consider(after, stop);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "step {Step} of {Machine} failed in a way that it should not")]
    private static partial void StepFailed(ILogger log, string step, string machine, Exception e);
}

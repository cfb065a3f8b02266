using System.Collections.Concurrent;

namespace Provisioner.Appliance.Roles.Deployments;

/// <summary>A line of a deployment's progress.</summary>
/// <param name="Number">Counts up from 1 in a deployment, since the appliance's start.</param>
/// <param name="At">When.</param>
/// <param name="Machine">The machine's name; empty for the deployment itself.</param>
/// <param name="Step">The step, <c>glance/0/database</c>; empty for the machine or the deployment itself.</param>
/// <param name="Kind">What it is: stage, given, changed, unchanged, skipped, failed, retry, output.</param>
/// <param name="Text">For a person; nothing secret in it.</param>
internal sealed record ProgressLine(long Number, DateTimeOffset At, string Machine, string Step, string Kind, string Text);

/// <summary>The last lines of each deployment's progress, for terminals that follow it. What lasts stands on the timelines and in the book.</summary>
internal sealed class ProgressFeed(TimeProvider time)
{
    private const int Kept = 4000;
    private readonly ConcurrentDictionary<string, Lines> _all = new();

    /// <summary>Adds a line.</summary>
    public void Tell(string deployment, string machine, string step, string kind, string text)
    {
        var lines = _all.GetOrAdd(deployment, _ => new Lines());
        lock (lines)
        {
            lines.Kept.Enqueue(new(++lines.Last, time.GetUtcNow(), machine, step, kind, text));
            if (lines.Kept.Count > Kept) lines.Kept.Dequeue();
            lines.More.TrySetResult();
            lines.More = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Number of the last line; 0 for none.</summary>
    public long Last(string deployment)
    {
        if (!_all.TryGetValue(deployment, out var lines)) return 0;
        lock (lines) return lines.Last;
    }

    /// <summary>Lines after a number, at once or as soon as there are some.</summary>
    public async Task<IReadOnlyList<ProgressLine>> AfterAsync(string deployment, long after, TimeSpan patience, CancellationToken cancel)
    {
        var lines = _all.GetOrAdd(deployment, _ => new Lines());
        Task more;
        lock (lines)
        {
            // A number from before a restart is one of the past.
            if (after > lines.Last) after = 0;
            if (lines.Last > after || patience <= TimeSpan.Zero) return [.. lines.Kept.Where(l => l.Number > after)];
            more = lines.More.Task;
        }
        try
        {
            await more.WaitAsync(patience, time, cancel);
        }
        catch (TimeoutException)
        {
        }
        lock (lines) return [.. lines.Kept.Where(l => l.Number > after)];
    }

    private sealed class Lines
    {
        public Queue<ProgressLine> Kept { get; } = new();
        public long Last { get; set; }
        public TaskCompletionSource More { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

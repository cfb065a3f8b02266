using Provisioner.Domain.Power;

namespace Provisioner.Appliance.Power;

/// <summary>How often controllers are read.</summary>
internal sealed record PowerPollTimings
{
    public static readonly PowerPollTimings Default = new();

    /// <summary>Each that answers, this often: below the 60 s after which a BMC drops a session (IPMI 2.0 §6.12.15), so that one stays warm.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>One that does not answer is asked less and less often, down to this.</summary>
    public TimeSpan SilentAtMost { get; init; } = TimeSpan.FromMinutes(4);

    /// <summary>Of those that did not answer, so many are asked at once: each try may take half a minute and holds a socket.</summary>
    public int SilentAtOnce { get; init; } = 128;

    /// <summary>How finely the reads are spread over the interval.</summary>
    public TimeSpan Tick { get; init; } = TimeSpan.FromMilliseconds(50);
}

/// <summary>
/// Reads the power of many controllers again and again, spread evenly over the interval: one read in flight each. Those that don't answer wait
/// for each other only, so that a dead BMC delays no other. What a reading means is <paramref name="read"/>'s business: true where it answered.
/// </summary>
internal sealed class PowerPoller(Func<string, CancellationToken, Task<bool>> read, TimeProvider time, PowerPollTimings? timings = null)
{
    private readonly PowerPollTimings _timings = timings ?? PowerPollTimings.Default;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Subject> _subjects = [];
    private readonly PriorityQueue<Subject, long> _due = new();
    private SemaphoreSlim? _silent;
    private long _reads, _failures, _added;
    private int _inFlight;

    /// <summary>Reads begun so far, those of them that failed, and those in flight now.</summary>
    public (long Reads, long Failures, int InFlight) Figures => (Interlocked.Read(ref _reads), Interlocked.Read(ref _failures), Volatile.Read(ref _inFlight));

    /// <summary>Reads this one too: the first time within one interval, at a moment of its own, or at once.</summary>
    public void Add(string id, bool atOnce = false)
    {
        lock (_lock)
        {
            if (_subjects.ContainsKey(id)) return;
            // Golden ratio steps: however many there are, they lie evenly over the interval.
            double place = atOnce ? 0 : _added++ * 0.6180339887498949 % 1;
            var subject = _subjects[id] = new(id) { Due = time.GetTimestamp() + Ticks(_timings.Every * place) };
            _due.Enqueue(subject, subject.Due);
        }
    }

    /// <summary>Reads it no longer.</summary>
    public void Remove(string id)
    {
        lock (_lock)
        {
            if (_subjects.Remove(id, out var subject)) subject.Gone = true;
        }
    }

    /// <summary>Reads until cancelled, and returns when the last read has come back.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var silent = _silent = new SemaphoreSlim(_timings.SilentAtOnce);
        var running = new List<Task>();
        using var tick = new PeriodicTimer(_timings.Tick, time);
        try
        {
            while (await tick.WaitForNextTickAsync(stop))
            {
                foreach (var subject in TakeDue()) running.Add(ReadOneAsync(subject, stop));
                running.RemoveAll(t => t.IsCompleted);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        await Task.WhenAll(running);
    }

    private List<Subject> TakeDue()
    {
        var due = new List<Subject>();
        lock (_lock)
        {
            long now = time.GetTimestamp();
            while (_due.TryPeek(out var subject, out long at) && at <= now)
            {
                _due.Dequeue();
                if (!subject.Gone) due.Add(subject);
            }
        }
        return due;
    }

    private async Task ReadOneAsync(Subject subject, CancellationToken stop)
    {
        bool answered = false, waits = subject.Silences > 0;
        try
        {
            if (waits) await _silent!.WaitAsync(stop);
            try
            {
                Interlocked.Increment(ref _reads);
                Interlocked.Increment(ref _inFlight);
                answered = await read(subject.Id, stop);
            }
            finally
            {
                Interlocked.Decrement(ref _inFlight);
                if (waits) _silent!.Release();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return;
        }
        if (!answered) Interlocked.Increment(ref _failures);
        Next(subject, answered);
    }

    private void Next(Subject subject, bool answered)
    {
        subject.Silences = answered ? 0 : Math.Min(subject.Silences + 1, 8);
        // 30 s, 60 s, 2 min, 4 min: the age of what is known is shown, and grows meanwhile.
        var pause = answered ? _timings.Every : _timings.Every * Math.Pow(2, subject.Silences - 1);
        if (pause > _timings.SilentAtMost) pause = _timings.SilentAtMost;
        lock (_lock)
        {
            if (subject.Gone) return;
            // From the moment that it was due, so that its place in the interval stays; not into the past, after a long wait.
            subject.Due = Math.Max(subject.Due + Ticks(pause), time.GetTimestamp() + Ticks(_timings.Tick));
            _due.Enqueue(subject, subject.Due);
        }
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);

    private sealed class Subject(string id)
    {
        public string Id => id;
        public long Due { get; set; }
        public int Silences { get; set; }
        public bool Gone { get; set; }
    }
}

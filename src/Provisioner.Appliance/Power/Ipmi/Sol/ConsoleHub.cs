using System.Collections.Immutable;
using System.Threading.Channels;
using Provisioner.Appliance.Servers;
using Provisioner.Domain.Events;

namespace Provisioner.Appliance.Power.Ipmi;

/// <summary>
/// One machine's open console and those who look at it. All see the same, also what was said shortly before they came, and all may type
/// who may give orders. What the machine says is kept as lines on its timeline, as many as the limit takes.
/// </summary>
internal sealed class ConsoleHub(Action<string, Level> note, TimeProvider clock)
{
    /// <summary>Octets that somebody who comes later is shown.</summary>
    public const int MostKept = 64 * 1024;

    private const double BurstLines = 200, LinesPerSecond = 0.5;
    // A viewer whose browser takes nothing is let go when so many pieces wait for it.
    private const int MostWaiting = 1024;

    private readonly Lock _lock = new();
    private readonly List<byte> _kept = [];
    private readonly ConsoleLines _lines = new();
    private readonly RateLimit _limit = new(BurstLines, LinesPerSecond, clock);
    private ImmutableList<Channel<byte[]>> _viewers = [];
    private int _lost;
    private bool _ended;

    /// <summary>How many look at it.</summary>
    public int Viewers => _viewers.Count;

    /// <summary>What the machine said. Quick, and never waits.</summary>
    public void Show(ReadOnlyMemory<byte> text)
    {
        byte[] piece = text.ToArray();
        lock (_lock)
        {
            _kept.AddRange(piece);
            if (_kept.Count > MostKept) _kept.RemoveRange(0, _kept.Count - MostKept);
            foreach (var viewer in _viewers)
                if (!viewer.Writer.TryWrite(piece)) viewer.Writer.TryComplete();
            foreach (string line in _lines.Take(piece)) Keep(line);
        }
    }

    /// <summary>Somebody looks: what was kept, then what comes. It completes when the console ends, or when he takes nothing.</summary>
    public ChannelReader<byte[]> Enter()
    {
        var viewer = Channel.CreateBounded<byte[]>(MostWaiting);
        lock (_lock)
        {
            if (_kept.Count > 0) viewer.Writer.TryWrite([.. _kept]);
            if (_ended) viewer.Writer.TryComplete();
            else _viewers = _viewers.Add(viewer);
        }
        return viewer.Reader;
    }

    /// <summary>Somebody has gone; how many are left.</summary>
    public int Leave(ChannelReader<byte[]> reader)
    {
        lock (_lock)
        {
            _viewers = _viewers.RemoveAll(viewer => viewer.Reader == reader);
            return _viewers.Count;
        }
    }

    /// <summary>The console has ended.</summary>
    public void End()
    {
        lock (_lock)
        {
            _ended = true;
            foreach (var viewer in _viewers) viewer.Writer.TryComplete();
        }
    }

    private void Keep(string line)
    {
        if (!_limit.Takes())
        {
            _lost++;
            return;
        }
        if (_lost > 0) note($"({_lost} lines of the console are not kept here)", Level.Info);
        _lost = 0;
        note(line, Level.Info);
    }
}

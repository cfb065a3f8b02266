using Provisioner.Wire;

namespace Provisioner.Domain.Files;

/// <summary>
/// Who reads large files at full pace, and who waits for a place, in the order in which they came. A place belongs to a machine, not to a
/// connection: one that fetches an image in ranges keeps it from the first to the last, so that the first ones are done soon instead of
/// all of them late, and a machine gains nothing by asking many times at once.
/// </summary>
/// <param name="places">Machines at full pace at once.</param>
/// <param name="grace">How long a place is kept for a machine between two requests.</param>
public sealed class ReaderQueue(int places, TimeSpan grace)
{
    private readonly Dictionary<Ipv4Address, Reader> _readers = [];
    private readonly LinkedList<Reader> _waiting = [];
    private int _admitted;

    /// <summary>Machines at full pace.</summary>
    public int Admitted => _admitted;

    /// <summary>Machines that wait.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>A machine begins to read one more large file. How many wait before it, if it has just begun to wait; else null.</summary>
    public int? Enter(Ipv4Address machine, TimeSpan now)
    {
        Advance(now);
        bool known = _readers.TryGetValue(machine, out var reader);
        if (!known) _readers[machine] = reader = new(machine);
        reader!.Open++;
        if (known || Admit(reader)) return null;
        reader.InLine = _waiting.AddLast(reader);
        return _waiting.Count - 1;
    }

    /// <summary>A machine ends reading one of its files.</summary>
    public void Leave(Ipv4Address machine, TimeSpan now)
    {
        if (!_readers.TryGetValue(machine, out var reader)) return;
        reader.Open--;
        reader.LeftAt = now;
    }

    /// <summary>It may read at full pace.</summary>
    public bool IsAdmitted(Ipv4Address machine) => _readers.TryGetValue(machine, out var reader) && reader.InLine is null;

    /// <summary>Gives places that became free to those that wait longest.</summary>
    public void Advance(TimeSpan now)
    {
        foreach (var (machine, reader) in _readers)
        {
            if (reader.Open > 0 || now - reader.LeftAt < grace) continue;
            _readers.Remove(machine); // a Dictionary may be thinned out while it is walked
            if (reader.InLine is { } place) _waiting.Remove(place);
            else _admitted--;
        }
        while (_waiting.First is { } next && Admit(next.Value)) _waiting.Remove(next);
    }

    private bool Admit(Reader reader)
    {
        if (_admitted >= places) return false;
        reader.InLine = null;
        _admitted++;
        return true;
    }

    private sealed class Reader(Ipv4Address machine)
    {
        public Ipv4Address Machine { get; } = machine;
        public int Open { get; set; }
        public TimeSpan LeftAt { get; set; }
        public LinkedListNode<Reader>? InLine { get; set; }
    }
}

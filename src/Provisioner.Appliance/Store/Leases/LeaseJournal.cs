using System.Collections.Immutable;
using System.Globalization;
using Provisioner.Domain.Networks;
using Provisioner.Wire;

namespace Provisioner.Appliance.Store.Leases;

/// <summary>
/// The durable copy of the leases: files of records (<see cref="LeaseRecord"/>) that are only appended to, in a folder of their own.
/// <c>00000007.snapshot</c> holds every lease as it stood before <c>00000007.journal</c> began; a start reads the newest snapshot and the
/// journals since, and begins a new journal, so that a torn tail is never written behind.
/// <para>Group commit: leases are appended in memory; the first who asks whether his are durable writes all that wait, with one fdatasync,
/// and the others find theirs done. No thread of its own stands between a packet and the disk.</para>
/// <para>A disk that is full or fails: the commit says why, nothing of it counts, and memory goes back to what is on disk
/// (<see cref="RolledBack"/>). It is tried again at most once a second, by whoever has something to write; when there is room again it
/// goes on, without a restart. Both are told, once each.</para>
/// <para>Safe for threads.</para>
/// </summary>
internal sealed class LeaseJournal : IDisposable
{
    private const int SmallestToTidy = 4 << 20, MostJournals = 8;
    /// <summary>How often a disk that could not be written is tried again, at most.</summary>
    public static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);
    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly Lock _appending = new(), _writing = new(), _known = new(); // writing may take either of the others, never the other way
    private readonly Dictionary<Ipv4Address, Lease> _durable;
    private LeaseCommit _open = new();
    private LeaseFile? _file;
    private Task _tidying = Task.CompletedTask;
    private long _number, _octetsBefore, _tidyAt;
    private bool _tidySoon, _closed;
    private volatile string? _suspended;
    private long _triedAt;

    private LeaseJournal(string folder, LeaseReplay replay, LeaseClock clock, TimeProvider time)
    {
        (_folder, Clock, _time) = (folder, clock, time);
        (_durable, _number, _octetsBefore, Remarks) = (replay.Leases, replay.LastNumber, replay.Octets, replay.Remarks);
        _tidySoon = replay.Remarks.Length > 0 || replay.Journals >= MostJournals;
        _tidyAt = NextTidying();
    }

    /// <summary>Reads what is there; the folder is made where it is missing. Writes nothing, so that it starts on a full disk too.</summary>
    /// <exception cref="InvalidDataException">a file is of a later version.</exception>
    /// <exception cref="IOException">the folder can't be read or made.</exception>
    public static LeaseJournal Open(string folder, IBootClock kernel, TimeProvider time)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (string unfinished in Directory.EnumerateFiles(folder, "*" + LeaseReplay.UnfinishedEnding)) File.Delete(unfinished);
        var replay = LeaseReplay.Of(folder);
        var lastWritten = replay.Leases.Values.Select(l => l.Since).DefaultIfEmpty(DateTimeOffset.MinValue).Max();
        return new(folder, replay, new LeaseClock(replay.Mark, lastWritten, kernel), time);
    }

    /// <summary>The time that leases are counted in.</summary>
    public LeaseClock Clock { get; }

    /// <summary>What was found at the start that a person should know.</summary>
    public ImmutableArray<string> Remarks { get; }

    /// <summary>There is no file yet: leases of an older version may be taken over (<see cref="Import"/>).</summary>
    public bool IsNew => _number == 0;

    /// <summary>Why nothing can be made durable now, for a person; null while all is well.</summary>
    public string? Suspended => _suspended;

    /// <summary>
    /// A commit failed: these leases are not on disk, <see cref="All"/> says what is. Called before anybody learns of the failure, and before
    /// anything else is written: it must take no lock that somebody holds who waits for <see cref="IsDurable"/> or <see cref="IsWritable"/>.
    /// </summary>
    public Action<IReadOnlyList<Lease>> RolledBack { get; set; } = _ => { };

    /// <summary>Told once when nothing can be written any more (true), and once when it can again (false), with a sentence.</summary>
    public Action<string, bool> Told { get; set; } = (_, _) => { };

    /// <summary>All leases that are on disk, ended ones among them, in no order.</summary>
    public IReadOnlyList<Lease> All
    {
        get { lock (_known) return [.. _durable.Values]; }
    }

    /// <summary>Takes a lease into the next commit. Costs no allocation and no wait.</summary>
    public LeaseCommit Append(Lease lease)
    {
        lock (_appending)
        {
            _open.Add(lease);
            return _open;
        }
    }

    /// <summary>Waits until a commit has ended, and ends it where nobody has: true when all of it is on disk. False: <see cref="LeaseCommit.Why"/>.</summary>
    public bool IsDurable(LeaseCommit commit)
    {
        lock (_writing)
        {
            if (commit.State == LeaseCommit.Outcome.Waiting) WriteOpen(); // what waits is the open one: every other has ended under this lock
            return commit.State == LeaseCommit.Outcome.Durable;
        }
    }

    /// <summary>Tries a disk that could not be written again, at most once a second; true where leases can be made durable now.</summary>
    public bool IsWritable()
    {
        if (_suspended is null) return true;
        lock (_writing)
        {
            if (_suspended is null || !MayTry()) return _suspended is null;
            WriteOpen();
            return _suspended is null;
        }
    }

    /// <summary>Takes over the leases of an older store, whole or not at all, into a journal that is new.</summary>
    /// <exception cref="IOException">the disk would not.</exception>
    public void Import(IReadOnlyCollection<Lease> leases)
    {
        lock (_writing)
        {
            if (!IsNew) throw new InvalidOperationException("leases are imported into a new journal only");
            WriteSnapshot(1, [.. leases]);
            _number = 1;
            lock (_known)
                foreach (var lease in leases) _durable[lease.Address] = lease;
        }
    }

    /// <summary>Writes what waits, and ends.</summary>
    public void Dispose()
    {
        lock (_writing)
        {
            if (_closed) return;
            WriteOpen();
            _closed = true;
        }
        _tidying.Wait(TimeSpan.FromSeconds(10));
        _file?.Dispose();
    }

    // Under _writing.
    private void WriteOpen()
    {
        LeaseCommit commit;
        lock (_appending) (commit, _open) = (_open, new());
        try
        {
            if (_closed) throw new IOException("the appliance is stopping");
            if (_suspended is { } why && !MayTry()) throw new IOException(why);
            _triedAt = _time.GetTimestamp();
            _file ??= NextFile();
            if (!commit.IsEmpty || _suspended is not null) _file.Append(commit.IsEmpty ? Mark() : commit.Octets);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Fail(commit, e.Message);
            return;
        }
        lock (_known) commit.ApplyTo(_durable);
        commit.State = LeaseCommit.Outcome.Durable;
        if (_suspended is not null) Resume();
        if (_tidySoon || _octetsBefore + _file.Length > _tidyAt) Tidy();
    }

    private bool MayTry() => _time.GetElapsedTime(_triedAt) >= BetweenTries;

    private void Fail(LeaseCommit commit, string why)
    {
        commit.Why = why;
        commit.State = LeaseCommit.Outcome.Failed;
        bool isNew = _suspended is null && !_closed;
        _suspended = why;
        if (commit.Leases.Count > 0) RolledBack(commit.Leases);
        if (isNew) Told($"leases can't be written to {_folder} ({why}): nothing is acknowledged until they can; make room, or mend the disk. It goes on by itself then", true);
    }

    private void Resume()
    {
        _suspended = null;
        Told($"leases can be written to {_folder} again: machines are answered as before", false);
    }

    private LeaseFile NextFile()
    {
        var file = LeaseFile.Create(PathOf(_number + 1, LeaseReplay.JournalEnding), [.. LeaseReplay.Magic, .. Mark()], grows: true);
        _number++;
        return file;
    }

    // A new journal takes what comes; what stood until now is written beside it and replaces the older files.
    private void Tidy()
    {
        if (!_tidying.IsCompleted) return;
        try
        {
            var next = NextFile();
            _file!.Dispose();
            (_file, _octetsBefore, _tidySoon) = (next, 0, false);
        }
        catch (IOException)
        {
            _tidyAt = _octetsBefore + _file!.Length + SmallestToTidy; // no room: the journal goes on, and later is tried again
            return;
        }
        _tidyAt = NextTidying();
        var (number, leases) = (_number, _durable.Values.ToArray());
        _tidying = Task.Run(() => TidyTo(number, leases));
    }

    private void TidyTo(long number, Lease[] leases)
    {
        try
        {
            WriteSnapshot(number, leases);
            foreach (string old in Directory.EnumerateFiles(_folder).Where(f => LeaseReplay.NumberOf(f) is > 0 and var n && n < number).ToList()) File.Delete(old);
        }
        catch (IOException)
        {
            // The older files stand: nothing is missing, only long.
        }
    }

    private void WriteSnapshot(long number, Lease[] leases)
    {
        string path = PathOf(number, LeaseReplay.SnapshotEnding), unfinished = path + LeaseReplay.UnfinishedEnding;
        byte[] mark = Mark();
        var octets = new byte[LeaseReplay.Magic.Length + mark.Length + (leases.Length + 1) * LeaseRecord.PutLength];
        LeaseReplay.Magic.CopyTo(octets);
        mark.CopyTo(octets, LeaseReplay.Magic.Length);
        int at = LeaseReplay.Magic.Length + mark.Length;
        foreach (var lease in leases) at += LeaseRecord.Write(lease, octets.AsSpan(at));
        at += LeaseRecord.Write(new LeaseRecord.End(leases.Length), octets.AsSpan(at));
        File.Delete(unfinished);
        using (LeaseFile.Create(unfinished, octets.AsSpan(0, at), grows: false))
        {
        }
        File.Move(unfinished, path);
        LeaseFile.SyncFolder(_folder);
    }

    private byte[] Mark()
    {
        var octets = new byte[64];
        return octets[..LeaseRecord.Write(new LeaseRecord.Begin(LeaseRecord.Format, Clock.Mark), octets)];
    }

    private long NextTidying() => Math.Max(SmallestToTidy, 4L * _durable.Count * LeaseRecord.PutLength);

    private string PathOf(long number, string ending) => Path.Combine(_folder, number.ToString("00000000", CultureInfo.InvariantCulture) + ending);
}

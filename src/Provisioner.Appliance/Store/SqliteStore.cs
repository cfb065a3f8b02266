using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Provisioner.Domain.Events;
using Provisioner.Domain.Store;
using SQLitePCL;

namespace Provisioner.Appliance.Store;

/// <summary>
/// <see cref="IStore"/> on the distribution's SQLite. One thread writes: it takes all that is waiting, commits it at once
/// (WAL, synchronous=FULL: an fsync a commit) and then completes the waiters. A batch with a conflict fails alone.
/// A disk without room, or one that fails: what is waiting stays waiting, acknowledged to nobody, and is tried again every second; when it
/// can be written, it is, in its order, without a restart. After any other failure (a broken file) nothing is acknowledged any more.
/// </summary>
internal sealed class SqliteStore : IStore, IDisposable
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);
    private const int MostInOneCommit = 512; // bounds the wait of the first of them
    private const string Schema = """
        PRAGMA journal_mode=WAL;
        PRAGMA synchronous=FULL;
        CREATE TABLE IF NOT EXISTS documents (collection TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, json TEXT NOT NULL, PRIMARY KEY (collection, id)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY, machine TEXT NOT NULL, json TEXT NOT NULL);
        CREATE INDEX IF NOT EXISTS events_machine ON events (machine, seq);
        """;

    private readonly Channel<(StoreBatch Batch, TaskCompletionSource Done)> _waiting =
        Channel.CreateBounded<(StoreBatch, TaskCompletionSource)>(new BoundedChannelOptions(65536) { SingleReader = true });
    private readonly SqliteConnection _writing;
    private readonly SqliteConnection _reading;
    private readonly Lock _readLock = new();
    private readonly Thread _writer;
    private readonly ManualResetEventSlim _closing = new();
    private volatile Exception? _broken;
    private volatile string? _suspended;

    static SqliteStore()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly,
            static (name, _, _) => name == "e_sqlite3" ? NativeLibrary.Load("libsqlite3.so.0") : 0);
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
    }

    /// <summary>Opens or makes <c>provisioner.db</c> in a folder that is there.</summary>
    /// <exception cref="SqliteException">the file can't be read or is no database.</exception>
    public SqliteStore(string folder)
    {
        string path = Path.Combine(folder, "provisioner.db");
        _writing = Open(path);
        Execute(_writing, Schema);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _reading = Open(path);
        LastSeq = (long)(Scalar(_reading, "SELECT coalesce(max(seq), 0) FROM events") ?? 0L);
        _writer = new Thread(Write) { IsBackground = true, Name = "store" };
        _writer.Start();
    }

    /// <summary>Number of the last event at start.</summary>
    public long LastSeq { get; }

    public string? Suspended => _suspended;

    /// <summary>Told once when it can't write for now (true), and once when it can again (false), with a sentence; on the writing thread.</summary>
    public Action<string, bool> Told { get; set; } = (_, _) => { };

    /// <summary>Told once, when a commit failed and the store takes nothing more.</summary>
    public event Action<Exception>? Broken;

    public IReadOnlyList<Document> Load(string collection)
    {
        lock (_readLock)
        {
            using var command = _reading.CreateCommand();
            command.CommandText = "SELECT id, version, json FROM documents WHERE collection = $c";
            command.Parameters.AddWithValue("$c", collection);
            using var rows = command.ExecuteReader();
            var found = new List<Document>();
            while (rows.Read()) found.Add(new(collection, rows.GetString(0), rows.GetInt64(1), rows.GetString(2)));
            return found;
        }
    }

    public Task CommitAsync(StoreBatch batch)
    {
        if (_broken is { } broken) return Task.FromException(broken);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_waiting.Writer.TryWrite((batch, done))) return done.Task;
        return Task.FromException(new IOException("the store is 65,536 writes behind: the disk is too slow or stands still"));
    }

    public IReadOnlyList<TimelineEvent> Events(string? machine, long after, int limit) =>
        Query("seq > $after", "ASC", machine, after, limit);

    public IReadOnlyList<TimelineEvent> LastEvents(string? machine, int limit)
    {
        var last = Query("seq > $after", "DESC", machine, 0, limit);
        last.Reverse();
        return last;
    }

    private List<TimelineEvent> Query(string where, string order, string? machine, long after, int limit)
    {
        lock (_readLock)
        {
            using var command = _reading.CreateCommand();
            command.CommandText = $"SELECT json FROM events WHERE {where}{(machine is null ? "" : " AND machine = $machine")} ORDER BY seq {order} LIMIT $limit";
            command.Parameters.AddWithValue("$after", after);
            command.Parameters.AddWithValue("$limit", limit);
            if (machine is not null) command.Parameters.AddWithValue("$machine", machine);
            using var rows = command.ExecuteReader();
            var found = new List<TimelineEvent>();
            while (rows.Read()) found.Add(JsonSerializer.Deserialize(rows.GetString(0), StoreJson.Default.TimelineEvent)!);
            return found;
        }
    }

    private void Write()
    {
        var group = new List<(StoreBatch Batch, TaskCompletionSource Done)>();
        while (_waiting.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            group.Clear();
            while (group.Count < MostInOneCommit && _waiting.Reader.TryRead(out var next)) group.Add(next);
            CommitGroup(group);
        }
    }

    private void CommitGroup(List<(StoreBatch Batch, TaskCompletionSource Done)> group)
    {
        var failures = new Exception?[group.Count];
        try
        {
            if (_broken is { } broken) throw broken;
            while (!TryWrite(group, failures))
            {
                if (!_closing.Wait(BetweenTries)) continue;
                Array.Fill(failures, new IOException($"the appliance is stopping, and the store can't be written ({_suspended})"));
                break;
            }
        }
        catch (Exception e)
        {
            Break(e);
            foreach (var (_, done) in group) done.SetException(_broken!);
            return;
        }
        for (int i = 0; i < group.Count; i++)
        {
            if (failures[i] is { } failure) group[i].Done.SetException(failure);
            else group[i].Done.SetResult();
        }
    }

    // False: the disk has no room, or fails for now. Nothing of the group is on disk then.
    private bool TryWrite(List<(StoreBatch Batch, TaskCompletionSource Done)> group, Exception?[] failures)
    {
        try
        {
            Execute(_writing, "BEGIN IMMEDIATE");
            for (int i = 0; i < group.Count; i++) failures[i] = WriteBatch(group[i].Batch);
            Execute(_writing, "COMMIT");
        }
        catch (SqliteException e) when (e.SqliteErrorCode is raw.SQLITE_FULL or raw.SQLITE_IOERR or raw.SQLITE_READONLY)
        {
            RollBack();
            if (_suspended is null) Told($"the store can't be written ({e.Message}): changes of machines are refused and events wait until it can; make room on the disk, or mend it. It goes on by itself then", true);
            _suspended = e.Message;
            return false;
        }
        if (_suspended is null) return true;
        _suspended = null;
        Told("the store can be written again: what waited is on disk", false);
        return true;
    }

    // SQLite has often rolled back by itself when there is no room.
    private void RollBack()
    {
        try
        {
            Execute(_writing, "ROLLBACK");
        }
        catch (SqliteException)
        {
        }
    }

    private void Break(Exception e)
    {
        if (_broken is not null) return;
        _broken = e;
        Broken?.Invoke(e);
    }

    private StoreConflictException? WriteBatch(StoreBatch batch)
    {
        Execute(_writing, "SAVEPOINT batch");
        foreach (var document in batch.Put)
        {
            if (Put(document)) continue;
            Execute(_writing, "ROLLBACK TO batch; RELEASE batch");
            return new StoreConflictException(document.Collection, document.Id);
        }
        foreach (var (collection, id) in batch.Delete) Delete(collection, id);
        foreach (var told in batch.Events) Append(told);
        Execute(_writing, "RELEASE batch");
        return null;
    }

    private bool Put(Document document)
    {
        using var command = _writing.CreateCommand();
        command.CommandText = document.Version == 1
            ? "INSERT INTO documents (collection, id, version, json) VALUES ($c, $id, $v, $json) ON CONFLICT DO NOTHING"
            : "UPDATE documents SET version = $v, json = $json WHERE collection = $c AND id = $id AND version = $v - 1";
        command.Parameters.AddWithValue("$c", document.Collection);
        command.Parameters.AddWithValue("$id", document.Id);
        command.Parameters.AddWithValue("$v", document.Version);
        command.Parameters.AddWithValue("$json", document.Json);
        return command.ExecuteNonQuery() == 1;
    }

    private void Delete(string collection, string id)
    {
        using var command = _writing.CreateCommand();
        command.CommandText = "DELETE FROM documents WHERE collection = $c AND id = $id";
        command.Parameters.AddWithValue("$c", collection);
        command.Parameters.AddWithValue("$id", id);
        command.ExecuteNonQuery();
    }

    private void Append(TimelineEvent told)
    {
        using var command = _writing.CreateCommand();
        command.CommandText = "INSERT INTO events (seq, machine, json) VALUES ($seq, $machine, $json)";
        command.Parameters.AddWithValue("$seq", told.Seq);
        command.Parameters.AddWithValue("$machine", told.Machine);
        command.Parameters.AddWithValue("$json", JsonSerializer.Serialize(told, StoreJson.Default.TimelineEvent));
        command.ExecuteNonQuery();
    }

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        Execute(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA busy_timeout={5000}; PRAGMA synchronous=FULL"));
        return connection;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    /// <summary>Writes what is waiting, then closes.</summary>
    public void Dispose()
    {
        _closing.Set();
        _waiting.Writer.TryComplete();
        _writer.Join(TimeSpan.FromSeconds(10));
        _reading.Dispose();
        _writing.Dispose();
    }
}

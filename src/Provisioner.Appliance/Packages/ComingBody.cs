using System.Security.Cryptography;
using Provisioner.Domain.Packages;

namespace Provisioner.Appliance.Packages;

/// <summary>The cache's disk can't take what comes.</summary>
internal sealed class DiskException(string message, Exception? why) : IOException(message, why);

/// <summary>What came is not what the file's name promises.</summary>
internal sealed class WrongContentException(string message) : IOException(message);

/// <summary>The body of a file that is coming: how much of it is on disk, and the room that is reserved for it. One writer; any number of readers.</summary>
internal sealed class ComingBody(PackageFile file, PackageStore store) : IDisposable
{
    /// <summary>Bytes that are read at once.</summary>
    public const int Chunk = 1 << 17;

    private const long ReserveEach = 1 << 20, SyncEach = 16 << 20;
    private FileStream? _body;
    private long _written, _reserved, _synced;

    /// <summary>The file's record; from its beginning on.</summary>
    public CachedFile Record { get; set; } = null!;

    /// <summary>There is something that can be gone on with.</summary>
    public bool IsOpen => _body is not null;

    /// <summary>Bytes that were written.</summary>
    public long Written => Volatile.Read(ref _written);

    /// <summary>Takes up what an earlier flight left.</summary>
    public void GoOn(CachedFile part, long bytes)
    {
        (Record, _written, _synced, _reserved) = (part, bytes, part.Synced, bytes);
        _body = store.Reopen(part);
    }

    /// <summary>Begins an empty one, in a file of its own.</summary>
    public void Begin(CachedFile record)
    {
        (string name, _body) = store.Create(file.Key);
        Record = record with { Body = name };
    }

    /// <summary>Its length is known now, where the archive said it: its room is reserved, and it is written down that it comes.</summary>
    /// <exception cref="DiskException">there is no room.</exception>
    public void Depart()
    {
        Reserve(Math.Max(Record.Length ?? 0, _written));
        if (Record.IfRange is not null) store.Note(Record, _synced);
    }

    /// <summary>Adds bytes at its end.</summary>
    /// <exception cref="DiskException">there is no room, or the disk fails.</exception>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        Reserve(_written + bytes.Length);
        try
        {
            await RandomAccess.WriteAsync(_body!.SafeFileHandle, bytes, _written, cancel);
            Volatile.Write(ref _written, _written + bytes.Length);
        }
        catch (IOException e)
        {
            throw new DiskException($"the cache can't be written: {e.Message}", e);
        }
    }

    /// <summary>Puts onto the disk what came since the last time, where that is much and could be gone on with.</summary>
    public void SyncNowAndThen()
    {
        if (_written - _synced >= SyncEach && Record.IfRange is not null) Sync();
    }

    /// <summary>All of it is there: from now on it is in the cache.</summary>
    /// <exception cref="WrongContentException">it is not what its name promises.</exception>
    public void Land()
    {
        if (file.Hash is { } promised && !Has(promised)) throw new WrongContentException($"{file.Url} is not what its name says: its {promised.Algorithm} is another");
        // Left over from what an older one, longer than this, wrote here; and a body of unknown length has one now.
        _body!.SetLength(_written);
        _body.Flush(flushToDisk: true);
        store.Release(_reserved - _written);
        _reserved = 0;
        Record = Record with { Length = _written, Synced = 0, Boot = null };
        store.Commit(Record);
    }

    /// <summary>Leaves what there is for a later flight, where that can go on with it.</summary>
    public void Keep()
    {
        if (_body is not null && Record.IfRange is not null && _written > 0 && Try(() => { if (_written > _synced) Sync(); }))
        {
            store.Release(_reserved - _written);
            store.Keep(Record, _written);
            _reserved = 0;
        }
        else
        {
            Forget();
        }
    }

    /// <summary>Throws away what there is.</summary>
    public void Forget()
    {
        if (_body is not null)
        {
            _body.Dispose();
            _body = null;
            Try(() => store.Discard(Record));
            store.Release(_reserved);
            (_written, _synced) = (0, 0);
        }
        _reserved = 0;
    }

    public void Dispose() => _body?.Dispose();

    private void Reserve(long bytes)
    {
        if (bytes <= _reserved) return;
        long more = Record.Length is null ? bytes - _reserved + ReserveEach : bytes - _reserved;
        if (!store.Reserve(more)) throw new DiskException($"{file.Url} does not fit into the package cache", null);
        _reserved += more;
    }

    private void Sync()
    {
        _body!.Flush(flushToDisk: true);
        _synced = _written;
        store.Note(Record, _synced);
    }

    private bool Has(NamedHash promised)
    {
        using var hash = IncrementalHash.CreateHash(new HashAlgorithmName(promised.Algorithm));
        byte[] buffer = new byte[Chunk];
        for (long at = 0; at < _written;)
        {
            int read = RandomAccess.Read(_body!.SafeFileHandle, buffer, at);
            if (read == 0) return false;
            hash.AppendData(buffer, 0, read);
            at += read;
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset()) == promised.Hex;
    }

    private static bool Try(Action deed)
    {
        try
        {
            deed();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

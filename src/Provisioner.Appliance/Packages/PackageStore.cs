using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Provisioner.Domain.Packages;

namespace Provisioner.Appliance.Packages;

/// <summary>
/// The files of the cache on disk, never more than its room. Each is a body and a record beside it, <c>HASH.whole</c> or <c>HASH.part</c>: the
/// record of a whole file is moved to its place when the body is synced, so a file is whole or it is a part, whatever ends the process.
/// </summary>
internal sealed class PackageStore(string folder, CacheRoom room, TimeProvider time)
{
    private const string Whole = ".whole", Part = ".part", Fresh = ".new";
    private static readonly TimeSpan TouchEach = TimeSpan.FromHours(1);
    private static readonly string Boot = BootId();
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Slot>> _whole = [], _parts = [];
    private readonly LinkedList<Slot> _byUse = new(); // the longest unused first
    private long _used;

    private sealed record Slot(CachedFile File, bool IsWhole, long Size)
    {
        public DateTimeOffset Touched { get; set; }
    }

    /// <summary>Bytes that the cache takes, with what running downloads have reserved.</summary>
    public long Used
    {
        get { lock (_lock) return _used; }
    }

    public long Bound => room.Bound;

    /// <summary>Whole files and their bytes by archive.</summary>
    public IReadOnlyDictionary<string, (int Files, long Bytes)> ByArchive()
    {
        lock (_lock) return _whole.Values.GroupBy(n => n.Value.File.Archive).ToDictionary(g => g.Key, g => (g.Count(), g.Sum(n => n.Value.Size)));
    }

    /// <summary>Reads what is on the disk; throws away what belongs to nothing. To be called once, before all else.</summary>
    public void Load()
    {
        Directory.CreateDirectory(folder);
        var found = new List<Slot>();
        var bodies = new HashSet<string>();
        foreach (string path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            string extension = Path.GetExtension(path);
            if (extension is not (Whole or Part)) continue;
            if (Read(path) is { } slot && bodies.Add(slot.File.Body)) found.Add(slot);
            else File.Delete(path);
        }
        foreach (string path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            if (Path.GetExtension(path) is not (Whole or Part) && !bodies.Contains(Path.GetFileName(path))) File.Delete(path);
        lock (_lock)
        {
            foreach (var slot in found.OrderBy(s => s.Touched)) Add(slot);
            Evict(0);
        }
    }

    /// <summary>The whole file and its open body, and marks it as used; null where there is none.</summary>
    public (CachedFile File, FileStream Body)? Open(string url)
    {
        lock (_lock)
        {
            if (!_whole.TryGetValue(url, out var node)) return null;
            try
            {
                var body = new FileStream(PathOf(node.Value.File), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
                if (body.Length == node.Value.Size)
                {
                    Touch(node);
                    return (node.Value.File, body);
                }
                body.Dispose();
            }
            catch (IOException)
            {
                // Somebody took the file away: it is fetched anew.
            }
            Drop(node);
            return null;
        }
    }

    /// <summary>The record of a whole file, or null.</summary>
    public CachedFile? Find(string url)
    {
        lock (_lock) return _whole.GetValueOrDefault(url)?.Value.File;
    }

    /// <summary>Takes a part out of the store, to go on with it: its record and bytes that are there. They count as reserved. Null where there is none.</summary>
    public (CachedFile File, long Bytes)? TakePart(string url)
    {
        lock (_lock)
        {
            if (!_parts.Remove(url, out var node)) return null;
            _byUse.Remove(node);
            return (node.Value.File, node.Value.Size);
        }
    }

    /// <summary>Makes room for bytes that are to come, and reserves it. False where they can't fit.</summary>
    public bool Reserve(long bytes)
    {
        lock (_lock)
        {
            if (!Evict(bytes)) return false;
            _used += bytes;
            return true;
        }
    }

    /// <summary>Gives back what was reserved and not used.</summary>
    public void Release(long bytes)
    {
        lock (_lock) _used -= bytes;
    }

    /// <summary>A new body for a URL, open for writing.</summary>
    public (string Name, FileStream Body) Create(string url)
    {
        string name = $"{HashOf(url)}.{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
        Directory.CreateDirectory(FolderOf(name));
        return (name, OpenForWriting(name, FileMode.CreateNew));
    }

    /// <summary>The body of a part, open for writing.</summary>
    public FileStream Reopen(CachedFile part) => OpenForWriting(part.Body, FileMode.Open);

    /// <summary>Another reader of a body.</summary>
    public FileStream Read(CachedFile file) => new(PathOf(file), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);

    /// <summary>Writes down how far a download is, so that another process can go on with it. The body has to be synced up to there.</summary>
    public void Note(CachedFile part, long synced) => Write(RecordOf(part.Url, Part), part with { Synced = synced, Boot = Boot });

    /// <summary>Makes a body, which has to be synced, the whole file. Its reserved bytes are its own from now on.</summary>
    public void Commit(CachedFile file)
    {
        Write(RecordOf(file.Url, Whole), file);
        lock (_lock)
        {
            // Whoever still reads the old body has it open: it goes when the last one is done.
            if (_whole.TryGetValue(file.Url, out var old)) Forget(old);
            File.Delete(RecordOf(file.Url, Part));
            _used -= file.Length!.Value; // Add counts it again
            Add(new(file, true, file.Length.Value) { Touched = time.GetUtcNow() });
        }
    }

    /// <summary>Puts a part back that can be continued later. Its reserved bytes are its own from now on.</summary>
    public void Keep(CachedFile part, long bytes)
    {
        lock (_lock)
        {
            _used -= bytes;
            Add(new(part, false, bytes) { Touched = time.GetUtcNow() });
        }
    }

    /// <summary>Throws a part away that was taken or created.</summary>
    public void Discard(CachedFile part)
    {
        File.Delete(RecordOf(part.Url, Part));
        File.Delete(PathOf(part));
    }

    /// <summary>Throws files away; returns how many, and their bytes.</summary>
    public (int Files, long Bytes) Evict(Func<CachedFile, bool> which)
    {
        lock (_lock)
        {
            var gone = _byUse.Where(s => which(s.File)).ToList();
            foreach (var slot in gone) Drop((slot.IsWhole ? _whole : _parts)[slot.File.Url]);
            return (gone.Count, gone.Sum(s => s.Size));
        }
    }

    private bool Evict(long wanted)
    {
        while (room.ToEvict(wanted, _used, new DriveInfo(folder).AvailableFreeSpace) is { } bytes)
        {
            if (bytes == 0) return true;
            // What is left may be reserved by downloads, which can't be evicted.
            if (_byUse.First is not { } oldest) return false;
            Drop((oldest.Value.IsWhole ? _whole : _parts)[oldest.Value.File.Url]);
        }
        return false;
    }

    private void Add(Slot slot)
    {
        var node = _byUse.AddLast(slot);
        (slot.IsWhole ? _whole : _parts)[slot.File.Url] = node;
        _used += slot.Size;
    }

    // The record goes first: a body without one is nothing.
    private void Drop(LinkedListNode<Slot> node)
    {
        File.Delete(RecordOf(node.Value.File.Url, node.Value.IsWhole ? Whole : Part));
        Forget(node);
    }

    private void Forget(LinkedListNode<Slot> node)
    {
        File.Delete(PathOf(node.Value.File));
        _byUse.Remove(node);
        (node.Value.IsWhole ? _whole : _parts).Remove(node.Value.File.Url);
        _used -= node.Value.Size;
    }

    private void Touch(LinkedListNode<Slot> node)
    {
        _byUse.Remove(node);
        _byUse.AddLast(node);
        var now = time.GetUtcNow();
        if (now - node.Value.Touched < TouchEach) return;
        node.Value.Touched = now;
        File.SetLastWriteTimeUtc(RecordOf(node.Value.File.Url, Whole), now.UtcDateTime); // the order of use survives a restart
    }

    private Slot? Read(string path)
    {
        try
        {
            bool whole = path.EndsWith(Whole, StringComparison.Ordinal);
            var file = JsonSerializer.Deserialize(File.ReadAllBytes(path), CachedFileJson.Default.CachedFile)!;
            if (RecordOf(file.Url, whole ? Whole : Part) != path || Path.GetFileName(file.Body) != file.Body) return null;
            long size = new FileInfo(PathOf(file)).Length;
            if (whole ? size != file.Length : file.IfRange is null) return null;
            // After a power cut a body may end in bytes that never reached the disk.
            if (!whole && file.Boot != Boot) size = Math.Min(size, file.Synced);
            return new(file, whole, size) { Touched = File.GetLastWriteTimeUtc(path) };
        }
        catch (Exception e) when (e is IOException or JsonException or NullReferenceException)
        {
            return null;
        }
    }

    private static void Write(string path, CachedFile file)
    {
        using (var record = new FileStream(path + Fresh, FileMode.Create))
        {
            JsonSerializer.Serialize(record, file, CachedFileJson.Default.CachedFile);
            record.Flush(flushToDisk: true);
        }
        File.Move(path + Fresh, path, overwrite: true);
    }

    private FileStream OpenForWriting(string body, FileMode mode) => new(Path.Combine(FolderOf(body), body), mode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, 1);

    private string PathOf(CachedFile file) => Path.Combine(FolderOf(file.Body), file.Body);

    private string RecordOf(string url, string kind) => HashOf(url) is var hash ? Path.Combine(FolderOf(hash), hash + kind) : "";

    private string FolderOf(string hash) => Path.Combine(folder, hash[..2]);

    private static string HashOf(string url) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(url)));

    private static string BootId()
    {
        try
        {
            return File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
        }
        catch (IOException)
        {
            return "";
        }
    }
}

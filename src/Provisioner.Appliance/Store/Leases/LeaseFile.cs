using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Provisioner.Appliance.Store.Leases;

/// <summary>
/// A file that is only appended to. What <see cref="Append"/> has returned from is on disk. Room is made ahead, with zeros that are on disk
/// themselves: so an append changes nothing of the file but its content, and its sync doesn't wait for the file system's own journal, in
/// which everybody else's changes stand as well (on a busy ext4: 0.1 ms instead of 10).
/// </summary>
internal sealed partial class LeaseFile : IDisposable
{
    private const int LeastAhead = 64 << 10, MostAhead = 4 << 20;
    private static readonly byte[] Zeros = new byte[64 << 10];
    private readonly SafeFileHandle _handle;
    private bool _hasTail;
    private long _room;

    private readonly bool _grows;

    private LeaseFile(SafeFileHandle handle, bool grows) => (_handle, _grows) = (handle, grows);

    /// <summary>Octets that are on disk.</summary>
    public long Length { get; private set; }

    /// <summary>Makes a new file with its first octets; it is there, under its name, when this returns.</summary>
    /// <param name="grows">More will be appended: room is made ahead.</param>
    /// <exception cref="IOException">the disk would not; nothing is left of it.</exception>
    public static LeaseFile Create(string path, ReadOnlySpan<byte> first, bool grows)
    {
        var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        var file = new LeaseFile(handle, grows);
        try
        {
            File.SetUnixFileMode(handle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            file.Append(first);
            SyncFolder(Path.GetDirectoryName(path)!);
            return file;
        }
        catch
        {
            file.Dispose();
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Writes and syncs, or throws: then nothing of it counts, and the next append first cuts off what it may have left.</summary>
    /// <exception cref="IOException">no room, or the disk fails.</exception>
    public void Append(ReadOnlySpan<byte> octets)
    {
        if (_hasTail) CutTail();
        if (_grows && Length + octets.Length > _room) MakeRoom(octets.Length);
        _hasTail = true;
        RandomAccess.Write(_handle, octets, Length);
        if (FDataSync(_handle) != 0) throw Failed("fdatasync");
        Length += octets.Length;
        _hasTail = false;
    }

    public void Dispose()
    {
        try
        {
            CutTail();
        }
        catch (IOException)
        {
            // The zeros stay: they are read as the end.
        }
        _handle.Dispose();
    }

    /// <summary>Makes a rename or a new name in a folder last.</summary>
    /// <exception cref="IOException">the disk would not.</exception>
    public static void SyncFolder(string folder)
    {
        int fd = Open(folder, 0);
        if (fd < 0) throw Failed($"open {folder}");
        try
        {
            if (FSync(fd) != 0) throw Failed($"fsync {folder}");
        }
        finally
        {
            Close(fd);
        }
    }

    private void CutTail()
    {
        RandomAccess.SetLength(_handle, Length);
        _room = Length;
        _hasTail = false;
    }

    private void MakeRoom(int atLeast)
    {
        long wanted = Length + atLeast + Math.Clamp(Length, LeastAhead, MostAhead);
        try
        {
            for (long at = _room; at < wanted; at += Zeros.Length) RandomAccess.Write(_handle, Zeros.AsSpan(0, (int)Math.Min(Zeros.Length, wanted - at)), at);
            if (FDataSync(_handle) != 0) throw Failed("fdatasync");
            _room = wanted;
        }
        catch (IOException)
        {
            CutTail(); // no room to spare: what is to be written may fit all the same
        }
    }

    private static IOException Failed(string what) => new($"{what}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FDataSync(SafeFileHandle fd);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int fd);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int fd);
}

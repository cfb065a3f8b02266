using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Provisioner.Appliance.Store.Leases;

/// <summary>A file that is only appended to. What <see cref="Append"/> has returned from is on disk.</summary>
internal sealed partial class LeaseFile : IDisposable
{
    private readonly SafeFileHandle _handle;
    private bool _hasTail;

    private LeaseFile(SafeFileHandle handle, string path) => (_handle, Path) = (handle, path);

    public string Path { get; }

    /// <summary>Octets that are on disk.</summary>
    public long Length { get; private set; }

    /// <summary>Makes a new file with its first octets; it is there, under its name, when this returns.</summary>
    /// <exception cref="IOException">the disk would not; nothing is left of it.</exception>
    public static LeaseFile Create(string path, ReadOnlySpan<byte> first)
    {
        var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        var file = new LeaseFile(handle, path);
        try
        {
            File.SetUnixFileMode(handle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            file.Append(first);
            SyncFolder(System.IO.Path.GetDirectoryName(path)!);
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
        _hasTail = true;
        RandomAccess.Write(_handle, octets, Length);
        if (FDataSync(_handle) != 0) throw Failed("fdatasync");
        Length += octets.Length;
        _hasTail = false;
    }

    public void Dispose() => _handle.Dispose();

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
        _hasTail = false;
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

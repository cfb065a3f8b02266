using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Provisioner.Appliance.Servers;

/// <summary>Bytes as a file that has no place on a disk (memfd_create(2)): what sends files by their handle sends them too, and a power cut leaves nothing behind.</summary>
internal sealed partial class MemoryFile : IDisposable
{
    private const uint CloseOnExec = 1;
    private readonly SafeFileHandle _file;

    /// <param name="name">For /proc, to be recognised by.</param>
    /// <param name="content">What is in it, for good.</param>
    public MemoryFile(string name, ReadOnlySpan<byte> content)
    {
        int number = Create(name, CloseOnExec);
        if (number < 0) throw new Win32Exception();
        _file = new(number, ownsHandle: true);
        RandomAccess.Write(_file, content, 0);
    }

    /// <summary>Where this process opens it; each opening is independent.</summary>
    public string Path => $"/proc/self/fd/{_file.DangerousGetHandle()}";

    public void Dispose() => _file.Dispose();

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Create(string name, uint flags);
}

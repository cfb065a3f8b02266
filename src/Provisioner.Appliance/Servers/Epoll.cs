using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Provisioner.Appliance.Servers;

/// <summary>Waits for many sockets on one thread (epoll(7)): the framework's own Select looks at each of them every time.</summary>
internal sealed partial class Epoll : IDisposable
{
    /// <summary>What to wait for. Hang-ups and errors are always told, as something to read.</summary>
    public const uint Nothing = 0, Input = 1, Output = 4;

    /// <summary>Tells of each thing that comes once (edge-triggered): who leaves something unread hears of it with the next one. Without it the kernel looks at a socket again that was just read.</summary>
    public const uint Once = 1u << 31;

    private const int Add = 1, Delete = 2, Modify = 3, CloseOnExec = 0x80000, Interrupted = 4, MostEvents = 64;
    // struct epoll_event is packed on x86-64 only: 4 octets of events, then 8 of data.
    private static readonly int DataAt = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int EventLength = DataAt + 8;
    private readonly int _fd;
    private readonly byte[] _events = new byte[MostEvents * EventLength];

    public Epoll()
    {
        _fd = Create(CloseOnExec);
        if (_fd < 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    /// <summary>Watches a socket; the key comes back from <see cref="Wait"/>.</summary>
    public void Watch(int socket, long key, uint events) => Set(Add, socket, key, events);

    /// <summary>Waits for something else of a socket.</summary>
    public void Change(int socket, long key, uint events) => Set(Modify, socket, key, events);

    /// <summary>Forgets a socket; before it is closed.</summary>
    public void Forget(int socket) => Control(_fd, Delete, socket, stackalloc byte[16]);

    /// <summary>Keys of the sockets that something happened to, at most as many as fit; none when the time is over.</summary>
    public int Wait(Span<long> keys, TimeSpan timeout)
    {
        int count = EpollWait(_fd, _events, Math.Min(MostEvents, keys.Length), (int)Math.Ceiling(timeout.TotalMilliseconds));
        if (count < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            return error == Interrupted ? 0 : throw new Win32Exception(error);
        }
        for (int i = 0; i < count; i++) keys[i] = BitConverter.ToInt64(_events, i * EventLength + DataAt);
        return count;
    }

    public void Dispose() => Close(_fd);

    private void Set(int operation, int socket, long key, uint events)
    {
        Span<byte> about = stackalloc byte[16];
        BitConverter.TryWriteBytes(about, events);
        BitConverter.TryWriteBytes(about[DataAt..], key);
        if (Control(_fd, operation, socket, about) != 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int Control(int epoll, int operation, int fd, Span<byte> about);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int EpollWait(int epoll, byte[] events, int most, int timeout);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int fd);
}

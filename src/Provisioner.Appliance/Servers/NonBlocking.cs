using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Provisioner.Appliance.Servers;

/// <summary>
/// Linux's own calls on sockets that don't wait: what the framework's Socket hasn't (sendfile of a part, UDP_SEGMENT, MSG_MORE), or has with
/// an exception for each "nothing there now". All return what the call returned, or the error number below zero.
/// </summary>
internal static partial class NonBlocking
{
    public const int Again = -11, Interrupted = -4, ConnectionRefused = -111;
    private const int MsgDontWait = 0x40, MsgNoSignal = 0x4000, MsgMore = 0x8000;
    private const int SockNonBlock = 0x800, SockCloseOnExec = 0x80000, SolUdp = 17, UdpSegment = 103, IpProtoTcp = 6, TcpNoDelay = 1, ShutWrite = 1;

    /// <summary>Receives (recv(2)).</summary>
    public static int Receive(int socket, Span<byte> buffer) => Of(RecvCall(socket, buffer, buffer.Length, MsgDontWait));

    /// <summary>Sends (send(2)); with <paramref name="more"/> TCP waits for what comes behind to fill its segment.</summary>
    public static int Send(int socket, ReadOnlySpan<byte> octets, bool more = false) =>
        Of(SendCall(socket, octets, octets.Length, MsgDontWait | MsgNoSignal | (more ? MsgMore : 0)));

    /// <summary>Sends a part of a file without a copy through this process (sendfile(2)).</summary>
    public static long SendFile(int socket, int file, long offset, long count) => Of(SendFileCall(socket, file, ref offset, (nint)count));

    /// <summary>Takes the next connection (accept4(2)), non-blocking and without Nagle's delay; the peer's sockaddr_in goes to <paramref name="peer"/>, 16 octets.</summary>
    public static int Accept(int listener, Span<byte> peer)
    {
        int length = peer.Length;
        int socket = Of(AcceptCall(listener, peer, ref length, SockNonBlock | SockCloseOnExec));
        if (socket >= 0) SetOption(socket, IpProtoTcp, TcpNoDelay, 1);
        return socket;
    }

    /// <summary>Has the kernel cut what is sent into datagrams of a size (UDP_SEGMENT, udp(7), Linux 4.18); 0: no longer. False where it can't.</summary>
    public static bool Segment(int socket, int size) => SetOption(socket, SolUdp, UdpSegment, size) == 0;

    /// <summary>No more will be sent (shutdown(2)).</summary>
    public static void EndSending(int socket) => ShutdownCall(socket, ShutWrite);

    public static void Close(int socket) => CloseCall(socket);

    /// <summary>The number that the calls here take. The socket must be kept from being collected meanwhile.</summary>
    public static int Number(Socket socket) => (int)socket.Handle;

    private static int Of(int result) => result < 0 ? -Marshal.GetLastPInvokeError() : result;

    private static int Of(nint result) => result < 0 ? -Marshal.GetLastPInvokeError() : (int)result;

    private static int SetOption(int socket, int level, int option, int value) => SetOptionCall(socket, level, option, ref value, sizeof(int));

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint RecvCall(int socket, Span<byte> buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint SendCall(int socket, ReadOnlySpan<byte> buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "sendfile", SetLastError = true)]
    private static partial nint SendFileCall(int socket, int file, ref long offset, nint count);

    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    private static partial int AcceptCall(int listener, Span<byte> peer, ref int length, int flags);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOptionCall(int socket, int level, int option, ref int value, int length);

    [LibraryImport("libc", EntryPoint = "shutdown", SetLastError = true)]
    private static partial int ShutdownCall(int socket, int how);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int CloseCall(int socket);
}

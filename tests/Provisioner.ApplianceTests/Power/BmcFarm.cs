using System.Buffers.Binary;
using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Provisioner.ApplianceTests.Power;

/// <summary>
/// Thousands of simulated BMCs behind one UDP socket: it hears port 623 of every loopback address, and answers from the address that
/// was asked (IP_PKTINFO, ip(7)). 127.1.0.1 is the first BMC, 127.1.0.250 the 250th, 127.1.1.1 the 251st.
/// </summary>
internal sealed unsafe partial class BmcFarm : IDisposable
{
    private const int PerNet = 250, Port = 623;
    private const int IpPktInfo = 8, SolSocket = 1, SoBindToDevice = 25, SoRcvBuf = 8;
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly SimulatedBmc[] _bmcs;
    private readonly Thread _thread;
    private volatile bool _ended;

    public BmcFarm(int count, Func<int, bool> isDead)
    {
        _bmcs = [.. Enumerable.Range(0, count).Select(i => new SimulatedBmc { WritesDown = false, Chassis = { PowerOn = i % 2 == 0 }, LanAccess = !isDead(i) })];
        // Nobody outside of this machine is answered.
        _socket.SetRawSocketOption(SolSocket, SoBindToDevice, "lo\0"u8);
        _socket.SetRawSocketOption(0, IpPktInfo, BitConverter.GetBytes(1));
        _socket.SetRawSocketOption(SolSocket, SoRcvBuf, BitConverter.GetBytes(16 << 20));
        _socket.ReceiveTimeout = 200;
        _socket.Bind(new IPEndPoint(IPAddress.Any, Port));
        _thread = new(Serve) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Datagrams that came to the living, and that were answered.</summary>
    public (long In, long Out) Datagrams { get; private set; }

    public static string Address(int bmc) => $"127.1.{bmc / PerNet}.{bmc % PerNet + 1}";

    public void Dispose()
    {
        _ended = true;
        _thread.Join();
        _socket.Dispose();
    }

    private void Serve()
    {
        byte* buffer = stackalloc byte[2048], control = stackalloc byte[64], from = stackalloc byte[16];
        int handle = (int)_socket.Handle;
        while (!_ended)
        {
            var vector = new IoVec { Base = buffer, Length = 2048 };
            var header = new MsgHdr { Name = from, NameLength = 16, Vectors = &vector, VectorCount = 1, Control = control, ControlLength = 64 };
            nint length = RecvMsg(handle, &header, 0);
            if (length <= 0) continue;
            // cmsghdr (16 octets), then in_pktinfo: interface, local address, destination address.
            var to = new ReadOnlySpan<byte>(control + 24, 4);
            int index = to[2] * PerNet + to[3] - 1;
            if (to[1] != 1 || index < 0 || index >= _bmcs.Length || !_bmcs[index].LanAccess) continue;
            var answer = _bmcs[index].Answer(new(buffer, (int)length));
            Datagrams = (Datagrams.In + 1, Datagrams.Out + (answer is null ? 0 : 1));
            if (answer is { } said) Send(handle, said.Datagram, from, BinaryPrimitives.ReadUInt32LittleEndian(to));
        }
    }

    private static void Send(int handle, byte[] datagram, byte* to, uint source)
    {
        byte* control = stackalloc byte[32];
        new Span<byte>(control, 32).Clear();
        *(nint*)control = 28;
        *(int*)(control + 12) = IpPktInfo;
        *(uint*)(control + 20) = source;
        fixed (byte* octets = datagram)
        {
            var vector = new IoVec { Base = octets, Length = datagram.Length };
            var header = new MsgHdr { Name = to, NameLength = 16, Vectors = &vector, VectorCount = 1, Control = control, ControlLength = 32 };
            if (SendMsg(handle, &header, 0) < 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct IoVec
    {
        public byte* Base;
        public nint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct MsgHdr
    {
        public byte* Name;
        public uint NameLength;
        public IoVec* Vectors;
        public nint VectorCount;
        public byte* Control;
        public nint ControlLength;
        public int Flags;
    }

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    private static partial nint RecvMsg(int socket, MsgHdr* message, int flags);

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    private static partial nint SendMsg(int socket, MsgHdr* message, int flags);
}

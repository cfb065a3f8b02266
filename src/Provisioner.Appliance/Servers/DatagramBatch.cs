using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Provisioner.Appliance.Servers;

/// <summary>
/// Room for some datagrams and their answers, received and sent with one system call each time (recvmmsg(2), sendmmsg(2)). Where many wait, a call
/// for each of them is a good part of what an answer costs. One a thread.
/// </summary>
internal sealed unsafe partial class DatagramBatch : IDisposable
{
    /// <summary>Datagrams at once.</summary>
    public const int Most = 32;
    /// <summary>Octets of a datagram, and of an answer; what is longer comes cut to that.</summary>
    public const int Room = 4096;

    private const int AddressLength = 16; // struct sockaddr_in
    private const int WaitForOne = 0x10000; // MSG_WAITFORONE: the first is waited for, the rest is what is there
    private readonly Message* _in, _out;
    private readonly byte* _memory;
    private int _answers;

    public DatagramBatch()
    {
        int each = 2 * (Unsafe.SizeOf<Message>() + Unsafe.SizeOf<Part>() + Room) + AddressLength;
        _memory = (byte*)NativeMemory.AllocZeroed((nuint)(Most * each));
        _in = (Message*)_memory;
        _out = _in + Most;
        var parts = (Part*)(_out + Most);
        byte* addresses = (byte*)(parts + 2 * Most), octets = addresses + Most * AddressLength;
        for (int i = 0; i < 2 * Most; i++)
        {
            parts[i] = new() { At = octets + i * Room, Length = Room };
            _in[i].Parts = parts + i;
            _in[i].Count = 1;
            _in[i].AddressLength = AddressLength;
        }
        for (int i = 0; i < Most; i++) _in[i].Address = addresses + i * AddressLength;
    }

    /// <summary>Waits for a datagram and takes those that are there.</summary>
    /// <param name="socket">A blocking one, IPv4.</param>
    /// <returns>How many; less than none for an error, which <see cref="Marshal.GetLastPInvokeError"/> names.</returns>
    public int Receive(SafeSocketHandle socket)
    {
        for (int i = 0; i < Most; i++) _in[i].AddressLength = AddressLength;
        _answers = 0;
        return ReceiveMany(socket, _in, Most, WaitForOne, null);
    }

    /// <summary>A datagram that was received.</summary>
    public ReadOnlySpan<byte> this[int index] => new(_in[index].Parts->At, (int)_in[index].Octets);

    /// <summary>Where it came from: a struct sockaddr_in, whose octets 4 to 7 are the address.</summary>
    public ReadOnlySpan<byte> From(int index) => new(_in[index].Address, AddressLength);

    /// <summary>Room for the next answer.</summary>
    public Span<byte> Answer => new(_out[_answers].Parts->At, Room);

    /// <summary>So many octets of <see cref="Answer"/> are for who sent this datagram.</summary>
    public void AnswerTo(int index, int length)
    {
        _out[_answers].Parts->Length = (nuint)length;
        _out[_answers++].Address = _in[index].Address;
    }

    /// <summary>Sends the answers. One that can't be sent is left out, as the network may lose it too.</summary>
    public void Send(SafeSocketHandle socket)
    {
        for (int sent = 0; sent < _answers;) sent += Math.Max(SendMany(socket, _out + sent, (uint)(_answers - sent), 0), 1);
        _answers = 0;
    }

    public void Dispose() => NativeMemory.Free(_memory);

    // struct mmsghdr: a struct msghdr and the octets received.
    [StructLayout(LayoutKind.Sequential)]
    private struct Message
    {
        public byte* Address;
        public uint AddressLength;
        public Part* Parts;
        public nuint Count;
        public void* Control;
        public nuint ControlLength;
        public nint Flags; // an int, and the end of struct msghdr
        public uint Octets;
    }

    // struct iovec
    [StructLayout(LayoutKind.Sequential)]
    private struct Part
    {
        public byte* At;
        public nuint Length;
    }

    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    private static partial int ReceiveMany(SafeSocketHandle socket, Message* messages, uint count, int flags, void* timeout);

    [LibraryImport("libc", EntryPoint = "sendmmsg", SetLastError = true)]
    private static partial int SendMany(SafeSocketHandle socket, Message* messages, uint count, int flags);
}

using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Provisioner.Appliance.Servers;

/// <summary>Classic BPF (linux/filter.h): what the kernel lets through to a packet socket. Without one every packet of the link would wake us.</summary>
internal static class SocketFilter
{
    private const int SolSocket = 1, SoAttachFilter = 26, InstructionLength = 8;
    private const ushort LoadHalf = 0x28, LoadByte = 0x30, LoadHalfIndexed = 0x48, LoadByteIndexed = 0x50, LoadHeaderLength = 0xb1, JumpEqual = 0x15, JumpSet = 0x45, Return = 0x06;

    /// <summary>ARP of IPv4 over Ethernet; the packet begins with ARP's own header.</summary>
    public static readonly byte[] Arp = Program(
        new(LoadHalf, 0, 0, 0), new(JumpEqual, 0, 5, 1), // hardware type
        new(LoadHalf, 0, 0, 2), new(JumpEqual, 0, 3, 0x0800),
        new(LoadHalf, 0, 0, 4), new(JumpEqual, 0, 1, 0x0604),
        new(Return, 0, 0, 28), new(Return, 0, 0, 0));

    /// <summary>Messages of DHCP servers: UDP from port 67 (or 4011) with op 2, first fragments only; the packet begins with IPv4's header.</summary>
    public static readonly byte[] DhcpReplies = Program(
        new(LoadByte, 0, 0, 9), new(JumpEqual, 0, 9, 17),
        new(LoadHalf, 0, 0, 6), new(JumpSet, 7, 0, 0x1fff),
        new(LoadHeaderLength, 0, 0, 0),
        new(LoadHalfIndexed, 0, 0, 0), new(JumpEqual, 1, 0, 67), new(JumpEqual, 0, 3, 4011),
        new(LoadByteIndexed, 0, 0, 8), new(JumpEqual, 0, 1, 2),
        new(Return, 0, 0, 0xffff), new(Return, 0, 0, 0));

    /// <summary>Attaches one, before the socket is bound.</summary>
    public static void Attach(Socket socket, byte[] program)
    {
        var pinned = GCHandle.Alloc(program, GCHandleType.Pinned);
        try
        {
            // struct sock_fprog: the count of instructions, then, aligned, their address.
            var description = new byte[16];
            BitConverter.TryWriteBytes(description, (ushort)(program.Length / InstructionLength));
            BitConverter.TryWriteBytes(description.AsSpan(8), pinned.AddrOfPinnedObject());
            socket.SetRawSocketOption(SolSocket, SoAttachFilter, description);
        }
        finally
        {
            pinned.Free();
        }
    }

    // struct sock_filter, in the host's order.
    private static byte[] Program(params ReadOnlySpan<Instruction> instructions)
    {
        var octets = new byte[instructions.Length * InstructionLength];
        for (int i = 0; i < instructions.Length; i++)
        {
            var to = octets.AsSpan(i * InstructionLength);
            BitConverter.TryWriteBytes(to, instructions[i].Code);
            (to[2], to[3]) = (instructions[i].True, instructions[i].False);
            BitConverter.TryWriteBytes(to[4..], instructions[i].Operand);
        }
        return octets;
    }

    private readonly record struct Instruction(ushort Code, byte True, byte False, uint Operand);
}

using System.Buffers.Binary;
using System.Text;

namespace Provisioner.Wire.Tftp;

/// <summary>TFTP packets from bytes and to bytes.</summary>
public static class TftpCodec
{
    /// <summary>Octets before the payload of a DATA packet.</summary>
    public const int DataHeader = 4;

    private const int MostOptions = 16;

    /// <summary>Reads a packet.</summary>
    /// <exception cref="WireException">it is none, or a text in it has no end.</exception>
    public static TftpPacket Parse(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length < 2) throw new WireException($"TFTP packet has {datagram.Length} octets, wants 2 at least");
        var rest = datagram[2..];
        return BinaryPrimitives.ReadUInt16BigEndian(datagram) switch
        {
            1 => ReadRequest(rest),
            2 => new TftpPacket.WriteRequest(Text(ref rest, "file name")),
            3 => new TftpPacket.Data(U16(rest, "block"), rest[2..].ToArray()),
            4 => new TftpPacket.Ack(U16(rest, "block")),
            5 => Error(rest),
            6 => new TftpPacket.OptionAck(Options(ref rest)),
            var other => throw new WireException($"TFTP opcode is {other}, wants 1 to 6"),
        };
    }

    /// <summary>Reads an ACK without making anything of it: nearly all that comes in during a transfer is one.</summary>
    public static bool TryReadAck(ReadOnlySpan<byte> datagram, out ushort block)
    {
        block = 0;
        if (datagram.Length < 4 || BinaryPrimitives.ReadUInt16BigEndian(datagram) != 4) return false;
        block = BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]);
        return true;
    }

    /// <summary>Writes a packet and returns its length.</summary>
    /// <exception cref="WireException">it doesn't fit.</exception>
    public static int Write(TftpPacket packet, Span<byte> destination)
    {
        var to = new Writer(destination);
        switch (packet)
        {
            case TftpPacket.ReadRequest request:
                to.U16(1);
                to.Text(request.FileName);
                to.Text(request.Mode);
                to.Options(request.Options);
                break;
            case TftpPacket.WriteRequest request:
                to.U16(2);
                to.Text(request.FileName);
                to.Text("octet");
                break;
            case TftpPacket.Data data:
                to.U16(3);
                to.U16(data.Block);
                to.Bytes(data.Payload.Span);
                break;
            case TftpPacket.Ack ack:
                to.U16(4);
                to.U16(ack.Block);
                break;
            case TftpPacket.Error error:
                to.U16(5);
                to.U16((ushort)error.Code);
                to.Text(error.Message);
                break;
            case TftpPacket.OptionAck oack:
                to.U16(6);
                to.Options(oack.Options);
                break;
        }
        return to.Length;
    }

    /// <summary>Writes the header of a DATA packet whose payload stands, or will stand, behind it.</summary>
    public static void WriteDataHeader(Span<byte> destination, ushort block)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, 3);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], block);
    }

    private static TftpPacket.ReadRequest ReadRequest(ReadOnlySpan<byte> rest)
    {
        string name = Text(ref rest, "file name");
        string mode = Text(ref rest, "mode").ToLowerInvariant();
        return new(name, mode, Options(ref rest));
    }

    private static TftpPacket.Error Error(ReadOnlySpan<byte> rest)
    {
        var code = (TftpError)U16(rest, "error code");
        rest = rest[2..];
        // Some clients leave the text's NUL out.
        int end = rest.IndexOf((byte)0);
        return new(code, Printable(end < 0 ? rest : rest[..end]));
    }

    private static List<KeyValuePair<string, string>> Options(ref ReadOnlySpan<byte> rest)
    {
        var options = new List<KeyValuePair<string, string>>();
        // Zeros after the last option are padding of old ROMs.
        while (rest.Length > 0 && rest[0] != 0)
        {
            if (options.Count == MostOptions) throw new WireException($"more than {MostOptions} TFTP options");
            string name = Text(ref rest, "option name").ToLowerInvariant();
            options.Add(new(name, Text(ref rest, "option value")));
        }
        return options;
    }

    private static string Text(ref ReadOnlySpan<byte> rest, string field)
    {
        int end = rest.IndexOf((byte)0);
        if (end < 0) throw new WireException($"TFTP {field} has no end");
        string text = Printable(rest[..end]);
        rest = rest[(end + 1)..];
        return text;
    }

    private static string Printable(ReadOnlySpan<byte> octets) =>
        string.Create(octets.Length, octets, static (text, from) =>
        {
            for (int i = 0; i < from.Length; i++) text[i] = from[i] is >= 0x20 and < 0x7f ? (char)from[i] : '?';
        });

    private static ushort U16(ReadOnlySpan<byte> rest, string field) =>
        rest.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(rest) : throw new WireException($"TFTP {field} is cut short");

    private ref struct Writer(Span<byte> destination)
    {
        private Span<byte> _rest = destination;

        internal int Length { get; private set; }

        internal void U16(ushort value)
        {
            Span<byte> octets = stackalloc byte[2];
            BinaryPrimitives.WriteUInt16BigEndian(octets, value);
            Bytes(octets);
        }

        internal void Text(string text)
        {
            Bytes(Encoding.ASCII.GetBytes(text));
            Bytes([0]);
        }

        internal void Options(IReadOnlyList<KeyValuePair<string, string>> options)
        {
            foreach (var (name, value) in options)
            {
                Text(name);
                Text(value);
            }
        }

        internal void Bytes(scoped ReadOnlySpan<byte> octets)
        {
            if (octets.Length > _rest.Length) throw new WireException("TFTP packet doesn't fit");
            octets.CopyTo(_rest);
            _rest = _rest[octets.Length..];
            Length += octets.Length;
        }
    }
}

using System.Buffers.Binary;
using System.Text;

namespace Provisioner.Wire.Dhcp;

/// <summary>DHCP messages from bytes and to bytes: RFC 2131 §2, options RFC 2132 §2, long options RFC 3396.</summary>
public static class DhcpCodec
{
    /// <summary>BOOTP's smallest message (RFC 951 §3): some ROMs and relays drop shorter ones.</summary>
    public const int MinimumLength = 300;

    internal const int SNameAt = 44, SNameLength = 64, FileAt = 108, FileLength = 128, CookieAt = 236, OptionsAt = 240;
    private const uint Cookie = 0x63825363;
    private const byte Ethernet = 1;

    /// <summary>Reads a whole message. What it returns holds no reference to <paramref name="datagram"/>.</summary>
    /// <exception cref="WireException">it is not DHCP over Ethernet, an option runs past its field, or one that matters has a wrong length.</exception>
    public static DhcpMessage Parse(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length < OptionsAt) throw new WireException($"DHCP message has {datagram.Length} octets, wants {OptionsAt} at least");
        var octets = datagram.ToArray();
        if (octets[0] is not (1 or 2)) throw new WireException($"op is {octets[0]}, wants 1 or 2");
        if (octets[1] != Ethernet) throw new WireException($"htype is {octets[1]}, only Ethernet (1) is served");
        if (octets[2] != MacAddress.Length) throw new WireException($"hlen is {octets[2]}, Ethernet wants 6");
        if (U32(octets, CookieAt) != Cookie) throw new WireException("no DHCP magic cookie");

        var options = new DhcpOptionReader();
        options.Read(octets.AsMemory(OptionsAt), "options");
        int overload = options.Overload;
        if ((overload & 1) != 0) options.Read(octets.AsMemory(FileAt, FileLength), "file");
        if ((overload & 2) != 0) options.Read(octets.AsMemory(SNameAt, SNameLength), "sname");
        return new DhcpMessage
        {
            IsReply = octets[0] == 2,
            Hops = octets[3],
            Xid = U32(octets, 4),
            Secs = BinaryPrimitives.ReadUInt16BigEndian(octets.AsSpan(8)),
            Broadcast = (octets[10] & 0x80) != 0,
            CiAddr = new(U32(octets, 12)),
            YiAddr = new(U32(octets, 16)),
            SiAddr = new(U32(octets, 20)),
            GiAddr = new(U32(octets, 24)),
            ChAddr = MacAddress.FromBytes(octets.AsSpan(28)),
            SName = (overload & 2) != 0 ? "" : DhcpText.Read(octets.AsSpan(SNameAt, SNameLength)),
            File = (overload & 1) != 0 ? "" : DhcpText.Read(octets.AsSpan(FileAt, FileLength)),
            Options = options.Finish(),
        };
    }

    /// <summary>Octets that <see cref="Write"/> will write.</summary>
    public static int Measure(DhcpMessage message)
    {
        int length = OptionsAt + 1;
        foreach (var option in message.Options.Items) length += option.Value.Length + 2 * Parts(option.Value.Length);
        return Math.Max(MinimumLength, length);
    }

    /// <summary>
    /// Writes a message and returns its length. Options go out in order of their codes, with option 82 last (RFC 3046 §2.2); what is longer
    /// than 255 octets is split (RFC 3396 §5).
    /// </summary>
    /// <exception cref="WireException">it doesn't fit, or a text is longer than its field.</exception>
    public static int Write(DhcpMessage message, Span<byte> destination)
    {
        int length = Measure(message);
        if (length > destination.Length) throw new WireException($"DHCP message of {length} octets doesn't fit into {destination.Length}");
        var to = destination[..length];
        to.Clear();
        to[0] = message.IsReply ? (byte)2 : (byte)1;
        to[1] = Ethernet;
        to[2] = MacAddress.Length;
        to[3] = message.Hops;
        BinaryPrimitives.WriteUInt32BigEndian(to[4..], message.Xid);
        BinaryPrimitives.WriteUInt16BigEndian(to[8..], message.Secs);
        to[10] = message.Broadcast ? (byte)0x80 : (byte)0;
        message.CiAddr.WriteTo(to[12..]);
        message.YiAddr.WriteTo(to[16..]);
        message.SiAddr.WriteTo(to[20..]);
        message.GiAddr.WriteTo(to[24..]);
        message.ChAddr.WriteTo(to[28..]);
        WriteText(message.SName, to.Slice(SNameAt, SNameLength), "sname");
        WriteText(message.File, to.Slice(FileAt, FileLength), "file");
        BinaryPrimitives.WriteUInt32BigEndian(to[CookieAt..], Cookie);
        int at = OptionsAt;
        foreach (var option in message.Options.Items.OrderBy(o => o.Code == DhcpOptionCode.RelayAgentInformation ? 256 : (int)o.Code))
            at = WriteOption(option, to, at);
        to[at] = (byte)DhcpOptionCode.End;
        return length;
    }

    private static int WriteOption(DhcpOption option, Span<byte> to, int at)
    {
        var rest = option.Value.Span;
        do
        {
            var part = rest[..Math.Min(255, rest.Length)];
            to[at++] = (byte)option.Code;
            to[at++] = (byte)part.Length;
            part.CopyTo(to[at..]);
            at += part.Length;
            rest = rest[part.Length..];
        } while (rest.Length > 0);
        return at;
    }

    // One octet stays for the NUL: ROMs read these fields as C strings.
    private static void WriteText(string text, Span<byte> field, string name)
    {
        if (text.Length >= field.Length) throw new WireException($"{name} has {text.Length} characters, {field.Length - 1} fit");
        Encoding.ASCII.GetBytes(text, field);
    }

    private static int Parts(int length) => Math.Max(1, (length + 254) / 255);

    private static uint U32(byte[] octets, int at) => BinaryPrimitives.ReadUInt32BigEndian(octets.AsSpan(at));
}

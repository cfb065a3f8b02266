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
    private const int PortGuid = 8;

    /// <summary>Reads a whole message. What it returns holds no reference to <paramref name="datagram"/>.</summary>
    /// <exception cref="WireException">it is not DHCP, its hardware is not known, an option runs past its field, or one that matters has a wrong length.</exception>
    public static DhcpMessage Parse(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length < OptionsAt) throw new WireException($"DHCP message has {datagram.Length} octets, wants {OptionsAt} at least");
        var octets = datagram.ToArray();
        if (octets[0] is not (1 or 2)) throw new WireException($"op is {octets[0]}, wants 1 or 2");
        var hardware = HardwareOf(octets[1], octets[2]);
        var options = new DhcpOptionReader();
        // Without a cookie and without anything in its place it is BOOTP from before RFC 1048.
        uint cookie = U32(octets, CookieAt);
        if (cookie is not (0 or Cookie)) throw new WireException("no DHCP magic cookie");
        if (cookie == Cookie) options.Read(octets.AsMemory(OptionsAt), "options");
        int overload = options.Overload;
        if ((overload & 1) != 0) options.Read(octets.AsMemory(FileAt, FileLength), "file");
        if ((overload & 2) != 0) options.Read(octets.AsMemory(SNameAt, SNameLength), "sname");
        var found = options.Finish();
        return new DhcpMessage
        {
            IsReply = octets[0] == 2,
            Hardware = hardware,
            Hops = octets[3],
            Xid = U32(octets, 4),
            Secs = BinaryPrimitives.ReadUInt16BigEndian(octets.AsSpan(8)),
            Broadcast = (octets[10] & 0x80) != 0,
            CiAddr = new(U32(octets, 12)),
            YiAddr = new(U32(octets, 16)),
            SiAddr = new(U32(octets, 20)),
            GiAddr = new(U32(octets, 24)),
            ChAddr = hardware == HardwareType.InfiniBand ? OfPort(found) : MacAddress.FromBytes(octets.AsSpan(28)),
            SName = (overload & 2) != 0 ? "" : DhcpText.Read(octets.AsSpan(SNameAt, SNameLength)),
            File = (overload & 1) != 0 ? "" : DhcpText.Read(octets.AsSpan(FileAt, FileLength)),
            Options = found,
        };
    }

    /// <summary>Octets that <see cref="Write"/> will write.</summary>
    public static int Measure(DhcpMessage message)
    {
        Span<DhcpPlace> places = stackalloc DhcpPlace[message.Options.Items.Count];
        return Math.Max(MinimumLength, DhcpLayout.Of(message, places).Length);
    }

    /// <summary>
    /// Writes a message and returns its length. Options go out in order of their codes, with option 82 last (RFC 3046 §2.2); what is longer
    /// than 255 octets is split (RFC 3396 §5); what is beyond <see cref="DhcpMessage.Limit"/> goes into empty header fields (RFC 2132 §9.3).
    /// </summary>
    /// <exception cref="WireException">it doesn't fit, or a text is longer than its field.</exception>
    public static int Write(DhcpMessage message, Span<byte> destination)
    {
        Span<DhcpPlace> places = stackalloc DhcpPlace[message.Options.Items.Count];
        var layout = DhcpLayout.Of(message, places);
        int length = Math.Max(MinimumLength, layout.Length);
        if (length > destination.Length) throw new WireException($"DHCP message of {length} octets doesn't fit into {destination.Length}");
        var to = destination[..length];
        to.Clear();
        WriteHeader(message, to);
        layout.Write(message.Options.Items, to);
        return length;
    }

    private static void WriteHeader(DhcpMessage message, Span<byte> to)
    {
        bool infiniBand = message.Hardware == HardwareType.InfiniBand;
        to[0] = message.IsReply ? (byte)2 : (byte)1;
        to[1] = (byte)message.Hardware;
        to[2] = infiniBand ? (byte)0 : (byte)MacAddress.Length;
        to[3] = message.Hops;
        BinaryPrimitives.WriteUInt32BigEndian(to[4..], message.Xid);
        BinaryPrimitives.WriteUInt16BigEndian(to[8..], message.Secs);
        to[10] = message.Broadcast ? (byte)0x80 : (byte)0;
        message.CiAddr.WriteTo(to[12..]);
        message.YiAddr.WriteTo(to[16..]);
        message.SiAddr.WriteTo(to[20..]);
        message.GiAddr.WriteTo(to[24..]);
        if (!infiniBand) message.ChAddr.WriteTo(to[28..]);
        WriteText(message.SName, to.Slice(SNameAt, SNameLength), "sname");
        WriteText(message.File, to.Slice(FileAt, FileLength), "file");
        BinaryPrimitives.WriteUInt32BigEndian(to[CookieAt..], Cookie);
    }

    private static HardwareType HardwareOf(byte type, byte length)
    {
        var (wants, name) = (HardwareType)type switch
        {
            HardwareType.Ethernet or HardwareType.Ieee802 => (MacAddress.Length, "Ethernet"),
            HardwareType.InfiniBand => (0, "InfiniBand"),
            _ => throw new WireException($"htype is {type}, Ethernet (1, 6) and InfiniBand (32) are served"),
        };
        return length == wants ? (HardwareType)type : throw new WireException($"hlen is {length}, {name} wants {wants}");
    }

    // The GUID is a MAC with two octets in its middle (00:02:c9:03:00:12:34:56 is 00:02:c9:12:34:56): so the port's Ethernet face is called,
    // and so other provisioners enter such machines.
    private static MacAddress OfPort(DhcpOptions options)
    {
        if (options.Find(DhcpOptionCode.ClientIdentifier) is not { Length: >= PortGuid } id)
            throw new WireException("InfiniBand without a client identifier (option 61) of 8 octets or more: RFC 4390 §2.1 wants one");
        var guid = id.Span[^PortGuid..];
        return MacAddress.FromBytes([guid[0], guid[1], guid[2], guid[5], guid[6], guid[7]]);
    }

    // One octet stays for the NUL: ROMs read these fields as C strings.
    private static void WriteText(string text, Span<byte> field, string name)
    {
        if (text.Length >= field.Length) throw new WireException($"{name} has {text.Length} characters, {field.Length - 1} fit");
        Encoding.ASCII.GetBytes(text, field);
    }

    private static uint U32(byte[] octets, int at) => BinaryPrimitives.ReadUInt32BigEndian(octets.AsSpan(at));
}

using System.Buffers.Binary;

namespace Provisioner.Wire.Dns;

/// <summary>How far a query could be read.</summary>
public enum DnsReadState
{
    /// <summary>Wholly.</summary>
    Whole,
    /// <summary>Not even its header: nobody can be answered.</summary>
    NoHeader,
    /// <summary>Its header; what follows is no question, or not one (RFC 9619), or ends early.</summary>
    HeaderOnly,
}

/// <summary>
/// A query, read in place: spans of the datagram and numbers, nothing allocated. The question's name goes into a
/// <see cref="DnsNameBuffer"/>.
/// </summary>
public ref struct DnsQuery
{
    /// <summary>Octets of an OPT record without options.</summary>
    public const int OptLength = 11;
    private const ushort CookieOption = 10;

    /// <summary>How far it could be read.</summary>
    public DnsReadState State { get; private set; }
    /// <summary>The asker's number.</summary>
    public ushort Id { get; private set; }
    /// <summary>The header's second word, as it came.</summary>
    public ushort Flags { get; private set; }
    /// <summary>Name, type and class, as they came: they go back as they are, so that case is kept (RFC 4343, and 0x20).</summary>
    public ReadOnlySpan<byte> Question { get; private set; }
    /// <summary>QTYPE.</summary>
    public DnsType Type { get; private set; }
    /// <summary>QCLASS.</summary>
    public ushort Class { get; private set; }
    /// <summary>It has an OPT record (RFC 6891).</summary>
    public bool HasOpt { get; private set; }
    /// <summary>Largest UDP payload that the asker takes, as its OPT record says.</summary>
    public ushort PayloadSize { get; private set; }
    /// <summary>EDNS version.</summary>
    public byte Version { get; private set; }
    /// <summary>DO (RFC 3225).</summary>
    public bool DnssecOk { get; private set; }
    /// <summary>The cookie option (RFC 7873), client's and server's part; empty where there is none.</summary>
    public ReadOnlySpan<byte> Cookie { get; private set; }

    /// <summary>QR: it is an answer.</summary>
    public readonly bool IsResponse => (Flags & 0x8000) != 0;
    /// <summary>OPCODE.</summary>
    public readonly int Opcode => Flags >> 11 & 15;
    /// <summary>RD.</summary>
    public readonly bool RecursionDesired => (Flags & 0x0100) != 0;
    /// <summary>CD (RFC 4035 §3.2.2).</summary>
    public readonly bool CheckingDisabled => (Flags & 0x0010) != 0;

    /// <summary>Reads a datagram. Total: whatever comes, it returns.</summary>
    /// <param name="name">Filled with the question's name, where <see cref="State"/> is <see cref="DnsReadState.Whole"/>.</param>
    public static DnsQuery Read(ReadOnlySpan<byte> datagram, DnsNameBuffer name)
    {
        var query = new DnsQuery { State = DnsReadState.NoHeader };
        if (datagram.Length < DnsCodec.HeaderLength) return query;
        query.State = DnsReadState.HeaderOnly;
        query.Id = BinaryPrimitives.ReadUInt16BigEndian(datagram);
        query.Flags = BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]);
        // QDCOUNT is one; answers are of no use in a query, but are stepped over (IXFR brings its SOA along).
        if (BinaryPrimitives.ReadUInt16BigEndian(datagram[4..]) != 1) return query;
        if (!name.TryRead(datagram, DnsCodec.HeaderLength, out int at) || at + 4 > datagram.Length) return query;
        query.Question = datagram[DnsCodec.HeaderLength..(at + 4)];
        query.Type = (DnsType)BinaryPrimitives.ReadUInt16BigEndian(datagram[at..]);
        query.Class = BinaryPrimitives.ReadUInt16BigEndian(datagram[(at + 2)..]);
        at += 4;
        if (at == datagram.Length && BinaryPrimitives.ReadUInt64BigEndian(datagram[4..]) == 1UL << 48)
        {
            query.State = DnsReadState.Whole; // a plain question
            return query;
        }
        int records = BinaryPrimitives.ReadUInt16BigEndian(datagram[6..]) + BinaryPrimitives.ReadUInt16BigEndian(datagram[8..]);
        int additional = BinaryPrimitives.ReadUInt16BigEndian(datagram[10..]);
        for (int i = 0; i < records + additional; i++)
            if (!query.ReadRecord(datagram, ref at, mayBeOpt: i >= records)) return query;
        if (at == datagram.Length) query.State = DnsReadState.Whole;
        return query;
    }

    private bool ReadRecord(ReadOnlySpan<byte> datagram, ref int at, bool mayBeOpt)
    {
        int start = at;
        if (!SkipName(datagram, ref at) || at + 10 > datagram.Length) return false;
        bool opt = BinaryPrimitives.ReadUInt16BigEndian(datagram[at..]) == (ushort)DnsType.Opt;
        int length = BinaryPrimitives.ReadUInt16BigEndian(datagram[(at + 8)..]);
        if (at + 10 + length > datagram.Length) return false;
        if (opt && (!mayBeOpt || HasOpt || datagram[start] != 0)) return false; // RFC 6891 §6.1.1: one, of the root, among the additional
        if (opt)
        {
            HasOpt = true;
            PayloadSize = BinaryPrimitives.ReadUInt16BigEndian(datagram[(at + 2)..]);
            Version = datagram[at + 5];
            DnssecOk = (datagram[at + 6] & 0x80) != 0;
            if (!ReadOptions(datagram.Slice(at + 10, length))) return false;
        }
        at += 10 + length;
        return true;
    }

    // Options that are not known are left alone (RFC 6891 §6.1.2); one cut short makes the whole no message.
    private bool ReadOptions(ReadOnlySpan<byte> options)
    {
        while (options.Length > 0)
        {
            if (options.Length < 4) return false;
            int length = BinaryPrimitives.ReadUInt16BigEndian(options[2..]);
            if (length > options.Length - 4) return false;
            if (BinaryPrimitives.ReadUInt16BigEndian(options) == CookieOption && Cookie.IsEmpty)
            {
                // RFC 7873 §5.2.2: 8 octets of the client's alone, or 8 to 32 of a server's after them.
                if (length is not (8 or >= 16 and <= 40)) return false;
                Cookie = options.Slice(4, length);
            }
            options = options[(4 + length)..];
        }
        return true;
    }

    private static bool SkipName(ReadOnlySpan<byte> datagram, ref int at)
    {
        while (at < datagram.Length)
        {
            int label = datagram[at];
            if ((label & 0xc0) == 0xc0)
            {
                at += 2;
                return at <= datagram.Length;
            }
            if (label > DnsName.MaximumLabel) return false;
            at += label + 1;
            if (label == 0) return true;
        }
        return false;
    }
}

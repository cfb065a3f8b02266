using System.Buffers.Binary;

namespace Provisioner.Wire.Dns;

/// <summary>Whole DNS messages from bytes, and queries to bytes. Queries that come in are read by <see cref="DnsQuery"/>, answers written by <see cref="DnsReplyWriter"/>.</summary>
public static class DnsCodec
{
    /// <summary>Octets of the header.</summary>
    public const int HeaderLength = 12;
    /// <summary>Largest answer over UDP to who says nothing else (RFC 1035 §4.2.1).</summary>
    public const int PlainUdpMaximum = 512;
    /// <summary>Largest answer over UDP that never comes in fragments (RFC 9715, DNS flag day 2020).</summary>
    public const int UdpMaximum = 1232;
    /// <summary>Largest message of all (RFC 1035 §4.2.2).</summary>
    public const int TcpMaximum = 65535;

    /// <summary>Reads a whole message; octets after its last record are refused.</summary>
    /// <exception cref="WireException">it is cut short, a name loops, or a record's data is not what its type says.</exception>
    public static DnsMessage Parse(ReadOnlySpan<byte> datagram)
    {
        var from = new DnsReader(datagram);
        ushort id = from.U16("id"), flags = from.U16("flags");
        int questions = from.U16("QDCOUNT"), answers = from.U16("ANCOUNT"), authority = from.U16("NSCOUNT"), additional = from.U16("ARCOUNT");
        var asked = new List<DnsQuestion>();
        for (int i = 0; i < questions; i++) asked.Add(new(from.Name(), (DnsType)from.U16("QTYPE"), from.U16("QCLASS")));
        var message = new DnsMessage
        {
            Id = id,
            IsResponse = (flags & 0x8000) != 0,
            Opcode = flags >> 11 & 15,
            IsAuthoritative = (flags & 0x0400) != 0,
            IsTruncated = (flags & 0x0200) != 0,
            RecursionDesired = (flags & 0x0100) != 0,
            RecursionAvailable = (flags & 0x0080) != 0,
            Result = (DnsResult)(flags & 15),
            Questions = asked,
            Answers = from.Records(answers),
            Authority = from.Records(authority),
            Additional = from.Records(additional),
        };
        from.End();
        return message.Opt is { } opt ? message with { Result = (DnsResult)((int)message.Result | (int)(opt.Ttl >> 24) << 4) } : message;
    }

    /// <summary>Writes a query as a forwarder sends it: recursion wanted, an OPT record with our payload size. Returns its length.</summary>
    /// <param name="name">The question's name, in the case that it is to travel in.</param>
    public static int WriteQuery(Span<byte> to, ushort id, ReadOnlySpan<byte> name, DnsType type, bool dnssecOk, bool checkingDisabled)
    {
        to[..(HeaderLength + name.Length + 4 + DnsQuery.OptLength)].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(to, id);
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], (ushort)(0x0100 | (checkingDisabled ? 0x0010 : 0)));
        to[5] = to[11] = 1;
        name.CopyTo(to[HeaderLength..]);
        int at = HeaderLength + name.Length;
        BinaryPrimitives.WriteUInt16BigEndian(to[at..], (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(to[(at + 2)..], DnsRecord.Internet);
        BinaryPrimitives.WriteUInt16BigEndian(to[(at + 5)..], (ushort)DnsType.Opt);
        BinaryPrimitives.WriteUInt16BigEndian(to[(at + 7)..], UdpMaximum);
        to[at + 11] = (byte)(dnssecOk ? 0x80 : 0);
        return at + 4 + DnsQuery.OptLength;
    }
}

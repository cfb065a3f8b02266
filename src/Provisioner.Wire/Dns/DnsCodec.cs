
namespace Provisioner.Wire.Dns;

/// <summary>DNS messages from bytes and to bytes.</summary>
public static class DnsCodec
{
    /// <summary>Octets of the header.</summary>
    public const int HeaderLength = 12;
    /// <summary>Largest answer over UDP to who says nothing else (RFC 1035 §4.2.1).</summary>
    public const int PlainUdpMaximum = 512;
    /// <summary>Largest answer over UDP that never comes in fragments (RFC 9715, DNS flag day 2020).</summary>
    public const int UdpMaximum = 1232;

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
            OtherFlags = (ushort)(flags & 0x0070),
            Result = (DnsResult)(flags & 15),
            Questions = asked,
            Answers = from.Records(answers),
            Authority = from.Records(authority),
            Additional = from.Records(additional),
        };
        from.End();
        return message;
    }

    /// <summary>
    /// Writes a message with compressed names and returns its length. What doesn't fit into <paramref name="maximum"/> goes out as header,
    /// question and OPT with TC set (RFC 2181 §9).
    /// </summary>
    /// <exception cref="WireException">not even that fits.</exception>
    public static int Write(DnsMessage message, Span<byte> destination, int maximum)
    {
        var to = new DnsWriter(destination[..Math.Min(maximum, destination.Length)]);
        if (TryWrite(message, ref to)) return to.Length;
        to = new DnsWriter(destination[..Math.Min(maximum, destination.Length)]);
        var bare = message with { IsTruncated = true, Answers = [], Authority = [], Additional = [.. message.Additional.Where(r => r.Type == DnsType.Opt)] };
        return TryWrite(bare, ref to) ? to.Length : throw new WireException($"DNS message doesn't fit into {maximum} octets");
    }

    private static bool TryWrite(DnsMessage message, ref DnsWriter to)
    {
        to.U16(message.Id);
        to.U16(Flags(message));
        to.U16((ushort)message.Questions.Count);
        to.U16((ushort)message.Answers.Count);
        to.U16((ushort)message.Authority.Count);
        to.U16((ushort)message.Additional.Count);
        foreach (var question in message.Questions)
        {
            to.Name(question.Name);
            to.U16((ushort)question.Type);
            to.U16(question.Class);
        }
        foreach (var record in message.Answers) to.Record(record);
        foreach (var record in message.Authority) to.Record(record);
        foreach (var record in message.Additional) to.Record(record);
        return !to.Overflowed;
    }

    private static ushort Flags(DnsMessage message) => (ushort)(
        (message.IsResponse ? 0x8000 : 0) | (message.Opcode & 15) << 11 | (message.IsAuthoritative ? 0x0400 : 0) | (message.IsTruncated ? 0x0200 : 0)
        | (message.RecursionDesired ? 0x0100 : 0) | (message.RecursionAvailable ? 0x0080 : 0) | message.OtherFlags & 0x0070 | (int)message.Result & 15);
}

using System.Collections.Immutable;

namespace Provisioner.Wire.Dns;

/// <summary>Record types (IANA DNS parameters) that are known by name here; any other travels as a number.</summary>
public enum DnsType : ushort
{
    /// <summary>RFC 1035 §3.4.1.</summary>
    A = 1,
    /// <summary>RFC 1035 §3.3.11.</summary>
    Ns = 2,
    /// <summary>RFC 1035 §3.3.1.</summary>
    Cname = 5,
    /// <summary>RFC 1035 §3.3.13.</summary>
    Soa = 6,
    /// <summary>RFC 1035 §3.3.12.</summary>
    Ptr = 12,
    /// <summary>RFC 1035 §3.3.14.</summary>
    Txt = 16,
    /// <summary>RFC 3596.</summary>
    Aaaa = 28,
    /// <summary>RFC 6891.</summary>
    Opt = 41,
    /// <summary>Incremental transfer, RFC 1995.</summary>
    Ixfr = 251,
    /// <summary>Whole transfer, RFC 5936.</summary>
    Axfr = 252,
    /// <summary>Any: RFC 8482.</summary>
    Any = 255,
}

/// <summary>RCODE, RFC 1035 §4.1.1, RFC 6891 §9.</summary>
public enum DnsResult
{
    /// <summary>No error.</summary>
    NoError = 0,
    /// <summary>Format error.</summary>
    FormErr = 1,
    /// <summary>We could not find out.</summary>
    ServFail = 2,
    /// <summary>There is no such name.</summary>
    NxDomain = 3,
    /// <summary>This kind of query is not known.</summary>
    NotImp = 4,
    /// <summary>Not for you.</summary>
    Refused = 5,
    /// <summary>EDNS version is not known; needs an OPT record for its upper bits.</summary>
    BadVers = 16,
}

/// <summary>A question.</summary>
public sealed record DnsQuestion(DnsName Name, DnsType Type, ushort Class);

/// <summary>A resource record.</summary>
/// <param name="Class">1 (IN); in an OPT record the sender's UDP payload size.</param>
/// <param name="Ttl">Seconds; in an OPT record extended result, version and flags.</param>
public sealed record DnsRecord(DnsName Name, DnsType Type, ushort Class, uint Ttl, DnsData Data)
{
    /// <summary>Class IN.</summary>
    public const ushort Internet = 1;
}

/// <summary>What a record says.</summary>
public abstract record DnsData
{
    /// <summary>A.</summary>
    public sealed record V4(Ipv4Address Address) : DnsData;
    /// <summary>AAAA, 16 octets.</summary>
    public sealed record V6(ImmutableArray<byte> Address) : DnsData;
    /// <summary>NS, CNAME, PTR.</summary>
    public sealed record Host(DnsName Name) : DnsData;
    /// <summary>SOA; times in seconds.</summary>
    public sealed record Soa(DnsName PrimaryServer, DnsName Mailbox, uint Serial, uint Refresh, uint Retry, uint Expire, uint Minimum) : DnsData;
    /// <summary>TXT: character strings of at most 255 octets each.</summary>
    public sealed record Txt(ImmutableArray<ReadOnlyMemory<byte>> Strings) : DnsData;
    /// <summary>Everything else, OPT's options among it, as it came (RFC 3597).</summary>
    public sealed record Opaque(ReadOnlyMemory<byte> Octets) : DnsData;
}

/// <summary>A DNS message, RFC 1035 §4.</summary>
public sealed record DnsMessage
{
    /// <summary>The asker's number.</summary>
    public ushort Id { get; init; }
    /// <summary>QR: it is an answer.</summary>
    public bool IsResponse { get; init; }
    /// <summary>OPCODE: 0 is a plain query.</summary>
    public int Opcode { get; init; }
    /// <summary>AA.</summary>
    public bool IsAuthoritative { get; init; }
    /// <summary>TC: ask again over TCP.</summary>
    public bool IsTruncated { get; init; }
    /// <summary>RD.</summary>
    public bool RecursionDesired { get; init; }
    /// <summary>RA.</summary>
    public bool RecursionAvailable { get; init; }
    /// <summary>AD, CD and the reserved bit, in place (0x0070).</summary>
    public ushort OtherFlags { get; init; }
    /// <summary>The lower four bits of the result.</summary>
    public DnsResult Result { get; init; }
    /// <summary>Questions; in practice one (RFC 9619).</summary>
    public IReadOnlyList<DnsQuestion> Questions { get; init; } = [];
    /// <summary>Answers.</summary>
    public IReadOnlyList<DnsRecord> Answers { get; init; } = [];
    /// <summary>Authority.</summary>
    public IReadOnlyList<DnsRecord> Authority { get; init; } = [];
    /// <summary>Additional, an OPT record among them.</summary>
    public IReadOnlyList<DnsRecord> Additional { get; init; } = [];

    /// <summary>The OPT record, or null.</summary>
    public DnsRecord? Opt => Additional.FirstOrDefault(r => r.Type == DnsType.Opt);
}

namespace Provisioner.Wire.Dns;

/// <summary>A DNS message, RFC 1035 §4, wholly read: what an upstream server sends.</summary>
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
    /// <summary>The result, with the upper bits that an OPT record carries.</summary>
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

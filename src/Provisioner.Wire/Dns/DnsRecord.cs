namespace Provisioner.Wire.Dns;

/// <summary>A question.</summary>
public sealed record DnsQuestion(DnsName Name, DnsType Type, ushort Class);

/// <summary>A resource record.</summary>
/// <param name="Class">1 (IN); in an OPT record the sender's UDP payload size.</param>
/// <param name="Ttl">Seconds; in an OPT record extended result, version and flags.</param>
/// <param name="Data">RDATA with its names written out; <see cref="DnsRdata"/> makes and reads it.</param>
public sealed record DnsRecord(DnsName Name, DnsType Type, ushort Class, uint Ttl, ReadOnlyMemory<byte> Data)
{
    /// <summary>Class IN.</summary>
    public const ushort Internet = 1;

    /// <summary>As <see cref="DnsReplyWriter"/> writes it.</summary>
    public byte[] Body => DnsReplyWriter.BodyOf(Type, Class, Ttl, Data.Span);

    /// <summary>As a zone file has it: <c>a.example 30 IN A 10.0.0.1</c>.</summary>
    public override string ToString() => $"{Name} {Ttl} IN {DnsTypeName.Of(Type)} {DnsRdataText.Of(Type, Data.Span)}";
}

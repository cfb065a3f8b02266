using System.Buffers.Binary;

namespace Provisioner.Wire.Dns;

/// <summary>The parts of a message that records stand in.</summary>
public enum DnsSection
{
    /// <summary>Answers.</summary>
    Answer,
    /// <summary>Authority.</summary>
    Authority,
    /// <summary>Additional, without the OPT record.</summary>
    Additional,
}

/// <summary>What the header and the OPT record of an answer say.</summary>
/// <param name="cookie">Client's and server's cookie (RFC 7873), or nothing.</param>
/// <param name="extendedError">Why, for people (RFC 8914); 0xffff for nothing.</param>
public readonly ref struct DnsReplyHead(DnsResult result, bool authoritative, bool recursion, ReadOnlySpan<byte> cookie, ushort extendedError = DnsReplyHead.NoExtendedError)
{
    /// <summary>No extended error.</summary>
    public const ushort NoExtendedError = 0xffff;

    internal readonly DnsResult Result = result;
    internal readonly bool Authoritative = authoritative, Recursion = recursion;
    internal readonly ReadOnlySpan<byte> Cookie = cookie;
    internal readonly ushort ExtendedError = extendedError;

    internal int OptLength => DnsQuery.OptLength + (Cookie.IsEmpty ? 0 : 4 + Cookie.Length) + (ExtendedError == NoExtendedError ? 0 : 6);
}

/// <summary>
/// Writes an answer into a span, front to back: the question as it came, then records whose owners point into what was written before.
/// A record is its body: type, class, TTL, length and data, ready to be copied. What doesn't fit is dropped, and the answer goes out with
/// TC and without records (RFC 2181 §9).
/// </summary>
public ref struct DnsReplyWriter
{
    /// <summary>Where the question's name stands.</summary>
    public const int QuestionAt = DnsCodec.HeaderLength;
    /// <summary>The furthest octet that a name can point to (RFC 1035 §4.1.4).</summary>
    public const int FurthestPointer = 0x3fff;
    private const int TtlAt = 4, LengthAt = 8, DataAt = 10, ReservedForOptions = 4 + 24 + 6;
    private const ushort CookieOption = 10, ExtendedErrorOption = 15;
    private readonly Span<byte> _to;
    private readonly int _limit;
    private int _answers, _authority, _additional;

    /// <summary>Begins behind the question.</summary>
    /// <param name="limit">Octets that the whole answer may have.</param>
    public DnsReplyWriter(scoped in DnsQuery query, Span<byte> to, int limit)
    {
        _to = to;
        _limit = Math.Min(limit, to.Length) - (query.HasOpt ? DnsQuery.OptLength + ReservedForOptions : 0);
        query.Question.CopyTo(to[QuestionAt..]);
        Length = QuestionAt + query.Question.Length;
    }

    /// <summary>Octets so far.</summary>
    public int Length { get; private set; }

    /// <summary>Something didn't fit.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>One record, its owner at an octet that was written before. Returns where its data begins.</summary>
    /// <param name="age">Seconds that are taken off its TTL.</param>
    public int Record(DnsSection section, int owner, ReadOnlySpan<byte> body, uint age = 0)
    {
        if (!Takes(2 + body.Length) || owner > FurthestPointer) return Overflow();
        BinaryPrimitives.WriteUInt16BigEndian(_to[Length..], (ushort)(0xc000 | owner));
        return Body(section, Length + 2, body, age);
    }

    /// <summary>One record, its owner written out.</summary>
    public int Record(DnsSection section, ReadOnlySpan<byte> owner, ReadOnlySpan<byte> body, uint age = 0)
    {
        if (!Takes(owner.Length + body.Length)) return Overflow();
        owner.CopyTo(_to[Length..]);
        return Body(section, Length + owner.Length, body, age);
    }

    /// <summary>Writes header and OPT record; the answer's length.</summary>
    public int Finish(scoped in DnsQuery query, scoped DnsReplyHead head)
    {
        if (Overflowed)
        {
            Length = QuestionAt + query.Question.Length;
            _answers = _authority = _additional = 0;
        }
        int flags = 0x8000 | query.Flags & 0x7910 // opcode, RD and CD go back (RFC 4035 §3.2.2)
            | (head.Authoritative ? 0x0400 : 0) | (Overflowed ? 0x0200 : 0) | (head.Recursion ? 0x0080 : 0) | (int)head.Result & 15;
        BinaryPrimitives.WriteUInt16BigEndian(_to, query.Id);
        BinaryPrimitives.WriteUInt16BigEndian(_to[2..], (ushort)flags);
        BinaryPrimitives.WriteUInt16BigEndian(_to[4..], (ushort)(query.Question.IsEmpty ? 0 : 1));
        BinaryPrimitives.WriteUInt16BigEndian(_to[6..], (ushort)_answers);
        BinaryPrimitives.WriteUInt16BigEndian(_to[8..], (ushort)_authority);
        BinaryPrimitives.WriteUInt16BigEndian(_to[10..], (ushort)(_additional + (query.HasOpt ? 1 : 0)));
        if (query.HasOpt) Opt(query, head);
        return Length;
    }

    // The class of an OPT record is the payload size, its TTL the upper result bits, the version and DO (RFC 6891 §6.1.3, RFC 3225).
    private void Opt(scoped in DnsQuery query, scoped DnsReplyHead head)
    {
        var opt = _to.Slice(Length, head.OptLength);
        opt.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(opt[1..], (ushort)DnsType.Opt);
        BinaryPrimitives.WriteUInt16BigEndian(opt[3..], DnsCodec.UdpMaximum);
        opt[5] = (byte)((int)head.Result >> 4);
        opt[7] = (byte)(query.DnssecOk ? 0x80 : 0);
        BinaryPrimitives.WriteUInt16BigEndian(opt[9..], (ushort)(opt.Length - DnsQuery.OptLength));
        var options = opt[DnsQuery.OptLength..];
        if (!head.Cookie.IsEmpty)
        {
            BinaryPrimitives.WriteUInt16BigEndian(options, CookieOption);
            BinaryPrimitives.WriteUInt16BigEndian(options[2..], (ushort)head.Cookie.Length);
            head.Cookie.CopyTo(options[4..]);
            options = options[(4 + head.Cookie.Length)..];
        }
        if (head.ExtendedError != DnsReplyHead.NoExtendedError)
        {
            BinaryPrimitives.WriteUInt16BigEndian(options, ExtendedErrorOption);
            BinaryPrimitives.WriteUInt16BigEndian(options[2..], 2);
            BinaryPrimitives.WriteUInt16BigEndian(options[4..], head.ExtendedError);
        }
        Length += opt.Length;
    }

    private int Body(DnsSection section, int at, ReadOnlySpan<byte> body, uint age)
    {
        body.CopyTo(_to[at..]);
        if (age > 0)
        {
            uint ttl = BinaryPrimitives.ReadUInt32BigEndian(body[TtlAt..]);
            BinaryPrimitives.WriteUInt32BigEndian(_to[(at + TtlAt)..], ttl > age ? ttl - age : 0);
        }
        Length = at + body.Length;
        if (section == DnsSection.Answer) _answers++;
        else if (section == DnsSection.Authority) _authority++;
        else _additional++;
        return at + DataAt;
    }

    private readonly bool Takes(int octets) => !Overflowed && octets <= _limit - Length;

    private int Overflow()
    {
        Overflowed = true;
        return 0;
    }

    /// <summary>A record's body as this writer takes it.</summary>
    public static byte[] BodyOf(DnsType type, ushort @class, uint ttl, ReadOnlySpan<byte> data)
    {
        var body = new byte[DataAt + data.Length];
        BinaryPrimitives.WriteUInt16BigEndian(body, (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(body.AsSpan(2), @class);
        BinaryPrimitives.WriteUInt32BigEndian(body.AsSpan(TtlAt), ttl);
        BinaryPrimitives.WriteUInt16BigEndian(body.AsSpan(LengthAt), (ushort)data.Length);
        data.CopyTo(body.AsSpan(DataAt));
        return body;
    }

    /// <summary>The data in a body.</summary>
    public static ReadOnlySpan<byte> DataOf(ReadOnlySpan<byte> body) => body[DataAt..];

    /// <summary>The TTL in a body, in seconds.</summary>
    public static uint TtlOf(ReadOnlySpan<byte> body) => BinaryPrimitives.ReadUInt32BigEndian(body[TtlAt..]);

    /// <summary>The type in a body.</summary>
    public static DnsType TypeOf(ReadOnlySpan<byte> body) => (DnsType)BinaryPrimitives.ReadUInt16BigEndian(body);
}

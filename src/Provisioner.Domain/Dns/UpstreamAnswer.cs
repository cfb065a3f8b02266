using System.Buffers.Binary;
using Provisioner.Wire;
using Provisioner.Wire.Dns;

namespace Provisioner.Domain.Dns;

/// <summary>What a datagram from an upstream server is worth.</summary>
public abstract record UpstreamAnswer
{
    /// <summary>The answer, checked.</summary>
    public sealed record Taken(ResolvedAnswer Answer) : UpstreamAnswer;
    /// <summary>It is to be asked again over TCP: the answer is cut off, or its question came back in another case than it went out (0x20).</summary>
    public sealed record OverTcp(string Why) : UpstreamAnswer;
    /// <summary>No answer to this question: whoever sent it, it counts for nothing.</summary>
    public sealed record NotOurs(string Why) : UpstreamAnswer;
    /// <summary>This server can't or won't say.</summary>
    public sealed record Failed(string Why) : UpstreamAnswer;

    private const uint MostTtl = 86400, MostNegativeTtl = 3600; // RFC 8767 §4, RFC 2308 §5
    private const int MostAliases = 16;

    /// <summary>Judges it.</summary>
    /// <param name="sent">The query as it went out: number and question must come back octet for octet (RFC 5452 §9).</param>
    /// <param name="overTcp">It came over a connection: case and truncation count no more.</param>
    /// <param name="now">Seconds since 1970.</param>
    public static UpstreamAnswer Judge(ReadOnlySpan<byte> datagram, ReadOnlySpan<byte> sent, bool overTcp, bool dnssecOk, uint now)
    {
        var question = sent[DnsCodec.HeaderLength..^DnsQuery.OptLength];
        if (datagram.Length < DnsCodec.HeaderLength + question.Length) return new NotOurs("too short to hold the question");
        if (!datagram[..2].SequenceEqual(sent[..2])) return new NotOurs("another number");
        if ((datagram[2] & 0xf8) != 0x80) return new NotOurs("no answer to a query");
        if (BinaryPrimitives.ReadUInt16BigEndian(datagram[4..]) != 1) return new NotOurs("not one question");
        var back = datagram.Slice(DnsCodec.HeaderLength, question.Length);
        if (!back.SequenceEqual(question))
        {
            if (!Same(back, question)) return new NotOurs("another question");
            if (!overTcp) return new OverTcp("the question came back in another case");
        }
        if (!overTcp && (datagram[2] & 0x02) != 0) return new OverTcp("cut off");
        DnsMessage message;
        try
        {
            message = DnsCodec.Parse(datagram);
        }
        catch (WireException e)
        {
            return new Failed(e.Message);
        }
        if (message.Result is not (DnsResult.NoError or DnsResult.NxDomain)) return new Failed(message.Result.ToString());
        return new Taken(Scrub(message, dnssecOk, now));
    }

    // Only the chain of aliases from the name that was asked for, what stands at its end, or the SOA that says there is nothing: the rest was not
    // asked for, and may be somebody else's to say (RFC 2181 §5.4.1).
    private static ResolvedAnswer Scrub(DnsMessage message, bool dnssecOk, uint now)
    {
        var asked = message.Questions[0];
        var owner = asked.Name;
        var answers = new List<DnsRecord>();
        bool ended = false;
        for (int aliases = 0; !ended && aliases < MostAliases; aliases++)
        {
            var here = message.Answers.Where(r => r.Class == DnsRecord.Internet && r.Name.Equals(owner) && (dnssecOk || r.Type != DnsType.Rrsig || asked.Type == DnsType.Rrsig)).ToList();
            var wanted = here.Where(r => r.Type == asked.Type || asked.Type == DnsType.Any || r.Type == DnsType.Rrsig).ToList();
            ended = wanted.Exists(r => r.Type == asked.Type || asked.Type == DnsType.Any);
            var alias = ended ? null : here.Find(r => r.Type == DnsType.Cname);
            answers.AddRange(ended ? wanted : alias is null ? [] : [alias, .. here.Where(r => r.Type == DnsType.Rrsig)]);
            if (alias is null) break;
            owner = DnsName.FromWire(alias.Data.Span);
        }
        var soa = message.Authority.FirstOrDefault(r => r.Type == DnsType.Soa && owner.IsAtOrUnder(r.Name));
        var authority = ended || soa is null ? [] : message.Authority.Where(r => r == soa
            || dnssecOk && r.Type is DnsType.Nsec or DnsType.Nsec3 or DnsType.Rrsig && r.Name.IsAtOrUnder(soa.Name)).ToList();
        uint ttl = ended ? MostTtl : soa is null ? 0 : Math.Min(MostNegativeTtl, Math.Min(soa.Ttl, DnsRdata.MinimumOf(soa.Data.Span)));
        foreach (var record in answers) ttl = Math.Min(ttl, Sane(record.Ttl));
        return new(message.Result, Bodies(answers, ttl), Bodies(authority, ttl), ttl, now);

        ResolvedRecord[] Bodies(List<DnsRecord> records, uint most) =>
            [.. records.Select(r => new ResolvedRecord(r.Name.Equals(asked.Name) ? null : r.Name.Wire.ToArray(), (r with { Ttl = Math.Min(Sane(r.Ttl), most) }).Body))];
    }

    // RFC 2181 §8: one with its uppermost bit set is none.
    private static uint Sane(uint ttl) => ttl > int.MaxValue ? 0 : ttl;

    private static bool Same(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        for (int i = 0; i < a.Length; i++)
            if (a[i] != b[i] && !((a[i] | 0x20) == (b[i] | 0x20) && (a[i] | 0x20) is >= (byte)'a' and <= (byte)'z')) return false;
        return true;
    }
}

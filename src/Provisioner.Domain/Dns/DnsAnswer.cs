using Provisioner.Wire.Dns;

namespace Provisioner.Domain.Dns;

/// <summary>What is done with a DNS query.</summary>
public abstract record DnsAnswer
{
    private const ushort AnyClass = 255;

    /// <summary>Answer it.</summary>
    public sealed record Reply(DnsMessage Message) : DnsAnswer;
    /// <summary>Ask the upstream servers.</summary>
    public sealed record Forward : DnsAnswer;
    /// <summary>Say nothing.</summary>
    public sealed record Silence(string Why) : DnsAnswer;

    /// <summary>Decides (RFC 1034 §4.3.2 without the cache). Total.</summary>
    /// <param name="served">The asker lies in a served network; all others are refused, so that nobody is flooded through us.</param>
    public static DnsAnswer For(DnsMessage query, DnsZone zone, bool served)
    {
        if (query.IsResponse) return new Silence("an answer, not a query");
        if (query.Opcode != 0) return Result(query, DnsResult.NotImp);
        if (query.Questions is not [var question]) return Result(query, DnsResult.FormErr); // RFC 9619
        if (!served) return Result(query, DnsResult.Refused);
        if (query.Opt is { } opt && (opt.Ttl >> 16 & 255) != 0) return Result(query, DnsResult.BadVers); // RFC 6891 §6.1.3
        if (question.Class is not (DnsRecord.Internet or AnyClass)) return Result(query, DnsResult.Refused);
        if (question.Type is DnsType.Axfr or DnsType.Ixfr) return Result(query, DnsResult.Refused);
        if (zone.AuthorityFor(question.Name) is { } soa) return Authoritative(query, question, zone, soa);
        return query.RecursionDesired ? new Forward() : Result(query, DnsResult.Refused);
    }

    /// <summary>The answer that says only a result: SERVFAIL after the upstream servers were silent.</summary>
    public static Reply Result(DnsMessage query, DnsResult result) => new(Head(query, result));

    private static Reply Authoritative(DnsMessage query, DnsQuestion question, DnsZone zone, DnsRecord soa)
    {
        var here = zone.Find(question.Name);
        var answers = here is { } records ? records.Where(r => Wanted(question.Type, r.Type)).Select(r => r with { Name = question.Name }).ToList() : [];
        // ANY gets the records of one type: RFC 8482 §4.1.
        if (question.Type == DnsType.Any && answers.Count > 0) answers = [.. answers.Where(r => r.Type == answers[0].Type)];
        return new(Head(query, here is null ? DnsResult.NxDomain : DnsResult.NoError) with
        {
            IsAuthoritative = true,
            Answers = answers,
            Authority = answers.Count == 0 ? [soa] : [], // RFC 2308 §3
        });
    }

    private static bool Wanted(DnsType asked, DnsType has) => asked == has || asked == DnsType.Any || has == DnsType.Cname;

    private static DnsMessage Head(DnsMessage query, DnsResult result) => new()
    {
        Id = query.Id,
        IsResponse = true,
        Opcode = query.Opcode,
        RecursionDesired = query.RecursionDesired,
        RecursionAvailable = true,
        OtherFlags = (ushort)(query.OtherFlags & 0x0010), // CD goes back (RFC 4035 §3.2.2)
        Result = (DnsResult)((int)result & 15),
        Questions = query.Questions.Count <= 1 ? query.Questions : [],
        // The class of an OPT record is the payload size, its TTL carries the upper result bits (RFC 6891 §6.1.3).
        Additional = query.Opt is null ? [] : [new(DnsName.Root, DnsType.Opt, DnsCodec.UdpMaximum, (uint)result >> 4 << 24, new DnsData.Opaque(default))],
    };
}

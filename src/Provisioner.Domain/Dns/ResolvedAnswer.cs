using Provisioner.Wire.Dns;

namespace Provisioner.Domain.Dns;

/// <summary>A record as an upstream server gave it.</summary>
/// <param name="Owner">Its name on the wire; null where it is the name that was asked for.</param>
/// <param name="Body">As <see cref="DnsReplyWriter"/> writes it.</param>
public sealed record ResolvedRecord(byte[]? Owner, byte[] Body);

/// <summary>What others answered to a question of ours, checked and without what was not asked for.</summary>
/// <param name="Result">NOERROR, NXDOMAIN or SERVFAIL.</param>
/// <param name="Answers">The chain of aliases and the records at its end.</param>
/// <param name="Authority">With no answers: the SOA, and what proves the absence to who asked with DO.</param>
/// <param name="Ttl">Seconds that it may be believed.</param>
/// <param name="At">When it was given, in seconds since 1970.</param>
/// <param name="IsStale">It has ended, and is given because nobody says anything newer (RFC 8767).</param>
public sealed record ResolvedAnswer(DnsResult Result, ResolvedRecord[] Answers, ResolvedRecord[] Authority, uint Ttl, uint At, bool IsStale = false)
{
    /// <summary>Octets that it takes in memory, about.</summary>
    public int Size => 96 + Answers.Concat(Authority).Sum(r => 64 + r.Body.Length + (r.Owner?.Length ?? 0));

    /// <summary>Nobody could say.</summary>
    public static ResolvedAnswer Failed(uint now) => new(DnsResult.ServFail, [], [], FailureTtl, now);

    /// <summary>The same for lack of a newer one (RFC 8767 §5): to be believed for half a minute.</summary>
    public ResolvedAnswer Stale(uint now)
    {
        return this with { Answers = [.. Answers.Select(Again)], Authority = [.. Authority.Select(Again)], Ttl = StaleTtl, At = now, IsStale = true };

        static ResolvedRecord Again(ResolvedRecord record) =>
            record with { Body = DnsReplyWriter.BodyOf(DnsReplyWriter.TypeOf(record.Body), DnsRecord.Internet, StaleTtl, DnsReplyWriter.DataOf(record.Body)) };
    }

    private const uint StaleTtl = 30;

    /// <summary>Failures too are remembered, for a moment (RFC 9520 §3.2).</summary>
    public const uint FailureTtl = 1;
}

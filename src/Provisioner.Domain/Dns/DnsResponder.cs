using Provisioner.Wire;
using Provisioner.Wire.Dns;

namespace Provisioner.Domain.Dns;

/// <summary>What is done with a query.</summary>
public enum DnsStep
{
    /// <summary>Nothing is said.</summary>
    Silence,
    /// <summary>The answer is written.</summary>
    Reply,
    /// <summary>Others must be asked for <see cref="DnsResponder.Wanted"/> first.</summary>
    Ask,
}

/// <summary>A decision, with its reason.</summary>
/// <param name="Length">Octets of the answer.</param>
public readonly record struct DnsDecision(DnsStep Step, int Length, string Why);

/// <summary>Who asks, and how.</summary>
/// <param name="Address">From where.</param>
/// <param name="Served">It lies in a served subnet; all others are refused, so that nobody is flooded through us.</param>
/// <param name="Tcp">Over TCP: its address is no forgery, and answers may be long.</param>
/// <param name="Now">Seconds since 1970.</param>
public readonly record struct DnsAsker(Ipv4Address Address, bool Served, bool Tcp, uint Now);

/// <summary>
/// Decides on queries and writes their answers (RFC 1034 §4.3.2), without an allocation. One a thread: it keeps the names that it is looking up.
/// </summary>
public sealed class DnsResponder
{
    private const int Query = 0, Notify = 4, Update = 5;
    private const ushort AnyClass = 255, Prohibited = 18, StaleAnswer = 3, NetworkError = 23; // RFC 8914 §4
    private const int CookieMaximum = DnsCookies.Length;
    private const DnsType FirstOfMessages = (DnsType)249; // TKEY, TSIG, transfers, MAILB, MAILA
    private readonly DnsLookup _lookup = new();
    private readonly DnsCookies _cookies;

    /// <param name="cookies">Makes and knows the cookies of who asks.</param>
    public DnsResponder(DnsCookies cookies) => (_cookies, Wanted) = (cookies, Name);

    /// <summary>The name of the query that is read into it: <see cref="DnsQuery.Read"/>.</summary>
    public DnsNameBuffer Name { get; } = new();

    /// <summary>After <see cref="DnsStep.Ask"/>: the name that others are to be asked for. Not the query's where an alias of ours leads outside.</summary>
    public DnsNameBuffer Wanted { get; private set; }

    /// <summary>Decides. Total.</summary>
    /// <param name="query">Read with <see cref="Name"/>.</param>
    /// <param name="found">What others answered for <see cref="Wanted"/>; null when they were not asked yet.</param>
    public DnsDecision Answer(in DnsQuery query, DnsZones zones, in DnsAsker asker, Span<byte> reply, ResolvedAnswer? found = null)
    {
        if (query.State == DnsReadState.NoHeader) return new(DnsStep.Silence, 0, "too short for a DNS message");
        if (query.IsResponse) return new(DnsStep.Silence, 0, "an answer, not a query"); // never an answer to an answer
        if (query.Opcode is Update or Notify) return Refuse(query, asker, reply, DnsResult.Refused, "dynamic updates and zone notices are not taken");
        if (query.Opcode != Query) return Refuse(query, asker, reply, DnsResult.NotImp, "an opcode that is not known");
        if (query.State != DnsReadState.Whole) return Refuse(query, asker, reply, DnsResult.FormErr, "not one question, or cut short (RFC 9619)");
        if (!asker.Served) return Refuse(query, asker, reply, DnsResult.Refused, "not in a served subnet", Prohibited);
        if (query.HasOpt && query.Version != 0) return Refuse(query, asker, reply, DnsResult.BadVers, "an EDNS version that is not known (RFC 6891 §6.1.3)");
        if (query.Class is not (DnsRecord.Internet or AnyClass)) return Refuse(query, asker, reply, DnsResult.Refused, "a class other than IN");
        if (query.Type is DnsType.Axfr or DnsType.Ixfr) return Refuse(query, asker, reply, DnsResult.Refused, "zones are not transferred");
        if (query.Type is DnsType.Opt or >= FirstOfMessages and < DnsType.Any) return Refuse(query, asker, reply, DnsResult.Refused, "no type of records (RFC 6895 §3.1)");
        return Look(query, zones, asker, reply, found);
    }

    private DnsDecision Look(in DnsQuery query, DnsZones zones, in DnsAsker asker, Span<byte> reply, ResolvedAnswer? found)
    {
        Span<byte> cookie = stackalloc byte[CookieMaximum];
        cookie = cookie[..Cookie(query, asker, cookie)];
        var writer = new DnsReplyWriter(query, reply, Limit(query, asker));
        var outcome = _lookup.Find(query, Name, zones, found, asker.Now, ref writer);
        if (outcome.Outside && found is null)
        {
            Wanted = outcome.Aliased ? _lookup.Target : Name;
            if (query.RecursionDesired) return new(DnsStep.Ask, 0, "not a name of ours");
            if (!outcome.Aliased) return Refuse(query, asker, reply, DnsResult.Refused, "not a name of ours, and recursion is not wanted");
        }
        ushort extended = found is null ? DnsReplyHead.NoExtendedError : found.Result == DnsResult.ServFail ? NetworkError : found.IsStale ? StaleAnswer : DnsReplyHead.NoExtendedError;
        int length = writer.Finish(query, new(outcome.Result, outcome.Authoritative, recursion: true, cookie, extended));
        return new(DnsStep.Reply, length, outcome.Why);
    }

    // Nothing but a result: never longer than the query, so that it is of no use against a third party.
    private DnsDecision Refuse(in DnsQuery query, in DnsAsker asker, Span<byte> reply, DnsResult result, string why, ushort extended = DnsReplyHead.NoExtendedError)
    {
        Span<byte> cookie = stackalloc byte[CookieMaximum];
        cookie = cookie[..(asker.Served ? Cookie(query, asker, cookie) : 0)];
        var writer = new DnsReplyWriter(query, reply, DnsCodec.PlainUdpMaximum);
        return new(DnsStep.Reply, writer.Finish(query, new(result, authoritative: false, asker.Served, cookie, asker.Served ? extended : DnsReplyHead.NoExtendedError)), why);
    }

    // Who has not shown that it receives our answers gets short ones: 512 octets, TC and TCP for the rest (RFC 7873 §5.2.3).
    private int Limit(in DnsQuery query, in DnsAsker asker)
    {
        if (asker.Tcp) return DnsCodec.TcpMaximum;
        if (!query.HasOpt || query.Cookie.Length <= DnsCookies.ClientLength || !_cookies.IsOurs(query.Cookie, asker.Address, asker.Now)) return DnsCodec.PlainUdpMaximum;
        return Math.Clamp((int)query.PayloadSize, DnsCodec.PlainUdpMaximum, DnsCodec.UdpMaximum);
    }

    private int Cookie(scoped in DnsQuery query, in DnsAsker asker, Span<byte> to)
    {
        if (query.Cookie.IsEmpty) return 0;
        _cookies.Write(query.Cookie, asker.Address, asker.Now, to);
        return DnsCookies.Length;
    }
}

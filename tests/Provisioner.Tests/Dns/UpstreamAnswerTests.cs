using System.Buffers.Binary;
using System.Net;
using Provisioner.Domain.Dns;
using Provisioner.Wire.Dns;

namespace Provisioner.Tests.Dns;

public sealed class UpstreamAnswerTests
{
    [Fact]
    public void The_chain_of_aliases_is_taken_and_nothing_that_was_not_asked_for()
    {
        var answer = Taken(Answer("www.example", DnsType.A, ["www.example CNAME a.example", "a.example A 192.0.2.1", "bank.example A 203.0.113.66"], additional: ["ns.example A 203.0.113.66"]));
        Assert.Equal([DnsType.Cname, DnsType.A], answer.Answers.Select(r => DnsReplyWriter.TypeOf(r.Body)));
        Assert.Equal((DnsResult.NoError, 300u), (answer.Result, answer.Ttl));
        Assert.Null(answer.Answers[0].Owner);
    }

    [Fact]
    public void A_denial_is_believed_as_long_as_its_soa_says()
    {
        var answer = Taken(Answer("x.example", DnsType.A, [], authority: ["example TYPE6 \\# 22 0000" + "00000001" + "00000002" + "00000003" + "00000004" + "0000003c"], result: 3));
        Assert.Equal((DnsResult.NxDomain, 60u, 1), (answer.Result, answer.Ttl, answer.Authority.Length));
        Assert.Equal(0u, Taken(Answer("x.example", DnsType.A, [], authority: ["other.example TYPE6 \\# 22 0000" + new string('0', 40)], result: 3)).Ttl); // not its zone
        Assert.Equal(0u, Taken(Answer("x.example", DnsType.A, [])).Ttl); // without one not at all
    }

    [Fact]
    public void Lies_count_for_nothing()
    {
        var (sent, right) = Answer("www.example", DnsType.A, ["www.example A 192.0.2.1"]);
        Assert.IsType<UpstreamAnswer.Taken>(Judge(sent, right));
        Assert.Equal("another number", NotOurs(sent, Changed(right, 0, 0xff)));
        Assert.Equal("another question", NotOurs(sent, Changed(right, 14, 0x01)));
        Assert.Equal("another question", NotOurs(sent, Changed(right, 26, 0x10))); // another type
        Assert.Equal("no answer to a query", NotOurs(sent, Changed(right, 2, 0x80)));
        Assert.Equal("no answer to a query", NotOurs(sent, Changed(right, 2, 0x28)));
        Assert.Equal("not one question", NotOurs(sent, Changed(right, 5, 0x03)));
        Assert.Equal("too short to hold the question", NotOurs(sent, right[..20]));
    }

    [Fact]
    public void What_comes_back_in_another_case_or_cut_off_is_asked_again_over_tcp()
    {
        var (sent, right) = Answer("www.example", DnsType.A, ["www.example A 192.0.2.1"]);
        var cased = Changed(right, 13, 0x20);
        Assert.IsType<UpstreamAnswer.OverTcp>(Judge(sent, cased));
        Assert.IsType<UpstreamAnswer.Taken>(UpstreamAnswer.Judge(cased, sent, overTcp: true, false, Asking.Now));
        Assert.IsType<UpstreamAnswer.OverTcp>(Judge(sent, Changed(right, 2, 0x02)));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void A_server_that_fails_or_refuses_is_no_answer(int result) =>
        Assert.IsType<UpstreamAnswer.Failed>(Judge(Answer("www.example", DnsType.A, [], result: result)));

    [Fact]
    public void A_ttl_is_at_most_a_day_and_one_with_its_uppermost_bit_set_is_none()
    {
        Assert.Equal(86400u, Taken(Answer("a.example", DnsType.A, ["a.example A 192.0.2.1"], ttl: 1_000_000)).Ttl);
        Assert.Equal(0u, Taken(Answer("a.example", DnsType.A, ["a.example A 192.0.2.1"], ttl: 0x80000000)).Ttl);
    }

    [Fact]
    public void Aliases_in_a_circle_end() =>
        Assert.True(Taken(Answer("a.example", DnsType.A, ["a.example CNAME b.example", "b.example CNAME a.example"])).Answers.Length <= 16);

    [Fact]
    public void The_cache_keeps_within_its_bounds_and_gives_what_is_still_true()
    {
        var cache = new DnsCache(mostEntries: 10, mostBytes: 100_000);
        for (int i = 0; i < 30; i++) cache.Put(Key($"n{i}.example"), Found(60));
        Assert.Equal(10, cache.Figures.Entries);
        Assert.Null(cache.Find(Key("n0.example"), Asking.Now));
        Assert.NotNull(cache.Find(Key("n29.example"), Asking.Now + 59));
        Assert.Null(cache.Find(Key("n29.example"), Asking.Now + 60));
        Assert.Null(cache.Find(Key("n29.example", DnsType.Aaaa), Asking.Now));
        cache.Find(Key("n20.example"), Asking.Now); // asked for: stays
        for (int i = 40; i < 49; i++) cache.Put(Key($"n{i}.example"), Found(60));
        Assert.NotNull(cache.Find(Key("n20.example"), Asking.Now));
        var small = new DnsCache(1000, mostBytes: 2000);
        for (int i = 0; i < 100; i++) small.Put(Key($"n{i}.example"), Found(60));
        Assert.InRange(small.Figures.Bytes, 1, 2000);
    }

    [Fact]
    public void What_has_ended_is_given_for_a_day_when_nobody_says_anything_newer()
    {
        var cache = new DnsCache(10, 100_000);
        cache.Put(Key("a.example"), Found(60));
        cache.Put(Key("a.example"), ResolvedAnswer.Failed(Asking.Now + 100)); // a failure doesn't take its place
        var stale = cache.FindStale(Key("a.example"), Asking.Now + 3600)!;
        Assert.Equal((true, 30u, Asking.Now + 3600), (stale.IsStale, stale.Ttl, stale.At));
        Assert.Equal(30u, DnsReplyWriter.TtlOf(stale.Answers[0].Body));
        Assert.Null(cache.FindStale(Key("a.example"), Asking.Now + 90_000));
    }

    [Fact]
    public void Servers_that_failed_lately_are_asked_last_and_come_back_by_themselves()
    {
        IPEndPoint a = IPEndPoint.Parse("192.0.2.1:53"), b = IPEndPoint.Parse("192.0.2.2:53");
        var health = new UpstreamHealth();
        Assert.False(health.Failed(a, "no answer in time", 1000));
        Assert.Equal([a, b], health.Order([a, b], 1000));
        Assert.True(health.Failed(a, "no answer in time", 1000));
        Assert.Equal([b, a], health.Order([a, b], 1001));
        Assert.Equal([a, b], health.Order([a, b], 1004));
        health.Failed(a, "no answer in time", 1004);
        Assert.Equal([b, a], health.Order([a, b], 1010));
        health.Answered(a, 12);
        Assert.Equal([a, b], health.Order([a, b], 1010));
        Assert.Equal(("no answer in time", 1L), (health.Of([a])[0].LastFault, health.Of([a])[0].Answers));
    }

    private static ResolvedAnswer Found(uint ttl) => new(DnsResult.NoError, [new(null, Asking.Record("a.example A 192.0.2.1", ttl).Body)], [], ttl, Asking.Now);

    private static DnsCacheKey Key(string name, DnsType type = DnsType.A) => new(DnsName.Parse(name).Lower, type, 0);

    private static ResolvedAnswer Taken((byte[] Sent, byte[] Octets) exchange) => Assert.IsType<UpstreamAnswer.Taken>(Judge(exchange)).Answer;

    private static UpstreamAnswer Judge((byte[] Sent, byte[] Octets) exchange) => Judge(exchange.Sent, exchange.Octets);

    private static UpstreamAnswer Judge(byte[] sent, byte[] octets) => UpstreamAnswer.Judge(octets, sent, overTcp: false, dnssecOk: false, Asking.Now);

    private static string NotOurs(byte[] sent, byte[] octets) => Assert.IsType<UpstreamAnswer.NotOurs>(Judge(sent, octets)).Why;

    private static byte[] Changed(byte[] octets, int at, byte flip)
    {
        var changed = (byte[])octets.Clone();
        changed[at] ^= flip;
        return changed;
    }

    /// <summary>A query of ours, and an answer to it.</summary>
    private static (byte[] Sent, byte[] Octets) Answer(string name, DnsType type, string[] answers, string[]? authority = null, string[]? additional = null, int result = 0, uint ttl = 300)
    {
        var sent = new byte[300];
        sent = sent[..DnsCodec.WriteQuery(sent, 0x4711, DnsName.Parse(name).Wire.Span, type, false, false)];
        var octets = new List<byte>(sent[..^DnsQuery.OptLength]);
        var lists = ((string[][])[answers, authority ?? [], additional ?? []]).Select(l => l.Select(r => Asking.Record(r, ttl)).ToList()).ToList();
        foreach (var record in lists.SelectMany(l => l)) octets.AddRange([.. record.Name.Wire.Span, .. record.Body]);
        var datagram = octets.ToArray();
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(2), (ushort)(0x8180 | result));
        for (int i = 0; i < 3; i++) BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(6 + 2 * i), (ushort)lists[i].Count);
        return (sent, datagram);
    }
}

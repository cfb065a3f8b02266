using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Provisioner.Appliance.Servers;
using Provisioner.Domain.Dns;
using Provisioner.Wire.Dns;

namespace Provisioner.ApplianceTests.Network;

/// <summary>Upstream servers that tell the truth, lie, are slow or silent, on loopback.</summary>
public sealed class DnsForwarderTests
{
    private static readonly byte[] Name = DnsName.Parse("www.example").Wire.ToArray();
    private static readonly byte[] Right = [192, 0, 2, 7], Wrong = [203, 0, 113, 66];

    [Fact]
    public async Task Queries_leave_from_ever_other_ports_under_ever_other_numbers_in_ever_other_case()
    {
        await using var server = new ScriptedDns((query, reply) => reply.Send(Answer(query, Right, ttl: 0)));
        var forwarder = Forwarder(server);
        for (int i = 0; i < 40; i++) Assert.Equal(Right, Address(await Ask(forwarder)));
        Assert.True(server.Ports.Distinct().Count() > 30, $"{server.Ports.Distinct().Count()} ports");
        Assert.True(server.Queries.Select(q => q[0] << 8 | q[1]).Distinct().Count() > 35);
        Assert.True(server.Queries.Select(q => Convert.ToHexString(q, 12, Name.Length)).Distinct().Count() > 30);
        Assert.All(server.Queries, q => Assert.Equal(DnsReadState.Whole, DnsQuery.Read(q, new()).State));
    }

    [Fact]
    public async Task A_lie_that_comes_first_is_not_heard()
    {
        using var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        stranger.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using var server = new ScriptedDns((query, reply) =>
        {
            var lie = Answer(query, Wrong);
            stranger.SendTo(lie, reply.To); // another address
            reply.Send(Changed(lie, 0, 0xff)); // another number
            reply.Send(Changed(lie, 14, 0x01)); // another question
            reply.Send(Changed(lie, 2, 0x80)); // a query
            reply.Send([1, 2, 3]);
            reply.Send(Answer(query, Right));
        });
        Assert.Equal(Right, Address(await Ask(Forwarder(server))));
    }

    [Fact]
    public async Task An_answer_in_another_case_and_one_that_is_cut_off_are_asked_for_again_over_tcp()
    {
        await using var cased = new ScriptedDns((query, reply) => reply.Send(LowerCase(Answer(query, Wrong))), query => Answer(query, Right));
        Assert.Equal(Right, Address(await Ask(Forwarder(cased))));
        await using var cut = new ScriptedDns((query, reply) => reply.Send(Changed(Answer(query, Wrong), 2, 0x02)), query => Answer(query, Right));
        Assert.Equal(Right, Address(await Ask(Forwarder(cut))));
        Assert.Equal(1, cut.OverTcp);
    }

    [Fact]
    public async Task The_same_question_is_under_way_once()
    {
        await using var server = new ScriptedDns((query, reply) =>
        {
            Thread.Sleep(200);
            reply.Send(Answer(query, Right));
        });
        var forwarder = Forwarder(server);
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Ask(forwarder)));
        Assert.All(answers, a => Assert.Equal(Right, Address(a)));
        Assert.Single(server.Queries);
        Assert.Equal(0, forwarder.UnderWay);
        Assert.NotNull(forwarder.Cache.Find(new(Name, DnsType.A, 0), (uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds()));
    }

    [Fact]
    public async Task When_one_server_is_silent_or_refuses_the_next_is_asked_and_after_two_failures_first()
    {
        await using var silent = new ScriptedDns((_, _) => { });
        await using var refusing = new ScriptedDns((query, reply) => reply.Send(Changed(Answer(query, Wrong), 3, 0x05)));
        await using var right = new ScriptedDns((query, reply) => reply.Send(Answer(query, Right, ttl: 0)));
        ConcurrentQueue<string> told = [];
        var forwarder = new DnsForwarder(() => [refusing.Address, silent.Address, right.Address], () => false, TimeProvider.System, told.Enqueue);
        for (int i = 0; i < 3; i++) Assert.Equal(Right, Address(await Ask(forwarder)));
        Assert.Equal((2, 2, 3), (refusing.Queries.Count, silent.Queries.Count, right.Queries.Count));
        Assert.Contains(told, t => t.Contains($"{silent.Address} answers no more: no answer in time", StringComparison.Ordinal));
        Assert.Contains(told, t => t.Contains($"{refusing.Address} answers no more: Refused", StringComparison.Ordinal));
    }

    [Fact]
    public async Task When_nobody_answers_that_is_a_failure_and_what_was_true_lately_is_better()
    {
        bool speaks = true;
        await using var server = new ScriptedDns((query, reply) =>
        {
            if (speaks) reply.Send(Answer(query, Right, ttl: 1));
        });
        var forwarder = new DnsForwarder(() => [server.Address], () => true, TimeProvider.System);
        Assert.Equal(Right, Address(await Ask(forwarder)));
        speaks = false;
        await Task.Delay(1100);
        var stale = await Ask(forwarder);
        Assert.Equal((Right[3], true), (Address(stale)![3], stale.IsStale));
        Assert.Equal(DnsResult.ServFail, (await forwarder.AskAsync(DnsName.Parse("other.example").Wire.ToArray(), DnsType.A, false, false)).Result);
        Assert.Equal(DnsResult.ServFail, (await Ask(new DnsForwarder(() => [], () => true, TimeProvider.System))).Result);
    }

    [Fact]
    public async Task A_server_that_asks_us_what_we_ask_it_is_seen_through()
    {
        await using var server = new ScriptedDns((_, _) => { });
        var forwarder = Forwarder(server);
        var asking = Ask(forwarder);
        var name = new DnsNameBuffer();
        name.TryRead(DnsName.Parse("WWW.example").Wire.Span, 0, out _);
        Assert.True(forwarder.IsLoop(IPAddress.Loopback, name, DnsType.A, false, false));
        Assert.False(forwarder.IsLoop(IPAddress.Parse("10.77.0.50"), name, DnsType.A, false, false));
        Assert.False(forwarder.IsLoop(IPAddress.Loopback, name, DnsType.Aaaa, false, false));
        Assert.Equal(DnsResult.ServFail, (await asking).Result);
        Assert.False(forwarder.IsLoop(IPAddress.Loopback, name, DnsType.A, false, false));
    }

    private static DnsForwarder Forwarder(ScriptedDns server) => new(() => [server.Address], () => false, TimeProvider.System);

    private static Task<ResolvedAnswer> Ask(DnsForwarder forwarder) => forwarder.AskAsync(Name, DnsType.A, false, false);

    private static byte[]? Address(ResolvedAnswer answer) => answer.Answers is [.., var last] ? DnsReplyWriter.DataOf(last.Body).ToArray() : null;

    private static byte[] Answer(byte[] query, byte[] address, uint ttl = 300)
    {
        byte[] answer = [.. query[..^DnsQuery.OptLength], 0xc0, 12, .. DnsReplyWriter.BodyOf(DnsType.A, 1, ttl, address)];
        (answer[2], answer[3], answer[7], answer[11]) = (0x81, 0x80, 1, 0);
        return answer;
    }

    private static byte[] Changed(byte[] octets, int at, byte flip)
    {
        var changed = (byte[])octets.Clone();
        changed[at] ^= flip;
        return changed;
    }

    private static byte[] LowerCase(byte[] octets)
    {
        var lower = (byte[])octets.Clone();
        for (int at = 12; at < 12 + Name.Length; at++)
            if (lower[at] is >= (byte)'A' and <= (byte)'Z') lower[at] |= 0x20;
        if (lower.AsSpan(12, Name.Length).SequenceEqual(octets.AsSpan(12, Name.Length))) lower[13] ^= 0x20; // it went out in lower case
        return lower;
    }
}

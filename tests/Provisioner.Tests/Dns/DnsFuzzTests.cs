using System.Diagnostics;
using Provisioner.Domain.Dns;
using Provisioner.Tests.Fuzz;
using Provisioner.Wire;
using Provisioner.Wire.Dns;

namespace Provisioner.Tests.Dns;

/// <summary>What nobody sends: queries and answers nearly right, through parser and handler.</summary>
public sealed class DnsFuzzTests
{
    private const int Usual = 1_000_000;

    private static readonly DnsZones Zones = Asking.Zones(["lab.example"],
    [
        "node1.rack.internal A 10.77.0.100", "www.rack.internal CNAME node1.rack.internal", "*.apps.rack.internal A 10.77.0.200", "out.rack.internal CNAME host.example.com",
        "child.rack.internal NS ns.child.rack.internal", "ns.child.rack.internal A 10.77.0.53", "rack.internal MX 10 node1.rack.internal", "big.rack.internal TXT \"" + new string('x', 700) + "\"",
    ]);

    private static readonly byte[][] Queries =
    [
        Asking.Query("node1.rack.internal"), Asking.Query("WWW.rack.internal"), Asking.Query("x.apps.rack.internal"), Asking.Query("deep.child.rack.internal"), Asking.Query("nobody.rack.internal", DnsType.Aaaa),
        Asking.Query("out.rack.internal"), Asking.Query("big.rack.internal", DnsType.Txt), Asking.Query("1.0.77.10.in-addr.arpa", DnsType.Ptr), Asking.Query("rack.internal", DnsType.Any),
        Asking.WithOpt(Asking.Query("node1.rack.internal"), flags: 0x8000, options: [0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0xfd, 0xe9, 0, 1, 0]), Asking.WithOpt(Asking.Query("rack.internal", DnsType.Soa, flags: 0x2800)),
    ];

    [Fact]
    public void Every_query_is_answered_within_its_bounds_or_not_at_all()
    {
        var mutator = new Mutator(53, Queries, most: 700);
        var responder = new DnsResponder(Asking.Cookies);
        var reply = new byte[DnsCodec.TcpMaximum];
        var found = new ResolvedAnswer(DnsResult.NoError, [new(null, Asking.Record("host.example.com A 192.0.2.7").Body)], [], 300, Asking.Now - 5);
        long answered = 0, before = GC.GetAllocatedBytesForCurrentThread();
        int runs = Mutator.Runs(Usual);
        for (int run = 0; run < runs; run++)
        {
            var octets = mutator.Next();
            var asker = Asking.Served with { Served = (run & 15) != 0 };
            var decision = responder.Answer(DnsQuery.Read(octets, responder.Name), Zones, asker, reply);
            if (decision.Step == DnsStep.Ask) decision = responder.Answer(DnsQuery.Read(octets, responder.Name), Zones, asker, reply, found);
            if (decision.Step != DnsStep.Reply) continue;
            answered++;
            if (decision.Length > 512 || !asker.Served && decision.Length > Math.Max(octets.Length, DnsCodec.HeaderLength)) Assert.Fail($"run {run}: {decision.Length} octets for {Convert.ToHexString(octets)}");
            if ((reply[2] & 0x80) == 0 || reply[0] != octets[0] || reply[1] != octets[1]) Assert.Fail($"run {run}: no answer to {Convert.ToHexString(octets)}");
            if (run % 64 == 0) DnsCodec.Parse(reply.AsSpan(0, decision.Length));
        }
        Assert.True(answered > runs / 4, $"only {answered} of {runs} were answered");
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < runs * 200L, "each query costs memory"); // the parsing, and glue of delegations
    }

    [Fact]
    public void Every_answer_of_an_upstream_server_is_judged_in_bounded_time()
    {
        var sent = new byte[64];
        sent = sent[..DnsCodec.WriteQuery(sent, 0x1234, DnsName.Parse("www.example").Wire.Span, DnsType.A, true, false)];
        var reply = new byte[512];
        var responder = new DnsResponder(Asking.Cookies);
        byte[][] seeds =
        [
            Upstream(sent, "www.example CNAME a.example", "a.example A 192.0.2.1", "a.example A 192.0.2.2"), Upstream(sent, "www.example A 192.0.2.1"), Upstream(sent),
            Upstream(sent, "www.example MX 10 mail.example", "www.example SRV 0 5 53 ns.example", "www.example TXT \"x\" \"y\""),
        ];
        var mutator = new Mutator(5353, seeds, most: 700);
        long taken = 0;
        int runs = Mutator.Runs(Usual) / 2;
        for (int run = 0; run < runs; run++)
        {
            var octets = mutator.Next();
            if (UpstreamAnswer.Judge(octets, sent, overTcp: (run & 1) != 0, dnssecOk: (run & 2) != 0, Asking.Now) is not UpstreamAnswer.Taken answer) continue;
            taken++;
            responder.Answer(DnsQuery.Read(Asking.Query("www.example"), responder.Name), Zones, Asking.Served, reply, answer.Answer);
        }
        Assert.True(taken > runs / 20, $"only {taken} of {runs} were taken");
    }

    // Each name points to the one before, so that reading all of them costs most.
    [Fact]
    public void A_message_made_of_pointers_is_read_in_bounded_time()
    {
        var octets = new List<byte>(Convert.FromHexString("000181000000ffff00000000"));
        for (int at = 12; octets.Count < 16_000; at = octets.Count)
        {
            octets.AddRange(octets.Count == 12 ? [1, (byte)'a', 0] : [(byte)(0xc0 | 12 + (at - 27 - 12) >> 8 & 0x3f), (byte)12]);
            octets.AddRange([0, 2, 0, 1, 0, 0, 0, 0, 0, 2, 0xc0, 12]);
        }
        var clock = Stopwatch.StartNew();
        for (int i = 0; i < 100; i++) Assert.Throws<WireException>(() => DnsCodec.Parse(octets.ToArray()));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"{clock.Elapsed}");
    }

    private static byte[] Upstream(byte[] sent, params string[] answers)
    {
        var octets = new List<byte>(sent[..^DnsQuery.OptLength]) { [2] = 0x81, [3] = 0x80, [7] = (byte)answers.Length, [11] = 0 };
        foreach (var record in answers.Select(a => Asking.Record(a))) octets.AddRange([.. record.Name.Wire.Span, .. record.Body]);
        return [.. octets];
    }
}

using System.Buffers.Binary;
using Provisioner.Domain.Dns;
using Provisioner.Wire;
using Provisioner.Wire.Dns;

namespace Provisioner.Tests.Dns;

public sealed class DnsResponderTests
{
    private static readonly DnsZones Zones = Asking.Zones(
        "node1.rack.internal A 10.77.0.100", "node1.rack.internal TXT \"hello\"", "node2.rack.internal A 10.77.0.101", "node2.rack.internal A 10.77.0.102",
        "www.rack.internal CNAME node1.rack.internal", "far.rack.internal CNAME www.rack.internal", "out.rack.internal CNAME host.example.com",
        "gone.rack.internal CNAME nobody.rack.internal", "round.rack.internal CNAME round2.rack.internal", "round2.rack.internal CNAME round.rack.internal",
        "*.apps.rack.internal A 10.77.0.200", "real.apps.rack.internal TXT \"x\"", "deep.under.it.rack.internal A 10.77.0.9",
        "child.rack.internal NS ns.child.rack.internal", "child.rack.internal NS ns.elsewhere.example", "ns.child.rack.internal A 10.77.0.53", "odd.rack.internal TYPE65280 \\# 2 0102",
        "*.star.rack.internal CNAME node1.rack.internal");

    [Theory]
    [InlineData("node1.rack.internal", DnsType.A, "node1.rack.internal 300 IN A 10.77.0.100")]
    [InlineData("NODE1.Rack.Internal", DnsType.A, "NODE1.Rack.Internal 300 IN A 10.77.0.100")]
    [InlineData("provisioner.rack.internal", DnsType.A, "provisioner.rack.internal 300 IN A 10.77.0.1")]
    [InlineData("rack.internal", DnsType.Ns, "rack.internal 30 IN NS provisioner.rack.internal.")]
    [InlineData("node1.rack.internal", DnsType.Any, "node1.rack.internal 300 IN A 10.77.0.100")]
    [InlineData("odd.rack.internal", (DnsType)65280, "odd.rack.internal 300 IN TYPE65280 \\# 2 0102")]
    [InlineData("localhost", DnsType.A, "localhost 10800 IN A 127.0.0.1")]
    [InlineData("1.0.0.127.in-addr.arpa", DnsType.Ptr, "1.0.0.127.in-addr.arpa 10800 IN PTR localhost.")]
    [InlineData("www.rack.internal", DnsType.Cname, "www.rack.internal 300 IN CNAME node1.rack.internal.")]
    public void Names_of_ours_are_answered_in_the_askers_own_spelling(string name, DnsType type, string answer)
    {
        var reply = Asking.Ask(Zones, name, type);
        Assert.Equal((DnsResult.NoError, true, true), (reply.Result, reply.IsAuthoritative, reply.RecursionAvailable));
        Assert.Equal([answer], Asking.Lines(reply.Answers));
        Assert.Equal(name, reply.Questions[0].Name.ToString());
    }

    [Fact]
    public void All_addresses_of_a_name_are_told() => Assert.Equal(2, Asking.Ask(Zones, "node2.rack.internal").Answers.Count);

    [Theory]
    [InlineData("node1.rack.internal", DnsType.Aaaa, DnsResult.NoError, "rack.internal")]
    [InlineData("node9.rack.internal", DnsType.A, DnsResult.NxDomain, "rack.internal")]
    [InlineData("x.node1.rack.internal", DnsType.A, DnsResult.NxDomain, "rack.internal")]
    [InlineData("under.it.rack.internal", DnsType.A, DnsResult.NoError, "rack.internal")] // exists, for something is under it
    [InlineData("77.0.77.10.in-addr.arpa", DnsType.Ptr, DnsResult.NxDomain, "0.77.10.in-addr.arpa")]
    [InlineData("1.1.168.192.in-addr.arpa", DnsType.Ptr, DnsResult.NxDomain, "168.192.in-addr.arpa")] // RFC 6303
    [InlineData("x.invalid", DnsType.A, DnsResult.NxDomain, "invalid")] // RFC 6761
    [InlineData("a.test", DnsType.A, DnsResult.NxDomain, "test")]
    [InlineData("printer.local", DnsType.A, DnsResult.NxDomain, "local")] // RFC 6762
    [InlineData("localhost", DnsType.Mx, DnsResult.NoError, "localhost")]
    [InlineData("x.real.apps.rack.internal", DnsType.A, DnsResult.NxDomain, "rack.internal")] // RFC 4592 §2.2.1: real.apps stands in the way
    [InlineData("real.apps.rack.internal", DnsType.A, DnsResult.NoError, "rack.internal")]
    [InlineData("any.apps.rack.internal", DnsType.Mx, DnsResult.NoError, "rack.internal")]
    [InlineData("apps.rack.internal", DnsType.A, DnsResult.NoError, "rack.internal")]
    public void What_is_not_there_is_denied_with_the_soa(string name, DnsType type, DnsResult result, string zone)
    {
        var reply = Asking.Ask(Zones, name, type);
        Assert.Equal((result, true, 0), (reply.Result, reply.IsAuthoritative, reply.Answers.Count));
        var soa = Assert.Single(reply.Authority);
        Assert.Equal((zone, DnsType.Soa), (soa.Name.ToString(), soa.Type));
    }

    [Theory]
    [InlineData("any.apps.rack.internal")]
    [InlineData("Very.Deep.apps.rack.internal")]
    [InlineData("*.apps.rack.internal")]
    public void A_wildcard_answers_for_what_is_not_there(string name) =>
        Assert.Equal([$"{name} 300 IN A 10.77.0.200"], Asking.Lines(Asking.Ask(Zones, name).Answers));

    [Fact]
    public void A_label_that_is_a_star_is_no_wildcard_for_what_is_under_it() =>
        Assert.Equal(DnsResult.NxDomain, Asking.Ask(Zones, "x.*.apps.rack.internal").Result);

    [Fact]
    public void Aliases_are_followed_within_our_zones()
    {
        Assert.Equal(["far.rack.internal 300 IN CNAME www.rack.internal.", "www.rack.internal 300 IN CNAME node1.rack.internal.", "node1.rack.internal 300 IN A 10.77.0.100"],
            Asking.Lines(Asking.Ask(Zones, "far.rack.internal").Answers));
        Assert.Equal(["a.star.rack.internal 300 IN CNAME node1.rack.internal.", "node1.rack.internal 300 IN A 10.77.0.100"], Asking.Lines(Asking.Ask(Zones, "a.star.rack.internal").Answers));
        var gone = Asking.Ask(Zones, "gone.rack.internal");
        Assert.Equal((DnsResult.NxDomain, 1, 1), (gone.Result, gone.Answers.Count, gone.Authority.Count)); // RFC 6604 §3
        var nodata = Asking.Ask(Zones, "www.rack.internal", DnsType.Aaaa);
        Assert.Equal((DnsResult.NoError, 1, "rack.internal"), (nodata.Result, nodata.Answers.Count, nodata.Authority[0].Name.ToString()));
        Assert.Equal(9, Asking.Ask(Zones, "round.rack.internal").Answers.Count);
    }

    [Fact]
    public void An_alias_that_leads_outside_is_found_out_first()
    {
        Assert.Equal(DnsStep.Ask, Asking.Raw(Zones, Asking.Query("out.rack.internal")).Decision.Step);
        Assert.Equal(["out.rack.internal 300 IN CNAME host.example.com."], Asking.Lines(Asking.Ask(Zones, Asking.Query("out.rack.internal", flags: 0)).Answers));
        var found = new ResolvedAnswer(DnsResult.NoError, [new(null, Asking.Record("host.example.com A 192.0.2.7", 60).Body)], [], 60, Asking.Now - 20);
        Assert.Equal(["out.rack.internal 300 IN CNAME host.example.com.", "host.example.com 40 IN A 192.0.2.7"], Asking.Lines(Asking.Ask(Zones, Asking.Query("out.rack.internal"), found: found).Answers));
    }

    [Theory]
    [InlineData("child.rack.internal", DnsType.A)]
    [InlineData("www.child.rack.internal", DnsType.A)]
    [InlineData("ns.child.rack.internal", DnsType.A)]
    [InlineData("child.rack.internal", DnsType.Ns)]
    public void What_is_delegated_is_referred_with_the_addresses_that_are_known(string name, DnsType type)
    {
        var reply = Asking.Ask(Zones, name, type);
        Assert.Equal((DnsResult.NoError, false, 0), (reply.Result, reply.IsAuthoritative, reply.Answers.Count));
        Assert.Equal(["child.rack.internal 300 IN NS ns.child.rack.internal.", "child.rack.internal 300 IN NS ns.elsewhere.example."], Asking.Lines(reply.Authority));
        Assert.Equal(["ns.child.rack.internal 300 IN A 10.77.0.53"], Asking.Lines(reply.Additional));
    }

    [Fact]
    public void Of_a_delegation_its_ds_is_the_parents_to_deny() =>
        Assert.Equal("rack.internal", Asking.Ask(Zones, "child.rack.internal", DnsType.Ds).Authority[0].Name.ToString());

    [Theory]
    [InlineData("deb.debian.org")]
    [InlineData("internal")]
    [InlineData(".")]
    public void Other_names_are_asked_of_the_upstream_servers(string name)
    {
        Assert.Equal(DnsStep.Ask, Asking.Raw(Zones, Asking.Query(name)).Decision.Step);
        Assert.Equal(DnsResult.Refused, Asking.Ask(Zones, Asking.Query(name, flags: 0)).Result);
    }

    [Fact]
    public void Who_is_not_served_is_refused_in_no_more_octets_than_it_sent()
    {
        foreach (var query in (byte[][])[Asking.Query("node1.rack.internal"), Asking.WithOpt(Asking.Query("deb.debian.org"), options: [0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8])])
        {
            var (decision, octets) = Asking.Raw(Zones, query, Asking.Served with { Served = false });
            Assert.Equal((DnsStep.Reply, DnsResult.Refused, false), (decision.Step, DnsCodec.Parse(octets).Result, DnsCodec.Parse(octets).RecursionAvailable));
            Assert.True(octets.Length <= query.Length);
        }
    }

    // The probes of ISC's EDNS compliance test (RFC 8906 §8), and those of RFC 9619, RFC 5936, RFC 2136.
    [Theory]
    [InlineData("plain", DnsResult.NoError)]
    [InlineData("edns", DnsResult.NoError)]
    [InlineData("edns1", DnsResult.BadVers)]
    [InlineData("edns 512", DnsResult.NoError)]
    [InlineData("edns 0 octets", DnsResult.NoError)]
    [InlineData("unknown option", DnsResult.NoError)]
    [InlineData("edns1 and unknown option", DnsResult.BadVers)]
    [InlineData("unknown flag", DnsResult.NoError)]
    [InlineData("do", DnsResult.NoError)]
    [InlineData("cookie", DnsResult.NoError)]
    [InlineData("zero flag in header", DnsResult.NoError)]
    [InlineData("ad", DnsResult.NoError)]
    [InlineData("cd", DnsResult.NoError)]
    [InlineData("rd off", DnsResult.NoError)]
    [InlineData("unknown type", DnsResult.NoError)]
    [InlineData("opcode 15", DnsResult.NotImp)]
    [InlineData("status", DnsResult.NotImp)]
    [InlineData("update", DnsResult.Refused)]
    [InlineData("notify", DnsResult.Refused)]
    [InlineData("axfr", DnsResult.Refused)]
    [InlineData("ixfr", DnsResult.Refused)]
    [InlineData("chaos", DnsResult.Refused)]
    [InlineData("tkey", DnsResult.Refused)]
    [InlineData("no question", DnsResult.FormErr)]
    [InlineData("two questions", DnsResult.FormErr)]
    public void Conformance(string probe, DnsResult result)
    {
        var plain = Asking.Query("node1.rack.internal");
        byte[] cookie = [0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8], unknown = [0xfd, 0xe9, 0, 2, 1, 2];
        byte[] query = probe switch
        {
            "plain" => plain,
            "edns" => Asking.WithOpt(plain),
            "edns1" => Asking.WithOpt(plain, version: 1),
            "edns 512" => Asking.WithOpt(plain, size: 512),
            "edns 0 octets" => Asking.WithOpt(plain, size: 0),
            "unknown option" => Asking.WithOpt(plain, options: unknown),
            "edns1 and unknown option" => Asking.WithOpt(plain, version: 1, options: unknown),
            "unknown flag" => Asking.WithOpt(plain, flags: 0x0040),
            "do" => Asking.WithOpt(plain, flags: 0x8000),
            "cookie" => Asking.WithOpt(plain, options: cookie),
            "zero flag in header" => Asking.Query("node1.rack.internal", flags: 0x0140),
            "ad" => Asking.Query("node1.rack.internal", flags: 0x0120),
            "cd" => Asking.Query("node1.rack.internal", flags: 0x0110),
            "rd off" => Asking.Query("node1.rack.internal", flags: 0),
            "unknown type" => Asking.Query("node1.rack.internal", (DnsType)1000),
            "opcode 15" => Asking.Query("node1.rack.internal", flags: 0x7800),
            "status" => Asking.Query("node1.rack.internal", flags: 0x1000),
            "update" => Asking.Query("rack.internal", DnsType.Soa, flags: 0x2800),
            "notify" => Asking.Query("rack.internal", DnsType.Soa, flags: 0x2400),
            "axfr" => Asking.Query("rack.internal", DnsType.Axfr),
            "ixfr" => Asking.Query("rack.internal", DnsType.Ixfr),
            "chaos" => Asking.Query("version.bind", DnsType.Txt, @class: 3),
            "tkey" => Asking.Query("rack.internal", (DnsType)249),
            "no question" => [.. plain[..4], 0, 0, .. plain[6..12]],
            _ => [.. plain[..4], 0, 2, .. plain[6..], .. plain[12..]],
        };
        bool edns = query[11] == 1;
        var reply = Asking.Ask(Zones, query);
        Assert.Equal((result, edns, 0x1234), (reply.Result, reply.Opt is not null, reply.Id));
        if (!edns) return;
        Assert.Equal((DnsCodec.UdpMaximum, probe == "do" ? 0x8000u : 0u), (reply.Opt!.Class, reply.Opt.Ttl & 0xffffff)); // version 0, DO goes back, unknown flags don't
        Assert.Equal(probe == "cookie" ? 28 : 0, reply.Opt.Data.Length); // unknown options don't come back
    }

    [Fact]
    public void Answers_are_never_answered() => Assert.Equal(DnsStep.Silence, Asking.Raw(Zones, Asking.Query("node1.rack.internal", flags: 0x8100)).Decision.Step);

    [Fact]
    public void What_does_not_fit_is_cut_off_at_the_size_that_the_asker_may_have()
    {
        var many = Asking.Zones([.. Enumerable.Range(1, 60).Select(i => $"many.rack.internal A 10.77.1.{i}")]); // 993 octets
        var query = Asking.Query("many.rack.internal");
        Assert.Equal((true, 0), Cut(Asking.Raw(many, query).Octets));
        Assert.Equal((false, 60), Cut(Asking.Raw(many, query, Asking.Served with { Tcp = true }).Octets));

        // With EDNS, but without a proof that its address is its own: short too.
        byte[] client = [1, 2, 3, 4, 5, 6, 7, 8];
        var first = Asking.Raw(many, Asking.WithOpt(query, options: [0, 10, 0, 8, .. client])).Octets;
        Assert.Equal((true, 0), Cut(first));
        byte[] cookie = [.. DnsCodec.Parse(first).Opt!.Data.Span[4..]];
        Assert.Equal((false, 60), Cut(Asking.Raw(many, Asking.WithOpt(query, options: [0, 10, 0, 24, .. cookie])).Octets));
        Assert.Equal((true, 0), Cut(Asking.Raw(many, Asking.WithOpt(query, size: 800, options: [0, 10, 0, 24, .. cookie])).Octets));
        Assert.Equal((true, 0), Cut(Asking.Raw(many, Asking.WithOpt(query, options: [0, 10, 0, 24, .. cookie]), Asking.Served with { Address = Ipv4Address.Parse("10.77.0.51") }).Octets));

        static (bool, int) Cut(byte[] octets) => (DnsCodec.Parse(octets).IsTruncated, DnsCodec.Parse(octets).Answers.Count);
    }

    [Fact]
    public void Nothing_that_goes_to_an_unproved_source_is_longer_than_512_octets()
    {
        var zones = Asking.Zones([.. Enumerable.Range(0, 40).Select(i => $"long.rack.internal TXT \"{i}{new string('x', 200)}\"")]);
        foreach (var type in (DnsType[])[DnsType.Txt, DnsType.Any, DnsType.A])
            Assert.True(Asking.Raw(zones, Asking.WithOpt(Asking.Query("long.rack.internal", type), size: 65535)).Octets.Length <= 512);
    }

    [Fact]
    public void An_answer_of_others_loses_the_seconds_that_it_lay_here()
    {
        var found = new ResolvedAnswer(DnsResult.NoError,
        [
            new(null, Asking.Record("www.example CNAME a.example", 100).Body), new(DnsName.Parse("a.example").Wire.ToArray(), Asking.Record("a.example A 192.0.2.1", 100).Body),
        ], [], 100, Asking.Now - 30);
        var (_, octets) = Asking.Raw(Zones, Asking.Query("wWw.example"), found: found);
        var reply = DnsCodec.Parse(octets);
        Assert.Equal(["wWw.example 70 IN CNAME a.example.", "a.example 70 IN A 192.0.2.1"], Asking.Lines(reply.Answers));
        Assert.Equal((false, true), (reply.IsAuthoritative, reply.RecursionAvailable));
        Assert.Equal(0xc0, octets[^16]); // the second owner points at the alias's data
    }

    [Fact]
    public void Who_asks_with_edns_is_told_why_there_is_no_answer()
    {
        var reply = Asking.Ask(Zones, Asking.WithOpt(Asking.Query("host.example")), found: ResolvedAnswer.Failed(Asking.Now));
        Assert.Equal((DnsResult.ServFail, "000f00020017"), (reply.Result, Convert.ToHexStringLower(reply.Opt!.Data.Span))); // RFC 8914: network error
    }

    [Fact]
    public void A_query_costs_no_allocation()
    {
        var responder = new DnsResponder(Asking.Cookies);
        var reply = new byte[512];
        byte[][] queries = [Asking.Query("node1.rack.internal"), Asking.Query("nobody.rack.internal"), Asking.Query("any.apps.rack.internal"), Asking.WithOpt(Asking.Query("far.rack.internal"))];
        for (int i = 0; i < 100; i++) Once();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) Once();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Once()
        {
            foreach (var query in queries)
                if (responder.Answer(DnsQuery.Read(query, responder.Name), Zones, Asking.Served, reply).Step != DnsStep.Reply) throw new InvalidOperationException();
        }
    }

    [Fact]
    public void The_number_and_the_flags_that_matter_go_back()
    {
        var (_, octets) = Asking.Raw(Zones, Asking.Query("node1.rack.internal", flags: 0x0170));
        Assert.Equal(0x8590, BinaryPrimitives.ReadUInt16BigEndian(octets.AsSpan(2))); // QR AA RD RA CD; Z and AD don't
    }
}

using Provisioner.Domain.Dns;
using Provisioner.Domain.Networks;
using Provisioner.Tests.Dhcp;
using Provisioner.Wire;
using Provisioner.Wire.Dns;

namespace Provisioner.Tests.Dns;

public sealed class DnsAnswerTests
{
    private static readonly ServedNetwork Wide = Rack.Network with { Interface = "prov1", Address = System.Net.IPAddress.Parse("10.80.16.1"), PrefixLength = 20, Domain = "wide.internal" };
    private static readonly DnsZone Zone = DnsZone.For([Rack.Network, Wide],
        [("node1", Rack.Ip("10.77.0.100")), ("node2", Rack.Ip("10.77.0.101")), ("node2", Rack.Ip("10.80.17.5")), ("stray", Rack.Ip("192.168.0.1")), ("provisioner", Rack.Ip("10.77.0.66"))], 42);

    [Theory]
    [InlineData("node1.rack.internal", DnsType.A, "10.77.0.100")]
    [InlineData("NODE1.Rack.Internal", DnsType.A, "10.77.0.100")]
    [InlineData("node2.wide.internal", DnsType.A, "10.80.17.5")]
    [InlineData("provisioner.rack.internal", DnsType.A, "10.77.0.1")]
    [InlineData("100.0.77.10.in-addr.arpa", DnsType.Ptr, "node1.rack.internal")]
    [InlineData("5.17.80.10.in-addr.arpa", DnsType.Ptr, "node2.wide.internal")]
    [InlineData("1.0.77.10.in-addr.arpa", DnsType.Ptr, "provisioner.rack.internal")]
    [InlineData("node1.rack.internal", DnsType.Any, "10.77.0.100")]
    [InlineData("rack.internal", DnsType.Ns, "provisioner.rack.internal")]
    public void Machines_are_found_by_name_and_by_address(string name, DnsType type, string answer)
    {
        var reply = Reply(name, type);
        Assert.Equal((DnsResult.NoError, true), (reply.Result, reply.IsAuthoritative));
        Assert.Equal(answer, Assert.Single(reply.Answers).Data switch { DnsData.V4 v4 => v4.Address.ToString(), DnsData.Host host => host.Name.ToString(), _ => "?" });
        Assert.Equal(name, reply.Answers[0].Name.ToString()); // the asker's own spelling
    }

    [Theory]
    [InlineData("node1.rack.internal", DnsType.Aaaa, DnsResult.NoError, "rack.internal")]
    [InlineData("node9.rack.internal", DnsType.A, DnsResult.NxDomain, "rack.internal")]
    [InlineData("x.node1.rack.internal", DnsType.A, DnsResult.NxDomain, "rack.internal")]
    [InlineData("77.0.77.10.in-addr.arpa", DnsType.Ptr, DnsResult.NxDomain, "0.77.10.in-addr.arpa")]
    [InlineData("17.80.10.in-addr.arpa", DnsType.Ptr, DnsResult.NoError, "80.10.in-addr.arpa")]
    public void What_is_not_there_is_denied_with_the_soa(string name, DnsType type, DnsResult result, string zone)
    {
        var reply = Reply(name, type);
        Assert.Equal((result, 0, zone), (reply.Result, reply.Answers.Count, Assert.Single(reply.Authority).Name.ToString()));
        Assert.IsType<DnsData.Soa>(reply.Authority[0].Data);
    }

    [Theory]
    [InlineData("deb.debian.org")]
    [InlineData("internal")]
    [InlineData("5.33.80.10.in-addr.arpa")] // beside 10.80.16.0/20
    [InlineData("1.0.168.192.in-addr.arpa")]
    public void Other_names_are_asked_of_the_upstream_servers(string name)
    {
        Assert.IsType<DnsAnswer.Forward>(Ask(Query(name, DnsType.A)));
        Assert.Equal(DnsResult.Refused, Assert.IsType<DnsAnswer.Reply>(Ask(Query(name, DnsType.A) with { RecursionDesired = false })).Message.Result);
    }

    [Fact]
    public void Who_is_not_served_is_refused() =>
        Assert.Equal(DnsResult.Refused, Assert.IsType<DnsAnswer.Reply>(DnsAnswer.For(Query("node1.rack.internal", DnsType.A), Zone, served: false)).Message.Result);

    [Fact]
    public void Odd_queries_get_their_results()
    {
        var query = Query("node1.rack.internal", DnsType.A);
        Assert.Equal(DnsResult.NotImp, Result(query with { Opcode = 4 }));
        Assert.Equal(DnsResult.FormErr, Result(query with { Questions = [] }));
        Assert.Equal(DnsResult.FormErr, Result(query with { Questions = [query.Questions[0], query.Questions[0]] }));
        Assert.Equal(DnsResult.Refused, Result(Query("rack.internal", DnsType.Axfr)));
        Assert.Equal(DnsResult.Refused, Result(query with { Questions = [query.Questions[0] with { Class = 3 }] }));
        Assert.IsType<DnsAnswer.Silence>(Ask(query with { IsResponse = true }));
    }

    [Fact]
    public void Edns_is_answered_with_edns_and_an_unknown_version_with_badvers()
    {
        DnsMessage With(uint ttl) => Query("node1.rack.internal", DnsType.A) with { Additional = [new(DnsName.Root, DnsType.Opt, 4096, ttl, new DnsData.Opaque(default))] };
        Assert.Equal(DnsCodec.UdpMaximum, Assert.IsType<DnsAnswer.Reply>(Ask(With(0))).Message.Opt!.Class);
        var bad = Assert.IsType<DnsAnswer.Reply>(Ask(With(1 << 16))).Message;
        Assert.Equal((0u, 1u << 24), ((uint)bad.Result, bad.Opt!.Ttl));
    }

    private static DnsMessage Query(string name, DnsType type) => new() { Id = 5, RecursionDesired = true, Questions = [new(DnsName.Parse(name), type, 1)] };

    private static DnsAnswer Ask(DnsMessage query) => DnsAnswer.For(query, Zone, served: true);

    private static DnsMessage Reply(string name, DnsType type) => Assert.IsType<DnsAnswer.Reply>(Ask(Query(name, type))).Message;

    private static DnsResult Result(DnsMessage query) => Assert.IsType<DnsAnswer.Reply>(Ask(query)).Message.Result;
}

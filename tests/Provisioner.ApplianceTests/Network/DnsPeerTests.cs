using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Provisioner.ApplianceTests.Servers;

namespace Provisioner.ApplianceTests.Network;

/// <summary>The real process, asked by dig, kdig, nsupdate and dnsperf, and asking unbound and Knot.</summary>
[Collection("namespaces")]
public sealed class DnsPeerTests : IDisposable
{
    private readonly Namespaces _net = new();
    private readonly Served _appliance;
    private readonly List<Process> _peers = [];

    public DnsPeerTests() => _appliance = new Served(_net);

    public void Dispose()
    {
        foreach (var peer in _peers)
        {
            if (!peer.HasExited) peer.Kill();
            peer.WaitForExit();
            peer.Dispose();
        }
        _appliance.Dispose();
        _net.Dispose();
    }

    [Fact]
    public void Dig_and_kdig_get_every_added_type_as_it_was_written()
    {
        foreach (var (type, data, shown) in ((string, string, string)[])
        [
            ("A", "10.77.0.9", "10.77.0.9"), ("AAAA", "fd00:77::9", "fd00:77::9"), ("MX", "10 provisioner.rack.internal", "10 provisioner.rack.internal."),
            ("SRV", "0 5 5060 provisioner.rack.internal", "0 5 5060 provisioner.rack.internal."), ("TXT", "\\\"v=spf1 -all\\\"", "\"v=spf1 -all\""),
            ("SSHFP", "4 2 0101010101010101010101010101010101010101010101010101010101010101", "4 2 0101010101010101010101010101010101010101010101010101010101010101"),
            ("TYPE65280", "\\\\# 3 010203", "\\# 3 010203"),
        ])
        {
            Add("all.rack.internal", type, data);
            Assert.Equal(shown, Dig($"+nosplit all.rack.internal {type}"));
            Assert.Equal(shown, Kdig($"+short all.rack.internal {type}"));
        }
        Add("alias.rack.internal", "CNAME", "all.rack.internal");
        Add("*.wild.rack.internal", "A", "10.77.0.10");
        Add("sub.rack.internal", "NS", "ns.sub.rack.internal");
        Add("ns.sub.rack.internal", "A", "10.77.0.53");
        Assert.Equal("all.rack.internal.\n10.77.0.9", Dig("ALIAS.Rack.internal"));
        Assert.Equal("10.77.0.10", Dig("any.thing.wild.rack.internal"));
        Assert.Equal("all.rack.internal.", Dig("-x 10.77.0.9"));
        var referral = Full("+norecurse x.sub.rack.internal");
        Assert.Contains("sub.rack.internal. 300 IN NS ns.sub.rack.internal.", referral);
        Assert.Contains("ns.sub.rack.internal. 300 IN A 10.77.0.53", referral);
        Assert.DoesNotContain(" aa", referral);
        Assert.Contains("CnAmE.RaCk.InTeRnAl", Full("CnAmE.RaCk.InTeRnAl")); // 0x20
    }

    // The probes of ISC's EDNS compliance test (RFC 8906 §8), by dig and kdig.
    [Fact]
    public void The_probes_of_the_compliance_test_are_answered_as_they_should_be()
    {
        foreach (var (arguments, wanted) in ((string, string)[])
        [
            ("+noedns +noad rack.internal SOA", "status: NOERROR"),
            ("+edns=0 +nocookie rack.internal SOA", "EDNS: version: 0, flags:; udp: 1232"),
            ("+edns=1 +noednsnegotiation rack.internal SOA", "status: BADVERS"),
            ("+ednsopt=65001:01 rack.internal SOA", "status: NOERROR"),
            ("+edns=1 +noednsnegotiation +ednsopt=65001:01 rack.internal SOA", "status: BADVERS"),
            ("+ednsflags=0x40 rack.internal SOA", "EDNS: version: 0, flags:; udp: 1232"),
            ("+dnssec rack.internal SOA", "EDNS: version: 0, flags: do; udp: 1232"),
            ("+bufsize=512 rack.internal SOA", "status: NOERROR"),
            ("+zflag rack.internal SOA", "status: NOERROR"),
            ("+opcode=15 rack.internal SOA", "status: NOTIMP"),
            ("+opcode=2 rack.internal SOA", "status: NOTIMP"),
            ("+opcode=4 rack.internal SOA", "status: REFUSED"),
            ("+header-only rack.internal", "status: FORMERR"),
            ("rack.internal TYPE1000", "ANSWER: 0, AUTHORITY: 1"),
            ("rack.internal ANY", "ANSWER: 1, AUTHORITY: 0"),
            ("nobody.rack.internal", "status: NXDOMAIN"),
            ("rack.internal AAAA", "status: NOERROR"),
            ("version.bind TXT CH", "status: REFUSED"),
            ("+tcp rack.internal SOA", "status: NOERROR"),
            ("+tcp rack.internal IXFR=1", "Transfer failed"),
            ("1.2.0.10.in-addr.arpa PTR", "status: NXDOMAIN"),
            ("x.invalid", "status: NXDOMAIN"),
            ("localhost A", "localhost. 10800 IN A 127.0.0.1"),
        ])
        {
            string said = Full(arguments);
            Assert.True(said.Contains(wanted, StringComparison.Ordinal), $"dig {arguments}: no \"{wanted}\" in: {said}");
        }
    }

    [Fact]
    public void Zones_are_neither_transferred_nor_updated()
    {
        Assert.Contains("Transfer failed", _net.OnClient("dig", $"@{Namespaces.Appliance} rack.internal AXFR").Text);
        string script = Path.Combine(_appliance.Folder, "update");
        File.WriteAllText(script, $"server {Namespaces.Appliance}\nzone rack.internal\nupdate add evil.rack.internal 60 A 203.0.113.66\nsend\n");
        Assert.Contains("REFUSED", _net.OnClient("nsupdate", script).Text);
        Assert.Contains("REFUSED", _net.OnClient("knsupdate", script).Text);
        Assert.Contains("status: NXDOMAIN", Full("evil.rack.internal"));
    }

    [Fact]
    public void A_cookie_is_given_and_known_again_and_proves_who_asks()
    {
        for (int i = 0; i < 50; i++) Add("many.rack.internal", "A", $"10.77.2.{i + 1}");
        string jar = "0102030405060708";
        var first = Full($"+ignore +cookie={jar} many.rack.internal");
        Assert.Contains("flags: qr aa tc", first);
        string cookie = Regex.Match(first, "COOKIE: ([0-9a-f]+) \\(good\\)").Groups[1].Value;
        Assert.Equal(48, cookie.Length);
        Assert.Contains("ANSWER: 50", Full($"+ignore +cookie={cookie} many.rack.internal"));
        Assert.Contains("flags: qr aa tc", Full($"+ignore +nocookie +bufsize=4096 many.rack.internal"));
        Assert.Contains("ANSWER: 50", Full("+nocookie many.rack.internal")); // over TCP by itself
        Assert.Contains("Flags: qr aa tc", Kdig("+ignore +noedns many.rack.internal"));
    }

    [Fact]
    public void Who_lies_in_no_served_subnet_is_refused()
    {
        Tool.Run("ip", $"-n {_net.ClientSide} address add 10.99.0.2/32 dev c0");
        Tool.Run("ip", $"-n {_net.ServerSide} route add 10.99.0.2/32 dev s0");
        foreach (string query in (string[])["provisioner.rack.internal", "www.example.com", "+tcp www.example.com"])
            Assert.Contains("status: REFUSED", Full($"-b 10.99.0.2 {query}"));
    }

    [Fact]
    public void Several_queries_share_a_connection()
    {
        string said = Kdig("+tcp +keepopen provisioner.rack.internal A nobody.rack.internal A rack.internal NS");
        Assert.Equal(["NOERROR", "NXDOMAIN", "NOERROR"], Regex.Matches(said, "status: (\\w+)").Select(m => m.Groups[1].Value));
        Assert.Equal(3, Regex.Matches(said, "\\(TCP\\)").Count);
    }

    [Fact]
    public void Dnsperf_loses_nothing()
    {
        for (int i = 0; i < 20; i++) Add($"m{i}.rack.internal", "A", $"10.77.3.{i + 1}");
        string queries = Path.Combine(_appliance.Folder, "queries");
        File.WriteAllLines(queries, Enumerable.Range(0, 22).Select(i => $"m{i}.rack.internal A"));
        string said = _net.OnClient("dnsperf", $"-s {Namespaces.Appliance} -d {queries} -l 2 -c 2 -q 20 -Q 2000").Text;
        Assert.Matches(@"Queries lost:\s+0 ", said);
        Assert.Matches(@"NOERROR \d+ \(9\d\.\d+%\), NXDOMAIN", said);
        Assert.Matches(@"NOERROR", _net.OnClient("dnsperf", $"-m tcp -s {Namespaces.Appliance} -d {queries} -l 1 -c 2 -q 20 -Q 500").Text);
    }

    [Fact]
    public void Unbound_is_asked_for_other_names_and_its_answers_are_kept_while_it_is_gone()
    {
        var unbound = Unbound("192.0.2.7");
        Assert.Equal("192.0.2.7", Until("192.0.2.7", () => Dig("host.up.example")));
        Assert.Equal("192.0.2.7", Dig("+tcp HOST.up.example"));
        Assert.Contains("status: NXDOMAIN", Full("nobody.up.example"));
        Assert.Equal(3, Regex.Matches(Dig("+tcp big.up.example TXT"), "x{200}").Count); // cut off over UDP, asked again over TCP
        Add("www.rack.internal", "CNAME", "host.up.example");
        Assert.Equal("host.up.example.\n192.0.2.7", Dig("www.rack.internal"));
        unbound.Kill();
        unbound.WaitForExit();
        Assert.Equal("192.0.2.7", Dig("host.up.example"));
        Assert.Contains("status: SERVFAIL", _net.OnClient("dig", $"@{Namespaces.Appliance} +time=6 +tries=1 other.up.example").Text);
        var status = JsonNode.Parse(Api("GET", "dns/status"))!;
        Assert.True((int)status["cache"]!["entries"]! > 0);
        Assert.NotNull((string?)status["upstreams"]![0]!["lastFault"]);
    }

    [Fact]
    public void When_the_first_server_is_gone_knot_is_asked()
    {
        string config = Path.Combine(_appliance.Folder, "knot.conf"), zone = Path.Combine(_appliance.Folder, "zone");
        File.WriteAllText(zone, "$ORIGIN up.example.\n$TTL 60\n@ SOA ns hostmaster 1 3600 600 86400 30\n@ NS ns\nns A 192.0.2.1\nhost A 192.0.2.8\n");
        File.WriteAllText(config, $"server:\n  listen: {Namespaces.Client}@5353\n  rundir: {_appliance.Folder}\n  user: root:root\ndatabase:\n  storage: {_appliance.Folder}\nzone:\n  - domain: up.example\n    file: {zone}\n");
        Peer($"knotd -c {config}");
        Api("PATCH", "dns/settings", $$"""{"upstreams":["{{Namespaces.Client}}","{{Namespaces.Client}}:5353"]}""");
        Assert.Equal("192.0.2.8", Until("192.0.2.8", () => Dig("+time=4 host.up.example")));
    }

    private Process Unbound(string address)
    {
        string config = Path.Combine(_appliance.Folder, "unbound.conf"), x = new('x', 200);
        File.WriteAllText(config, $"""
            server:
              interface: {Namespaces.Client}
              access-control: 10.77.0.0/16 allow
              chroot: ""
              username: ""
              pidfile: ""
              do-daemonize: no
              local-zone: "up.example." static
              local-data: "up.example. 60 SOA ns.up.example. hostmaster.up.example. 1 3600 600 86400 30"
              local-data: "host.up.example. 60 A {address}"
              local-data: 'big.up.example. 60 TXT "1{x}"'
              local-data: 'big.up.example. 60 TXT "2{x}"'
              local-data: 'big.up.example. 60 TXT "3{x}"'
            remote-control:
              control-enable: no

            """);
        return Peer($"unbound -d -c {config}");
    }

    private Process Peer(string command)
    {
        var peer = Tool.Start("ip", $"netns exec {_net.ClientSide} {command}", _ => { });
        _peers.Add(peer);
        return peer;
    }

    private void Add(string name, string type, string data) => Api("POST", "dns/records", $$"""{"name":"{{name}}","type":"{{type}}","data":"{{data}}"}""");

    private string Api(string method, string path, string? body = null)
    {
        string file = Path.Combine(_appliance.Folder, "body");
        File.WriteAllText(file, body ?? "");
        string key = File.ReadAllText(Path.Combine(_appliance.Folder, "data", "admin.key")).Trim();
        string send = body is null ? "" : $"-H \"Content-Type: application/json\" --data-binary @{file}";
        var reply = _net.OnClient("curl", $"-sS --fail-with-body -X {method} -H \"Authorization: Bearer {key}\" {send} http://{Namespaces.Appliance}:5240/api/v1/{path}");
        Assert.True(reply.Exit == 0, $"{method} {path} {body}: {reply.Text}");
        return reply.Text;
    }

    private string Dig(string arguments) => _net.OnClient("dig", $"@{Namespaces.Appliance} +short +time=2 +tries=2 {arguments}").Text.Trim();

    private string Full(string arguments) => Regex.Replace(_net.OnClient("dig", $"@{Namespaces.Appliance} +time=2 +tries=2 {arguments}").Text, "[\t ]+", " ");

    private string Kdig(string arguments) => _net.OnClient("kdig", $"@{Namespaces.Appliance} +time=2 +retry=2 {arguments}").Text.Trim();

    private static string Until(string wanted, Func<string> ask)
    {
        string got = "";
        for (int i = 0; i < 20 && (got = ask()) != wanted; i++) Thread.Sleep(200);
        return got;
    }
}

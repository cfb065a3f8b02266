using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Networks;
using Provisioner.Appliance.Serving;
using Provisioner.Domain.Networks;
using Provisioner.Wire;
using Provisioner.Wire.Dns;

namespace Provisioner.ApplianceTests.Web;

public sealed class DnsApiTests : IAsyncLifetime
{
    private WebHost _host = null!;
    private HttpClient _http = null!;

    public async Task InitializeAsync()
    {
        _host = await WebHost.StartAsync();
        _http = _host.Program();
        var book = _host.The<NetworkBook>();
        foreach (NetworkChange change in (NetworkChange[])
        [
            new NetworkChange.PutFabric(new("f1", "dc1", "")), new NetworkChange.PutVlan(new("v1", "f1", 0, "untagged", null, 1500, DhcpMode.Server)),
            new NetworkChange.PutSubnet(new("s1", new(Ipv4Address.Parse("10.77.0.0"), 24), "v1", "rack")),
            new NetworkChange.PutSubnet(new("s2", new(Ipv4Address.Parse("10.78.0.64"), 26), "v1", "lab") { Domain = "lab.internal" }),
        ])
            Assert.IsType<NetworkOutcome.Changed>(await book.ApplyAsync(change, "test"));
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task A_record_is_answered_from_the_moment_that_it_was_added_until_it_is_deleted_and_each_step_is_an_event()
    {
        var added = await Post("records", """{"name":"Www.rack.internal.","type":"a","data":"10.77.0.9","comment":"the page"}""");
        Assert.Equal(("Www.rack.internal", "A", 300, "added", false), ((string)added["name"]!, (string)added["type"]!, (int)added["ttl"]!, (string)added["source"]!, (bool)added["hidden"]!));
        Assert.Equal(["www.rack.internal 300 IN A 10.77.0.9"], await Answers("www.rack.internal"));
        Assert.Equal(["9.0.77.10.in-addr.arpa 300 IN PTR Www.rack.internal."], await Answers("9.0.77.10.in-addr.arpa", "PTR"));
        string id = (string)added["id"]!;
        await Send(HttpMethod.Patch, $"records/{id}", """{"data":"10.77.0.10","ttl":60}""");
        Assert.Equal(["www.rack.internal 60 IN A 10.77.0.10"], await Answers("www.rack.internal"));
        Assert.Equal("NXDOMAIN", (string)(await Lookup("9.0.77.10.in-addr.arpa", "PTR"))["result"]!);
        Assert.Equal(HttpStatusCode.NoContent, (await _http.DeleteAsync($"/api/v1/dns/records/{id}")).StatusCode);
        Assert.Equal("NXDOMAIN", (string)(await Lookup("www.rack.internal"))["result"]!);
        Assert.Equal(HttpStatusCode.NotFound, (await _http.DeleteAsync($"/api/v1/dns/records/{id}")).StatusCode);
        await Task.Delay(100);
        var told = _host.The<MachineBook>().LastEvents(null, 20).Where(e => e.Kind.StartsWith("dns.", StringComparison.Ordinal)).ToList();
        Assert.Equal(["dns.record.added", "dns.record.changed", "dns.record.deleted"], told.Select(e => e.Kind));
        Assert.Equal($"Www.rack.internal A 10.77.0.9 (record {id})", told[0].Text);
    }

    [Fact]
    public async Task Machines_reservations_and_static_addresses_have_names_and_lose_them()
    {
        var (machines, networks) = (_host.The<MachineBook>(), _host.The<NetworkBook>());
        var mac = MacAddress.Parse("52:54:00:aa:00:01");
        var machine = await machines.EnlistAsync(mac, "test");
        Assert.IsType<NetworkOutcome.Changed>(await networks.ApplyAsync(new NetworkChange.PutReservation(new(Ipv4Address.Parse("10.77.0.20"), mac, "s1")), "test"));
        Assert.Equal([$"{machine.Name}.rack.internal 30 IN A 10.77.0.20"], await Answers($"{machine.Name}.rack.internal"));
        await machines.ApplyAsync(machine.Id, new Domain.Machines.MachineChange.Rename("first"), "test");
        Assert.Equal(["20.0.77.10.in-addr.arpa 30 IN PTR first.rack.internal."], await Answers("20.0.77.10.in-addr.arpa", "PTR"));
        Assert.Equal("NXDOMAIN", (string)(await Lookup($"{machine.Name}.rack.internal"))["result"]!);

        var stranger = MacAddress.Parse("52:54:00:aa:00:02");
        await networks.ApplyAsync(new NetworkChange.PutReservation(new(Ipv4Address.Parse("10.78.0.70"), stranger, "s2") { HostName = "printer" }), "test");
        Assert.Equal(["70.0.78.10.in-addr.arpa 30 IN CNAME 70.64/26.0.78.10.in-addr.arpa.", "70.64/26.0.78.10.in-addr.arpa 30 IN PTR printer.lab.internal."], await Answers("70.0.78.10.in-addr.arpa", "PTR"));
        await networks.ApplyAsync(new NetworkChange.PutStatic(new(Ipv4Address.Parse("10.77.0.30"), "s1", "vip") { HostName = "dashboard" }), "test");
        Assert.Equal(["dashboard.rack.internal 30 IN A 10.77.0.30"], await Answers("dashboard.rack.internal"));

        var refused = await Fault("records", """{"name":"first.rack.internal","type":"CNAME","data":"www.example.com"}""", HttpStatusCode.Conflict);
        Assert.StartsWith("first.rack.internal has A 10.77.0.20 (of ", refused);
        var listed = await Get("records?name=rack.internal&type=A");
        Assert.Contains(listed["records"]!.AsArray(), r => (string)r!["source"]! == "machine first");
        await networks.ApplyAsync(new NetworkChange.RemoveStatic(Ipv4Address.Parse("10.77.0.30")), "test");
        await networks.ApplyAsync(new NetworkChange.RemoveReservation(Ipv4Address.Parse("10.77.0.20")), "test");
        Assert.Equal("NXDOMAIN", (string)(await Lookup("dashboard.rack.internal"))["result"]!);
        Assert.Equal("NXDOMAIN", (string)(await Lookup("first.rack.internal"))["result"]!);
    }

    [Fact]
    public async Task Zones_are_added_and_go_when_they_are_empty()
    {
        await Post("zones", """{"name":"apps.example","comment":"for the cluster"}""");
        var record = await Post("records", """{"name":"*.apps.example","type":"A","data":"10.77.0.40"}""");
        Assert.Equal(["x.apps.example 300 IN A 10.77.0.40"], await Answers("x.apps.example"));
        Assert.Equal("apps.example still holds 1 record (*.apps.example A): delete them first", await Fault("zones/apps.example", null, HttpStatusCode.Conflict, HttpMethod.Delete));
        Assert.Contains("is there already", await Fault("zones", """{"name":"apps.example"}""", HttpStatusCode.BadRequest));
        Assert.Contains("follows from the subnets", await Fault("zones/rack.internal", null, HttpStatusCode.Conflict, HttpMethod.Delete));
        Assert.Equal("other", (string)(await Send(HttpMethod.Patch, "zones/apps.example", """{"comment":"other"}"""))["comment"]!);
        await _http.DeleteAsync($"/api/v1/dns/records/{record["id"]}");
        Assert.Equal(HttpStatusCode.NoContent, (await _http.DeleteAsync("/api/v1/dns/zones/apps.example")).StatusCode);
        var kinds = (await Get("zones"))["zones"]!.AsArray().Select(z => $"{z!["name"]} {z["kind"]}");
        Assert.Equal(["0.77.10.in-addr.arpa reverse", "64/26.0.78.10.in-addr.arpa reverse", "lab.internal domain", "rack.internal domain"], kinds);
    }

    [Fact]
    public async Task Ipv6_addresses_of_a_named_prefix_get_their_reverse_names()
    {
        var before = await _http.GetAsync("/api/v1/dns/settings");
        var patch = new HttpRequestMessage(HttpMethod.Patch, "/api/v1/dns/settings") { Content = Json("""{"ipv6Prefixes":["fd00:77::/32"]}""") };
        patch.Headers.IfMatch.Add(before.Headers.ETag!);
        Assert.Equal(HttpStatusCode.OK, (await _http.SendAsync(patch)).StatusCode);
        var again = new HttpRequestMessage(HttpMethod.Patch, "/api/v1/dns/settings") { Content = Json("""{"serveStale":false}""") };
        again.Headers.IfMatch.Add(before.Headers.ETag!);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await _http.SendAsync(again)).StatusCode);
        await Post("records", """{"name":"six.rack.internal","type":"AAAA","data":"fd00:77::9"}""");
        string reverse = "9.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.7.7.0.0.0.0.d.f.ip6.arpa";
        Assert.Equal([$"{reverse} 300 IN PTR six.rack.internal."], await Answers(reverse, "PTR"));
        Assert.Contains("is not an IPv6 prefix such as", await Fault("settings", """{"ipv6Prefixes":["fd00::/63"]}""", HttpStatusCode.Conflict, HttpMethod.Patch));
    }

    [Theory]
    [InlineData("""{"name":"www.rack.internal","type":"A"}""", HttpStatusCode.BadRequest, "data is missing")]
    [InlineData("""{"name":"www.rack.internal","type":"A","data":"10.77.0.9","colour":"red"}""", HttpStatusCode.BadRequest, "colour is not a field of this body")]
    [InlineData("""{"name":"www.rack.internal","type":"A","data":"10.77.0.9","ttl":9999999}""", HttpStatusCode.BadRequest, "ttl must be a whole number from 0 to 604800")]
    [InlineData("""{"name":"www.example.com","type":"NOPE","data":"x"}""", HttpStatusCode.Conflict, "\"NOPE\" is not a type that can be added")]
    [InlineData("""{"name":"www.example.com","type":"A","data":"10.77.0.9"}""", HttpStatusCode.Conflict, "www.example.com lies in no zone here (lab.internal, rack.internal): add its zone first")]
    public async Task What_can_not_be_added_is_refused_in_a_sentence(string body, HttpStatusCode status, string why) => Assert.Contains(why, await Fault("records", body, status));

    [Fact]
    public async Task Records_are_there_after_a_restart()
    {
        await Post("zones", """{"name":"apps.example"}""");
        await Post("records", """{"name":"x.apps.example","type":"TXT","data":"\"kept\""}""");
        using var again = new Appliance.Servers.DnsRecordBook(_host.The<Domain.Store.IStore>(), _host.The<NameBook>(), _host.The<MachineBook>());
        Assert.Equal("x.apps.example", Assert.Single(again.Model.Records.Values).Name);
        Assert.NotNull(_host.The<NameBook>().Zones.Find(DnsName.Parse("x.apps.example")));
    }

    [Fact]
    public async Task Lists_are_filtered_and_paged()
    {
        for (int i = 0; i < 5; i++) await Post("records", $$"""{"name":"n{{i}}.rack.internal","type":"A","data":"10.77.0.{{50 + i}}"}""");
        var page = await Get("records?zone=rack.internal&added=true&limit=2&offset=1");
        Assert.Equal((5, "n1.rack.internal"), ((int)page["total"]!, (string)page["records"]![0]!["name"]!));
        Assert.Equal(5, (int)(await Get("records?zone=0.77.10.in-addr.arpa&type=ptr&added=false"))["total"]!);
        Assert.Contains("there is no zone", await Fault("records?zone=nowhere&type=x&added=perhaps", null, HttpStatusCode.BadRequest, HttpMethod.Get));
    }

    [Fact]
    public async Task Status_tells_of_the_cache_and_the_names()
    {
        var status = await Get("status");
        Assert.Equal((0, 0), ((int)status["cache"]!["entries"]!, (int)status["underWay"]!));
        Assert.True((int)status["names"]! > 100);
        Assert.Equal(HttpStatusCode.NoContent, (await _http.DeleteAsync("/api/v1/dns/cache")).StatusCode);
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));

    private async Task<JsonNode> Post(string path, string body) => await Send(HttpMethod.Post, path, body);

    private async Task<JsonNode> Send(HttpMethod method, string path, string body)
    {
        using var reply = await _http.SendAsync(new(method, $"/api/v1/dns/{path}") { Content = Json(body) });
        string text = await reply.Content.ReadAsStringAsync();
        Assert.True(reply.IsSuccessStatusCode, $"{method} {path}: {reply.StatusCode} {text}");
        return JsonNode.Parse(text)!;
    }

    private async Task<JsonNode> Get(string path) => JsonNode.Parse(await _http.GetStringAsync($"/api/v1/dns/{path}"))!;

    private Task<JsonNode> Lookup(string name, string type = "A") => Get($"lookup?name={name}&type={type}");

    private async Task<string[]> Answers(string name, string type = "A") => [.. (await Lookup(name, type))["answers"]!.AsArray().Select(a => (string)a!)];

    private async Task<string> Fault(string path, string? body, HttpStatusCode status, HttpMethod? method = null)
    {
        using var reply = await _http.SendAsync(new(method ?? HttpMethod.Post, $"/api/v1/dns/{path}") { Content = body is null ? null : Json(body) });
        string text = await reply.Content.ReadAsStringAsync();
        Assert.True(reply.StatusCode == status, $"{path}: {reply.StatusCode} {text}");
        return (string)JsonNode.Parse(text)!["detail"]!;
    }
}

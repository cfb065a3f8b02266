using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Provisioner.Appliance.Networks;
using Provisioner.Appliance.Servers;
using Provisioner.Domain.Networks;
using Provisioner.Wire;

namespace Provisioner.ApplianceTests.Web;

public sealed class NetworksApiTests : IAsyncLifetime
{
    private WebHost _host = null!;
    private HttpClient _http = null!;

    public async Task InitializeAsync()
    {
        _host = await WebHost.StartAsync();
        _http = _host.Program();
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task A_network_is_built_from_fabric_to_reservation_and_taken_down_again()
    {
        Assert.Equal("storage", (string)(await Post("spaces", """{"name":"storage"}"""))["name"]!);
        await Post("fabrics", """{"name":"dc1","description":"hall 1"}""");
        var vlan = await Post("vlans", """{"fabric":"dc1","vid":120,"space":"storage","mtu":9000,"dhcp":"relay"}""");
        Assert.Equal(("vlan120", "relay", 9000), ((string)vlan["name"]!, (string)vlan["dhcp"]!, (int)vlan["mtu"]!));
        var subnet = await Post("subnets", """
            {"cidr":"10.120.0.0/24","vlan":"dc1:120","name":"racks","gateway":"10.120.0.254","dnsServers":["10.1.1.1"],"domain":"DC1.internal","searchList":["a.internal"],"leaseSeconds":7200,"options":[{"code":43,"value":"hex 01ff"}]}
            """);
        Assert.Equal(("dc1:120", "storage", "dc1.internal", "relay"), ((string)subnet["vlan"]!, (string)subnet["space"]!, (string)subnet["domain"]!, (string)subnet["dhcp"]!));
        await Post("ranges", """{"first":"10.120.0.100","last":"10.120.0.199"}""");
        await Post("ranges", """{"first":"10.120.0.2","last":"10.120.0.9","kind":"reserved","comment":"switches"}""");
        await Post("reservations", """{"address":"10.120.0.20","mac":"52-54-00-00-00-20","hostName":"printer","replyDelaySeconds":2}""");
        var taken = await Post("subnets/10.120.0.0-24/addresses", """{"holder":"vip of the dashboard","hostName":"dashboard"}""");
        Assert.Equal(("10.120.0.1", "is a static address of vip of the dashboard"), ((string)taken["address"]!, (string)taken["says"]!));

        var addresses = await Get("subnets/racks/addresses");
        Assert.Equal(["10.120.0.1", "10.120.0.20", "10.120.0.254"], addresses["taken"]!.AsArray().Select(a => (string)a!["address"]!));
        Assert.Equal(["10.120.0.10", "10.120.0.21", "10.120.0.100", "10.120.0.200"], addresses["free"]!.AsArray().Select(a => (string)a!["first"]!));
        Assert.Equal("lies in the reserved range 10.120.0.2–10.120.0.9 (switches)", (string)(await Get("subnets/racks/addresses/10.120.0.5"))["says"]!);
        Assert.Equal("is free: DHCP gives it", (string)(await Get("subnets/racks/addresses/10.120.0.150"))["says"]!);

        foreach (string gone in (string[])["reservations/10.120.0.20", "subnets/racks/addresses/10.120.0.1", "subnets/10.120.0.0-24", "vlans/dc1:120", "fabrics/dc1", "spaces/storage"])
            Assert.Equal(HttpStatusCode.NoContent, (await _http.DeleteAsync($"/api/v1/{gone}")).StatusCode);
        Assert.Empty((await Get("ranges"))["ranges"]!.AsArray());
    }

    [Theory]
    [InlineData("subnets", """{"cidr":"10.77.0.128/25","vlan":"rack0:0"}""", 409, "10.77.0.128/25 overlaps subnet 10.77.0.0/24")]
    [InlineData("subnets", """{"cidr":"10.78.0.0/24","vlan":"rack9:0","gateway":"x","colour":"red"}""", 400, "there is no VLAN rack9:0: name it by id or as fabric:vid; gateway \"x\" is not an IPv4 address such as 10.77.0.1; colour is not a field of this body")]
    [InlineData("ranges", """{"first":"10.77.0.190","last":"10.77.0.210"}""", 409, "10.77.0.190–10.77.0.210 overlaps the dynamic range 10.77.0.100–10.77.0.199")]
    [InlineData("ranges", """{"first":"192.0.2.1","last":"192.0.2.9"}""", 400, "192.0.2.1 lies in no subnet: add its subnet first")]
    [InlineData("reservations", """{"address":"10.77.0.1","mac":"52:54:00:00:00:01"}""", 409, "10.77.0.1 is the appliance's own and can't be reserved for 52:54:00:00:00:01")]
    [InlineData("reservations", """{"address":"10.77.0.150","mac":"52:54:00:00:00:01"}""", 409, "10.77.0.150 is held by 52:54:00:00:00:aa until")]
    [InlineData("vlans", """{"fabric":"rack0","dhcp":"sometimes"}""", 400, "dhcp \"sometimes\" is not one of off, server, proxy, relay")]
    [InlineData("vlans", """{"fabric":"rack0","vid":0,"name":"x"}""", 409, "fabric rack0 has a VLAN 0 already, untagged")]
    [InlineData("subnets/10.77.0.0-24/addresses", """{"machine":"nobody"}""", 400, "there is no machine nobody")]
    [InlineData("subnets/10.9.0.0-24/addresses", """{"holder":"x"}""", 404, "there is no subnet \"10.9.0.0-24\"")]
    public async Task What_does_not_fit_is_refused_with_a_sentence(string path, string body, int status, string detail)
    {
        ServeRack();
        using var reply = await Send(HttpMethod.Post, path, body);
        var problem = JsonNode.Parse(await reply.Content.ReadAsStringAsync())!;
        Assert.Equal(status, (int)reply.StatusCode);
        Assert.StartsWith(detail, (string)problem["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_that_rests_on_an_old_reading_is_refused()
    {
        ServeRack();
        using var read = await _http.GetAsync("/api/v1/subnets/10.77.0.0-24");
        var tag = read.Headers.ETag!;
        Assert.Equal(HttpStatusCode.OK, (await Patch("subnets/10.77.0.0-24", """{"gateway":"10.77.0.254"}""", tag)).StatusCode);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await Patch("subnets/10.77.0.0-24", """{"gateway":"10.77.0.253"}""", tag)).StatusCode);
        Assert.Equal("10.77.0.254", (string)(await Get("subnets/10.77.0.0-24"))["gateway"]!);
        Assert.Equal(HttpStatusCode.OK, (await Patch("subnets/10.77.0.0-24", """{"gateway":""}""")).StatusCode);
        Assert.Null((await Get("subnets/10.77.0.0-24"))["gateway"]);
    }

    [Fact]
    public async Task Leases_are_listed_by_subnet_mac_and_whether_they_hold()
    {
        ServeRack();
        var all = await Get("leases?subnet=10.77.0.0-24&held=true&mac=52:54:00:00:00:aa");
        Assert.Equal((1, "10.77.0.150", "bound"), ((int)all["total"]!, (string)all["leases"]![0]!["address"]!, (string)all["leases"]![0]!["state"]!));
        Assert.Equal(0, (int)(await Get("leases?held=false"))["total"]!);
        Assert.Equal(HttpStatusCode.BadRequest, (await _http.GetAsync("/api/v1/leases?mac=x&held=perhaps")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync("/api/v1/leases?subnet=nowhere")).StatusCode);
    }

    [Fact]
    public async Task A_lease_is_ended_by_hand_and_its_address_is_free_at_once()
    {
        ServeRack();
        Assert.Equal(HttpStatusCode.NoContent, (await _http.DeleteAsync("/api/v1/leases/10.77.0.150")).StatusCode);
        Assert.Equal(0, (int)(await Get("leases?held=true"))["total"]!);
        Assert.Equal("free", (string)(await Get("subnets/10.77.0.0-24/addresses/10.77.0.150"))["kind"]!);
        using var again = await _http.DeleteAsync("/api/v1/leases/10.77.0.150");
        Assert.Contains("nobody holds 10.77.0.150", await again.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await _http.DeleteAsync("/api/v1/leases/soon")).StatusCode);
    }

    private void ServeRack()
    {
        var network = new ServedNetwork("rack0", IPAddress.Parse("10.77.0.1"), 24, "rack.internal", 5240);
        var networks = _host.The<NetworkBook>();
        Assert.Null(networks.Welcome("rack0", network.Address, 24, new((IPAddress.Parse("10.77.0.100"), IPAddress.Parse("10.77.0.199")), null, [])));
        networks.Serve([network]);
        var leases = _host.The<LeaseBook>();
        var mac = MacAddress.Parse("52:54:00:00:00:aa");
        var request = new Wire.Dhcp.DhcpMessage
        {
            ChAddr = mac,
            Options = new([Option(Wire.Dhcp.DhcpOptionCode.MessageType, [3]), Option(Wire.Dhcp.DhcpOptionCode.ServerIdentifier, [10, 77, 0, 1]), Option(Wire.Dhcp.DhcpOptionCode.RequestedAddress, [10, 77, 0, 150])]),
        };
        Assert.True(leases.IsDurable(leases.Answer(network, request, leases.Clock.Now).Commit!));

        static Wire.Dhcp.DhcpOption Option(Wire.Dhcp.DhcpOptionCode code, byte[] value) => new(code, value);
    }

    private async Task<JsonNode> Get(string path) => JsonNode.Parse(await _http.GetStringAsync($"/api/v1/{path}"))!;

    private async Task<JsonNode> Post(string path, string body)
    {
        using var reply = await Send(HttpMethod.Post, path, body);
        string text = await reply.Content.ReadAsStringAsync();
        Assert.True(reply.StatusCode is HttpStatusCode.Created, text);
        return JsonNode.Parse(text)!;
    }

    private Task<HttpResponseMessage> Patch(string path, string body, EntityTagHeaderValue? tag = null) => Send(HttpMethod.Patch, path, body, tag);

    private async Task<HttpResponseMessage> Send(HttpMethod method, string path, string body, EntityTagHeaderValue? tag = null)
    {
        using var request = new HttpRequestMessage(method, $"/api/v1/{path}") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (tag is not null) request.Headers.IfMatch.Add(tag);
        return await _http.SendAsync(request);
    }
}

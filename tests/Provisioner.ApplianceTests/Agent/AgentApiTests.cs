using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Provisioner.Appliance.Store;
using Provisioner.Domain.Machines;
using Provisioner.Wire;

namespace Provisioner.ApplianceTests.Agent;

public sealed class AgentApiTests : IAsyncLifetime
{
    private const string Mac = "52:54:00:00:00:01";
    private TestAppliance _appliance = null!;

    public async Task InitializeAsync() => _appliance = await TestAppliance.StartAsync();
    public async Task DisposeAsync() => await _appliance.DisposeAsync();

    private const string Inventory = """
        {"system":{"manufacturer":"HP","product":"ProLiant DL360 G7","serial":"CZ1","uuid":"4C4C4544-0000-1010-8000-000000000001","biosVendor":"HP","biosVersion":"P68","biosDate":"01/01/2011"},
         "firmware":"bios","cpu":{"model":"Xeon","sockets":1,"cores":2,"threads":2,"virtualisation":false},"memoryBytes":1600000000,
         "disks":[{"name":"vda","path":"/dev/vda","sizeBytes":8000000000,"serial":"S","wwn":"","model":"","rotational":false,"hasData":false,"diskId":""}],
         "nics":[{"name":"eth0","mac":"52:54:00:00:00:01","speedMbps":0,"carrier":true,"driver":"virtio_net","pci":"0000:00:03.0","neighbours":[]}]}
        """;

    private const string NoBmc = """{"state":"absent","reason":"no /dev/ipmi0"}""";

    private async Task<(Machine Machine, string BootToken)> Boot(string mac = Mac)
    {
        var machine = await _appliance.Book.EnlistAsync(MacAddress.Parse(mac), "test");
        string token = Token.New();
        await _appliance.Book.ApplyAsync(machine.Id, new MachineChange.BootScriptGiven(Token.Hash(token), null), "test");
        return (machine, token);
    }

    private async Task<HttpResponseMessage> Send(HttpMethod method, string path, string? token, HttpContent? body = null)
    {
        using var request = new HttpRequestMessage(method, $"/agent/v1{path}") { Content = body };
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await _appliance.Http.SendAsync(request);
    }

    private Task<HttpResponseMessage> Post(string path, string? token, string json) => Send(HttpMethod.Post, path, token, new StringContent(json, Encoding.UTF8, "application/json"));

    private static string Hello(string machine, string mac = Mac) => $$"""{"machine":"{{machine}}","mac":"{{mac}}","firmware":"bios","uptimeSeconds":8.1}""";

    private async Task<(Machine Machine, string Session)> SayHello(string mac = Mac)
    {
        var (machine, token) = await Boot(mac);
        var reply = await Post("/hello", token, Hello(machine.Id, mac));
        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        return (machine, (string)(await reply.Content.ReadFromJsonAsync<JsonObject>())!["session"]!);
    }

    private static async Task<string> ErrorOf(HttpResponseMessage reply) => (string)(await reply.Content.ReadFromJsonAsync<JsonObject>())!["error"]!;

    private async Task<JsonObject> Next(string session, double wait = 0)
    {
        var reply = await Send(HttpMethod.Get, FormattableString.Invariant($"/next?wait={wait}"), session);
        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        return (await reply.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    [Fact]
    public async Task A_machine_without_a_BMC_walks_from_hello_to_Ready()
    {
        var (machine, session) = await SayHello();
        Assert.Equal("inventory", (string)(await Next(session))["action"]!);
        Assert.Equal(HttpStatusCode.NoContent, (await Post("/inventory", session, Inventory)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await Post("/bmc", session, NoBmc)).StatusCode);
        var order = await Next(session, 5);
        Assert.Equal("poweroff", (string)order["action"]!);
        Assert.Equal(HttpStatusCode.NoContent, (await Post("/done", session, $$"""{"order":{{order["order"]}},"ok":true}""")).StatusCode);
        Assert.Equal(MachineState.Ready, _appliance.Book.Find(machine.Id)!.State);
        Assert.Equal(HttpStatusCode.Unauthorized, (await Send(HttpMethod.Get, "/next?wait=0", session)).StatusCode);
    }

    [Fact]
    public async Task A_restart_of_the_appliance_in_the_middle_loses_nothing_and_the_agent_goes_on()
    {
        var (machine, session) = await SayHello();
        await Post("/inventory", session, Inventory);
        await _appliance.RestartAsync();
        Assert.Equal("inventory", (string)(await Next(session))["action"]!);
        Assert.NotNull(_appliance.Book.Find(machine.Id)!.Inventory);
        await Post("/bmc", session, NoBmc);
        Assert.Equal("poweroff", (string)(await Next(session, 5))["action"]!);
    }

    [Fact]
    public async Task Hello_may_be_repeated_until_its_session_was_used()
    {
        var (machine, token) = await Boot();
        Assert.Equal(HttpStatusCode.OK, (await Post("/hello", token, Hello(machine.Id))).StatusCode);
        var second = await Post("/hello", token, Hello(machine.Id));
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        await Next((string)(await second.Content.ReadFromJsonAsync<JsonObject>())!["session"]!);
        var third = await Post("/hello", token, Hello(machine.Id));
        Assert.Equal(HttpStatusCode.Unauthorized, third.StatusCode);
        Assert.Contains("restart the machine", await ErrorOf(third));
    }

    [Fact]
    public async Task A_token_speaks_for_its_own_machine_only()
    {
        var (_, token) = await Boot();
        var (other, _) = await Boot("52:54:00:00:00:02");
        Assert.Equal(HttpStatusCode.Unauthorized, (await Post("/hello", token, Hello(other.Id, "52:54:00:00:00:02"))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await Post("/inventory", token, Inventory)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await Post("/inventory", null, Inventory)).StatusCode);
    }

    [Fact]
    public async Task An_agent_that_claims_another_machines_MAC_is_refused_and_told_on()
    {
        var (other, _) = await Boot("52:54:00:00:00:02");
        var (machine, session) = await SayHello();
        var reply = await Post("/inventory", session, Inventory.Replace(Mac, "52:54:00:00:00:02"));
        Assert.Equal(HttpStatusCode.Forbidden, reply.StatusCode);
        Assert.Contains("belongs to another machine", await ErrorOf(reply));
        Assert.True(SpinWait.SpinUntil(() => _appliance.Book.Events(machine.Id, 0, 100).Any(e => e.Kind == "agent.refused"), TimeSpan.FromSeconds(10)));
        Assert.Null(_appliance.Book.Find(other.Id)!.Inventory);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("\0\u0001")]
    public async Task A_report_that_is_not_what_the_schema_says_is_refused_with_a_sentence(string body)
    {
        var (machine, session) = await SayHello();
        var reply = await Post("/inventory", session, body);
        Assert.Equal(HttpStatusCode.BadRequest, reply.StatusCode);
        Assert.NotEmpty(await ErrorOf(reply));
        Assert.Equal((MachineState.Commissioning, (Inventory?)null), (_appliance.Book.Find(machine.Id)!.State, _appliance.Book.Find(machine.Id)!.Inventory));
    }

    [Theory]
    [InlineData("\"memoryBytes\":1600000000", "\"memoryBytes\":0", "memoryBytes")]
    [InlineData("/dev/vda", "/dev/../etc/passwd", "disks")]
    [InlineData("\"mac\":\"52:54:00:00:00:01\"", "\"mac\":\"xx\"", "nics")]
    [InlineData("\"firmware\":\"bios\"", "\"firmware\":\"coreboot\"", "firmware")]
    [InlineData("\"disks\":[", "\"disks\":[null,", "disks")]
    public async Task A_field_that_cannot_be_is_named(string good, string bad, string field)
    {
        var (_, session) = await SayHello();
        var reply = await Post("/inventory", session, Inventory.Replace(good, bad));
        Assert.Equal(HttpStatusCode.BadRequest, reply.StatusCode);
        Assert.Contains(field, await ErrorOf(reply));
    }

    [Fact]
    public async Task A_report_of_100_MB_is_cut_off()
    {
        var (_, session) = await SayHello();
        try
        {
            var reply = await Send(HttpMethod.Post, "/inventory", session, new StreamContent(new Blank(100_000_000)));
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, reply.StatusCode);
        }
        catch (HttpRequestException)
        {
            // The answer came and the connection was closed while we were still sending.
        }
        Assert.Equal("inventory", (string)(await Next(session))["action"]!);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("bmc.example")]
    public async Task A_BMC_where_none_can_be_is_refused(string address)
    {
        var (_, session) = await SayHello();
        var reply = await Post("/bmc", session, $$"""{"state":"found","address":"{{address}}","username":"provisioner","password":"secret-secret-16","privilege":"administrator"}""");
        Assert.Equal(HttpStatusCode.BadRequest, reply.StatusCode);
        Assert.StartsWith("address:", await ErrorOf(reply));
    }

    [Fact]
    public async Task A_BMC_password_is_neither_on_disk_nor_on_the_timeline_in_the_clear()
    {
        var (machine, session) = await SayHello();
        await Post("/bmc", session, """{"state":"found","address":"192.0.2.9","username":"provisioner","password":"secret-secret-16","privilege":"administrator"}""");
        Assert.Equal("192.0.2.9", _appliance.Book.Find(machine.Id)!.Bmc!.Address);
        Assert.DoesNotContain(_appliance.Book.Events(null, 0, 1000), e => e.Text.Contains("secret-secret"));
        foreach (string file in Directory.GetFiles(_appliance.Data, "provisioner.db*"))
            Assert.DoesNotContain("secret-secret", Encoding.Latin1.GetString(await ReadShared(file)));
    }

    [Fact]
    public async Task A_Redfish_service_that_the_firmware_names_is_on_the_timeline()
    {
        var (machine, session) = await SayHello();
        await Post("/bmc", session, """{"state":"failed","reason":"no user slot","redfish":{"address":"169.254.0.17","port":443,"hostname":"bmc"}}""");
        Assert.True(SpinWait.SpinUntil(() => _appliance.Book.Events(machine.Id, 0, 100).Any(e => e.Kind == "agent.redfish" && e.Text.Contains("169.254.0.17:443", StringComparison.Ordinal)), TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task Two_agents_that_report_one_BMC_are_told_each_others_names()
    {
        const string Report = """{"state":"found","address":"192.0.2.9","username":"provisioner","password":"secret-secret-16","privilege":"administrator"}""";
        var (first, session) = await SayHello();
        Assert.Equal(HttpStatusCode.NoContent, (await Post("/bmc", session, Report)).StatusCode);
        var (second, other) = await SayHello("52:54:00:00:00:02");
        var reply = await Post("/bmc", other, Report);
        Assert.Equal(HttpStatusCode.Conflict, reply.StatusCode);
        Assert.Contains($"192.0.2.9 is the BMC of {first.Name} already", await ErrorOf(reply));
        Assert.True(SpinWait.SpinUntil(() => _appliance.Book.Events(first.Id, 0, 100).Any(e => e.Kind == "controller.claimed" && e.Text.StartsWith(second.Name, StringComparison.Ordinal)), TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task A_waiting_agent_hears_of_its_order_at_once()
    {
        var (machine, session) = await SayHello();
        await Post("/inventory", session, Inventory);
        await Post("/bmc", session, NoBmc);
        var order = await Next(session, 5);
        await Post("/done", session, $$"""{"order":{{order["order"]}},"ok":true}""");
        var (_, token) = await Boot();
        var reply = await Post("/hello", token, Hello(machine.Id));
        session = (string)(await reply.Content.ReadFromJsonAsync<JsonObject>())!["session"]!;
        Assert.Equal("poweroff", (string)(await Next(session))["action"]!); // Ready and started by hand
        await _appliance.Book.ApplyAsync(machine.Id, new MachineChange.Rename("bold-newt"), "ada");
    }

    private static async Task<byte[]> ReadShared(string path)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        await file.ReadExactlyAsync(bytes);
        return bytes;
    }

    /// <summary>So many zero bytes, without holding them.</summary>
    private sealed class Blank(long length) : Stream
    {
        private long _left = length;
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override int Read(byte[] buffer, int offset, int count)
        {
            int n = (int)Math.Min(count, _left);
            Array.Clear(buffer, offset, n);
            _left -= n;
            return n;
        }
        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

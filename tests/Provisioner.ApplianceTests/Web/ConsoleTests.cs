using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Power.Ipmi;
using Provisioner.Appliance.Store;
using Provisioner.Appliance.Web.Access;
using Provisioner.ApplianceTests.Power;
using Provisioner.Domain.Machines;
using Provisioner.Wire;

namespace Provisioner.ApplianceTests.Web;

/// <summary>What a BMC can be asked, over the API of a whole appliance, whose machine has a simulated BMC; its console as a WebSocket.</summary>
public sealed class ConsoleTests
{
    internal static async Task<Machine> AddAsync(TestAppliance appliance, int port, string username = "admin", string password = "a-password-of-20-oct")
    {
        var machine = await appliance.Book.EnlistAsync(MacAddress.Parse("52:54:00:12:34:56"), "by a test");
        string sealedPassword = appliance.Get<SecretBox>().Seal(ControllerSecrets.PurposeOf(machine.Id), password);
        var applied = await appliance.Book.ApplyAsync(machine.Id, new MachineChange.BmcReported(new("ipmi", "127.0.0.1", port, username, sealedPassword, "administrator", 674, "2.52"), false, ""), "test");
        return Assert.IsType<Applied.Ok>(applied).Machine;
    }

    private static async Task<ClientWebSocket> ConnectAsync(TestAppliance appliance, Machine machine, string query = "", string? origin = null, string? key = null)
    {
        var socket = new ClientWebSocket();
        if (key != "") socket.Options.SetRequestHeader("Authorization", $"Bearer {key ?? appliance.Key}");
        if (origin is not null) socket.Options.SetRequestHeader("Origin", origin);
        var url = new UriBuilder(new Uri(appliance.Http.BaseAddress!, $"/api/v1/machines/{machine.Id}/console{query}")) { Scheme = "ws" };
        using var time = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await socket.ConnectAsync(url.Uri, time.Token);
        return socket;
    }

    private static async Task<string> SeesAsync(ClientWebSocket socket, string words)
    {
        using var time = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var (buffer, text) = (new byte[65536], new StringBuilder());
        while (!text.ToString().Contains(words, StringComparison.Ordinal))
        {
            try
            {
                var got = await socket.ReceiveAsync(buffer, time.Token);
                if (got.MessageType == WebSocketMessageType.Close) throw new InvalidOperationException("the console was closed");
                text.Append(Encoding.UTF8.GetString(buffer, 0, got.Count));
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"\"{words}\" did not come; there is: {text}");
            }
        }
        return text.ToString();
    }

    private static Task TypeAsync(ClientWebSocket socket, string text, WebSocketMessageType type = WebSocketMessageType.Binary) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), type, true, default);

    [Fact]
    public async Task Two_people_share_a_console_and_its_lines_are_on_the_timeline()
    {
        await using var bmc = new BmcSimulator();
        await using var appliance = await TestAppliance.StartAsync();
        var machine = await AddAsync(appliance, bmc.Port);
        using var first = await ConnectAsync(appliance, machine);
        await SeesAsync(first, "\"open\"");
        bmc.Sol.Print("\e[1;1H\e[2JSeaBIOS (version 1.16)\r\n");
        await SeesAsync(first, "SeaBIOS");
        // Who comes later sees what was said before.
        using var second = await ConnectAsync(appliance, machine);
        await SeesAsync(second, "SeaBIOS");
        await TypeAsync(second, "root\r");
        await SeesAsync(first, "root");
        await SeesAsync(second, "root");
        await TypeAsync(first, "{\"break\":true}", WebSocketMessageType.Text);
        for (int i = 0; i < 200 && bmc.Sol.Breaks == 0; i++) await Task.Delay(20);
        Assert.Equal(("root\r", 1), (bmc.Sol.Typed, bmc.Sol.Breaks));
        // A line of a console is written beside its being shown.
        for (int i = 0; i < 200 && !appliance.Book.LastEvents(machine.Id, 50).Any(e => e.Kind == "console"); i++) await Task.Delay(20);
        var events = appliance.Book.LastEvents(machine.Id, 50);
        Assert.Contains(events, e => e is { Kind: "console", Text: "SeaBIOS (version 1.16)", By: "machine" });
        Assert.Single(events, e => e.Kind == "console.opened");
        await first.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default);
        await second.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default);
        for (int i = 0; i < 600 && bmc.Sol.Active; i++) await Task.Delay(20);
        Assert.False(bmc.Sol.Active);
    }

    [Fact]
    public async Task Nobody_gets_a_console_without_signing_in_or_from_another_sites_page()
    {
        await using var bmc = new BmcSimulator();
        await using var appliance = await TestAppliance.StartAsync();
        var machine = await AddAsync(appliance, bmc.Port);
        await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(appliance, machine, key: ""));
        await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(appliance, machine, origin: "http://elsewhere.example"));
        Assert.False(bmc.Sol.Active);
        using var plain = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/machines/{machine.Id}/console") { Headers = { Authorization = new("Bearer", appliance.Key) } };
        using var answer = await appliance.Http.SendAsync(plain);
        Assert.Equal(426, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_console_that_cannot_be_opened_says_why()
    {
        await using var bmc = new BmcSimulator { Sol = { Enabled = false } };
        await using var appliance = await TestAppliance.StartAsync();
        var machine = await AddAsync(appliance, bmc.Port);
        using var socket = await ConnectAsync(appliance, machine);
        string said = await SeesAsync(socket, "\"closed\"");
        Assert.Contains("Serial over LAN is switched off in its settings", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_BMC_can_be_asked_is_in_the_API_and_what_was_changed_on_the_timeline()
    {
        await using var sim = await IpmiSim.StartRichAsync();
        await using var appliance = await TestAppliance.StartAsync();
        var machine = await AddAsync(appliance, sim.Port, password: "sixteen-octets-1");
        appliance.Http.DefaultRequestHeaders.Authorization = new("Bearer", appliance.Key);
        string path = $"/api/v1/machines/{machine.Id}";
        var sensors = (await GetAsync(appliance, $"{path}/sensors"))["sensors"]!.AsArray();
        var temperature = sensors.Single(s => (string)s!["name"]! == "CPU temp")!;
        Assert.Equal((41.0, "degrees C", "ok", 95.0), ((double)temperature["value"]!, (string)temperature["unit"]!, (string)temperature["health"]!, (double)temperature["thresholds"]!["upperCritical"]!));
        Assert.Equal(6, (await GetAsync(appliance, $"{path}/sel"))["entries"]!.AsArray().Count);
        Assert.Equal("ProLiant DL360 G7", (string)(await GetAsync(appliance, $"{path}/fru"))["parts"]![0]!["product"]!["name"]!);
        Assert.Equal("10.77.0.11", (string)(await GetAsync(appliance, $"{path}/lan"))["address"]!);
        Assert.Contains((await GetAsync(appliance, $"{path}/users"))["users"]!.AsArray(), u => (string)u!["name"]! == "admin");
        using var cleared = await appliance.Http.DeleteAsync($"{path}/sel");
        Assert.Equal(6, (int)JsonNode.Parse(await cleared.Content.ReadAsStringAsync())!["entries"]!);
        Assert.Empty((await GetAsync(appliance, $"{path}/sel"))["entries"]!.AsArray());
        using var user = await appliance.Http.PutAsJsonAsync($"{path}/users/5", new { name = "ada", password = "lovelace-1815", privilege = "operator", enabled = true });
        Assert.True(user.IsSuccessStatusCode, await user.Content.ReadAsStringAsync());
        using var own = await appliance.Http.PutAsJsonAsync($"{path}/users/2", new { password = "another-one" });
        Assert.Equal(HttpStatusCode.Conflict, own.StatusCode);
        Assert.Contains("as whom this appliance logs in", await own.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var wrong = await appliance.Http.PutAsJsonAsync($"{path}/lan", new { address = "10.77.0.300", vlan = 5000, colour = "red" });
        string faults = await wrong.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        foreach (string part in new[] { "10.77.0.300", "vlan must be", "colour is not a field" }) Assert.Contains(part, faults, StringComparison.Ordinal);
        var kinds = appliance.Book.LastEvents(machine.Id, 50).Select(e => e.Kind).ToList();
        Assert.Superset(new HashSet<string> { "sel.cleared", "bmc.user" }, kinds.ToHashSet());
        Assert.DoesNotContain(appliance.Book.LastEvents(machine.Id, 50), e => e.Text.Contains("lovelace-1815", StringComparison.Ordinal) || e.Text.Contains("sixteen-octets-1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_BMC_that_is_silent_or_refuses_is_a_problem_with_its_sentence()
    {
        await using var bmc = new BmcSimulator();
        await using var appliance = await TestAppliance.StartAsync();
        var machine = await AddAsync(appliance, bmc.Port, password: "not-the-password");
        appliance.Http.DefaultRequestHeaders.Authorization = new("Bearer", appliance.Key);
        using var refused = await appliance.Http.GetAsync($"/api/v1/machines/{machine.Id}/sensors");
        Assert.Equal(HttpStatusCode.BadGateway, refused.StatusCode);
        Assert.Contains("wrong password for user admin", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var nowhere = await appliance.Http.GetAsync("/api/v1/machines/nobody/sensors");
        Assert.Equal(HttpStatusCode.NotFound, nowhere.StatusCode);
    }

    private static async Task<JsonNode> GetAsync(TestAppliance appliance, string path)
    {
        using var answer = await appliance.Http.GetAsync(path);
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }
}

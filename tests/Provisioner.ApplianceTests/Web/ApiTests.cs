using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Provisioner.Appliance.Machines;
using Provisioner.Domain.Machines;

namespace Provisioner.ApplianceTests.Web;

public sealed class ApiTests
{
    private static readonly string Ready = CardboardMachines.IdOf(MachineState.Ready), Deployed = CardboardMachines.IdOf(MachineState.Deployed);

    [Theory]
    [InlineData("", 10)]
    [InlineData("?state=ready", 1)]
    [InlineData("?state=ready,deployed", 2)]
    [InlineData("?state=failed", 3)]
    [InlineData("?tag=compute", 3)]
    [InlineData("?tag=compute&tag=rack-a", 3)]
    [InlineData("?q=proliant", 3)]
    [InlineData("?q=dell+7XK2P23", 1)]
    [InlineData("?q=52:54:00:12:35:0c", 1)]
    [InlineData("?q=nothing-like-it", 0)]
    public async Task Machines_are_found_by_state_tag_and_words(string query, int expected)
    {
        await using var host = await WebHost.StartAsync();
        using var http = host.Program();
        var found = JsonNode.Parse(await http.GetStringAsync($"/api/v1/machines{query}"))!;
        Assert.Equal((expected, expected), ((int)found["total"]!, found["machines"]!.AsArray().Count));
    }

    [Theory]
    [InlineData("""{"mac":"52:54:00:12:34:56","architecture":7}""", "offer", "snponly.efi")]
    [InlineData("""{"mac":"52-54-00-12-34-56","architecture":0,"ipxe":true}""", "offer", "http://10.77.0.1:5240/boot/52-54-00-12-34-56/boot.ipxe")]
    [InlineData("""{"mac":"52:54:00:12:34:56","giaddr":"192.0.2.1"}""", "silence", null)]
    public async Task What_DHCP_would_answer_is_explained(string body, string answer, string? file)
    {
        await using var host = await WebHost.StartAsync();
        using var http = host.Program();
        using var reply = await http.PostAsync("/api/v1/dhcp/explain", new StringContent(body, Encoding.UTF8, "application/json"));
        var explained = JsonNode.Parse(await reply.Content.ReadAsStringAsync())!;
        var first = explained["answers"]!.AsArray().Single()!;
        Assert.Equal((answer, file), ((string)first["answer"]!, (string?)first["file"]));
        Assert.Contains($"answer    {answer.ToUpperInvariant()}", (string)explained["text"]!);
        if (answer == "offer") Assert.Contains("      42  NtpServers              10.77.0.1\n", (string)explained["text"]!); // none was named: the appliance
    }

    [Fact]
    public async Task Everything_wrong_with_a_question_about_DHCP_is_said_at_once()
    {
        await using var host = await WebHost.StartAsync();
        using var http = host.Program();
        const string body = """{"mac":"nobody","architecture":70000,"ipxe":true,"userClass":"x","giaddr":"10.77","gateway":1}""";
        using var reply = await http.PostAsync("/api/v1/dhcp/explain", new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, reply.StatusCode);
        Assert.Equal(5, JsonNode.Parse(await reply.Content.ReadAsStringAsync())!["errors"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_list_is_cut_into_pages_and_names_the_whole()
    {
        await using var host = await WebHost.StartAsync();
        using var http = host.Program();
        var page = JsonNode.Parse(await http.GetStringAsync("/api/v1/machines?limit=3&offset=9"))!;
        Assert.Equal((10, "wise-owl"), ((int)page["total"]!, (string)page["machines"]!.AsArray().Single()!["name"]!));
    }

    [Fact]
    public async Task No_answer_holds_a_secret_sealed_or_hashed()
    {
        await using var host = await WebHost.StartAsync();
        using var http = host.Program();
        using var visitor = await Visitor.SignedInAsync(host);
        foreach (string path in new[] { "/api/v1/machines", $"/api/v1/machines/{Deployed}", "/api/v1/keys", "/api/v1/system" }) Clean(await http.GetStringAsync(path));
        foreach (string path in new[] { "/", $"/machines/{Deployed}", "/keys" }) Clean((await visitor.GetAsync(path)).Text);

        static void Clean(string text)
        {
            Assert.DoesNotContain("SEALED", text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(CardboardMachines.TokenHash, text);
            Assert.DoesNotContain("hash", text, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task What_has_not_changed_is_not_sent_again()
    {
        await using var host = await WebHost.StartAsync();
        using var http = host.Program();
        using var first = await http.GetAsync($"/api/v1/machines/{Ready}");
        Assert.Equal(HttpStatusCode.NotModified, await Again(first.Headers.ETag!));
        await Send(http, HttpMethod.Put, $"/api/v1/machines/{Ready}/tags", """{"tags":["x"]}""", HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, await Again(first.Headers.ETag!));

        async Task<HttpStatusCode> Again(EntityTagHeaderValue tag)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/machines/{Ready}") { Headers = { IfNoneMatch = { tag } } };
            using var reply = await http.SendAsync(request);
            return reply.StatusCode;
        }
    }

    [Fact]
    public async Task A_deploy_is_taken_and_done_along_the_lifes_table()
    {
        await using var host = await WebHost.StartAsync();
        using var http = host.Program();
        var body = await Send(http, HttpMethod.Post, $"/api/v1/machines/{Ready}/deploy",
            """{"image":"debian-12","role":"basics","sshKeys":["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExampleEx me"],"operator":"ops","eraseForeignData":true}""", HttpStatusCode.Accepted);
        Assert.Equal(("deploying", "debian-12", "sda", "ops", "root"), ((string)body["state"]!, (string)body["deployment"]!["image"]!, (string)body["deployment"]!["disk"]!, (string)body["deployment"]!["operator"]!, (string)body["deployment"]!["by"]!));
        Assert.Equal(MachineState.Deploying, host.The<MachineBook>().Find(Ready)!.State);
        Assert.Equal(["abort"], body["possible"]!.AsArray().Select(p => (string)p!));
    }

    [Theory]
    [InlineData("commission")]
    [InlineData("allocate")]
    [InlineData("abort")]
    [InlineData("deploy")]
    public async Task What_the_life_does_not_allow_is_a_409_that_names_machine_and_state(string order)
    {
        await using var host = await WebHost.StartAsync();
        using var http = host.Program();
        var problem = await Send(http, HttpMethod.Post, $"/api/v1/machines/{Deployed}/{order}", order == "deploy" ? """{"image":"debian-12"}""" : "{}", HttpStatusCode.Conflict);
        Assert.Contains("noble-elk", (string)problem["detail"]!);
        Assert.Contains("Deployed", (string)problem["detail"]!);
    }

    [Fact]
    public async Task A_disk_with_foreign_data_needs_consent_and_a_small_one_is_named()
    {
        await using var host = await WebHost.StartAsync();
        using var http = host.Program();
        var foreign = await Send(http, HttpMethod.Post, $"/api/v1/machines/{Ready}/deploy", """{"image":"debian-12","disk":"sda"}""", HttpStatusCode.Conflict);
        Assert.Contains("consent", (string)foreign["detail"]!);
        var small = await Send(http, HttpMethod.Post, $"/api/v1/machines/{Ready}/deploy", """{"image":"huge"}""", HttpStatusCode.Conflict);
        Assert.Contains("9000 GB", (string)small["detail"]!);
    }

    [Fact]
    public async Task All_faults_of_a_body_are_told_at_once()
    {
        await using var host = await WebHost.StartAsync();
        using var http = host.Program();
        var problem = await Send(http, HttpMethod.Post, $"/api/v1/machines/{Ready}/deploy",
            """{"image":"debian-13","role":7,"sshKeys":["hello"],"operator":"root","eraseForeignData":"yes","diskk":"sda"}""", HttpStatusCode.BadRequest);
        string[] faults = [.. problem["errors"]!.AsArray().Select(f => (string)f!)];
        Assert.Equal(6, faults.Length);
        foreach (string part in new[] { "there is no image \"debian-13\"", "role must be a text", "sshKeys[0] is not a public key", "\"root\" can't be", "eraseForeignData must be true or false", "diskk is not a field" })
            Assert.Contains(faults, f => f.Contains(part, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("POST", "deploy", "[]", 400, "JSON object")]
    [InlineData("POST", "deploy", "{\"image\":", 400, "not JSON")]
    [InlineData("POST", "deploy", "{}", 400, "image is missing")]
    [InlineData("POST", "deploy", "{\"image\":\"\"}", 400, "image must not be empty")]
    [InlineData("POST", "deploy", "{\"image\":\"debian-12\",\"image\":\"huge\"}", 400, "image is there twice")]
    [InlineData("POST", "power", "{\"action\":\"explode\"}", 400, "on, off, cycle, reset and soft-off")]
    [InlineData("POST", "rename", "{\"name\":\"-bad-\"}", 400, "not a host name")]
    [InlineData("POST", "rename", "{\"name\":\"noble-elk\"}", 409, "another machine")]
    [InlineData("PUT", "tags", "{\"tags\":[\"a b\",\"<x>\"]}", 400, "\"<x>\" is not a tag")]
    [InlineData("PUT", "tags", "{\"tags\":\"a\"}", 400, "list of texts")]
    public async Task A_bad_body_is_refused_with_its_cause(string method, string what, string body, int status, string sentence)
    {
        await using var host = await WebHost.StartAsync();
        using var http = host.Program();
        var problem = await Send(http, new(method), $"/api/v1/machines/{Ready}/{what}", body, (HttpStatusCode)status);
        Assert.Contains(sentence, (string)problem["detail"]!);
    }

    [Fact]
    public async Task A_body_of_megabytes_another_type_and_a_deep_nest_are_refused()
    {
        await using var host = await WebHost.StartAsync();
        using var http = host.Program();
        string url = $"/api/v1/machines/{Ready}/deploy";
        await Send(http, HttpMethod.Post, url, new string(' ', 2_000_000) + "{}", HttpStatusCode.RequestEntityTooLarge);
        await Send(http, HttpMethod.Post, url, new string('[', 5000), HttpStatusCode.BadRequest);
        using var plain = await http.PostAsync(url, new StringContent("image=debian-12"));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, plain.StatusCode);
        Assert.Equal(MachineState.Ready, host.The<MachineBook>().Find(Ready)!.State);
    }

    [Theory]
    [InlineData("/api/v1/machines/zzzzzz", 404, "zzzzzz")]
    [InlineData("/api/v1/machines/zzzzzz/events", 404, "zzzzzz")]
    [InlineData("/api/v1/images/none", 404, "none")]
    [InlineData("/api/v1/nothing", 404, "/api/v1/nothing")]
    [InlineData("/api/v1/machines?state=tired", 400, "tired")]
    [InlineData("/api/v1/machines?limit=0", 400, "limit")]
    [InlineData("/api/v1/events?after=-1&limit=x", 400, "after")]
    public async Task A_wrong_question_names_what_is_wrong(string path, int status, string named)
    {
        await using var host = await WebHost.StartAsync();
        using var http = host.Program();
        using var reply = await http.GetAsync(path);
        Assert.Equal((status, "application/problem+json"), ((int)reply.StatusCode, reply.Content.Headers.ContentType?.MediaType));
        Assert.Contains(named, (string)JsonNode.Parse(await reply.Content.ReadAsStringAsync())!["detail"]!);
    }

    [Fact]
    public async Task A_method_that_is_not_possible_is_told_with_those_that_are()
    {
        await using var host = await WebHost.StartAsync(fill: false);
        using var http = host.Program();
        var problem = await Send(http, HttpMethod.Put, "/api/v1/machines", "{}", HttpStatusCode.MethodNotAllowed);
        Assert.Contains("possible: GET", (string)problem["detail"]!);
    }

    [Fact]
    public async Task Power_is_ordered_read_back_and_refused_without_a_bmc()
    {
        await using var host = await WebHost.StartAsync();
        using var http = host.Program();
        var on = await Send(http, HttpMethod.Post, $"/api/v1/machines/{Ready}/power", """{"action":"on"}""", HttpStatusCode.OK);
        Assert.Equal("on", (string)on["power"]!["state"]!);
        var none = await Send(http, HttpMethod.Post, $"/api/v1/machines/{CardboardMachines.IdOf(MachineState.Allocated)}/power", """{"action":"soft-off"}""", HttpStatusCode.Conflict);
        Assert.Contains("no power controller", (string)none["detail"]!);
    }

    [Fact]
    public async Task A_machine_is_renamed_tagged_and_forgotten()
    {
        await using var host = await WebHost.StartAsync();
        using var http = host.Program();
        await Send(http, HttpMethod.Post, $"/api/v1/machines/{Ready}/rename", """{"name":"db-1"}""", HttpStatusCode.OK);
        var tagged = await Send(http, HttpMethod.Put, "/api/v1/machines/db-1/tags", """{"tags":["b","a","a"]}""", HttpStatusCode.OK);
        Assert.Equal(["a", "b"], tagged["tags"]!.AsArray().Select(t => (string)t!));
        using var gone = await http.DeleteAsync("/api/v1/machines/db-1");
        Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        using var again = await http.DeleteAsync("/api/v1/machines/db-1");
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
    }

    [Fact]
    public async Task A_key_is_shown_once_works_reads_only_if_so_made_and_ends_when_revoked_or_expired()
    {
        var time = new MovedTime();
        await using var host = await WebHost.StartAsync(time);
        using var root = host.Program();
        var made = await Send(root, HttpMethod.Post, "/api/v1/keys", """{"name":"grafana","readOnly":true,"expiresInDays":7}""", HttpStatusCode.Created);
        string secret = (string)made["secret"]!;
        Assert.StartsWith((string)made["key"]!["prefix"]!, secret);
        Assert.DoesNotContain(secret, await root.GetStringAsync("/api/v1/keys"));
        using var reader = host.Program(secret);
        Assert.Equal(HttpStatusCode.OK, (await reader.GetAsync("/api/v1/machines")).StatusCode);
        await Send(reader, HttpMethod.Post, $"/api/v1/machines/{Ready}/commission", "{}", HttpStatusCode.Forbidden);
        var writer = await Send(root, HttpMethod.Post, "/api/v1/keys", """{"name":"ci"}""", HttpStatusCode.Created);
        using var revoked = await root.DeleteAsync($"/api/v1/keys/{writer["key"]!["id"]}");
        using var out_ = host.Program((string)writer["secret"]!);
        Assert.Equal(HttpStatusCode.Unauthorized, (await out_.GetAsync("/api/v1/machines")).StatusCode);
        time.Ahead = TimeSpan.FromDays(7.1);
        Assert.Equal(HttpStatusCode.Unauthorized, (await reader.GetAsync("/api/v1/machines")).StatusCode);
    }

    [Fact]
    public async Task The_breakdown_and_the_system_say_their_figures()
    {
        await using var host = await WebHost.StartAsync();
        using var http = host.Program();
        var walk = JsonNode.Parse(await http.GetStringAsync($"/api/v1/machines/{Deployed}/breakdown"))!;
        Assert.Equal(("deploy", true, 140.0), ((string)walk["walk"]!, (bool)walk["ended"]!, (double)walk["totalSeconds"]!));
        Assert.Equal(140.0, walk["parts"]!.AsArray().Sum(p => (double)p!["seconds"]!), 3);
        var system = JsonNode.Parse(await http.GetStringAsync("/api/v1/system"))!;
        Assert.Equal(("rack0", 1, 2), ((string)system["served"]![0]!["interface"]!, (int)system["machinesByState"]!["ready"]!, (int)system["images"]!));
    }

    private static async Task<JsonNode> Send(HttpClient http, HttpMethod method, string path, string body, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        using var reply = await http.SendAsync(request);
        string text = await reply.Content.ReadAsStringAsync();
        Assert.True(expected == reply.StatusCode, $"{method} {path}: {reply.StatusCode} {text}");
        return JsonNode.Parse(text)!;
    }
}

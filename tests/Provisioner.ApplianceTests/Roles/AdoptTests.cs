using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Provisioner.Domain.Machines;

namespace Provisioner.ApplianceTests.Roles;

/// <summary>Machines that somebody else installed become ours by a script.</summary>
public sealed class AdoptTests
{
    private static async Task<(HttpStatusCode Status, JsonNode? Said)> AdoptAsync(TestAppliance appliance, object body)
    {
        appliance.Http.DefaultRequestHeaders.Authorization = new("Bearer", appliance.Key);
        using var reply = await appliance.Http.PostAsJsonAsync("/api/v1/machines/adopt", body);
        return (reply.StatusCode, await reply.Content.ReadFromJsonAsync<JsonNode>());
    }

    [Fact]
    public async Task An_adopted_machine_is_deployed_and_its_script_holds_its_token()
    {
        await using var appliance = await TestAppliance.StartAsync();
        var (status, said) = await AdoptAsync(appliance, new { name = "node1", tags = new[] { "controller" }, appliance = "10.78.0.1" });
        Assert.Equal(HttpStatusCode.OK, status);
        var machine = appliance.Book.Find("node1")!;
        Assert.Equal((MachineState.Deployed, Deployment.Adopted), (machine.State, machine.Deployment!.Image));
        Assert.Equal(["controller"], machine.Tags);
        string script = (string)said!["script"]!;
        Assert.Contains($"MACHINE='{machine.Id}'", script);
        Assert.Contains(":10.78.0.1\"\n", script);
        Assert.Contains("-----BEGIN CERTIFICATE-----", script);
        Assert.DoesNotContain("PRIVATE KEY", script);
        string token = script.Split("Bearer ")[1].Split('"')[0];
        Assert.DoesNotContain(token, File.ReadAllText(Path.Combine(appliance.Data, "provisioner.db-wal")));
        Assert.DoesNotContain(token, string.Join('\n', appliance.Book.Events(null, 0, 100)));
    }

    [Fact]
    public async Task A_second_adoption_makes_a_new_token_and_the_old_one_opens_nothing()
    {
        await using var appliance = await TestAppliance.StartAsync();
        string first = (string)(await AdoptAsync(appliance, new { name = "node1", appliance = "10.78.0.1" })).Said!["script"]!;
        string id = appliance.Book.Find("node1")!.Id;
        string second = (string)(await AdoptAsync(appliance, new { name = "node1", appliance = "10.78.0.1" })).Said!["script"]!;
        Assert.Equal(id, appliance.Book.Find("node1")!.Id);
        using var hosts = new HttpClient(new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator });
        foreach (var (script, status) in new[] { (first, HttpStatusCode.Unauthorized), (second, HttpStatusCode.NoContent) })
        {
            using var call = new HttpRequestMessage(HttpMethod.Post, new Uri(appliance.Hosts, $"/hosts/v1/{id}/home"));
            call.Headers.Authorization = new("Bearer", script.Split("Bearer ")[1].Split('"')[0]);
            call.Content = new FormUrlEncodedContent([new("uptime", "10"), new("facts", "os debian 12\naddress eth0 10.78.0.2/24\n")]);
            using var answer = await hosts.SendAsync(call);
            Assert.Equal(status, answer.StatusCode);
        }
        Assert.Equal("10.78.0.2", appliance.Book.Find("node1")!.Deployment!.Host!.Addresses.Single().Address);
        Assert.NotNull(appliance.Book.Find("node1")!.Deployment!.HomeAt);
    }

    [Fact]
    public async Task What_cannot_be_adopted_is_told_all_at_once()
    {
        await using var appliance = await TestAppliance.StartAsync();
        var (status, said) = await AdoptAsync(appliance, new { name = "node1", tags = new[] { "a b" }, appliance = "nowhere", color = "red" });
        Assert.Equal((HttpStatusCode.BadRequest, 3), (status, said!["errors"]!.AsArray().Count));
        Assert.Contains("name the address of the appliance", (string)(await AdoptAsync(appliance, new { name = "node1" })).Said!["detail"]!);
        Assert.Equal(HttpStatusCode.Conflict, (await AdoptAsync(appliance, new { name = "Not A Name", appliance = "10.78.0.1" })).Status);
        var ready = await appliance.Book.EnlistAsync(Wire.MacAddress.Parse("52:54:00:00:00:01"), "test");
        await appliance.Book.ApplyAsync(ready.Id, new MachineChange.Commission(), "test");
        (status, said) = await AdoptAsync(appliance, new { name = ready.Name, appliance = "10.78.0.1" });
        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Contains("it can't adopt now", (string)said!["detail"]!);
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Provisioner.Domain.Machines;
using Provisioner.Wire;

namespace Provisioner.ApplianceTests.Power.Redfish;

/// <summary>A Redfish controller given by hand, over the whole appliance's API: power, pin, virtual media, inventory.</summary>
public sealed class RedfishApiTests : IAsyncLifetime
{
    private TestAppliance _appliance = null!;
    private Machine _machine = null!;

    public async Task InitializeAsync()
    {
        _appliance = await TestAppliance.StartAsync();
        _machine = await _appliance.Book.EnlistAsync(MacAddress.Parse("52:54:00:aa:01:01"), "test");
    }

    public async Task DisposeAsync() => await _appliance.DisposeAsync();

    private async Task<(HttpStatusCode Status, JsonObject? Said)> AskAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, $"/api/v1/machines/{_machine.Name}/{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _appliance.Key);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var reply = await _appliance.Http.SendAsync(request);
        string text = await reply.Content.ReadAsStringAsync();
        Assert.DoesNotContain(RedfishService.Password, text, StringComparison.Ordinal);
        return (reply.StatusCode, text.Length > 0 ? JsonNode.Parse(text)!.AsObject() : null);
    }

    private async Task<JsonObject> GoodAsync(HttpMethod method, string path, string? body = null)
    {
        var (status, said) = await AskAsync(method, path, body);
        Assert.True((int)status is 200 or 201, $"{status}: {said?.ToJsonString()}");
        return said!;
    }

    private static string Controller(RedfishService service, string settings = "{}") =>
        $$"""{"address":"127.0.0.1","port":{{service.Port}},"username":"admin","password":"{{RedfishService.Password}}","settings":{{settings}}}""";

    [Fact]
    public async Task Address_and_password_are_enough_and_the_certificate_is_kept()
    {
        await using var service = await RedfishService.StartAsync(ServiceFace.Ilo5);
        var said = await GoodAsync(HttpMethod.Post, "controllers", Controller(service));
        Assert.Equal("redfish", (string)said["controllers"]![0]!["kind"]!);
        Assert.Equal("off", (string)said["power"]!["state"]!);
        Assert.Equal(service.Fingerprint, _appliance.Book.Find(_machine.Id)!.Controllers[0].Settings["fingerprint"]);
        await GoodAsync(HttpMethod.Post, "power", """{"action":"on"}""");
        Assert.Equal(["On"], service.Machine.Orders);
        service.ChangeCertificate();
        var (status, refused) = await AskAsync(HttpMethod.Post, "power", """{"action":"off"}""");
        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Contains("another certificate", (string)refused!["detail"]!, StringComparison.Ordinal);
        await GoodAsync(HttpMethod.Put, "controllers/redfish", Controller(service, """{"fingerprint":"new"}"""));
        Assert.Equal(service.Fingerprint, _appliance.Book.Find(_machine.Id)!.Controllers[0].Settings["fingerprint"]);
        await GoodAsync(HttpMethod.Post, "power", """{"action":"off"}""");
        Assert.Equal(["On", "ForceOff"], service.Machine.Orders);
    }

    [Fact]
    public async Task Virtual_media_are_inserted_and_taken_out_and_stand_on_the_timeline()
    {
        await using var service = await RedfishService.StartAsync(ServiceFace.Idrac9);
        var (without, why) = await AskAsync(HttpMethod.Get, "virtual-media");
        Assert.Equal(HttpStatusCode.Conflict, without);
        Assert.Contains("has no Redfish controller", (string)why!["detail"]!, StringComparison.Ordinal);
        await GoodAsync(HttpMethod.Post, "controllers", Controller(service));
        var (wrong, fault) = await AskAsync(HttpMethod.Post, "virtual-media", """{"image":"file:///etc/passwd"}""");
        Assert.Equal(HttpStatusCode.BadRequest, wrong);
        Assert.Contains("image must be an http:// or https:// URL", (string)fault!["detail"]!, StringComparison.Ordinal);
        var full = await GoodAsync(HttpMethod.Post, "virtual-media", """{"image":"http://user:word@10.0.0.1/debian-12.iso"}""");
        Assert.Equal("http://10.0.0.1/debian-12.iso", (string)full["virtualMedia"]![1]!["image"]!);
        Assert.Equal("http://user:word@10.0.0.1/debian-12.iso", service.Machine.Media["CD"]);
        var empty = await GoodAsync(HttpMethod.Delete, "virtual-media");
        Assert.All(empty["virtualMedia"]!.AsArray(), m => Assert.False((bool)m!["inserted"]!));
        Assert.Equal(empty.ToJsonString(), (await GoodAsync(HttpMethod.Get, "virtual-media")).ToJsonString());
        for (int i = 0; i < 200 && _appliance.Book.Events(_machine.Id, 0, 1000).Count(e => e.Kind == "power.media") < 2; i++) await Task.Delay(50);
        Assert.Equal(["virtual media: http://10.0.0.1/debian-12.iso is in the virtual CD drive, read back", "virtual media: the virtual CD drive is empty, read back"],
            _appliance.Book.Events(_machine.Id, 0, 1000).Where(e => e.Kind == "power.media").Select(e => e.Text).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_the_controller_knows_is_read_while_the_machine_is_off()
    {
        await using var service = await RedfishService.StartAsync();
        await GoodAsync(HttpMethod.Post, "controllers", Controller(service));
        var said = await GoodAsync(HttpMethod.Get, "redfish");
        Assert.Equal(("Contoso", "3500", "SN0001"), ((string)said["manufacturer"]!, (string)said["model"]!, (string)said["serial"]!));
        Assert.Equal("52:54:00:aa:01:01", (string)said["nics"]![0]!["mac"]!);
        Assert.Equal(2, said["processors"]!.AsArray().Count);
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Provisioner.Appliance.Machines;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Power;
using Provisioner.Wire;

namespace Provisioner.ApplianceTests.Power;

/// <summary>Power controllers given by hand, over the whole appliance's API, with BMCs on real sockets.</summary>
public sealed class ControllersTests : IAsyncLifetime
{
    private const string Password = "a-password-of-20-oct";
    private TestAppliance _appliance = null!;

    public async Task InitializeAsync() => _appliance = await TestAppliance.StartAsync();
    public async Task DisposeAsync() => await _appliance.DisposeAsync();

    private Task<Machine> Enlist(int n) => _appliance.Book.EnlistAsync(MacAddress.Parse($"52:54:00:00:00:{n:x2}"), "test");

    private async Task<(HttpStatusCode Status, JsonObject? Said)> Ask(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, $"/api/v1/{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _appliance.Key);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var reply = await _appliance.Http.SendAsync(request);
        string text = await reply.Content.ReadAsStringAsync();
        Assert.DoesNotContain(Password, text);
        return (reply.StatusCode, text.Length > 0 ? JsonNode.Parse(text)!.AsObject() : null);
    }

    private static string Bmc(BmcSimulator bmc, string password = Password, string more = "") =>
        $$"""{"address":"127.0.0.1","port":{{bmc.Port}},"username":"admin","password":"{{password}}"{{more}}}""";

    private async Task<string> Refused(string machine, string body)
    {
        var (status, said) = await Ask(HttpMethod.Post, $"machines/{machine}/controllers", body);
        Assert.Equal(HttpStatusCode.Conflict, status);
        return (string)said!["detail"]!;
    }

    private async Task<IReadOnlyList<string>> Until(string machine, Func<IReadOnlyList<string>, bool> met)
    {
        IReadOnlyList<string> kinds = [];
        for (int i = 0; i < 600; i++)
        {
            kinds = [.. _appliance.Book.Events(machine, 0, 1000).Select(e => e.Kind)];
            if (met(kinds)) return kinds;
            await Task.Delay(50);
        }
        throw new Xunit.Sdk.XunitException($"it did not come to that: {string.Join(", ", kinds)}");
    }

    [Fact]
    public async Task Address_and_password_are_enough_and_all_else_is_found_out()
    {
        await using var bmc = new BmcSimulator { Chassis = { PowerOn = true } };
        var machine = await Enlist(1);
        var (status, said) = await Ask(HttpMethod.Post, $"machines/{machine.Name}/controllers", Bmc(bmc));
        Assert.True(status == HttpStatusCode.Created, said?.ToJsonString());
        Assert.Equal(("ipmi", "ipmi", true), ((string)said!["controllers"]![0]!["id"]!, (string)said["controllers"]![0]!["kind"]!, (bool)said["controllers"]![0]!["byHand"]!));
        Assert.Equal("on", (string)said["power"]!["state"]!);
        Assert.NotNull(said["power"]!["seenAt"]);
        await Until(machine.Id, kinds => kinds.Contains("controller.set"));
        foreach (string file in Directory.GetFiles(_appliance.Data, "provisioner.db*"))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            Assert.DoesNotContain(Password, await reader.ReadToEndAsync());
        }

        var (ordered, after) = await Ask(HttpMethod.Post, $"machines/{machine.Id}/power", """{"action":"off"}""");
        Assert.Equal((HttpStatusCode.OK, "off"), (ordered, (string)after!["power"]!["state"]!));
        Assert.False(bmc.Chassis.PowerOn);

        Assert.Equal(HttpStatusCode.NoContent, (await Ask(HttpMethod.Delete, $"machines/{machine.Id}/controllers/ipmi")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await Ask(HttpMethod.Delete, $"machines/{machine.Id}/controllers/ipmi")).Status);
        Assert.Contains("has no power controller", (string)(await Ask(HttpMethod.Post, $"machines/{machine.Id}/power", """{"action":"on"}""")).Said!["detail"]!);
    }

    [Fact]
    public async Task A_wrong_password_is_said_and_nothing_is_kept()
    {
        await using var bmc = new BmcSimulator();
        var machine = await Enlist(1);
        string why = await Refused(machine.Id, Bmc(bmc, "not-the-password", ""","kind":"ipmi" """));
        Assert.Equal($"look at the power controller of {machine.Name} via ipmi 127.0.0.1: wrong password for user admin (RAKP 2 HMAC mismatch)", why);
        Assert.Empty(_appliance.Book.Find(machine.Id)!.Controllers);
    }

    [Fact]
    public async Task A_body_is_told_all_its_faults_at_once()
    {
        var machine = await Enlist(1);
        var (status, said) = await Ask(HttpMethod.Post, $"machines/{machine.Id}/controllers", """{"address":"a b","kind":"frob","port":0,"privilege":"king","settings":{"outlet":7},"colour":"red"}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        string detail = (string)said!["detail"]!;
        foreach (string part in new[] { "address has blanks", "\"frob\" is no kind", "port must be", "\"king\"", "settings:", "colour is not a field" }) Assert.Contains(part, detail);
        Assert.Equal(HttpStatusCode.BadRequest, (await Ask(HttpMethod.Post, $"machines/{machine.Id}/controllers", """{"address":"https://root:secret@10.0.0.1"}""")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await Ask(HttpMethod.Put, $"machines/{machine.Id}/controllers/ipmi", """{"address":"10.0.0.1"}""")).Status);
    }

    [Fact]
    public async Task Two_machines_cannot_have_one_BMC_and_both_timelines_say_so()
    {
        await using var bmc = new BmcSimulator();
        var (first, second) = (await Enlist(1), await Enlist(2));
        Assert.Equal(HttpStatusCode.Created, (await Ask(HttpMethod.Post, $"machines/{first.Id}/controllers", Bmc(bmc, more: ""","kind":"ipmi" """))).Status);
        Assert.StartsWith($"127.0.0.1 is the BMC of {first.Name} already", await Refused(second.Id, Bmc(bmc, more: ""","kind":"ipmi" """)));
        await Until(first.Id, kinds => kinds.Contains("controller.claimed"));
        Assert.Contains(_appliance.Book.Events(first.Id, 0, 100), e => e.Kind == "controller.claimed" && e.Text.StartsWith($"{second.Name} claims the BMC at 127.0.0.1 too", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_new_controller_is_read_at_once_and_one_that_dies_is_unknown_since_then()
    {
        var bmc = new BmcSimulator { Chassis = { PowerOn = true } };
        var machine = await Enlist(1);
        var sealedPassword = _appliance.Get<ControllerSecrets>().Seal(machine.Id, Password);
        var access = new ControllerAccess("ipmi", "127.0.0.1", bmc.Port, "admin", sealedPassword, "administrator", 0, "");
        await _appliance.Book.ApplyAsync(machine.Id, new MachineChange.SetController(access, false, ""), "test");
        for (int i = 0; i < 600 && _appliance.Get<PowerSightings>().Of(_appliance.Book.Find(machine.Id)!).Now is not PowerState.On; i++) await Task.Delay(50);
        Assert.Equal("on", (string)(await Ask(HttpMethod.Get, $"machines/{machine.Id}")).Said!["power"]!["state"]!);

        await bmc.DisposeAsync();
        Assert.False(await _appliance.Get<PowerDesk>().PollAsync(machine.Id, default));
        var power = (await Ask(HttpMethod.Get, $"machines/{machine.Id}")).Said!["power"]!;
        Assert.Equal(("unknown", "on"), ((string)power["state"]!, (string)power["lastState"]!));
        Assert.NotNull(power["unknownSince"]);
        Assert.Contains("the UDP port is closed", (string)power["error"]!);
        await Until(machine.Id, kinds => kinds.Count(k => k == "power.unreadable") == 1);
    }

    [Fact]
    public async Task Polls_that_see_nothing_new_write_nothing()
    {
        await using var bmc = new BmcSimulator();
        var machine = await Enlist(1);
        Assert.Equal(HttpStatusCode.Created, (await Ask(HttpMethod.Post, $"machines/{machine.Id}/controllers", Bmc(bmc, more: ""","kind":"ipmi" """))).Status);
        Assert.True(await _appliance.Get<PowerDesk>().PollAsync(machine.Id, default));
        var before = _appliance.Book.Find(machine.Id)!;
        var seen = _appliance.Get<PowerSightings>().Of(before).SeenAt;
        for (int i = 0; i < 20; i++) Assert.True(await _appliance.Get<PowerDesk>().PollAsync(machine.Id, default));
        Assert.Same(before, _appliance.Book.Find(machine.Id));
        Assert.True(_appliance.Get<PowerSightings>().Of(before).SeenAt > seen);
    }

    [Fact]
    public async Task A_walk_goes_on_past_a_BMC_that_keeps_no_boot_flags_and_each_try_is_on_the_timeline()
    {
        await using var bmc = new BmcSimulator { Chassis = { LosesBootFlags = true } };
        var machine = await Enlist(1);
        Assert.Equal(HttpStatusCode.Created, (await Ask(HttpMethod.Post, $"machines/{machine.Id}/controllers", Bmc(bmc, more: ""","kind":"ipmi" """))).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await Ask(HttpMethod.Post, $"machines/{machine.Id}/commission")).Status);
        var kinds = await Until(machine.Id, k => k.Contains("power.cycle"));
        Assert.Equal(2, kinds.Count(k => k == "power.retry"));
        for (int i = 0; i < 200 && _appliance.Book.Find(machine.Id)!.Phase is not Phase.AwaitAgent; i++) await Task.Delay(50);
        var waiting = _appliance.Book.Find(machine.Id)!;
        Assert.Equal((MachineState.Commissioning, Phase.AwaitAgent, "own"), (waiting.State, waiting.Phase, Assert.Single(waiting.BootTried)));
        Assert.True(bmc.Chassis.PowerOn);
    }
}

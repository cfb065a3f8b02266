using System.Globalization;
using System.Text.Json;

namespace Provisioner.ApplianceTests.Power.Redfish;

/// <summary>
/// Other people's clients before the service: what it takes from them and refuses them is what our driver is measured by. redfishtool is DMTF's own,
/// sushy is OpenStack Ironic's, iLOrest is HPE's; curl says things that none of them would.
/// </summary>
public sealed class RedfishPeerTests
{
    private static async Task<(int Status, string Body, string Head)> CurlAsync(RedfishService service, string method, string path, string? body = null, params string[] more)
    {
        var arguments = new List<string> { "-sk", "--max-time", "20", "-i", "-X", method, service.Url.GetLeftPart(UriPartial.Authority) + path };
        if (body is not null) arguments.AddRange(["-H", "Content-Type: application/json", "--data-binary", body]);
        var (exit, output) = await Peer.RunAsync("curl", [.. arguments, .. more]);
        Assert.True(exit == 0, $"curl ended with {exit}: {output}");
        int end = output.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return (int.Parse(output.AsSpan(9, 3), CultureInfo.InvariantCulture), output[(end + 4)..], output[..end]);
    }

    private static readonly string[] Basic = ["-u", $"{RedfishService.User}:{RedfishService.Password}"];

    [Theory]
    [InlineData("""{"Boot":{"BootSourceOverrideTarget":"Pxe","BootSourceOverrideEnabled":"Once"}}""", 204, "")]
    [InlineData("""{"Boot":{"BootSourceOverrideTarget":"Floppy"}}""", 400, "PropertyValueNotInList")]
    [InlineData("""{"Boot":{"BootSourceOverrideTarget":1}}""", 400, "PropertyValueTypeError")]
    [InlineData("""{"Boot":{"BootSourceOverideTarget":"Pxe"}}""", 400, "PropertyUnknown")]
    [InlineData("""{"Boot":"Pxe"}""", 400, "PropertyValueTypeError")]
    [InlineData("""{"PowerState":"On"}""", 400, "PropertyUnknown")]
    [InlineData("""{"Boot":{"BootSourceOverrideTarget":"Pxe"}""", 400, "MalformedJSON")]
    [InlineData("""["Boot"]""", 400, "MalformedJSON")]
    public async Task The_service_takes_a_PATCH_by_the_letter(string body, int status, string name)
    {
        await using var service = await RedfishService.StartAsync();
        var answer = await CurlAsync(service, "PATCH", "/redfish/v1/Systems/1", body, Basic);
        Assert.Equal(status, answer.Status);
        Assert.Contains(name, answer.Body, StringComparison.Ordinal);
        Assert.Equal(status == 204 ? "Pxe" : "None", service.Machine.BootTarget);
    }

    [Theory]
    [InlineData("""{"ResetType":"On"}""", 204, "")]
    [InlineData("""{"ResetType":"ForceOff"}""", 409, "InvalidOperationForSystemState")]
    [InlineData("""{"ResetType":"Reboot"}""", 400, "ActionParameterValueNotInList")]
    [InlineData("""{"Resettype":"On"}""", 400, "ActionParameterUnknown")]
    [InlineData("""{}""", 400, "ActionParameterMissing")]
    public async Task The_service_takes_an_action_by_the_letter(string body, int status, string name)
    {
        await using var service = await RedfishService.StartAsync();
        var answer = await CurlAsync(service, "POST", "/redfish/v1/Systems/1/Actions/ComputerSystem.Reset", body, Basic);
        Assert.Equal(status, answer.Status);
        Assert.Contains(name, answer.Body, StringComparison.Ordinal);
        Assert.Equal(status == 204 ? ["On"] : [], service.Machine.Orders);
    }

    [Fact]
    public async Task The_service_wants_a_login_but_for_its_root()
    {
        await using var service = await RedfishService.StartAsync();
        Assert.Equal(200, (await CurlAsync(service, "GET", "/redfish")).Status);
        Assert.Equal(200, (await CurlAsync(service, "GET", "/redfish/v1/")).Status);
        Assert.Equal(401, (await CurlAsync(service, "GET", "/redfish/v1/Systems")).Status);
        Assert.Equal(401, (await CurlAsync(service, "GET", "/redfish/v1/Systems", null, "-u", "admin:wrong")).Status);
        Assert.Equal(401, (await CurlAsync(service, "POST", "/redfish/v1/SessionService/Sessions", """{"UserName":"admin","Password":"wrong"}""")).Status);
        Assert.Equal(400, (await CurlAsync(service, "POST", "/redfish/v1/SessionService/Sessions", """{"UserName":"admin"}""")).Status);
        var login = await CurlAsync(service, "POST", "/redfish/v1/SessionService/Sessions", $$"""{"UserName":"admin","Password":"{{RedfishService.Password}}"}""");
        Assert.Equal(201, login.Status);
        string Header(string name) => login.Head.Split("\r\n").Single(l => l.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))[(name.Length + 1)..].Trim();
        string token = Header("X-Auth-Token");
        Assert.Equal(200, (await CurlAsync(service, "GET", "/redfish/v1/Systems", null, "-H", $"X-Auth-Token: {token}")).Status);
        Assert.Equal(204, (await CurlAsync(service, "DELETE", new Uri(Header("Location")).AbsolutePath, null, "-H", $"X-Auth-Token: {token}")).Status);
        Assert.Equal(401, (await CurlAsync(service, "GET", "/redfish/v1/Systems", null, "-H", $"X-Auth-Token: {token}")).Status);
    }

    [Fact]
    public async Task The_service_wants_the_right_headers_and_methods()
    {
        await using var service = await RedfishService.StartAsync(ServiceFace.Ami);
        const string Boot = """{"Boot":{"BootSourceOverrideTarget":"Pxe","BootSourceOverrideEnabled":"Once"}}""";
        const string Settings = "/redfish/v1/Systems/Self/Settings";
        Assert.Equal(428, (await CurlAsync(service, "PATCH", Settings, Boot, Basic)).Status);
        Assert.Equal(412, (await CurlAsync(service, "PATCH", Settings, Boot, [.. Basic, "-H", "If-Match: \"1\""])).Status);
        Assert.Equal(204, (await CurlAsync(service, "PATCH", Settings, Boot, [.. Basic, "-H", $"If-Match: {service.TagNow}"])).Status);
        Assert.Equal(415, (await CurlAsync(service, "PATCH", Settings, null, [.. Basic, "--data-binary", Boot])).Status);
        Assert.Equal(406, (await CurlAsync(service, "GET", "/redfish/v1/", null, "-H", "Accept: text/html")).Status);
        Assert.Equal(412, (await CurlAsync(service, "GET", "/redfish/v1/", null, "-H", "OData-Version: 3.0")).Status);
        Assert.Equal(405, (await CurlAsync(service, "PATCH", "/redfish/v1/Systems", "{}", Basic)).Status);
        Assert.Equal(404, (await CurlAsync(service, "GET", "/redfish/v1/Systems/9", null, Basic)).Status);
        Assert.Equal(501, (await CurlAsync(service, "GET", "/redfish/v1/Systems?$filter=x", null, Basic)).Status);
    }

    [Theory]
    [InlineData("generic", "Basic")]
    [InlineData("OpenBMC", "Session")]
    public async Task DMTFs_redfishtool_works_with_the_service(string face, string login)
    {
        await using var service = await RedfishService.StartAsync(ServiceFace.Of(face));
        async Task<string> ToolAsync(params string[] arguments)
        {
            var (exit, output) = await Peer.RunAsync("redfishtool", ["-r", $"127.0.0.1:{service.Port}", "-S", "Always", "-A", login, "-u", RedfishService.User, "-p", RedfishService.Password, "-n", "Systems", "-F", .. arguments]);
            Assert.True(exit == 0, $"redfishtool {string.Join(' ', arguments)} ended with {exit}: {output}");
            return output;
        }
        Assert.Contains("\"PowerState\": \"Off\"", await ToolAsync("get"), StringComparison.Ordinal);
        await ToolAsync("setBootOverride", "Once", "Pxe");
        await ToolAsync("reset", "On");
        Assert.Contains("\"PowerState\": \"On\"", await ToolAsync("get"), StringComparison.Ordinal);
        Assert.Contains("52:54:00:AA:01:02", await ToolAsync("EthernetInterfaces", "-a"), StringComparison.Ordinal);
        Assert.Equal(("Pxe", "Once", "On"), (service.Machine.BootTarget, service.Machine.BootEnabled, Assert.Single(service.Machine.Orders)));
    }

    [Theory]
    [InlineData("iDRAC 9")]
    [InlineData("OpenBMC")]
    [InlineData("Supermicro X11")]
    public async Task Ironics_sushy_works_with_the_service(string face)
    {
        await using var service = await RedfishService.StartAsync(ServiceFace.Of(face));
        const string Script = """
            import json, sys, warnings
            warnings.filterwarnings("ignore")
            import sushy
            from sushy import auth
            url, user, password = sys.argv[1:4]
            root = sushy.Sushy(url, verify=False, auth=auth.SessionOrBasicAuth(user, password))
            system = root.get_system_collection().get_members()[0]
            seen = {"power": str(system.power_state.value), "uuid": system.uuid, "macs": sorted(system.ethernet_interfaces.summary)}
            system.set_system_boot_options(sushy.BOOT_SOURCE_TARGET_PXE, sushy.BOOT_SOURCE_ENABLED_ONCE, sushy.BOOT_SOURCE_MODE_UEFI)
            system.reset_system(sushy.RESET_ON)
            system.refresh()
            seen["then"] = system.power_state.value
            seen["boot"] = system.boot["target"].value
            drive = [m for m in root.get_manager_collection().get_members()[0].virtual_media.get_members() if sushy.VIRTUAL_MEDIA_CD in m.media_types][0]
            drive.insert_media("http://10.0.0.1/debian-12.iso")
            drive.refresh()
            seen["inserted"] = drive.inserted
            drive.eject_media()
            print(json.dumps(seen))
            """;
        var (exit, output) = await Peer.RunAsync("env", "-u", "REQUESTS_CA_BUNDLE", "-u", "CURL_CA_BUNDLE", "/usr/bin/python3", "-c", Script, service.Url.GetLeftPart(UriPartial.Authority), RedfishService.User, RedfishService.Password);
        Assert.True(exit == 0, output);
        using var seen = JsonDocument.Parse(output[output.IndexOf('{', StringComparison.Ordinal)..]);
        Assert.Equal("""{"power": "Off", "uuid": "3CD5A1F0-0000-4000-8000-000000000001", "macs": ["52:54:00:AA:01:01", "52:54:00:AA:01:02"], "then": "On", "boot": "Pxe", "inserted": true}""", output[output.IndexOf('{', StringComparison.Ordinal)..].Trim());
        Assert.All(service.Machine.Media.Values, Assert.Null);
    }

    [Fact]
    public async Task HPEs_iLOrest_reads_and_orders_at_the_services_iLO_5()
    {
        await using var service = await RedfishService.StartAsync(ServiceFace.Ilo5);
        string cache = Directory.CreateTempSubdirectory("provisioner-ilorest-").FullName;
        async Task<string> ToolAsync(params string[] arguments)
        {
            var (exit, output) = await Peer.RunAsync("ilorest", ["--nologo", "--cache-dir", cache, "--nocache", .. arguments, "--url", $"127.0.0.1:{service.Port}", "-u", RedfishService.User, "-p", RedfishService.Password]);
            Assert.True(exit == 0, $"ilorest {string.Join(' ', arguments)} ended with {exit}: {output}");
            return output;
        }
        try
        {
            string read = await ToolAsync("rawget", "/redfish/v1/Systems/1/");
            Assert.True(read.Contains("\"PowerState\": \"Off\"", StringComparison.Ordinal), $"{read}; heard: {string.Join(", ", service.Heard)}");
            string order = Path.Combine(cache, "order.json");
            await File.WriteAllTextAsync(order, """{"path": "/redfish/v1/Systems/1/Actions/ComputerSystem.Reset/", "body": {"ResetType": "On"}}""");
            await ToolAsync("rawpost", order);
            Assert.Equal(["On"], service.Machine.Orders);
        }
        finally
        {
            Directory.Delete(cache, recursive: true);
        }
    }
}

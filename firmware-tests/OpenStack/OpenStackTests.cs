using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Provisioner.FirmwareTests.OpenStack;

/// <summary>OpenStack Zed, whole, from bare hosts: laid down by <c>provisioner deploy</c>, then used as its users would.</summary>
public sealed class OpenStackTests(ITestOutputHelper output)
{
    private readonly Stopwatch _whole = Stopwatch.StartNew();
    private readonly StringBuilder _phases = new();

    [Fact]
    public async Task Zed_from_three_bare_hosts_to_an_instance_that_answers_and_to_everything_else_that_the_guide_promises()
    {
        using var lab = Phase("hosts, appliance, image", () => new OpenStackLab());
        try
        {
            Phase("hosts adopted", () =>
            {
                lab.Adopt("controller", "controller");
                lab.Adopt("network", "network");
                lab.Adopt("compute1", "compute");
            });
            Phase("deployed, instance pinged by its router", () => Told(lab.Provisioner(TimeSpan.FromMinutes(40), "deploy", OpenStackLab.Bundle)));
            using var demo = await Cloud.SignInAsync("http://10.0.0.11:5000/v3", "demo", lab.Password("demo"), "demo", OpenStackLab.Address);
            await PhaseAsync("instance answers from outside by its floating address", () => InstanceAsync(lab, demo));
            await PhaseAsync("volume", () => VolumeAsync(demo));
            await PhaseAsync("object", () => ObjectAsync(demo));
            await PhaseAsync("stack", () => StackAsync(demo));
            await PhaseAsync("dashboard in Chromium", () => DashboardAsync(lab));
            using var admin = await Cloud.SignInAsync("http://10.0.0.11:5000/v3", "admin", lab.Password("admin"), "admin", OpenStackLab.Address);
            await PhaseAsync("meter", () => MeterAsync(admin));
            await PhaseAsync("alarm", () => AlarmAsync(admin));
            string second = Phase("applied again", () => Told(lab.Provisioner(TimeSpan.FromMinutes(10), "apply", "openstack-lab")));
            Assert.Contains("nothing changed", second, StringComparison.Ordinal);
            Assert.DoesNotMatch("[0-9] changed", second);
        }
        finally
        {
            output.WriteLine(_phases.ToString());
            Console.Error.WriteLine(_phases.ToString());
        }
    }

    [Fact]
    public async Task Zed_on_one_bare_host_to_an_instance_that_its_router_pings_a_volume_and_an_object()
    {
        const string host = "single";
        using var lab = Phase("host, appliance, image", () => new OpenStackLab(host));
        try
        {
            Phase("host adopted", () => lab.Adopt(host, "openstack"));
            Phase("deployed, instance pinged by its router", () => Told(lab.Provisioner(TimeSpan.FromMinutes(40), "deploy", lab.Shipped("zed-all-in-one", "all", "all"))));
            using var demo = await Cloud.SignInAsync($"http://{OpenStackLab.Address(host)}:5000/v3", "demo", lab.Password("demo", host), "demo", OpenStackLab.Address);
            await PhaseAsync("volume", () => VolumeAsync(demo));
            await PhaseAsync("object", () => ObjectAsync(demo));
            string second = Phase("applied again", () => Told(lab.Provisioner(TimeSpan.FromMinutes(10), "apply", "zed-all-in-one")));
            Assert.Contains("nothing changed", second, StringComparison.Ordinal);
        }
        finally
        {
            output.WriteLine(_phases.ToString());
            Console.Error.WriteLine(_phases.ToString());
        }
    }

    private static async Task InstanceAsync(OpenStackLab lab, Cloud demo)
    {
        var server = (await demo.GetAsync("compute", "/servers/detail"))["servers"]!.AsArray().Single(s => (string)s!["name"]! == "demo-instance1")!;
        Assert.Equal("ACTIVE", (string)server["status"]!);
        string floating = await demo.FloatingAsync("demo-instance1", "demo-net", TimeSpan.FromMinutes(3));
        await UntilAsync($"{floating} answers", TimeSpan.FromMinutes(3), () => Task.FromResult(lab.Outside("busybox", "ping", "-c", "1", "-W", "1", floating).Code == 0));
        // It was told its name by the metadata service, through the router's namespace.
        string console = "";
        await UntilAsync("its metadata came", TimeSpan.FromMinutes(3), async () =>
            (console = (string)(await demo.PostAsync("compute", $"/servers/{server["id"]}/action", """{"os-getConsoleOutput":{}}"""))["output"]!).Contains("metadata says", StringComparison.Ordinal));
        Assert.Contains("metadata says that I am demo-instance1", console, StringComparison.Ordinal);
    }

    private static async Task VolumeAsync(Cloud demo)
    {
        var made = await demo.PostAsync("volumev3", "/volumes", """{"volume":{"name":"first","size":1}}""");
        string path = $"/volumes/{made["volume"]!["id"]}", status = "";
        await UntilAsync("the volume is available", TimeSpan.FromMinutes(2), async () => (status = (string)(await demo.GetAsync("volumev3", path))["volume"]!["status"]!) is not ("creating" or "downloading"));
        Assert.Equal("available", status);
    }

    private static async Task ObjectAsync(Cloud demo)
    {
        byte[] content = new byte[100_000];
        Random.Shared.NextBytes(content);
        await demo.PutAsync("object-store", "/myfiles", []);
        await demo.PutAsync("object-store", "/myfiles/test.bin", content);
        Assert.Equal(content, await demo.FetchAsync("object-store", "/myfiles/test.bin"));
    }

    private static async Task StackAsync(Cloud demo)
    {
        var made = await demo.PostAsync("orchestration", "/stacks", """
            {"stack_name":"first","template":{"heat_template_version":"2018-08-31","resources":{
              "net":{"type":"OS::Neutron::Net","properties":{"name":"stack-net"}},
              "subnet":{"type":"OS::Neutron::Subnet","properties":{"network":{"get_resource":"net"},"cidr":"192.168.7.0/24"}}}}}
            """);
        string path = $"/stacks/first/{made["stack"]!["id"]}", status = "";
        await UntilAsync("the stack is made", TimeSpan.FromMinutes(3), async () => !(status = (string)(await demo.GetAsync("orchestration", path))["stack"]!["stack_status"]!).EndsWith("IN_PROGRESS", StringComparison.Ordinal));
        Assert.Equal("CREATE_COMPLETE", status);
        Assert.Single((await demo.GetAsync("network", "/v2.0/networks?name=stack-net"))["networks"]!.AsArray());
    }

    private static async Task MeterAsync(Cloud admin) => await UntilAsync("the instance's processor time is measured", TimeSpan.FromMinutes(5), async () =>
    {
        foreach (var instance in (await admin.GetAsync("metric", "/v1/resource/instance")).AsArray())
            if (instance!["metrics"]?["cpu"] is { } cpu && (await admin.GetAsync("metric", $"/v1/metric/{cpu}/measures?refresh=true")).AsArray().Count > 0)
                return true;
        return false;
    });

    // It is on when the instance has used any processor time at all, which it has.
    private static async Task AlarmAsync(Cloud admin)
    {
        string instance = (string)(await admin.GetAsync("metric", "/v1/resource/instance")).AsArray().First(i => i!["metrics"]?["cpu"] is not null)!["id"]!;
        var made = await admin.PostAsync("alarming", "/v2/alarms", $$$"""
            {"name":"works","type":"gnocchi_resources_threshold","gnocchi_resources_threshold_rule":{"metric":"cpu","resource_type":"instance","resource_id":"{{{instance}}}",
             "aggregation_method":"mean","granularity":300,"evaluation_periods":1,"comparison_operator":"gt","threshold":0}}
            """);
        string path = $"/v2/alarms/{made["alarm_id"]}", state = "";
        await UntilAsync("the alarm is on", TimeSpan.FromMinutes(3), async () => (state = (string)(await admin.GetAsync("alarming", path))["state"]!) != "insufficient data");
        Assert.Equal("alarm", state);
    }

    private static async Task DashboardAsync(OpenStackLab lab)
    {
        string browser = Path.Combine(OpenStackLab.Root(), "tests", "Provisioner.ApplianceTests", "Web", "browser"), packages = Path.Combine(OpenStackLab.Root(), ".cache", "browser");
        if (!Directory.Exists(Path.Combine(packages, "node_modules", "playwright-core")))
        {
            Directory.CreateDirectory(packages);
            foreach (string file in new[] { "package.json", "package-lock.json" }) File.Copy(Path.Combine(browser, file), Path.Combine(packages, file), overwrite: true);
            Sh.Run(TimeSpan.FromMinutes(3), "npm", "--prefix", packages, "ci", "--no-audit", "--no-fund", "--ignore-scripts");
        }
        string script = Path.Combine(OpenStackLab.Root(), "firmware-tests", "OpenStack", "dashboard.cjs");
        string said = await Task.Run(() => Sh.Run(TimeSpan.FromMinutes(4), "env", $"NODE_PATH={packages}/node_modules", "node", script, "http://10.0.0.11/horizon", "demo", lab.Password("demo"), "demo-instance1"));
        Assert.Contains("the page of instances names demo-instance1", said, StringComparison.Ordinal);
    }

    private static string Told((int Code, string Output) command)
    {
        Assert.True(command.Code == 0, command.Output);
        return command.Output;
    }

    private static async Task UntilAsync(string what, TimeSpan limit, Func<Task<bool>> isSo)
    {
        for (var began = Stopwatch.StartNew(); began.Elapsed < limit; await Task.Delay(1000))
            if (await isSo()) return;
        throw new Xunit.Sdk.XunitException($"{what}: not within {limit.TotalSeconds:0} s");
    }

    private void Phase(string name, Action deed) => Phase(name, () => { deed(); return 0; });

    private T Phase<T>(string name, Func<T> deed)
    {
        var began = Stopwatch.StartNew();
        try
        {
            return deed();
        }
        finally
        {
            Note(name, began);
        }
    }

    private async Task PhaseAsync(string name, Func<Task> deed)
    {
        var began = Stopwatch.StartNew();
        await deed();
        Note(name, began);
    }

    private void Note(string name, Stopwatch began) => _phases.AppendLine(FormattableString.Invariant($"{began.Elapsed.TotalSeconds,7:0.0} s  {name} (at {_whole.Elapsed.TotalSeconds:0} s)"));
}

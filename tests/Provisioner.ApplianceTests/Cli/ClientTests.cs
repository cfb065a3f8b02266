using System.CommandLine;
using System.Text.Json.Nodes;
using Provisioner.Appliance.Cli;
using Provisioner.ApplianceTests.Power;
using Provisioner.ApplianceTests.Serving;
using Provisioner.Domain.Machines;
using Provisioner.Wire;

namespace Provisioner.ApplianceTests.Cli;

/// <summary>The command line as a client of the API of a whole appliance.</summary>
public sealed class ClientTests
{
    private static async Task<(int Exit, string Out, string Error)> RunAsync(TestAppliance appliance, string line, string? url = null)
    {
        using StringWriter said = new(), complained = new();
        var configuration = new InvocationConfiguration { Output = said, Error = complained };
        int exit = await CommandLine.Create().Parse($"{line} --url {url ?? appliance.Http.BaseAddress!.ToString()} --data {appliance.Data}").InvokeAsync(configuration).WaitAsync(TimeSpan.FromSeconds(60));
        return (exit, said.ToString(), complained.ToString());
    }

    private static async Task<string> SaysAsync(TestAppliance appliance, string line)
    {
        var (exit, said, complained) = await RunAsync(appliance, line);
        Assert.True(exit == 0, $"{line}: {exit} {complained}{said}");
        return said;
    }

    private static async Task<string> RefusesAsync(TestAppliance appliance, string line)
    {
        var (exit, said, complained) = await RunAsync(appliance, line);
        Assert.Equal((1, ""), (exit, said));
        Assert.StartsWith("provisioner: ", complained);
        return complained;
    }

    [Fact]
    public async Task A_network_is_built_changed_looked_at_and_taken_away()
    {
        await using var appliance = await TestAppliance.StartAsync();
        await SaysAsync(appliance, "fabrics add hall --description \"second floor\"");
        await SaysAsync(appliance, "spaces add storage");
        await SaysAsync(appliance, "vlans add hall:20 --name backup --space storage --mtu 9000");
        Assert.Contains("10.9.0.0/24", await SaysAsync(appliance, "subnets add 10.9.0.0/24 --vlan hall:20 --gateway 10.9.0.254 --dns 10.9.0.2,10.9.0.3 --search a.example b.example --option \"43=hex 01ff\""));
        await SaysAsync(appliance, "ranges add 10.9.0.100-10.9.0.149");
        await SaysAsync(appliance, "ranges add 10.9.0.150-10.9.0.160 --kind reserved --comment switches");
        await SaysAsync(appliance, "reservations add 10.9.0.20 52:54:00:12:34:56 --host-name printer");

        Assert.Matches(@"hall:20 +backup +off +9000 +storage +10\.9\.0\.0/24", await SaysAsync(appliance, "vlans"));
        Assert.Matches(@"10\.9\.0\.0/24 +\S+ +hall:20 +off +10\.9\.0\.254 +50 ", await SaysAsync(appliance, "subnets list"));
        Assert.Matches(@"10\.9\.0\.150-10\.9\.0\.160 +reserved +11 +10\.9\.0\.0/24 +switches", await SaysAsync(appliance, "ranges --subnet 10.9.0.0/24"));
        Assert.Matches(@"10\.9\.0\.20 +52:54:00:12:34:56 +printer", await SaysAsync(appliance, "reservations"));
        Assert.Contains("43=hex 01ff", await SaysAsync(appliance, "subnets show 10.9.0.0/24"));

        string set = await SaysAsync(appliance, "subnets set 10.9.0.0/24 --gateway none --dhcp relay --dns none");
        Assert.Contains("relay", set);
        var subnet = JsonNode.Parse(await SaysAsync(appliance, "subnets show 10.9.0.0/24 --json"))!;
        Assert.Equal((null, 0, "relay", 2), ((string?)subnet["gateway"], subnet["dnsServers"]!.AsArray().Count, (string)subnet["dhcp"]!, subnet["searchList"]!.AsArray().Count));

        Assert.StartsWith("10.9.0.1: ", await SaysAsync(appliance, "subnets take 10.9.0.0/24 --holder \"core switch\""));
        string who = await SaysAsync(appliance, "subnets addresses 10.9.0.0/24");
        Assert.Matches(@"10\.9\.0\.1 +static .*core switch", who);
        Assert.Matches(@"10\.9\.0\.100 +10\.9\.0\.149 +50 +yes", who);
        Assert.DoesNotContain("core switch", await SaysAsync(appliance, "subnets addresses 10.9.0.0/24 --free"));
        Assert.Contains("core switch", await SaysAsync(appliance, "subnets addresses 10.9.0.0/24 10.9.0.1"));
        await SaysAsync(appliance, "subnets give-back 10.9.0.0/24 10.9.0.1");

        Assert.Contains("there are no leases", await SaysAsync(appliance, "leases --subnet 10.9.0.0/24 --held"));
        Assert.Contains("there are no neighbours", await SaysAsync(appliance, "neighbours"));
        Assert.Contains("no other DHCP server was heard", await SaysAsync(appliance, "dhcp servers"));
        Assert.Contains("asked on 0 links", await SaysAsync(appliance, "dhcp look"));
        await SaysAsync(appliance, "reservations remove 10.9.0.20");
        await SaysAsync(appliance, "ranges remove 10.9.0.150-10.9.0.160");
        await SaysAsync(appliance, "subnets remove 10.9.0.0/24");
        Assert.Contains("there are no subnets", await SaysAsync(appliance, "subnets"));
    }

    [Fact]
    public async Task What_is_wrong_is_a_sentence_and_an_exit_code()
    {
        await using var appliance = await TestAppliance.StartAsync();
        await SaysAsync(appliance, "fabrics add hall");
        await SaysAsync(appliance, "vlans add hall:0");
        await SaysAsync(appliance, "subnets add 10.9.0.0/24 --vlan hall:0 --name here");
        Assert.Contains("10.9.0.0/24", await RefusesAsync(appliance, "subnets add 10.9.0.128/25 --vlan hall:0")); // the other party, by name
        Assert.Contains("there is no subnet \"10.1-24\"", await RefusesAsync(appliance, "subnets show 10.1/24"));
        Assert.Contains("write it as FIRST-LAST", await RefusesAsync(appliance, "ranges add 10.9.0.7"));
        Assert.Contains("--mtu many: a whole number", await RefusesAsync(appliance, "vlans set hall:0 --mtu many"));
        Assert.Contains("nothing to change is named", await RefusesAsync(appliance, "vlans set hall:0"));
        Assert.Contains("no interface is served", await RefusesAsync(appliance, "explain 52:54:00:12:34:56 --architecture 7"));
        var nobody = await RunAsync(appliance, "subnets", url: "http://127.0.0.1:9");
        Assert.Equal(2, nobody.Exit);
        Assert.Contains("no appliance answers at http://127.0.0.1:9", nobody.Error);
        Assert.Equal(2, (await RunAsync(appliance, "subnets --key prov_wrong")).Exit);
        Assert.NotEqual(0, (await RunAsync(appliance, "subnets frobnicate")).Exit);
    }

    [Fact]
    public async Task Names_are_added_looked_up_changed_and_taken_away()
    {
        await using var appliance = await TestAppliance.StartAsync();
        await SaysAsync(appliance, "dns zones add lab.example --comment \"a lab\"");
        Assert.Matches(@"lab\.example\.? +added .*a lab", await SaysAsync(appliance, "dns zones"));
        await SaysAsync(appliance, "dns records add www.lab.example a 192.0.2.7 --ttl 60 --comment web");
        await SaysAsync(appliance, "dns records add lab.example mx \"10 mail.lab.example\"");
        Assert.Matches(@"www\.lab\.example\.? +60 +A +192\.0\.2\.7 +added +web", await SaysAsync(appliance, "dns records --zone lab.example --added"));
        Assert.Contains("192.0.2.7", await SaysAsync(appliance, "dns lookup www.lab.example"));
        Assert.Contains("10 mail.lab.example", await SaysAsync(appliance, "dns lookup lab.example MX"));
        string id = (string)JsonNode.Parse(await SaysAsync(appliance, "dns records --name www --json"))!["records"]![0]!["id"]!;
        Assert.Contains("192.0.2.8", await SaysAsync(appliance, $"dns records set {id} --value 192.0.2.8"));
        Assert.Contains("192.0.2.8", await SaysAsync(appliance, $"dns records show {id}"));
        await SaysAsync(appliance, $"dns records remove {id}");
        Assert.StartsWith("NXDOMAIN", await SaysAsync(appliance, "dns lookup www.lab.example"));
        Assert.Contains("names of ours", await SaysAsync(appliance, "dns status"));
        Assert.Contains("192.0.2.53", await SaysAsync(appliance, "dns settings --upstream 192.0.2.53 --serve-stale false"));
        Assert.Contains("192.0.2.53", await SaysAsync(appliance, "dns settings"));
        await SaysAsync(appliance, "dns forget");
        Assert.Contains("is not a record type", await RefusesAsync(appliance, "dns lookup x.example FROG"));
    }

    [Fact]
    public async Task The_package_cache_is_seen_and_set()
    {
        await using var appliance = await TestAppliance.StartAsync();
        Assert.Contains("the cache is off (--package-port 0)", await SaysAsync(appliance, "packages"));
        Assert.Matches("debian +deb.debian.org", await SaysAsync(appliance, "packages archives"));
        await SaysAsync(appliance, "packages add ours --host packages.example.org *.mirror.example.org --path /debian --https");
        Assert.Matches(@"ours +packages\.example\.org, \*\.mirror\.example\.org +/debian +yes", await SaysAsync(appliance, "packages archives"));
        Assert.Contains("\"*.com\" is no host of an archive", await RefusesAsync(appliance, "packages add world --host *.com"));
        Assert.Contains("stands in the catalog", await RefusesAsync(appliance, "packages remove debian"));
        await appliance.RestartAsync();
        Assert.Contains("packages.example.org", await SaysAsync(appliance, "packages archives"));
        await SaysAsync(appliance, "packages remove ours");
        Assert.Contains("there is no archive \"ours\"", await RefusesAsync(appliance, "packages remove ours"));
        Assert.Contains("name what is to go", await RefusesAsync(appliance, "packages evict"));
        Assert.Contains("0 files", await SaysAsync(appliance, "packages evict --all"));
        await SaysAsync(appliance, "packages machines off");
        Assert.False((bool)JsonNode.Parse(await SaysAsync(appliance, "packages --json"))!["machines"]!);
    }

    [Fact]
    public async Task A_machine_gets_a_controller_and_is_switched()
    {
        await using var bmc = new BmcSimulator();
        await using var appliance = await TestAppliance.StartAsync();
        var machine = await appliance.Book.EnlistAsync(MacAddress.Parse("52:54:00:00:00:01"), "test");
        string file = Path.Combine(appliance.Data, "bmc-password");
        await File.WriteAllTextAsync(file, "a-password-of-20-oct\n");
        Assert.Contains("switched by hand", await SaysAsync(appliance, $"controllers list {machine.Name}"));
        string added = await SaysAsync(appliance, $"controllers add {machine.Name} 127.0.0.1 --port {bmc.Port} --kind ipmi --user admin --password-file {file}");
        Assert.Matches(@"ipmi +ipmi +127\.0\.0\.1 +\d+ +admin", added);
        Assert.Contains("power: off, seen 0 s ago", added);
        Assert.StartsWith($"{machine.Name}: on, seen ", await SaysAsync(appliance, $"power on {machine.Name}"));
        Assert.True(bmc.Chassis.PowerOn);
        Assert.StartsWith($"{machine.Name}: on, seen ", await SaysAsync(appliance, $"power status {machine.Id}"));
        Assert.Matches($@"{machine.Name} +new +on +\d+ s ago +ipmi 127\.0\.0\.1 +{machine.Id}", await SaysAsync(appliance, "machines"));
        Assert.Contains(machine.Id, await SaysAsync(appliance, $"machines show {machine.Name}"));
        Assert.Contains("there are no machines", await SaysAsync(appliance, "machines list --state deployed"));
        Assert.StartsWith($"{machine.Name}: off, seen ", await SaysAsync(appliance, $"power off {machine.Name}"));
        Assert.Contains("there is nothing to reset", await RefusesAsync(appliance, $"power reset {machine.Name}"));
        await SaysAsync(appliance, $"controllers remove {machine.Name} ipmi");
        Assert.Contains("has no power controller", await RefusesAsync(appliance, $"power off {machine.Name}"));
        Assert.Contains("there is no machine \"nobody\"", await RefusesAsync(appliance, "power on nobody"));
    }

    [Fact]
    public async Task Machines_are_named_tagged_looked_at_with_their_timelines_and_forgotten()
    {
        await using var appliance = await TestAppliance.StartAsync();
        string id = (await appliance.Book.EnlistAsync(MacAddress.Parse("52:54:00:00:00:01"), "test")).Id, other = (await appliance.Book.EnlistAsync(MacAddress.Parse("52:54:00:00:00:02"), "test")).Name;
        Assert.Equal("otter: new, tags compute, rack2", (await SaysAsync(appliance, $"machines set {id} --name otter --tags compute,rack2")).Trim());
        Assert.Equal("otter: new, no tags", (await SaysAsync(appliance, "machines set otter --tags none")).Trim());
        Assert.Contains("nothing to change is named: --name, --tags", await RefusesAsync(appliance, "machines set otter"));
        Assert.Contains("is the name of another machine", await RefusesAsync(appliance, $"machines set otter --name {other}"));

        var followed = RunAsync(appliance, "machines commission otter");
        while (appliance.Book.Find(id)!.State is not MachineState.Commissioning) await Task.Delay(20);
        Assert.Equal($"{other}: commissioning", (await SaysAsync(appliance, $"machines commission {other} --no-wait")).Trim());
        await SaysAsync(appliance, $"machines abort otter {other}");
        var (exit, said, _) = await followed;
        Assert.Equal(1, exit);
        Assert.Matches(@"^\d\d:\d\d:\d\d   otter: ", said);
        Assert.DoesNotContain(other, said, StringComparison.Ordinal);
        Assert.Contains("otter: failed-commissioning: stopped by ", said, StringComparison.Ordinal);

        string refused = await RefusesAsync(appliance, $"machines deploy otter {other} --image debian-12");
        Assert.Contains("otter: ", refused);
        Assert.Contains($"{other}: ", refused);
        Assert.Contains("can't be read", await RefusesAsync(appliance, $"deploy {appliance.Data}/none.yaml"));
        Assert.Equal($"otter is removed\n{other} is removed", (await SaysAsync(appliance, $"machines remove otter {other}")).Trim());
        Assert.Contains("there are no machines", await SaysAsync(appliance, "machines"));
    }

    [Fact]
    public async Task A_machine_s_walk_is_followed_through_a_restart_of_the_appliance()
    {
        string data = Directory.CreateTempSubdirectory("follow-").FullName;
        int http = ServeProcess.FreePort();
        var serve = ServeProcess.Serve(data, http);
        try
        {
            using StringWriter said = new();
            Task<int> RunAsync(string line, TextWriter to) => CommandLine.Create().Parse($"{line} --url http://127.0.0.1:{http} --data {data}").InvokeAsync(new InvocationConfiguration { Output = to, Error = to }).WaitAsync(TimeSpan.FromSeconds(60));
            Assert.Equal(0, await RunAsync("adopt node1 --appliance 10.77.0.1", TextWriter.Null));
            Assert.Equal(0, await RunAsync("machines release node1", TextWriter.Null));
            var shared = TextWriter.Synchronized(said);
            string Said()
            {
                lock (shared) return said.ToString();
            }
            var followed = RunAsync("machines commission node1", shared);
            for (long began = Environment.TickCount64; !Said().Contains("node1: ", StringComparison.Ordinal); await Task.Delay(50)) Assert.True(Environment.TickCount64 - began < 20_000, "nothing was followed");
            serve.Signal("KILL");
            serve.WaitForExit(TimeSpan.FromSeconds(10));
            serve.Dispose();
            serve = ServeProcess.Serve(data, http);
            Assert.False(followed.IsCompleted, Said());
            Assert.Equal(0, await RunAsync("machines abort node1", TextWriter.Null));
            Assert.Equal(1, await followed);
            Assert.Contains("node1: failed-commissioning: stopped by ", Said(), StringComparison.Ordinal);
        }
        finally
        {
            serve.Dispose();
            Directory.Delete(data, recursive: true);
        }
    }
}

using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using Provisioner.Appliance.Cli;
using Provisioner.ApplianceTests.Serving;

namespace Provisioner.ApplianceTests.Roles.Deployments;

/// <summary>Two real Debian hosts, adopted while they were off, become what a bundle says, by the command line alone; the appliance and a host are killed meanwhile.</summary>
public sealed class DeployedHostsTests : IDisposable
{
    // Ends when the file "go" is there, and leaves a line for each time that it ran to its end.
    private const string Slow = """

          - name: slow
            about: Something that takes its time.
            resources:
              - command: {run: "echo begun >> /srv/begun; until [ -e /srv/go ]; do sleep 0.1; done; echo done >> /srv/count", creates: /srv/count}

        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("hosts-test-").FullName;
    private readonly int _http = ServeProcess.FreePort(), _https = ServeProcess.FreePort();
    private readonly NspawnHost _one, _two;
    private ServeProcess _appliance;

    public DeployedHostsTests()
    {
        (_one, _two) = (new(Directory.CreateDirectory(Path.Combine(_folder, "one")).FullName), new(Directory.CreateDirectory(Path.Combine(_folder, "two")).FullName));
        string catalog = SmallCatalog.In(_folder), client = Path.Combine(catalog, "roles", "client.yaml");
        File.AppendAllText(client, Slow);
        _appliance = Start();
    }

    private string Data => Path.Combine(_folder, "data");

    private ServeProcess Start() => ServeProcess.Serve(Data, _http, "--listen", "0.0.0.0", "--https-port", $"{_https}", "--catalog", Path.Combine(_folder, "catalog"));

    public void Dispose()
    {
        _one.Dispose();
        _two.Dispose();
        _appliance.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<(int Exit, string Out)> SayAsync(string line)
    {
        using StringWriter said = new();
        int exit = await CommandLine.Create().Parse($"{line} --url http://127.0.0.1:{_http} --data {Data}").InvokeAsync(new InvocationConfiguration { Output = said, Error = said }).WaitAsync(TimeSpan.FromMinutes(4));
        return (exit, said.ToString());
    }

    private async Task<string> SaysAsync(string line)
    {
        var (exit, said) = await SayAsync(line);
        return exit == 0 ? said : throw new InvalidOperationException($"{line}: {exit}\n{said}\n{_appliance.Said}");
    }

    private async Task AdoptAsync(NspawnHost host, string name, string tag)
    {
        File.WriteAllText(host.In("/root/join.sh"), await SaysAsync($"adopt {name} --tag {tag} --appliance {host.Ours}"));
        var (code, said) = host.Run("/bin/sh", "/root/join.sh");
        Assert.True(code == 0, said);
        host.Boot();
    }

    private static async Task UntilAsync(Func<bool> so, string what)
    {
        for (long began = Environment.TickCount64; !so(); await Task.Delay(50))
            Assert.True(Environment.TickCount64 - began < 90_000, what);
    }

    [Fact]
    public async Task A_bundle_on_two_hosts_survives_kill_9_of_the_appliance_and_a_loss_of_power_in_the_middle_of_steps()
    {
        await AdoptAsync(_one, "node1", "server");
        await AdoptAsync(_two, "node2", "client");
        string bundle = Path.Combine(_folder, "pair.yaml");
        // Their agents tell their sizes; mawk wrote more than 2 GiB of memory as 2.5e+10.
        File.WriteAllText(bundle, SmallCatalog.Bundle.Replace("{tags: [server]}", "{tags: [server], memory: 1G, cpus: 1}", StringComparison.Ordinal));
        for (long began = Environment.TickCount64; !(await SaysAsync("machines show node1 --json")).Contains("\"homeAt\": \"2", StringComparison.Ordinal); await Task.Delay(200))
            Assert.True(Environment.TickCount64 - began < 90_000, "node1's agent has not called");
        string plan = await SaysAsync($"plan {bundle}");
        Assert.Contains("server/0/write", plan);
        Assert.False(File.Exists(_one.In("/srv/server.conf")));

        var deploying = SayAsync($"deploy {bundle}");
        await UntilAsync(() => File.Exists(_two.In("/srv/begun")), "the slow step did not begin");
        // kill -9 of the appliance while a step runs: the step goes on, its report waits, the command line too.
        _appliance.Signal("KILL");
        _appliance.WaitForExit(TimeSpan.FromSeconds(10));
        File.WriteAllText(_two.In("/srv/go"), "");
        await UntilAsync(() => File.Exists(_two.In("/srv/count")), "the step did not outlive the appliance");
        _appliance.Dispose();
        _appliance = Start();
        var (exit, said) = await deploying;
        Assert.True(exit == 0, said);
        Assert.Equal("done\n", File.ReadAllText(_two.In("/srv/count")));
        Assert.Equal("begun\n", File.ReadAllText(_two.In("/srv/begun")));
        string password = File.ReadAllText(_one.In("/srv/server.conf")).Split(' ')[1].Trim();
        string conf = $"server {_one.Theirs}\npassword {password}\nticket {File.ReadAllText(_one.In("/srv/ticket"))}";
        Assert.Equal(conf, File.ReadAllText(_two.In("/srv/client.conf")));
        Assert.Contains("client/0/join: changed", said);

        Assert.Contains("nothing changed", await SaysAsync("apply pair"));
        Assert.Contains("1 checks good", await SaysAsync("verify pair"));
        Assert.Contains("Nothing would change", await SaysAsync("drift pair"));

        // What a person changed by hand is told, left alone, and put right.
        File.WriteAllText(_two.In("/srv/client.conf"), "by hand\n");
        string drift = await SaysAsync("drift pair");
        Assert.Contains("~ client/0/join", drift);
        Assert.Equal("by hand\n", File.ReadAllText(_two.In("/srv/client.conf")));
        await SaysAsync("apply pair");
        Assert.Equal(conf, File.ReadAllText(_two.In("/srv/client.conf")));

        // Power is lost in the middle of a step: it runs again when the machine is back.
        foreach (string file in new[] { "begun", "go", "count" }) File.Delete(_two.In($"/srv/{file}"));
        var applying = SayAsync("apply pair");
        await UntilAsync(() => File.Exists(_two.In("/srv/begun")), "the slow step did not begin again");
        _two.CutPower();
        File.WriteAllText(_two.In("/srv/go"), "");
        _two.Boot();
        (exit, said) = await applying;
        Assert.True(exit == 0, said);
        Assert.Equal("begun\nbegun\n", File.ReadAllText(_two.In("/srv/begun")));
        Assert.Equal("done\n", File.ReadAllText(_two.In("/srv/count")));

        await SaysAsync("secrets rotate pair server/password");
        string rotated = File.ReadAllText(_one.In("/srv/server.conf")).Split(' ')[1].Trim();
        Assert.NotEqual(password, rotated);
        Assert.Contains($"password {rotated}\n", File.ReadAllText(_two.In("/srv/client.conf")));

        foreach (string file in Directory.EnumerateFiles(Data, "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) != "lock"))
            foreach (string secret in new[] { password, rotated }) Assert.DoesNotContain(secret, System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(file)), StringComparison.Ordinal);
        foreach (string secret in new[] { password, rotated })
        {
            Assert.DoesNotContain(secret, plan + said + drift + _appliance.Said + await SaysAsync("deployments show pair --json"), StringComparison.Ordinal);
            Assert.DoesNotContain(secret, string.Concat(Directory.EnumerateFiles(_two.In("/var/lib/provisioner"), "*").Select(File.ReadAllText)), StringComparison.Ordinal);
        }
        Assert.Contains("done", await SaysAsync("deployments"));
    }
}

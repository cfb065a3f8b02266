using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Roles.Deployments;
using Provisioner.Appliance.Store;
using Provisioner.Domain.Bundles;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Store;

namespace Provisioner.ApplianceTests.Roles.Deployments;

/// <summary>A role that a machine was given when it was installed: a deployment of one, with all that deployments can.</summary>
public sealed class OwnRoleTests : IAsyncLifetime
{
    private const string Id = "aaaaaa";
    private readonly string _folder = Directory.CreateTempSubdirectory("own-role-").FullName;
    private RoleAppliance _appliance = null!;
    private PaperAgent _agent = null!;

    private string Data => Path.Combine(_folder, "data");
    private BundleDeployment Own => _appliance.Deployments.Of(Id)!;

    public Task InitializeAsync() => StartAsync(RoleAppliance.Machine(Data, Id, "calm-otter", "token-a", m => m));

    public async Task DisposeAsync()
    {
        _agent.Dispose();
        await _appliance.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartAsync(params Machine[] machines)
    {
        string catalog = Path.Combine(_folder, "catalog");
        if (!Directory.Exists(catalog))
        {
            SmallCatalog.In(_folder);
            File.Copy("catalog/roles/basics.yaml", Path.Combine(catalog, "roles", "basics.yaml"));
        }
        _appliance = await RoleAppliance.StartAsync(Data, catalog, "127.0.0.1", "", machines);
        _agent = new PaperAgent(new Uri(_appliance.Url), Id, "calm-otter", "token-a");
    }

    private async Task RestartAsync(Action? meanwhile = null)
    {
        _agent.Dispose();
        await _appliance.StopAsync();
        await _appliance.DisposeAsync();
        meanwhile?.Invoke();
        await StartAsync();
    }

    private Task HomeAsync() => _agent.CallAsync(HttpMethod.Post, "home", new FormUrlEncodedContent([new("uptime", "9"), new("facts", "name calm-otter\nos debian 12\naddress eth0 10.9.0.1/24\n")]));

    private async Task RunAllAsync(Func<string, (string Verdict, string Said)>? say = null)
    {
        string? script = await _agent.WorkAsync(wait: 20);
        while (script is not null)
        {
            var (verdict, said) = say?.Invoke(script) ?? ("changed", "changed something\n");
            script = await _agent.ReportAsync(script, verdict, verdict == "failed" ? 1 : 0, said);
        }
    }

    private Task DoneAsync(string status = "done") => _appliance.UntilAsync(_ => Progress().Status == status, $"not {status}");

    private Task DroppedAsync() => _appliance.UntilAsync(a => a.Deployments.Of(Id) is null, "its role is still there");

    private (string Status, string Text) Progress() => _appliance.Roles.ProgressOf(_appliance.Book.Find(Id)!) is var progress ? (progress.Status, progress.Text) : default;

    [Fact]
    public async Task It_is_a_deployment_named_for_its_machine_from_the_install_to_its_end()
    {
        await _appliance.UntilAsync(a => a.Deployments.Of(Id) is not null, "no deployment");
        Assert.Equal(("calm-otter", "basics", DeploymentStage.Installing), (Own.Name, Own.Role, Own.Stage));
        Assert.Equal(("pending", "waits for the installed system"), Progress());
        await HomeAsync();
        Assert.Equal(MachineState.Deployed, _appliance.Book.Find(Id)!.State);
        string names = (await _agent.WorkAsync(wait: 20))!;
        Assert.Contains("10.9.0.1 calm-otter.rack.internal calm-otter", names);
        Assert.Equal(("running", "basics: step 1 of 3, names"), Progress());
        Assert.Contains("server 127.0.0.1 iburst", await _agent.ReportAsync(names)); // without a time server the appliance is asked
        await RunAllAsync();
        await DoneAsync();
        Assert.Equal(("done", "basics: 3 steps, 3 changed"), Progress());
        Assert.Equal("basics: 3 steps, 3 changed", await _appliance.WaitForAsync(Id, "role.done"));
        Assert.Equal(["role.running", "role.step", "role.step", "role.step", "role.done"], _appliance.Book.Events(Id, 0, 100).Select(e => e.Kind).Where(k => k.StartsWith("role.", StringComparison.Ordinal)));
        Assert.DoesNotContain(_appliance.Book.Events("", 0, 100), e => e.Kind.StartsWith("deployment.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_restart_in_the_middle_goes_on_with_the_same_step()
    {
        await HomeAsync();
        string names = (await _agent.WorkAsync(wait: 20))!, time = (await _agent.ReportAsync(names))!;
        await RestartAsync();
        Assert.Equal(time, await _agent.WorkAsync(wait: 20));
        await _agent.ReportAsync(names, "failed", 1); // a report that came twice
        await RunAllAsync();
        await DoneAsync();
        Assert.Equal("basics: 3 steps, 3 changed", Progress().Text);
        await RestartAsync();
        await _agent.WorkAsync();
        Assert.Equal((DeploymentStage.Done, 1), (Own.Stage, Own.Apply!.Run));
    }

    [Fact]
    public async Task A_failure_is_shown_and_resume_goes_on_there_while_role_runs_all_of_it_again()
    {
        await HomeAsync();
        await RunAllAsync(script => PaperAgent.NodeOf(script) == "basics/0/time" ? ("failed", "") : ("changed", "changed x\n"));
        await DoneAsync("failed");
        Assert.Equal(("failed", "basics: step 2 of 3, time, failed with exit code 1"), Progress());
        Assert.StartsWith("basics/0/time: failed with exit code 1", await _appliance.WaitForAsync(Id, "role.failed"), StringComparison.Ordinal);
        int before = _agent.Scripts.Count;
        Assert.IsType<Ordered.Ok>(await _appliance.Orders.ResumeAsync("calm-otter", "ada"));
        await RunAllAsync();
        await DoneAsync();
        Assert.Equal(["basics/0/time", "basics/0/operator"], _agent.Scripts.Skip(before).Select(PaperAgent.NodeOf));
        before = _agent.Scripts.Count;
        Assert.IsType<Applied.Ok>(await _appliance.Roles.RunAsync(Id, "ada"));
        Assert.Equal("basics is under way on calm-otter already", Assert.IsType<Applied.Refused>(await _appliance.Roles.RunAsync(Id, "ada")).Why);
        await RunAllAsync(_ => ("unchanged", ""));
        await DoneAsync();
        Assert.Equal(3, _agent.Scripts.Count - before);
        Assert.Equal("basics: 3 steps, nothing changed", Progress().Text);
    }

    [Fact]
    public async Task Drift_is_looked_for_and_nothing_is_touched()
    {
        await HomeAsync();
        await RunAllAsync();
        await DoneAsync();
        Assert.IsType<Ordered.Ok>(await _appliance.Orders.LookAsync("calm-otter", "drift", "ada"));
        await RunAllAsync(script =>
        {
            Assert.Equal("check", PaperAgent.Header(script, "mode"));
            return PaperAgent.NodeOf(script) == "basics/0/names" ? ("changed", "changed /etc/hosts: written\n") : ("unchanged", "");
        });
        Assert.Equal((true, "3 steps, 1 would change"), (Own.Look!.Good, Own.Look.Text));
        Assert.Equal("done", Progress().Status);
    }

    [Fact]
    public async Task A_machine_that_is_released_or_installed_anew_loses_it()
    {
        await HomeAsync();
        await RunAllAsync();
        await DoneAsync();
        Assert.Contains("goes when the machine is released", Assert.Single(Assert.IsType<Ordered.Refused>(await _appliance.Orders.ReleaseAsync("calm-otter", keepMachines: true, "ada")).Why));
        Assert.Contains("no other machine's", Assert.Single(Assert.IsType<Ordered.Refused>(await _appliance.Orders.ReplaceAsync("calm-otter", "ada")).Why));
        var bundle = new BundleOrder("calm-otter", "pair.yaml", SmallCatalog.Bundle, "operator", [], false);
        Assert.Contains("give yours another name", Assert.Single(Assert.IsType<Ordered.Refused>(await _appliance.Orders.PlanAsync(bundle, "ada")).Why));
        Assert.IsType<Ordered.Ok>(await _appliance.Orders.ReleaseAsync("calm-otter", keepMachines: false, "ada"));
        Assert.Equal(MachineState.Releasing, _appliance.Book.Find(Id)!.State);
        await DroppedAsync();
        Assert.Empty(_appliance.Deployments.All);
        Assert.Equal("only a deployed machine with a role can run it", Assert.IsType<Applied.Refused>(await _appliance.Roles.RunAsync(Id, "ada")).Why.Split(": ")[1]);
        await RestartAsync();
        Assert.Empty(_appliance.Deployments.All);
    }

    [Fact]
    public async Task A_role_whose_file_is_gone_after_a_restart_in_the_middle_is_told_and_ends()
    {
        await HomeAsync();
        await _agent.WorkAsync(wait: 20);
        await RestartAsync(() => File.Delete(Path.Combine(_folder, "catalog", "roles", "basics.yaml")));
        await DoneAsync("failed");
        const string Why = "roles/basics.yaml:1: there is no role \"basics\" in the catalog any more: put its file back and restart the appliance, then run the role again";
        Assert.Equal($"basics: {Why}", await _appliance.WaitForAsync(Id, "role.failed", seconds: 5));
        Assert.Equal(("failed", $"basics: {Why}"), Progress());
        Assert.Equal(HttpStatusCode.Gone, (await _agent.CallAsync(HttpMethod.Post, "progress?key=d.calm-otter.1.0.basics_0_names", new StringContent("x"))).Status);
        await RestartAsync(() => File.Copy("catalog/roles/basics.yaml", Path.Combine(_folder, "catalog", "roles", "basics.yaml")));
        Assert.IsType<Applied.Ok>(await _appliance.Roles.RunAsync(Id, "ada"));
        await RunAllAsync();
        await DoneAsync();
    }

    [Fact]
    public async Task Documents_of_an_older_version_load_and_their_role_is_applied_once_more()
    {
        await RestartAsync(() =>
        {
            using var store = new SqliteStore(Data);
            var machine = RoleAppliance.Machine(Data, Id, "calm-otter", "token-a", m => m with
            {
                State = MachineState.Deployed,
                Phase = Phase.Idle,
                Deployment = m.Deployment! with { HomeAt = DateTimeOffset.UnixEpoch, Host = HostFacts.Read("name calm-otter\naddress eth0 10.9.0.1/24\n") },
            });
            var json = JsonSerializer.SerializeToNode(machine, StoreJson.Default.Machine)!;
            foreach (string unknown in new[] { "callsFrom", "callsTo" }) json["deployment"]!.AsObject().Remove(unknown);
            json["deployment"]!["roleProgress"] = JsonNode.Parse("""{"status":"running","done":1,"total":3,"changed":1,"text":"basics: step 2 of 3, time","run":2,"plan":"0123456789abcdef"}""");
            long version = store.Load("machines").Single(d => d.Id == Id).Version;
            store.CommitAsync(new StoreBatch([new Document("machines", Id, version + 1, json.ToJsonString())], [.. store.Load("deployments").Select(d => ("deployments", d.Id))], [])).GetAwaiter().GetResult();
        });
        // The agent has a report for the old version, and asks for the next step; it doesn't call home again.
        Assert.InRange((await _agent.CallAsync(HttpMethod.Post, "result?key=role.2.2&verdict=changed&exit=0&seconds=1", new FormUrlEncodedContent([]))).Status, HttpStatusCode.OK, HttpStatusCode.NoContent);
        await RunAllAsync(_ => ("unchanged", ""));
        await DoneAsync();
        Assert.Equal(("done", "basics: 3 steps, nothing changed"), Progress());
        Assert.Equal("127.0.0.1", _appliance.Book.Find(Id)!.Deployment!.CallsTo);
    }
}

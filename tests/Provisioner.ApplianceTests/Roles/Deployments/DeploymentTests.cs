using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Provisioner.Appliance.Roles.Deployments;
using Provisioner.Domain.Bundles;

namespace Provisioner.ApplianceTests.Roles.Deployments;

/// <summary>Bundles over a whole appliance, with agents of paper: what is given to whom, in which order, and what comes of reports.</summary>
public sealed class DeploymentTests : PairTests
{
    private string Secret() => Rig.Appliance.Get<DeploymentSecrets>().Open(Rig.Pair)["server/password"];

    [Fact]
    public async Task A_bundle_is_laid_down_in_the_order_of_its_relations()
    {
        await Rig.DeployAsync();
        await Rig.UntilAsync(DeploymentStage.Running);
        string first = (await Server.WorkAsync())!;
        Assert.Equal("server/0/write", PaperAgent.NodeOf(first));
        Assert.Equal("client/0/prepare", PaperAgent.NodeOf((await Client.WorkAsync())!));
        Assert.Null(await Client.ReportAsync(Client.Scripts[^1])); // its next step waits for the server's ticket

        var waiting = Client.WorkAsync(wait: 20);
        string second = (await Server.ReportAsync(first))!;
        Assert.Equal("server/0/settle", PaperAgent.NodeOf(second));
        string check = (await Server.ReportAsync(second, said: PaperRig.Good(second).Item2))!;
        string join = (await waiting)!; // woken at once, not when its patience ends
        Assert.Equal("client/0/join", PaperAgent.NodeOf(join));
        Assert.Contains("10.9.0.1", join);
        Assert.Contains("T-4711", join);
        Assert.Contains(Secret(), join);
        await Client.ReportAsync(join);
        Assert.Equal("server/0/stands", PaperAgent.NodeOf(check));
        await Server.ReportAsync(check, "unchanged", said: "");
        var done = await Rig.UntilAsync(DeploymentStage.Done);
        Assert.True(done.Apply!.Good);
        await Rig.ToldAsync("deployment.done");
        await Rig.ToldAsync("role.step", "client/0/join: changed");
    }

    [Fact]
    public async Task A_second_apply_that_changes_nothing_says_so()
    {
        await LayDownAsync();
        await Rig.OrderAsync("apply");
        await Rig.RunAllAsync((_, _) => ("unchanged", ""));
        Assert.Contains("nothing changed", (await Rig.UntilAsync(DeploymentStage.Done)).Apply!.Text);
    }

    [Fact]
    public async Task A_restart_in_the_middle_gives_the_same_step_again_and_what_was_found_out_is_kept()
    {
        await Rig.DeployAsync();
        await Rig.UntilAsync(DeploymentStage.Running);
        string settle = (await Server.ReportAsync((await Server.WorkAsync())!))!;
        await Server.ReportAsync(settle, said: PaperRig.Good(settle).Item2);
        string prepare = (await Client.WorkAsync())!;
        await Rig.RestartAsync();
        Assert.Equal(prepare, await Client.WorkAsync());
        string join = (await Client.ReportAsync(prepare))!;
        Assert.Contains("T-4711", join);
        await Rig.RestartAsync();
        Assert.Equal(HttpStatusCode.NoContent, (await Client.CallAsync(HttpMethod.Post, $"progress?key={PaperAgent.KeyOf(join)}", new StringContent("still at it\n"))).Status);
        await Client.ReportAsync(join);
        await Rig.RunAllAsync();
        Assert.True((await Rig.UntilAsync(DeploymentStage.Done)).Apply!.Good);
    }

    [Fact]
    public async Task An_agent_that_speaks_for_another_machine_changes_nothing()
    {
        await Rig.DeployAsync();
        await Rig.UntilAsync(DeploymentStage.Running);
        string write = (await Server.WorkAsync())!;
        // With its own token on its own path, about the other's step; then on the other's path.
        await Client.ReportAsync(write, "failed", 1);
        Assert.Equal(HttpStatusCode.Gone, (await Client.CallAsync(HttpMethod.Post, $"progress?key={PaperAgent.KeyOf(write)}", new StringContent("lies\n"))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await Client.CallAsync(HttpMethod.Post, $"result?key={PaperAgent.KeyOf(write)}&verdict=failed&exit=1&seconds=1", new FormUrlEncodedContent([]), Server.Id)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await Client.CallAsync(HttpMethod.Get, "work", machine: Server.Id)).Status);
        Assert.Equal(NodeStatus.Given, Rig.Pair.Applied!.Nodes["server/0/write"].Status);
        await Rig.ToldAsync("host.refused");
        Assert.DoesNotContain(Client.Scripts, s => s.Contains("/srv/server.conf", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_report_that_comes_twice_or_late_or_for_an_earlier_try_counts_once()
    {
        await Rig.DeployAsync();
        await Rig.UntilAsync(DeploymentStage.Running);
        string write = (await Server.WorkAsync())!;
        string settle = (await Server.ReportAsync(write))!;
        Assert.Equal(settle, await Server.ReportAsync(write, "failed", 1)); // the report's answer was lost, and it came again
        await Server.ReportAsync(settle, "failed", 1); // tried once more, a second later
        Assert.Null(await Server.ReportAsync(settle, "failed", 1));
        Assert.Equal((NodeStatus.Waiting, 1), (Rig.Pair.Applied!.Nodes["server/0/settle"].Status, Rig.Pair.Applied.Nodes["server/0/settle"].Tries));
        string again = (await Server.WorkAsync(wait: 10))!;
        Assert.NotEqual(PaperAgent.KeyOf(settle), PaperAgent.KeyOf(again));
        await Server.ReportAsync(settle, "failed", 1);
        Assert.Equal(NodeStatus.Given, Rig.Pair.Applied!.Nodes["server/0/settle"].Status);
    }

    [Fact]
    public async Task A_failure_stops_what_depends_on_it_and_nothing_else_and_resume_goes_on_there()
    {
        await Rig.DeployAsync();
        await Rig.RunAllAsync((_, script) => PaperAgent.NodeOf(script) == "server/0/settle" ? ("failed", "") : PaperRig.Good(script));
        var failed = await Rig.UntilAsync(DeploymentStage.Failed);
        Assert.Equal((NodeStatus.Failed, 2), (failed.Applied!.Nodes["server/0/settle"].Status, failed.Applied.Nodes["server/0/settle"].Tries));
        Assert.Equal(NodeStatus.Changed, failed.Applied.Nodes["client/0/prepare"].Status);
        Assert.Equal(NodeStatus.Waiting, failed.Applied.Nodes["client/0/join"].Status);
        Assert.Contains("server/0/settle", failed.Why);
        int before = Server.Scripts.Count + Client.Scripts.Count;
        await Rig.OrderAsync("resume");
        await Rig.RunAllAsync();
        await Rig.UntilAsync(DeploymentStage.Done);
        string[] given = [.. Server.Scripts.Concat(Client.Scripts).Select(PaperAgent.NodeOf)];
        Assert.Single(given, "server/0/write");
        Assert.Single(given, "client/0/prepare");
        Assert.Equal(before + 3, given.Length);
    }

    [Fact]
    public async Task Secrets_go_to_machines_alone_and_are_hidden_in_all_that_they_say()
    {
        await Rig.DeployAsync();
        await Rig.UntilAsync(DeploymentStage.Running);
        string secret = Secret(), write = (await Server.WorkAsync())!, key = PaperAgent.KeyOf(write);
        Assert.Contains(secret, write);
        // In two pieces, so that neither has all of it; then in the report, as it is and in base64.
        await Server.CallAsync(HttpMethod.Post, $"progress?key={key}", new StringContent($"the password is {secret[..9]}"));
        await Server.CallAsync(HttpMethod.Post, $"progress?key={key}", new StringContent($"{secret[9..]}, says it\n"));
        await Server.ReportAsync(write, "failed", 3, $"changed /srv/server.conf: password {secret}\n", $"could not write {secret}\n{Convert.ToBase64String(Encoding.UTF8.GetBytes(secret))}\n");
        await Rig.UntilAsync(d => d.Applied!.Nodes["server/0/write"].Status is NodeStatus.Failed);
        await Rig.ToldAsync("role.failed");
        var progress = (await Rig.AskAsync(HttpMethod.Get, "deployments/pair/progress?after=0", 200))!.ToJsonString();
        Assert.Contains("the password is", progress);
        var told = new List<string> { progress, string.Join('\n', Rig.Appliance.Book.Events(null, 0, 1000)) };
        foreach (string path in new[] { "deployments", "deployments/pair", "deployments/pair/plan", "deployments/pair/secrets", "machines", "events" })
            told.Add((await Rig.AskAsync(HttpMethod.Get, path, 200))!.ToJsonString());
        Assert.Contains("could not write", told[3]);
        foreach (string file in Directory.EnumerateFiles(Rig.Appliance.Data, "*", SearchOption.AllDirectories))
            if (Path.GetFileName(file) != "lock") told.Add(Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)));
        foreach (string spelling in new[] { secret, Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)) })
            Assert.All(told, text => Assert.DoesNotContain(spelling, text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_rotated_secret_is_another_one_on_every_machine_and_the_old_one_stays_hidden()
    {
        await LayDownAsync();
        string old = Secret();
        await Rig.AskAsync(HttpMethod.Post, "deployments/pair/rotate", 409, new { keys = new[] { "server/nothing" } });
        await Rig.AskAsync(HttpMethod.Post, "deployments/pair/rotate", 202, new { keys = new[] { "server/password" } });
        Assert.NotEqual(old, Secret());
        await Rig.RunAllAsync((_, script) => (PaperRig.Good(script).Item1, PaperRig.Good(script).Item2 + $"changed from {old}\n"));
        await Rig.UntilAsync(DeploymentStage.Done);
        Assert.Contains(Secret(), Client.Scripts[^1]);
        Assert.DoesNotContain(old, Client.Scripts[^1]);
        Assert.DoesNotContain(old, (await Rig.AskAsync(HttpMethod.Get, "deployments/pair", 200))!.ToJsonString());
    }

    [Fact]
    public async Task A_machine_that_comes_later_with_the_tag_is_taken_in_by_itself()
    {
        await LayDownAsync();
        var late = await Rig.AdoptAsync("node3", "10.9.0.3", "client");
        await Rig.RunAllAsync();
        var done = await Rig.UntilAsync(d => d.Stage == DeploymentStage.Done && d.Machines.Contains(late.Id));
        Assert.Contains("client/1/join", late.Scripts.Select(PaperAgent.NodeOf));
        Assert.Equal(3, done.Machines.Count());
        await Rig.ToldAsync("deployment.grows");
    }

    [Fact]
    public async Task A_lost_machine_is_replaced_by_another_one_with_its_tag()
    {
        await LayDownAsync();
        var spare = await Rig.AdoptAsync("node4", "10.9.0.4", "server");
        await Rig.AskAsync(HttpMethod.Post, "machines/node1/replace", 202);
        await Rig.RunAllAsync();
        var done = await Rig.UntilAsync(DeploymentStage.Done);
        Assert.DoesNotContain(Server.Id, done.Machines);
        Assert.Contains(spare.Id, done.Machines);
        Assert.Contains("server/0/write", spare.Scripts.Select(PaperAgent.NodeOf));
        Assert.NotEqual(HttpStatusCode.OK, (await Server.CallAsync(HttpMethod.Get, "work")).Status);
        await Rig.AskAsync(HttpMethod.Post, "machines/node9/replace", 409);
    }

    [Fact]
    public async Task A_plan_touches_nothing_and_says_what_would_change()
    {
        var planned = await Rig.AskAsync(HttpMethod.Post, "deployments/plan", 202, new { bundle = SmallCatalog.Bundle });
        Assert.Equal("planned", (string)planned!["stage"]!);
        string before = (string)(await Rig.AskAsync(HttpMethod.Get, "deployments/pair/plan", 200))!["text"]!;
        Assert.Contains("node1 (server)", before);
        Assert.Contains("server/0/write", before);
        Assert.Null(await Server.WorkAsync());

        await Rig.OrderAsync("plan");
        await Rig.RunAllAsync((_, script) =>
        {
            Assert.Equal("check", PaperAgent.Header(script, "mode"));
            return PaperAgent.NodeOf(script) == "client/0/prepare" ? ("unchanged", "") : ("changed", "changed /srv/server.conf: written\n");
        });
        var plan = (await Rig.AskAsync(HttpMethod.Get, "deployments/pair/plan", 200))!;
        string text = (string)plan["text"]!;
        Assert.Contains("~ server/0/write", text);
        Assert.Contains("/srv/server.conf: written", text);
        Assert.Contains("? client/0/join", text); // it needs a ticket that only an apply finds out
        Assert.DoesNotContain("client/0/prepare", text);
        Assert.Equal(DeploymentStage.Planned, Rig.Pair.Stage);
        Assert.Null(await Server.WorkAsync());
    }

    [Fact]
    public async Task Verify_runs_the_checks_again_and_a_bad_one_is_told()
    {
        await LayDownAsync();
        await Rig.OrderAsync("verify");
        await Rig.RunAllAsync((_, script) => ("failed", ""));
        Assert.Equal("server/0/stands", PaperAgent.NodeOf(Server.Scripts[^1]));
        var plan = (await Rig.AskAsync(HttpMethod.Get, "deployments/pair/plan", 200))!;
        Assert.Equal(("verify", 1), ((string)plan["what"]!, (int)plan["failed"]!));
        Assert.Equal(DeploymentStage.Done, Rig.Pair.Stage);
    }

    [Fact]
    public async Task A_run_that_is_stopped_tells_the_agent_at_its_next_word()
    {
        await Rig.DeployAsync();
        await Rig.UntilAsync(DeploymentStage.Running);
        string write = (await Server.WorkAsync())!;
        await Rig.OrderAsync("apply", 409);
        await Rig.OrderAsync("stop");
        Assert.Equal(HttpStatusCode.Gone, (await Server.CallAsync(HttpMethod.Post, $"progress?key={PaperAgent.KeyOf(write)}", new StringContent(""))).Status);
        await Server.ReportAsync(write, "failed", 143);
        Assert.Equal(DeploymentStage.Failed, Rig.Pair.Stage);
        Assert.Null(await Server.WorkAsync());
        await Rig.OrderAsync("resume");
        await Rig.RunAllAsync();
        await Rig.UntilAsync(DeploymentStage.Done);
    }

    [Fact]
    public async Task What_is_wrong_with_a_bundle_is_told_all_at_once_before_anything_is_touched()
    {
        string bad = SmallCatalog.Bundle.Replace("role: server", "role: sever", StringComparison.Ordinal).Replace("least: 1", "lest: 1", StringComparison.Ordinal);
        var said = await Rig.AskAsync(HttpMethod.Post, "deployments", 400, new { bundle = bad, file = "pair.yaml" });
        Assert.True(said!["errors"]!.AsArray().Count >= 2, said.ToJsonString());
        Assert.All(said["errors"]!.AsArray(), e => Assert.StartsWith("pair.yaml:", (string)e!));
        said = await Rig.AskAsync(HttpMethod.Post, "deployments", 400, new { bundle = SmallCatalog.Bundle.Replace("{tags: [server]}", "{tags: [sever]}", StringComparison.Ordinal) });
        Assert.Contains("sever", (string)said!["detail"]!);
        foreach (var body in new JsonNode[] { new JsonObject(), new JsonObject { ["bundle"] = "- a\n- b" }, new JsonObject { ["bundle"] = SmallCatalog.Bundle, ["sshKeys"] = new JsonArray("nonsense") } })
            await Rig.AskAsync(HttpMethod.Post, "deployments", 400, body);
        Assert.Empty(Rig.Book.All);
        foreach (string verb in new[] { "apply", "resume", "plan", "drift", "verify", "stop" }) await Rig.OrderAsync(verb, 404);
    }

    [Fact]
    public async Task A_released_deployment_is_gone_with_its_secrets_and_its_name_is_free()
    {
        await LayDownAsync();
        await Rig.AskAsync(HttpMethod.Delete, "deployments/pair?keepMachines=true", 204);
        await Rig.AskAsync(HttpMethod.Get, "deployments/pair", 404);
        await Rig.RestartAsync();
        Assert.Empty(Rig.Book.All);
        await LayDownAsync();
    }
}

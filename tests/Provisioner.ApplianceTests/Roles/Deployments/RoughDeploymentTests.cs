using System.Net;
using Provisioner.Appliance.Roles.Deployments;
using Provisioner.Domain.Bundles;
using Provisioner.Domain.Machines;

namespace Provisioner.ApplianceTests.Roles.Deployments;

/// <summary>Machines that lose their power, lie, stand still, or come when nobody expects them.</summary>
public sealed class RoughDeploymentTests : IAsyncLifetime
{
    private PaperRig _rig = null!;
    private PaperAgent _server = null!, _client = null!;

    public async Task InitializeAsync()
    {
        _rig = await PaperRig.StartAsync();
        _server = await _rig.AdoptAsync("node1", "10.9.0.1", "server");
        _client = await _rig.AdoptAsync("node2", "10.9.0.2", "client");
    }

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    private static Task RebootAsync(PaperAgent agent, string address) => agent.CallAsync(HttpMethod.Post, "home",
        new FormUrlEncodedContent([new("uptime", "3"), new("facts", $"name {agent.Name}\nos debian 12\naddress eth0 {address}/24\n")]));

    [Fact]
    public async Task The_controller_that_reboots_in_the_middle_of_its_step_is_given_it_again_and_the_others_wait_for_it()
    {
        await _rig.DeployAsync();
        await _rig.UntilAsync(DeploymentStage.Running);
        // As db_sync does, it tells something that the other needs.
        string settle = (await _server.ReportAsync((await _server.WorkAsync())!))!;
        await _client.ReportAsync((await _client.WorkAsync())!);
        await _server.CallAsync(HttpMethod.Post, $"progress?key={PaperAgent.KeyOf(settle)}", new StringContent("half of the tables\n"));
        await RebootAsync(_server, "10.9.0.1");
        Assert.Null(await _client.WorkAsync());
        Assert.Equal(settle, await _server.WorkAsync());
        Assert.Equal((NodeStatus.Given, 0), (_rig.Pair.Applied!.Nodes["server/0/settle"].Status, _rig.Pair.Applied.Nodes["server/0/settle"].Tries));
        await _server.ReportAsync(settle, said: PaperRig.Good(settle).Item2);
        Assert.Contains("T-4711", await _client.WorkAsync(wait: 10));
        await _rig.RunAllAsync();
        Assert.Equal(1, (await _rig.UntilAsync(DeploymentStage.Done)).Applied!.Nodes["server/0/settle"].Tries);
    }

    [Fact]
    public async Task Power_that_is_lost_at_each_step_before_and_after_its_work_changes_nothing_of_the_end()
    {
        await _rig.DeployAsync();
        await _rig.UntilAsync(DeploymentStage.Running);
        foreach (var (agent, address) in new[] { (_server, "10.9.0.1"), (_client, "10.9.0.2") })
            for (string? script = await agent.WorkAsync(wait: 10); script is not null;)
            {
                await RebootAsync(agent, address);
                Assert.Equal(script, await agent.WorkAsync());
                // Its report got through and the answer didn't: it comes again after the next start, and the step after it is given once more.
                string? next = await agent.ReportAsync(script, said: PaperRig.Good(script).Item2);
                await RebootAsync(agent, address);
                Assert.Equal(next, await agent.ReportAsync(script, said: PaperRig.Good(script).Item2));
                script = next;
            }
        var done = await _rig.UntilAsync(d => d.Active is null, "an end");
        Assert.True(done.Apply!.Good, done.Apply.Text);
        Assert.All(done.Applied!.Nodes, n => Assert.Equal((n.Key, 1), (n.Key, n.Value.Tries)));
        Assert.Equal("T-4711", done.Applied.Facts["server/0/ticket"]);
    }

    [Fact]
    public async Task An_agent_that_tells_what_another_is_to_tell_is_not_believed()
    {
        await _rig.DeployAsync();
        await _rig.UntilAsync(DeploymentStage.Running);
        string prepare = (await _client.WorkAsync())!;
        await _client.ReportAsync(prepare, said: $"changed x\n{PaperAgent.Export("ticket", "FORGED")}{PaperAgent.Export("server/0/ticket", "FORGED")}export ticket not-base64\nexport\n\u0001\n");
        Assert.Empty(_rig.Pair.Applied!.Facts);
        await _rig.RunAllAsync();
        await _rig.UntilAsync(DeploymentStage.Done);
        Assert.DoesNotContain(_client.Scripts, s => s.Contains("FORGED", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_fact_with_a_line_of_its_own_is_refused_where_it_would_be_written()
    {
        await _rig.DeployAsync();
        await _rig.RunAllAsync((_, script) => ("changed", PaperAgent.NodeOf(script) == "server/0/settle" ? "changed x\n" + PaperAgent.Export("ticket", "T\nevil = yes") : "changed x\n"));
        var failed = await _rig.UntilAsync(DeploymentStage.Failed);
        Assert.Contains("has a line break or another control character", failed.Applied!.Nodes["client/0/join"].Why);
        Assert.DoesNotContain(_client.Scripts, s => s.Contains("evil", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_step_that_a_mirror_kept_waiting_beyond_its_deadline_is_told_with_its_last_words()
    {
        await _rig.DeployAsync();
        await _rig.UntilAsync(DeploymentStage.Running);
        string write = (await _server.WorkAsync())!;
        Assert.Equal("300", PaperAgent.Header(write, "deadline"));
        await _server.ReportAsync(write, "failed", 124, "", "Get:7 http://deb.debian.org bookworm/main keystone 1 MB\n0% [7 keystone 14.2 kB/1 MB 1%]\n");
        var node = (await _rig.UntilAsync(d => d.Applied!.Nodes["server/0/write"].Status is NodeStatus.Failed)).Applied!.Nodes["server/0/write"];
        Assert.Equal("was not done within its 300 s", node.Why);
        Assert.EndsWith("0% [7 keystone 14.2 kB/1 MB 1%]", node.Tail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_that_came_with_the_tag_while_a_run_was_under_way_is_taken_in_at_its_end()
    {
        await _rig.DeployAsync();
        await _rig.UntilAsync(DeploymentStage.Running);
        var late = await _rig.AdoptAsync("node3", "10.9.0.3", "client");
        Assert.DoesNotContain(late.Id, _rig.Pair.Machines);
        await _rig.RunAllAsync();
        await _rig.UntilAsync(d => d.Machines.Contains(late.Id) && d.Active is not null, "growth");
        await _rig.RunAllAsync();
        await _rig.UntilAsync(DeploymentStage.Done);
        Assert.Contains("client/1/join", late.Scripts.Select(PaperAgent.NodeOf));
    }

    [Fact]
    public async Task A_plan_shows_who_came_with_the_tag_and_an_apply_takes_it_in()
    {
        await _rig.DeployAsync();
        await _rig.RunAllAsync((_, script) => PaperAgent.NodeOf(script) == "server/0/write" ? ("failed", "") : PaperRig.Good(script));
        await _rig.UntilAsync(DeploymentStage.Failed);
        var late = await _rig.AdoptAsync("node3", "10.9.0.3", "client");
        var plan = (await _rig.AskAsync(HttpMethod.Get, "deployments/pair/plan", 200))!;
        Assert.Equal("node3", Assert.Single(plan["joining"]!.AsArray())!.ToString());
        Assert.Contains("node3 (client): came with what client wants; an apply takes it in\n  + client/1/prepare", (string)plan["text"]!);
        Assert.DoesNotContain(late.Id, _rig.Pair.Machines);
        await _rig.OrderAsync("apply");
        await _rig.RunAllAsync();
        Assert.Contains(late.Id, (await _rig.UntilAsync(DeploymentStage.Done)).Machines);
        Assert.Contains("client/1/join", late.Scripts.Select(PaperAgent.NodeOf));
        Assert.Empty((await _rig.AskAsync(HttpMethod.Get, "deployments/pair/plan", 200))!["joining"]!.AsArray());
    }

    [Fact]
    public async Task A_tag_that_a_running_machine_gets_later_is_a_rule_too_and_one_that_was_replaced_doesn_t_come_back()
    {
        await _rig.DeployAsync();
        await _rig.RunAllAsync();
        await _rig.UntilAsync(DeploymentStage.Done);
        var late = await _rig.AdoptAsync("node3", "10.9.0.3");
        Assert.DoesNotContain(late.Id, _rig.Pair.Machines);
        await _rig.Appliance.Book.ApplyAsync(late.Id, new MachineChange.SetTags(["client"]), "ada");
        await _rig.UntilAsync(d => d.Machines.Contains(late.Id) && d.Active is not null, "growth");
        await _rig.RunAllAsync();
        await _rig.UntilAsync(DeploymentStage.Done);

        var spare = await _rig.AdoptAsync("node4", "10.9.0.4", "server");
        await _rig.AskAsync(HttpMethod.Post, "machines/node1/replace", 202);
        await _rig.RunAllAsync();
        await _rig.UntilAsync(DeploymentStage.Done);
        Assert.Contains(spare.Id, _rig.Pair.Machines);
        Assert.Contains(_server.Id, _rig.Pair.Lost);
        Assert.DoesNotContain(_server.Id, _rig.Pair.Machines);
    }

    [Fact]
    public async Task The_end_of_a_run_stands_on_the_timeline_of_each_of_its_machines()
    {
        await _rig.DeployAsync();
        await _rig.RunAllAsync();
        await _rig.UntilAsync(DeploymentStage.Done);
        await _rig.ToldAsync("role.done", "pair: 3 steps, 3 changed");
        await _rig.ToldAsync("role.done", "pair: 2 steps, 2 changed");
        await _rig.OrderAsync("apply");
        await _rig.RunAllAsync((_, script) => PaperAgent.NodeOf(script) == "server/0/write" ? ("failed", "") : PaperRig.Good(script));
        await _rig.ToldAsync("role.failed", "pair: 1 of 2 steps not begun, because others failed");
        Assert.Equal(HttpStatusCode.NoContent, (await _client.CallAsync(HttpMethod.Get, "work")).Status);
    }
}

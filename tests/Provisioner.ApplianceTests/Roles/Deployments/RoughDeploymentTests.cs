using System.Net;
using Provisioner.Appliance.Roles.Deployments;
using Provisioner.Domain.Bundles;
using Provisioner.Domain.Machines;
using Provisioner.Wire;

namespace Provisioner.ApplianceTests.Roles.Deployments;

/// <summary>Machines that lose their power, lie, stand still, or come when nobody expects them.</summary>
public sealed class RoughDeploymentTests : PairTests
{
    private static Task RebootAsync(PaperAgent agent, string address) => agent.CallAsync(HttpMethod.Post, "home",
        new FormUrlEncodedContent([new("uptime", "3"), new("facts", $"name {agent.Name}\nos debian 12\naddress eth0 {address}/24\n")]));

    [Fact]
    public async Task The_controller_that_reboots_in_the_middle_of_its_step_is_given_it_again_and_the_others_wait_for_it()
    {
        await Rig.DeployAsync();
        await Rig.UntilAsync(DeploymentStage.Running);
        // As db_sync does, it tells something that the other needs.
        string settle = (await Server.ReportAsync((await Server.WorkAsync())!))!;
        await Client.ReportAsync((await Client.WorkAsync())!);
        await Server.CallAsync(HttpMethod.Post, $"progress?key={PaperAgent.KeyOf(settle)}", new StringContent("half of the tables\n"));
        await RebootAsync(Server, "10.9.0.1");
        Assert.Null(await Client.WorkAsync());
        Assert.Equal(settle, await Server.WorkAsync());
        Assert.Equal((NodeStatus.Given, 0), (Rig.Pair.Applied!.Nodes["server/0/settle"].Status, Rig.Pair.Applied.Nodes["server/0/settle"].Tries));
        await Server.ReportAsync(settle, said: PaperRig.Good(settle).Item2);
        Assert.Contains("T-4711", await Client.WorkAsync(wait: 10));
        await Rig.RunAllAsync();
        Assert.Equal(1, (await Rig.UntilAsync(DeploymentStage.Done)).Applied!.Nodes["server/0/settle"].Tries);
    }

    [Fact]
    public async Task Power_that_is_lost_at_each_step_before_and_after_its_work_changes_nothing_of_the_end()
    {
        await Rig.DeployAsync();
        await Rig.UntilAsync(DeploymentStage.Running);
        foreach (var (agent, address) in new[] { (Server, "10.9.0.1"), (Client, "10.9.0.2") })
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
        var done = await Rig.UntilAsync(d => d.Active is null, "an end");
        Assert.True(done.Apply!.Good, done.Apply.Text);
        Assert.All(done.Applied!.Nodes, n => Assert.Equal((n.Key, 1), (n.Key, n.Value.Tries)));
        Assert.Equal("T-4711", done.Applied.Facts["server/0/ticket"]);
    }

    [Fact]
    public async Task An_agent_that_tells_what_another_is_to_tell_is_not_believed()
    {
        await Rig.DeployAsync();
        await Rig.UntilAsync(DeploymentStage.Running);
        string prepare = (await Client.WorkAsync())!;
        await Client.ReportAsync(prepare, said: $"changed x\n{PaperAgent.Export("ticket", "FORGED")}{PaperAgent.Export("server/0/ticket", "FORGED")}export ticket not-base64\nexport\n\u0001\n");
        Assert.Empty(Rig.Pair.Applied!.Facts);
        await Rig.RunAllAsync();
        await Rig.UntilAsync(DeploymentStage.Done);
        Assert.DoesNotContain(Client.Scripts, s => s.Contains("FORGED", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_fact_with_a_line_of_its_own_is_refused_where_it_would_be_written()
    {
        await Rig.DeployAsync();
        await Rig.RunAllAsync((_, script) => ("changed", PaperAgent.NodeOf(script) == "server/0/settle" ? "changed x\n" + PaperAgent.Export("ticket", "T\nevil = yes") : "changed x\n"));
        var failed = await Rig.UntilAsync(DeploymentStage.Failed);
        Assert.Contains("has a line break or another control character", failed.Applied!.Nodes["client/0/join"].Why);
        Assert.DoesNotContain(Client.Scripts, s => s.Contains("evil", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_step_that_a_mirror_kept_waiting_beyond_its_deadline_is_told_with_its_last_words()
    {
        await Rig.DeployAsync();
        await Rig.UntilAsync(DeploymentStage.Running);
        string write = (await Server.WorkAsync())!;
        Assert.Equal("300", PaperAgent.Header(write, "deadline"));
        await Server.ReportAsync(write, "failed", 124, "", "Get:7 http://deb.debian.org bookworm/main keystone 1 MB\n0% [7 keystone 14.2 kB/1 MB 1%]\n");
        var node = (await Rig.UntilAsync(d => d.Applied!.Nodes["server/0/write"].Status is NodeStatus.Failed)).Applied!.Nodes["server/0/write"];
        Assert.Equal("was not done within its 300 s", node.Why);
        Assert.EndsWith("0% [7 keystone 14.2 kB/1 MB 1%]", node.Tail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_that_came_with_the_tag_while_a_run_was_under_way_is_taken_in_at_its_end()
    {
        await Rig.DeployAsync();
        await Rig.UntilAsync(DeploymentStage.Running);
        var late = await Rig.AdoptAsync("node3", "10.9.0.3", "client");
        Assert.DoesNotContain(late.Id, Rig.Pair.Machines);
        await Rig.RunAllAsync();
        await Rig.UntilAsync(d => d.Machines.Contains(late.Id) && d.Active is not null, "growth");
        await Rig.RunAllAsync();
        await Rig.UntilAsync(DeploymentStage.Done);
        Assert.Contains("client/1/join", late.Scripts.Select(PaperAgent.NodeOf));
    }

    [Fact]
    public async Task A_plan_shows_who_came_with_the_tag_and_an_apply_takes_it_in()
    {
        await Rig.DeployAsync();
        await Rig.RunAllAsync((_, script) => PaperAgent.NodeOf(script) == "server/0/write" ? ("failed", "") : PaperRig.Good(script));
        await Rig.UntilAsync(DeploymentStage.Failed);
        var late = await Rig.AdoptAsync("node3", "10.9.0.3", "client");
        var plan = (await Rig.AskAsync(HttpMethod.Get, "deployments/pair/plan", 200))!;
        Assert.Equal("node3", Assert.Single(plan["joining"]!.AsArray())!.ToString());
        Assert.Contains("node3 (client): came with what client wants; an apply takes it in\n  + client/1/prepare", (string)plan["text"]!);
        Assert.DoesNotContain(late.Id, Rig.Pair.Machines);
        await Rig.OrderAsync("apply");
        await Rig.RunAllAsync();
        Assert.Contains(late.Id, (await Rig.UntilAsync(DeploymentStage.Done)).Machines);
        Assert.Contains("client/1/join", late.Scripts.Select(PaperAgent.NodeOf));
        Assert.Empty((await Rig.AskAsync(HttpMethod.Get, "deployments/pair/plan", 200))!["joining"]!.AsArray());
    }

    [Fact]
    public async Task A_tag_that_a_running_machine_gets_later_is_a_rule_too_and_one_that_was_replaced_doesn_t_come_back()
    {
        await LayDownAsync();
        var late = await Rig.AdoptAsync("node3", "10.9.0.3");
        Assert.DoesNotContain(late.Id, Rig.Pair.Machines);
        await Rig.Appliance.Book.ApplyAsync(late.Id, new MachineChange.SetTags(["client"]), "ada");
        await Rig.UntilAsync(d => d.Machines.Contains(late.Id) && d.Active is not null, "growth");
        await Rig.RunAllAsync();
        await Rig.UntilAsync(DeploymentStage.Done);

        var spare = await Rig.AdoptAsync("node4", "10.9.0.4", "server");
        await Rig.AskAsync(HttpMethod.Post, "machines/node1/replace", 202);
        await Rig.RunAllAsync();
        await Rig.UntilAsync(DeploymentStage.Done);
        Assert.Contains(spare.Id, Rig.Pair.Machines);
        Assert.Contains(Server.Id, Rig.Pair.Lost);
        Assert.DoesNotContain(Server.Id, Rig.Pair.Machines);
    }

    [Fact]
    public async Task The_end_of_a_run_stands_on_the_timeline_of_each_of_its_machines()
    {
        await LayDownAsync();
        await Rig.ToldAsync("role.done", "pair: 3 steps, 3 changed");
        await Rig.ToldAsync("role.done", "pair: 2 steps, 2 changed");
        await Rig.OrderAsync("apply");
        await Rig.RunAllAsync((_, script) => PaperAgent.NodeOf(script) == "server/0/write" ? ("failed", "") : PaperRig.Good(script));
        await Rig.ToldAsync("role.failed", "pair: 1 of 2 steps not begun, because others failed");
        Assert.Equal(HttpStatusCode.NoContent, (await Client.CallAsync(HttpMethod.Get, "work")).Status);
    }

    [Fact]
    public async Task A_newcomer_that_is_refused_a_system_is_left_out_and_what_runs_stays_as_it_is()
    {
        await LayDownAsync(SmallCatalog.Bundle.Replace("machines:", "image: plan9\nmachines:", StringComparison.Ordinal));
        int laid = Rig.Pair.Apply!.Run;
        var late = await ReadyAsync("node3");
        await Rig.Appliance.Book.ApplyAsync(late.Id, new MachineChange.SetTags(["client"]), "ada");
        await Rig.ToldAsync("deployment.leftout", "pair: node3 came with the tags of a group and is left out: there is no image plan9: see the list of images; with that mended, provisioner apply pair takes it in");
        Assert.Equal((DeploymentStage.Done, laid), (Rig.Pair.Stage, Rig.Pair.Apply.Run));
        Assert.DoesNotContain(late.Id, Rig.Pair.Machines);
        await Rig.RestartAsync();
        await Rig.Appliance.Book.ApplyAsync(late.Id, new MachineChange.SetTags(["client", "rack2"]), "ada");
        await Task.Delay(1500); // the runner has looked at that
        Assert.Equal((DeploymentStage.Done, laid), (Rig.Pair.Stage, Rig.Pair.Apply.Run));

        // A person's apply tries it again, and is done without it.
        await Rig.OrderAsync("apply");
        await Rig.RunAllAsync();
        var done = await Rig.UntilAsync(DeploymentStage.Done);
        Assert.DoesNotContain(late.Id, done.Machines);
        Assert.Equal(2, Rig.Appliance.Book.Events(late.Id, 0, 1000).Count(e => e.Kind == "deployment.leftout"));
        Assert.Equal("node3", Assert.Single((await Rig.AskAsync(HttpMethod.Get, "deployments/pair/plan", 200))!["joining"]!.AsArray())!.ToString());
    }

    [Fact]
    public async Task A_newcomer_without_a_leg_in_a_network_of_the_bundle_is_left_out_and_one_that_has_it_is_taken_in()
    {
        await LayDownAsync(SmallCatalog.Bundle.Replace("machines:", "spaces:\n  inside: {subnet: 10.9.0.0/24}\nmachines:", StringComparison.Ordinal));
        var outside = await Rig.AdoptAsync("node3", "10.8.0.3", "client");
        await Rig.ToldAsync("deployment.leftout", "pair: node3 came with the tags of a group and is left out: ");
        await Rig.UntilAsync(DeploymentStage.Done);
        var inside = await Rig.AdoptAsync("node4", "10.9.0.4", "client");
        await Rig.UntilAsync(d => d.Machines.Contains(inside.Id) && d.Active is not null, "growth");
        await Rig.RunAllAsync();
        Assert.DoesNotContain(outside.Id, (await Rig.UntilAsync(DeploymentStage.Done)).Machines);
        Assert.Contains("client/1/join", inside.Scripts.Select(PaperAgent.NodeOf));
    }

    // Looked at by an agent that found no BMC, and off again.
    private async Task<Machine> ReadyAsync(string name)
    {
        var book = Rig.Appliance.Book;
        const string mac = "52:54:00:00:00:03";
        string id = (await book.EnlistAsync(MacAddress.Parse(mac), "test")).Id;
        Inventory inventory = new(new("HP", "ProLiant DL360 G7", "CZ1", "4C4C4544-0000-1010-8000-000000000001", "HP", "P68", "01/01/2011"), "bios",
            new("Xeon", 1, 2, 2, false), 1_600_000_000, [new("vda", "/dev/vda", 8_000_000_000, "S", "", "", false, false, "")], [new("eth0", mac, 1000, true, "virtio_net", "0000:00:03.0", [])]);
        foreach (MachineChange change in new MachineChange[] { new MachineChange.AgentHello("s", mac, "bios", 1), new MachineChange.InventoryReported(inventory), new MachineChange.BmcReported(null, false, "none"), new MachineChange.SeenOff("off"), new MachineChange.Rename(name) })
            Assert.IsType<Appliance.Machines.Applied.Ok>(await book.ApplyAsync(id, change, "test"));
        Assert.Equal(MachineState.Ready, book.Find(id)!.State);
        return book.Find(id)!;
    }
}

using System.Text;
using Provisioner.Domain.Deploy;
using Provisioner.Domain.Machines;
using static Provisioner.Tests.Machines.Samples;

namespace Provisioner.Tests.Machines;

public sealed class LifecycleTests
{
    [Fact]
    public void The_table_is_the_one_that_people_have_read()
    {
        var text = new StringBuilder();
        foreach (var edge in Lifecycle.Edges) text.Append($"{edge.From} --{edge.By}--> {edge.To}: {edge.Sentence}\n");
        Assert.Equal(File.ReadAllText("golden/lifecycle.txt"), text.ToString());
    }

    [Fact]
    public void Every_state_is_reached_and_left_by_some_edge()
    {
        foreach (var state in Enum.GetValues<MachineState>())
        {
            Assert.True(state is MachineState.New || Lifecycle.Edges.Any(e => e.To == state && e.From != state), $"{state} is never reached");
            Assert.Contains(Lifecycle.Edges, e => e.From == state && e.To != state);
        }
    }

    public static TheoryData<MachineState, Phase> UnderWay()
    {
        var data = new TheoryData<MachineState, Phase>();
        foreach (var state in Enum.GetValues<MachineState>().Where(Lifecycle.IsUnderWay))
            foreach (var phase in Enum.GetValues<Phase>().Where(p => p is not Phase.Idle))
                data.Add(state, phase);
        return data;
    }

    [Theory, MemberData(nameof(UnderWay))]
    public void Nothing_stays_under_way_for_ever(MachineState state, Phase phase)
    {
        Assert.NotNull(PhaseLimits.Default.For(state, phase));
        var late = In(state, phase) with { Deadline = Now };
        var up = Assert.IsType<Step.GiveUp>(WalkPlanner.Next(late, Now));
        var failed = Changed(late, new MachineChange.Fail(up.Why));
        Assert.Equal($"Failed{state}", failed.State.ToString());
        Assert.Equal(up.Why, failed.Failure);
        Assert.Null(failed.Deadline);
    }

    [Theory, MemberData(nameof(UnderWay))]
    public void A_restart_in_any_phase_gets_the_same_next_step(MachineState state, Phase phase)
    {
        var machine = In(state, phase) with { Deadline = Now.AddMinutes(1) };
        var json = System.Text.Json.JsonSerializer.Serialize(machine, Provisioner.Appliance.Store.StoreJson.Default.Machine);
        var reread = System.Text.Json.JsonSerializer.Deserialize(json, Provisioner.Appliance.Store.StoreJson.Default.Machine)!;
        Assert.Equal(WalkPlanner.Next(machine, Now), WalkPlanner.Next(reread, Now));
    }

    [Fact]
    public void A_stranger_that_says_hello_is_commissioned_until_it_is_seen_off()
    {
        var machine = Changed(In(MachineState.New) with { Bmc = null, Inventory = null }, new MachineChange.AgentHello("s", "52:54:00:00:00:01", "bios", 8.1));
        Assert.Equal((MachineState.Commissioning, Phase.AgentAtWork, AgentAction.Inventory), (machine.State, machine.Phase, AgentOrder.For(machine)));

        machine = Changed(machine, new MachineChange.InventoryReported(Inventory(Disk("vda", 8))));
        Assert.Equal(Phase.AgentAtWork, machine.Phase);
        machine = Changed(machine, new MachineChange.BmcReported(Bmc, false, ""));
        Assert.Equal((Phase.PowerOff, AgentAction.PowerOff), (machine.Phase, AgentOrder.For(machine)));
        Assert.IsType<Step.SeeOff>(WalkPlanner.Next(machine, Now));

        machine = Changed(machine, new MachineChange.SeenOff("off"));
        Assert.Equal((MachineState.Ready, Phase.Idle), (machine.State, machine.Phase));
        Assert.Null(machine.Deadline);
        Assert.Null(machine.SessionTokenHash);
    }

    [Fact]
    public void A_deploy_goes_over_the_network_and_the_disk_to_the_call_home()
    {
        var machine = Changed(In(MachineState.Ready), new MachineChange.Deploy(Request));
        Assert.IsType<Step.StartFromNetwork>(WalkPlanner.Next(machine, Now));
        machine = Changed(machine, new MachineChange.Started(Phase.StartAgent));
        machine = Changed(machine, new MachineChange.AgentHello("s", "52:54:00:00:00:01", "bios", 8));
        Assert.Equal(AgentAction.Install, AgentOrder.For(machine));
        machine = Changed(machine, new MachineChange.InstallDone(machine.Order, true, "", 100, 1));
        Assert.IsType<Step.StartFromDisk>(WalkPlanner.Next(machine, Now));
        machine = Changed(machine, new MachineChange.Started(Phase.StartDisk));
        Assert.True(Provisioner.Domain.Boot.IpxeScript.BootsDisk(machine));
        machine = Changed(machine, new MachineChange.CalledHome(30));
        Assert.Equal(MachineState.Deployed, machine.State);
        Assert.Equal("G2", machine.OurDiskIds[^1]);
    }

    [Fact]
    public void A_machine_without_a_BMC_waits_for_a_hand_and_restarts_itself()
    {
        var machine = Changed(In(MachineState.Ready) with { Bmc = null }, new MachineChange.Deploy(Request));
        Assert.Equal(Phase.AwaitAgent, machine.Phase);
        machine = Changed(machine, new MachineChange.AgentHello("s", "52:54:00:00:00:01", "bios", 8));
        machine = Changed(machine, new MachineChange.InstallDone(machine.Order, true, "", 100, 1));
        Assert.Equal(AgentAction.Reboot, AgentOrder.For(machine));
        machine = Changed(machine, new MachineChange.AgentLeaving(machine.Order));
        Assert.Equal(Phase.AwaitHome, machine.Phase);
    }

    [Fact]
    public void A_refusal_names_the_machine_its_state_and_what_is_possible() =>
        Assert.Equal("calm-otter is Deployed: it can't deploy now; possible: release", Refusal(In(MachineState.Deployed), new MachineChange.Deploy(Request)));

    [Fact]
    public void An_answer_to_an_older_order_changes_nothing()
    {
        var machine = In(MachineState.Deploying, Phase.AgentAtWork);
        Assert.Same(machine, Changed(machine, new MachineChange.InstallDone(machine.Order - 1, false, "late", 0, 0)));
    }

    [Fact]
    public void A_call_home_that_comes_twice_changes_nothing()
    {
        var machine = In(MachineState.Deployed);
        machine = machine with { Deployment = machine.Deployment! with { HomeAt = machine.StateSince } };
        Assert.Same(machine, Changed(machine, new MachineChange.CalledHome(30)));
    }

    [Fact]
    public void Aborting_says_who_did_it()
    {
        var machine = Changed(In(MachineState.Deploying, Phase.AgentAtWork), new MachineChange.Abort());
        Assert.Equal((MachineState.FailedDeploying, "stopped by ada"), (machine.State, machine.Failure));
        Assert.Contains("nothing is under way", Refusal(In(MachineState.Ready), new MachineChange.Abort()));
    }

    [Fact]
    public void A_released_machine_has_no_deployment_but_its_disk_stays_known_as_ours()
    {
        var machine = Changed(In(MachineState.Deployed) with { OurDiskIds = ["G1"] }, new MachineChange.Release());
        Assert.IsType<Step.SwitchOff>(WalkPlanner.Next(machine, Now));
        machine = Changed(machine, new MachineChange.SeenOff("off"));
        Assert.Equal(MachineState.Ready, machine.State);
        Assert.Null(machine.Deployment);
        Assert.Equal("G1", Assert.Single(machine.OurDiskIds));
    }

    [Theory]
    [InlineData("root")]
    [InlineData("Op")]
    [InlineData("a b")]
    [InlineData("$(reboot)")]
    [InlineData("")]
    public void An_operator_that_could_harm_is_refused(string name) =>
        Assert.Contains("can't be the operator's account", Refusal(In(MachineState.Ready), new MachineChange.Deploy(Request with { Operator = name })));

    [Theory]
    [InlineData("-a")]
    [InlineData("a.b")]
    [InlineData("Ä")]
    [InlineData("a\n")]
    public void A_name_that_is_no_label_is_refused(string name) =>
        Assert.Contains("is not a host name", Refusal(In(MachineState.Ready), new MachineChange.Rename(name)));
}

using Provisioner.Domain.Deploy;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Power;
using static Provisioner.Tests.Machines.Samples;

namespace Provisioner.Tests.Machines;

/// <summary>A machine whose boot device was set and read back, and that did not boot from it.</summary>
public sealed class StartAgainTests
{
    private static Machine Late(params string[] tried) => In(MachineState.Deploying, Phase.AwaitAgent) with { BootTried = [.. tried], Deadline = Now.AddSeconds(-1) };

    [Fact]
    public void It_is_started_another_way_and_each_start_is_remembered()
    {
        var machine = Changed(In(MachineState.Ready), new MachineChange.Deploy(Request));
        machine = Changed(machine, new MachineChange.Started(Phase.StartAgent, "ipmi/pxe"));
        var step = Assert.IsType<Step.StartAnotherWay>(WalkPlanner.Next(machine, machine.Deadline!.Value));
        Assert.Contains("(ipmi/pxe)", step.Why);
        machine = Changed(machine, new MachineChange.NotBooted(step.Why));
        Assert.IsType<Step.StartFromNetwork>(WalkPlanner.Next(machine, Now));
        machine = Changed(machine, new MachineChange.Started(Phase.StartAgent, "ipmi/pxe/again"));
        Assert.Equal(["ipmi/pxe", "ipmi/pxe/again"], machine.BootTried.AsEnumerable());
        machine = Changed(machine, new MachineChange.AgentHello("s", "52:54:00:00:00:01", "bios", 8));
        Assert.Empty(machine.BootTried);
    }

    [Fact]
    public void What_is_waited_for_and_until_when_is_told_with_the_way_out()
    {
        var started = Lifecycle.Apply(In(MachineState.Commissioning, Phase.StartAgent), new MachineChange.Started(Phase.StartAgent, "ipmi/pxe"), Context());
        var told = Assert.Single(Assert.IsType<Outcome.Changed>(started).Events, e => e.Kind == "boot.await");
        Assert.Equal($"its agent is waited for until {Now.AddMinutes(20).UtcDateTime:HH:mm} UTC (20 min), then it is started another way; aborting ends the wait", told.Text);
        started = Lifecycle.Apply(In(MachineState.Commissioning, Phase.StartAgent), new MachineChange.Started(Phase.StartAgent, "own"), Context());
        Assert.Contains("then it is given up; aborting", Assert.Single(Assert.IsType<Outcome.Changed>(started).Events, e => e.Kind == "boot.await").Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Once_its_loader_has_spoken_the_wait_is_shorter_and_never_longer()
    {
        var machine = Changed(In(MachineState.Commissioning, Phase.StartAgent), new MachineChange.Started(Phase.StartAgent, "ipmi/pxe"));
        var asked = Lifecycle.Apply(machine, new MachineChange.BootScriptGiven("h", null), Context());
        machine = Assert.IsType<Outcome.Changed>(asked).Machine;
        Assert.Equal(Now.AddMinutes(10), machine.Deadline);
        Assert.StartsWith("its loader asked for its boot script; its agent is waited for until", Assert.Single(((Outcome.Changed)asked).Events).Text);
        var again = Lifecycle.Apply(machine, new MachineChange.BootScriptGiven("h2", null), Context() with { Now = Now.AddMinutes(2) });
        Assert.Equal(Now.AddMinutes(10), MachineOf(again).Deadline);
    }

    [Theory]
    [InlineData(0.5, 5)]
    [InlineData(4, 12)]
    [InlineData(15, 20)]
    public void A_machine_that_was_faster_before_is_given_up_sooner(double before, double limit)
    {
        var machine = Changed(In(MachineState.Commissioning, Phase.StartAgent), new MachineChange.Started(Phase.StartAgent, "ipmi/pxe"));
        var hello = Lifecycle.Apply(machine, new MachineChange.AgentHello("s", "52:54:00:00:00:01", "bios", 8), Context() with { Now = Now.AddMinutes(before) });
        machine = MachineOf(hello);
        Assert.Equal(TimeSpan.FromMinutes(before), machine.AgentIn);
        machine = Changed(machine with { Phase = Phase.StartAgent }, new MachineChange.Started(Phase.StartAgent, "ipmi/pxe"));
        Assert.Equal(Now.AddMinutes(limit), machine.Deadline);
    }

    private static Machine MachineOf(Outcome outcome) => Assert.IsType<Outcome.Changed>(outcome).Machine;

    [Fact]
    public void That_ends_and_names_everything_that_was_tried()
    {
        var up = Assert.IsType<Step.GiveUp>(WalkPlanner.Next(Late("a", "b", "c", "d", "e", "f"), Now));
        Assert.StartsWith("it was started 6 times (a, b, c, d, e, f) and its agent did not say hello", up.Why);
    }

    [Fact]
    public void Where_nothing_could_set_its_boot_device_there_is_no_other_way()
    {
        Assert.IsType<Step.GiveUp>(WalkPlanner.Next(Late("own"), Now));
        Assert.IsType<Step.GiveUp>(WalkPlanner.Next(Late(), Now));
    }

    [Fact]
    public void A_machine_that_can_only_be_woken_is_started_and_switches_itself_off()
    {
        var wol = new ControllerAccess("wol", "52:54:00:00:00:01", 9, "", "", "", 0, "");
        var machine = Changed(In(MachineState.Ready) with { Controllers = [wol] }, new MachineChange.Deploy(Request));
        Assert.IsType<Step.StartFromNetwork>(WalkPlanner.Next(machine, Now));
        Assert.Equal(AgentAction.Reboot, AgentOrder.For(machine with { Phase = Phase.StartDisk }));
        Assert.IsType<Step.Wait>(WalkPlanner.Next(In(MachineState.Commissioning, Phase.PowerOff) with { Controllers = [wol] }, Now));
        Assert.IsType<Step.TrustOff>(WalkPlanner.Next(In(MachineState.Releasing, Phase.PowerOff) with { Controllers = [wol] }, Now));
    }
}

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

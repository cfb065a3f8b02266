using Provisioner.Domain.Power;
using Provisioner.Wire.Ipmi.Commands;

namespace Provisioner.Tests.Power;

/// <summary>What a power order means in each state, and whether boot flags were kept.</summary>
public sealed class PowerPlanTests
{
    [Theory]
    [InlineData(PowerAction.On, PowerState.Off, "On>On")]
    [InlineData(PowerAction.On, PowerState.On, "nothing")]
    [InlineData(PowerAction.Off, PowerState.On, "Off>Off")]
    [InlineData(PowerAction.Off, PowerState.Off, "Off>Off")]
    [InlineData(PowerAction.Cycle, PowerState.On, "Off>Off On>On")]
    [InlineData(PowerAction.Cycle, PowerState.Off, "On>On")]
    [InlineData(PowerAction.Reset, PowerState.On, "Reset>On")]
    [InlineData(PowerAction.Reset, PowerState.Off, "refused")]
    [InlineData(PowerAction.SoftOff, PowerState.On, "SoftOff>Off")]
    [InlineData(PowerAction.SoftOff, PowerState.Off, "nothing")]
    public void An_order_means_this(PowerAction action, PowerState seen, string plan) => Assert.Equal(plan, PowerPlan.For(action, seen) switch
    {
        PowerPlan.Give give => string.Join(' ', give.Strokes.Select(stroke => $"{stroke.Order}>{stroke.Until}")),
        PowerPlan.Refuse => "refused",
        _ => "nothing",
    });

    [Fact]
    public void What_has_no_cycle_of_its_own_is_switched_off_and_on_though_nobody_can_say_what_it_is()
    {
        var give = Assert.IsType<PowerPlan.Give>(PowerPlan.For(PowerAction.Cycle, PowerState.Unknown, ControllerKinds.Orders("pdu")));
        Assert.Equal([PowerAction.Off, PowerAction.On], give.Strokes.Select(s => s.Order));
        give = Assert.IsType<PowerPlan.Give>(PowerPlan.For(PowerAction.Cycle, PowerState.Unknown, ControllerKinds.Orders("manual")));
        Assert.Equal([PowerAction.Cycle], give.Strokes.Select(s => s.Order));
    }

    [Fact]
    public void Only_orders_that_do_no_harm_twice_are_repeated()
    {
        foreach (var action in Enum.GetValues<PowerAction>())
        {
            if (PowerPlan.For(action, PowerState.On) is PowerPlan.Give give)
                Assert.All(give.Strokes, stroke => Assert.Equal(stroke.Order is PowerAction.On or PowerAction.Off, stroke.Repeatable));
        }
    }

    [Fact]
    public void Boot_flags_that_read_back_otherwise_are_told_apart()
    {
        var asked = new BootFlags(true, false, true, BootSelector.Pxe);
        Assert.IsType<NextBootVerdict.Agreed>(NextBootVerdict.Of(asked, asked with { }));
        Assert.IsType<NextBootVerdict.Doubtful>(NextBootVerdict.Of(asked, new(false, false, false, BootSelector.Pxe)));
        Assert.IsType<NextBootVerdict.Differs>(NextBootVerdict.Of(asked, new(false, false, false, BootSelector.None)));
        Assert.IsType<NextBootVerdict.Differs>(NextBootVerdict.Of(asked, asked with { Uefi = false }));
        Assert.IsType<NextBootVerdict.Differs>(NextBootVerdict.Of(asked, asked with { Persistent = true }));
        Assert.IsType<NextBootVerdict.Differs>(NextBootVerdict.Of(asked, asked with { Device = BootSelector.Disk }));
    }
}

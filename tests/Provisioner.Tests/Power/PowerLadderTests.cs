using System.Collections.Immutable;
using Provisioner.Domain.Power;

namespace Provisioner.Tests.Power;

/// <summary>What is tried after an order or a boot device failed, and when it ends.</summary>
public sealed class PowerLadderTests
{
    private static readonly PowerWay Ipmi = new("ipmi", "ipmi", "10.77.0.11");
    private static readonly PowerWay Redfish = new("redfish", "redfish", "10.77.0.11");
    private static readonly PowerWay RedfishLooked = Redfish with { Abilities = new() { Orders = [PowerAction.On, PowerAction.Off], NextBoots = [BootDevice.Pxe, BootDevice.Http, BootDevice.VirtualMedia] } };
    private static readonly PowerWay Wol = new("wol", "wol", "52:54:00:00:00:01");

    /// <summary>Climbs with this failure on each rung, and tells the names of the rungs.</summary>
    private static (string Climbed, PowerClimb.GiveUp End) Climb(ImmutableArray<PowerRung> rungs, Func<PowerRung, PowerFailure> fails, params string[] spent)
    {
        ImmutableArray<PowerTry> tries = [];
        while (PowerLadder.Next(rungs, tries, [.. spent]) is PowerClimb.Take take)
        {
            Assert.Equal(tries.IsEmpty, take.Because is null);
            tries = tries.Add(new(take.Rung, fails(take.Rung), $"it failed ({fails(take.Rung)})"));
            Assert.True(tries.Length <= rungs.Length, "each rung is taken once");
        }
        return (string.Join(' ', tries.Select(t => t.Rung.Name)), Assert.IsType<PowerClimb.GiveUp>(PowerLadder.Next(rungs, tries, [.. spent])));
    }

    [Theory]
    [InlineData(PowerFailure.Ignored, "ipmi ipmi/again redfish redfish/again")]
    [InlineData(PowerFailure.NotNow, "ipmi ipmi/again redfish redfish/again")]
    [InlineData(PowerFailure.Silent, "ipmi redfish")]
    [InlineData(PowerFailure.Credentials, "ipmi redfish")]
    [InlineData(PowerFailure.Untrusted, "ipmi redfish")]
    [InlineData(PowerFailure.Refused, "ipmi redfish")]
    public void An_order_is_given_again_where_that_may_help_and_then_to_the_other_controller(PowerFailure failure, string climbed) =>
        Assert.Equal(climbed, Climb(PowerLadder.OfOrder(PowerAction.On, [Ipmi, Redfish]), _ => failure).Climbed);

    [Fact]
    public void A_boot_device_is_set_again_then_elsewhere_then_by_HTTP_and_by_virtual_media()
    {
        var rungs = PowerLadder.OfBoot(BootDevice.Pxe, uefi: true, http: true, media: true, [Ipmi, RedfishLooked]);
        var (climbed, end) = Climb(rungs, _ => PowerFailure.Ignored);
        Assert.Equal("ipmi/pxe ipmi/pxe/again redfish/pxe redfish/pxe/again redfish/http redfish/virtualmedia", climbed);
        Assert.Equal(PowerFailure.Ignored, end.Failure);
        Assert.StartsWith("6 tries: network via ipmi 10.77.0.11: it failed (Ignored); network again via ipmi 10.77.0.11: ", end.Why);
        Assert.EndsWith("virtual media via redfish 10.77.0.11: it failed (Ignored)", end.Why);
    }

    [Theory]
    [InlineData(false, true, true, "redfish/pxe redfish/pxe/again redfish/virtualmedia")]
    [InlineData(true, false, true, "redfish/pxe redfish/pxe/again redfish/virtualmedia")]
    [InlineData(true, true, false, "redfish/pxe redfish/pxe/again redfish/http")]
    public void Only_what_firmware_files_and_controller_allow_is_tried(bool uefi, bool http, bool media, string climbed) =>
        Assert.Equal(climbed, Climb(PowerLadder.OfBoot(BootDevice.Pxe, uefi, http, media, [RedfishLooked]), _ => PowerFailure.Ignored).Climbed);

    [Fact]
    public void A_disk_is_never_replaced_by_the_network() =>
        Assert.Equal("ipmi/disk ipmi/disk/again", Climb(PowerLadder.OfBoot(BootDevice.Disk, true, true, true, [Ipmi, RedfishLooked]), _ => PowerFailure.Ignored).Climbed);

    [Fact]
    public void A_controller_that_is_silent_is_asked_for_nothing_else() =>
        Assert.Equal("redfish/pxe ipmi/pxe ipmi/pxe/again", Climb(PowerLadder.OfBoot(BootDevice.Pxe, true, true, true, [RedfishLooked, Ipmi]),
            rung => rung.Way!.Kind == "redfish" ? PowerFailure.Silent : PowerFailure.Ignored).Climbed);

    [Fact]
    public void Rungs_that_an_earlier_start_took_in_vain_are_not_taken_again() =>
        Assert.Equal("redfish/pxe redfish/pxe/again redfish/http redfish/virtualmedia", Climb(PowerLadder.OfBoot(BootDevice.Pxe, true, true, true, [Ipmi, RedfishLooked]),
            _ => PowerFailure.Ignored, "ipmi/pxe", "ipmi/pxe/again").Climbed);

    [Fact]
    public void A_further_try_says_why()
    {
        var rungs = PowerLadder.OfOrder(PowerAction.On, [Ipmi, Redfish]);
        var take = Assert.IsType<PowerClimb.Take>(PowerLadder.Next(rungs, [new(rungs[0], PowerFailure.Silent, "no answer within 6.5 s")]));
        Assert.Equal("no answer within 6.5 s; tried next: via redfish 10.77.0.11", take.Because);
    }

    [Fact]
    public void One_try_alone_fails_with_its_own_sentence() =>
        Assert.Equal("it failed (Credentials)", Climb(PowerLadder.OfOrder(PowerAction.Off, [Ipmi]), _ => PowerFailure.Credentials).End.Why);

    [Fact]
    public void What_only_wakes_is_asked_for_that_only()
    {
        Assert.Equal("ipmi ipmi/again", Climb(PowerLadder.OfOrder(PowerAction.Off, [Wol, Ipmi]), _ => PowerFailure.Ignored).Climbed);
        Assert.Equal("wol ipmi", Climb(PowerLadder.OfOrder(PowerAction.Cycle, [Wol, Ipmi]), _ => PowerFailure.Refused).Climbed);
        Assert.Equal("wol", Climb(PowerLadder.OfOrder(PowerAction.Off, [Wol]), _ => PowerFailure.Refused).Climbed);
        Assert.Empty(PowerLadder.OfBoot(BootDevice.Pxe, true, true, true, [Wol]));
    }

    [Fact]
    public void What_can_only_switch_on_is_given_that_for_a_cycle()
    {
        var plan = Assert.IsType<PowerPlan.Give>(PowerPlan.For(PowerAction.Cycle, PowerState.Unknown, ControllerKinds.Orders("wol")));
        Assert.Equal(PowerAction.On, Assert.Single(plan.Strokes).Order);
        plan = Assert.IsType<PowerPlan.Give>(PowerPlan.For(PowerAction.Cycle, PowerState.Unknown, ControllerKinds.Orders("manual")));
        Assert.Equal(PowerAction.Cycle, Assert.Single(plan.Strokes).Order);
    }
}

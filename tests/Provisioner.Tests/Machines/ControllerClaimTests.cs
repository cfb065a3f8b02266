using Provisioner.Domain.Machines;
using Provisioner.Domain.Power;
using static Provisioner.Tests.Machines.Samples;

namespace Provisioner.Tests.Machines;

/// <summary>Two machines that claim one controller, and a controller that is in another machine than it is given to.</summary>
public sealed class ControllerClaimTests
{
    private const string Uuid = "4c4c4544-0000-1010-8000-000000000001";
    private static readonly ControllerAccess Redfish = new("redfish", "10.77.0.11", 443, "root", "c2VhbGVk", "administrator", 0, "");
    private static readonly ControllerAccess Outlet = new("pdu", "10.77.0.2", 161, "", "", "", 0, "") { Settings = Redfish.Settings.Add("outlet", "7") };
    private static readonly Machine Mine = In(MachineState.Ready) with { Controllers = [], Uuid = Uuid };
    private static readonly Machine Other = In(MachineState.Ready) with { Id = "zzzzzz", Name = "bold-newt", Uuid = "4c4c4544-0000-1010-8000-000000000002", Macs = ["52:54:00:00:00:02"], Inventory = null };

    [Fact]
    public void One_BMC_is_one_place_by_whatever_protocol()
    {
        Assert.True(ControllerClaims.AreOne(Bmc, Bmc with { Username = "another", Id = "ipmi-2" }));
        Assert.True(ControllerClaims.AreOne(Bmc, Redfish));
        Assert.False(ControllerClaims.AreOne(Bmc, Bmc with { Port = 6230 }));
        Assert.False(ControllerClaims.AreOne(Bmc, Redfish with { Port = 8443 }));
        Assert.False(ControllerClaims.AreOne(Redfish, Redfish with { Settings = Redfish.Settings.Add("system", "2") }));
        Assert.False(ControllerClaims.AreOne(Outlet, Outlet with { Settings = Outlet.Settings.SetItem("outlet", "8") }));
        Assert.True(ControllerClaims.AreOne(Outlet, Outlet with { Id = "pdu-2" }));
        Assert.True(ControllerClaims.AreOne(Outlet, Outlet with { Settings = Outlet.Settings.SetItem("outlet", "6,7") }));
    }

    [Fact]
    public void A_controller_that_another_machine_has_is_refused_by_its_name()
    {
        var context = Context() with { Holder = Other };
        string given = Refusal(Mine, new MachineChange.SetController(Redfish, false, ""), context);
        Assert.Equal("10.77.0.11 is the BMC of bold-newt already; one of the two is wrong: remove it from bold-newt first, or look for the right address", given);
        Assert.Equal(given, Refusal(In(MachineState.Commissioning, Phase.AgentAtWork), new MachineChange.BmcReported(Bmc, false, ""), context));
        Assert.Equal(Other, ControllerClaims.Holder([Mine, Other], Mine, Redfish));
        Assert.Null(ControllerClaims.Holder([Mine, Other], Other, Redfish));
    }

    [Fact]
    public void A_BMC_that_says_another_machines_UUID_is_named_with_that_machine()
    {
        var match = ControllerClaims.Match([Mine, Other], Mine, new() { SystemUuid = Other.Uuid }, "10.77.0.11");
        Assert.Equal("the controller at 10.77.0.11 says that it is in a machine with the UUID 4c4c4544-0000-1010-8000-000000000002: that is bold-newt, not calm-otter", Assert.IsType<ControllerMatch.Others>(match).Why);
    }

    [Theory]
    [InlineData(Uuid, "", "")]
    [InlineData("44454c4c-0000-1010-8000-000000000001", "", "")] // the first three fields the other way round
    [InlineData(null, "CZ1", "")]
    [InlineData(null, "", "52:54:00:00:00:01")]
    [InlineData("00000000-0000-0000-0000-000000000009", "", "52:54:00:00:00:01")] // a UUID of its own, a MAC that agrees
    public void A_BMC_that_says_this_machine_is_taken(string? uuid, string serial, string mac) =>
        Assert.IsType<ControllerMatch.Same>(ControllerClaims.Match([Mine with { Inventory = Inventory(Disk("vda", 8)) with { System = Mine.Inventory!.System with { Serial = "CZ1X" } } }, Other],
            Mine with { Inventory = Inventory(Disk("vda", 8)) with { System = Mine.Inventory!.System with { Serial = "CZ1X" } } },
            new() { SystemUuid = uuid, Serial = serial.Length > 0 ? "CZ1X" : "", Macs = mac.Length > 0 ? [mac] : [] }, "10.77.0.11"));

    [Fact]
    public void A_BMC_that_says_a_machine_that_nobody_knows_is_told()
    {
        var match = ControllerClaims.Match([Mine, Other], Mine, new() { SystemUuid = "00000000-0000-0000-0000-000000000009" }, "10.77.0.11");
        Assert.Contains("but calm-otter has the UUID 4c4c4544-0000-1010-8000-000000000001", Assert.IsType<ControllerMatch.Differs>(match).Why);
        Assert.IsType<ControllerMatch.Unknown>(ControllerClaims.Match([Mine, Other], Mine, new(), "10.77.0.11"));
        Assert.IsType<ControllerMatch.Unknown>(ControllerClaims.Match([Mine, Other], Mine, new() { Macs = ["52:54:00:ff:ff:ff"] }, "10.77.0.11"));
    }

    [Fact]
    public void A_controller_is_given_replaced_preferred_and_taken_away()
    {
        var machine = Changed(Mine, new MachineChange.SetController(Bmc with { ByHand = true }, false, ""));
        machine = Changed(machine, new MachineChange.SetController(Outlet, false, ""));
        machine = Changed(machine, new MachineChange.SetController(Redfish with { Port = 8443 }, true, ""));
        Assert.Equal(["redfish", "ipmi", "pdu"], machine.Controllers.Select(c => c.Id));
        machine = Changed(machine, new MachineChange.SetController(Bmc with { Username = "new" }, false, ""));
        Assert.Equal((3, "new"), (machine.Controllers.Length, machine.Controllers[1].Username));
        Assert.Equal("calm-otter has this controller already, as pdu", Refusal(machine, new MachineChange.SetController(Outlet with { Id = "pdu-2" }, false, "")));
        Assert.Equal("calm-otter has no controller \"wol\"; it has redfish, ipmi, pdu", Refusal(machine, new MachineChange.RemoveController("wol")));
        machine = Changed(machine, new MachineChange.RemoveController("redfish"));
        Assert.Equal("ipmi", machine.Bmc!.Id);
        Assert.Contains("its power is in the appliance's hands", Refusal(In(MachineState.Deploying, Phase.AwaitAgent), new MachineChange.RemoveController("ipmi")));
    }

    [Fact]
    public void An_agents_report_replaces_what_agents_found_and_leaves_what_a_person_gave()
    {
        var byHand = Redfish with { ByHand = true, Address = "10.77.0.99" };
        var machine = In(MachineState.Commissioning, Phase.AgentAtWork) with { Controllers = [Bmc, byHand, Outlet] };
        var found = Bmc with { Address = "10.77.0.12" };
        Assert.Equal(["10.77.0.99", "10.77.0.12", "10.77.0.2"], Changed(machine, new MachineChange.BmcReported(found, false, "")).Controllers.Select(c => c.Address));
        Assert.Equal([byHand, Outlet], Changed(machine, new MachineChange.BmcReported(null, false, "no /dev/ipmi0")).Controllers.AsEnumerable());
        Assert.Equal(3, Changed(machine, new MachineChange.BmcReported(null, true, "no answer")).Controllers.Length);
    }
}

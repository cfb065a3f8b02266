using System.Text.Json;
using Provisioner.Appliance.Store;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Power;

namespace Provisioner.Tests.Machines;

/// <summary>A machine's power controllers, and documents from when it had only one.</summary>
public sealed class ControllerTests
{
    private static readonly ControllerAccess Redfish = new("redfish", "10.77.0.12", 443, "root", "c2VhbGVk", "administrator", 0, "");
    private static readonly ControllerAccess Pdu = new("pdu", "10.77.0.2", 161, "", "", "", 0, "") { Settings = Redfish.Settings.Add("outlet", "7") };

    private static Machine Reread(Machine machine) =>
        JsonSerializer.Deserialize(JsonSerializer.Serialize(machine, StoreJson.Default.Machine), StoreJson.Default.Machine)!;

    [Fact]
    public void A_document_from_when_a_machine_had_one_BMC_is_read()
    {
        const string Old = """{"id":"k3xr8q","name":"calm-otter","state":"Ready","bmc":{"kind":"ipmi","address":"10.77.0.11","port":623,"username":"provisioner","sealedPassword":"c2VhbGVk","privilege":"administrator","manufacturerId":11,"firmwareVersion":"2.52"},"stateSince":"2026-11-20T10:00:00+00:00","phase":"Idle","order":5,"reported":"All","macs":["52:54:00:00:00:01"],"firmware":"bios","tags":["rack-a"],"power":{"state":"Off","seenAt":"2026-11-20T10:00:00+00:00"},"ourDiskIds":[],"bootMac":"52:54:00:00:00:01"}""";
        var machine = JsonSerializer.Deserialize(Old, StoreJson.Default.Machine)!;
        Assert.Equal(Samples.Bmc, Assert.Single(machine.Controllers));
        Assert.Equal(Samples.Bmc, machine.Bmc);
        Assert.Equal(Samples.Bmc, Assert.Single(Reread(machine).Controllers));
    }

    [Fact]
    public void A_document_from_when_a_machine_had_no_BMC_is_read()
    {
        var machine = JsonSerializer.Deserialize("""{"id":"k3xr8q","name":"calm-otter","state":"Ready","stateSince":"2026-11-20T10:00:00+00:00","phase":"Idle","order":5,"reported":"All","macs":["52:54:00:00:00:01"],"firmware":"bios","tags":["rack-a"],"power":{"state":"Off","seenAt":"2026-11-20T10:00:00+00:00"},"ourDiskIds":[],"bootMac":"52:54:00:00:00:01"}""", StoreJson.Default.Machine)!;
        Assert.Empty(machine.Controllers);
        Assert.Null(machine.Bmc);
        Assert.Empty(Reread(machine).Controllers);
    }

    [Fact]
    public void Several_controllers_are_kept_in_their_order_with_all_that_they_have()
    {
        var machine = Reread(Samples.In(MachineState.Ready) with { Controllers = [Pdu, Redfish with { SealedMore = "c2VhbGVk", Id = "redfish-2" }, Samples.Bmc] });
        Assert.Equal(["pdu", "redfish-2", "ipmi"], machine.Controllers.Select(c => c.Id));
        Assert.Equal("7", machine.Controllers[0].Settings["outlet"]);
        Assert.Equal("c2VhbGVk", machine.Controllers[1].SealedMore);
        Assert.Equal("redfish", machine.Bmc!.Kind);
    }

    [Fact]
    public void A_new_BMC_takes_the_place_of_the_old_and_leaves_others_alone()
    {
        var machine = Samples.In(MachineState.Ready) with { Controllers = [Samples.Bmc, Pdu] };
        Assert.Equal([Redfish, Pdu], (machine with { Bmc = Redfish }).Controllers.AsEnumerable());
        Assert.Equal(Pdu, Assert.Single((machine with { Bmc = null }).Controllers));
    }

    [Fact]
    public void Neither_a_controller_nor_a_target_says_its_secrets()
    {
        var target = new PowerTarget("node7", "redfish", "10.77.0.12", 443, "root", "secret-1", "administrator", true) { Secrets = System.Collections.Immutable.ImmutableDictionary<string, string>.Empty.Add("kg", "secret-2") };
        Assert.Equal("node7 via redfish root@10.77.0.12:443", target.ToString());
        Assert.Equal("redfish root@10.77.0.12:443", Redfish.ToString());
        Assert.Equal("power on node7 via redfish 10.77.0.12: no", PowerException.Of(PowerFailure.Refused, "power on", target, "no").Message);
    }
}

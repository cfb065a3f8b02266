using Provisioner.Appliance.Hardware;
using Provisioner.Domain.Hardware;
using Provisioner.Domain.Machines;
using Provisioner.Tests.Machines;

namespace Provisioner.Tests.Hardware;

/// <summary>What a machine says of itself → its profile in the catalog.</summary>
public sealed class HardwareChoiceTests
{
    private static readonly HardwareProfiles Profiles = HardwareCatalog.Load("catalog").Profiles;

    [Theory]
    [InlineData("HP", "ProLiant BL460c G6", "proliant-bl460c-g6", "ilo-2")]
    [InlineData("HP", "ProLiant BL460c G7", "proliant-bl460c-g7", "ilo-3")]
    [InlineData("HP", "ProLiant BL460c Gen8", "proliant-bl460c-g8", "ilo-4")]
    [InlineData("HP", "ProLiant DL380 G6", "proliant-dl380-g6", "ilo-2")]
    [InlineData("HP", "ProLiant DL360 G6", "proliant-dl360-g6", "ilo-2")]
    [InlineData("HP", "ProLiant DL360 G7", "proliant-dl360-g7", "ilo-3")]
    [InlineData("HP", "ProLiant DL360p Gen8", "proliant-dl360-g8", "ilo-4")]
    [InlineData("HP", "ProLiant MicroServer Gen8", "proliant-microserver-gen8", "ilo-4")]
    [InlineData("Dell Inc.", "PowerEdge R610", "poweredge-r610", "idrac-6")]
    [InlineData("Dell Inc.", "PowerEdge R620", "poweredge-r620", "idrac-7")]
    [InlineData("Dell Inc.", "PowerEdge R630", "poweredge-r630", "idrac-8")]
    public void A_server_of_the_table_is_known_by_its_SMBIOS_names(string manufacturer, string product, string profile, string controller)
    {
        var found = Profiles.For(new(manufacturer, product));
        Assert.Equal((profile, controller), (found.Name, found.Controller));
        Assert.NotEmpty(found.Quirks);
        Assert.NotEmpty(found.Protocols);
    }

    [Theory]
    [InlineData("HP", "ProLiant MicroServer", "proliant-microserver")]
    [InlineData("VMware, Inc.", "VMware Virtual Platform", "vmware-vm")]
    [InlineData("VMware, Inc.", "VMware7,1", "vmware-vm")]
    [InlineData("QEMU", "Standard PC (Q35 + ICH9, 2009)", "kvm-vm")]
    [InlineData("Red Hat", "KVM", "kvm-vm")]
    [InlineData("HP", "ProLiant DL580 G7", "ilo-3")]
    [InlineData("HP", "ProLiant DL380 Gen9", "ilo-4")]
    [InlineData("HPE", "ProLiant DL380 Gen10", "ilo-5")]
    [InlineData("Dell Inc.", "PowerEdge R740xd", "idrac-9")]
    [InlineData("Dell Inc.", "PowerEdge R710", "idrac-6")]
    [InlineData("Supermicro", "X10DRi", "supermicro-x9")]
    [InlineData("Lenovo", "ThinkSystem SR630 -[7X02CTO1WW]-", "lenovo-xcc")]
    [InlineData("Acme", "Toaster", "unknown")]
    [InlineData("", "", "unknown")]
    public void Other_machines_are_known_by_the_family_of_their_controller_or_not_at_all(string manufacturer, string product, string profile) =>
        Assert.Equal(profile, Profiles.For(new(manufacturer, product)).Name);

    [Fact]
    public void A_controller_alone_is_known_by_what_it_says_of_itself()
    {
        Assert.Equal("supermicro-x9", Profiles.For(new(IpmiManufacturer: 10876, IpmiProduct: 0x1b54)).Name);
        Assert.Equal("ilo-4", Profiles.For(new(IpmiManufacturer: 11, ControllerModel: "iLO 4")).Name);
        Assert.Equal("openbmc", Profiles.For(new(ControllerModel: "OpenBmc")).Name);
    }

    [Fact]
    public void A_machine_of_the_book_is_known_by_what_its_agent_found_unless_a_person_named_a_profile()
    {
        var machine = Samples.In(MachineState.Ready);
        Assert.Equal("proliant-dl360-g7", Profiles.For(machine, Samples.Bmc).Name);
        Assert.Equal("supermicro-x9", Profiles.For(machine with { Inventory = null }, Samples.Bmc with { ManufacturerId = 10876 }).Name);
        Assert.Equal("unknown", Profiles.For(machine with { Inventory = null }, Samples.Bmc with { ManufacturerId = 0 }).Name);
        var named = Samples.Bmc with { Settings = Samples.Bmc.Settings.SetItem("profile", "idrac-9") };
        Assert.Equal("idrac-9", Profiles.For(machine, named).Name);
        Assert.Equal("proliant-dl360-g7", Profiles.For(machine, named with { Settings = named.Settings.SetItem("profile", "no-such-profile") }).Name);
    }

    [Theory]
    [InlineData("*", "", true)]
    [InlineData("a*b", "aXXb", true)]
    [InlineData("a*b*c", "abbbc", true)]
    [InlineData("a*b*c", "abbb", false)]
    [InlineData("??10", "R610", true)]
    [InlineData("??10", "R7100", false)]
    [InlineData("hp*", "HPE", true)]
    [InlineData("", "x", false)]
    public void Forms_have_stars_and_question_marks(string form, string text, bool fits) =>
        Assert.Equal(fits, HardwareMatch.Glob(form, text));
}

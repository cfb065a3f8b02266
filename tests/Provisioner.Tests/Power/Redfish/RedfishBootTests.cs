using Provisioner.Domain.Power;
using Provisioner.Domain.Power.Redfish;

namespace Provisioner.Tests.Power.Redfish;

public sealed class RedfishBootTests
{
    private static readonly RedfishBoot Whole = new() { IsThere = true, HasMode = true, HasHttpBootUri = true, Targets = ["None", "Pxe", "Hdd", "Cd", "UefiHttp"] };
    private static readonly Uri Loader = new("http://10.0.0.1/boot/shimx64.efi");

    private static BootOverride Written(RedfishBoot boot, NextBoot next, bool uefi = true, RedfishQuirks quirks = RedfishQuirks.None) =>
        Assert.IsType<BootOverridePlan.Write>(BootOverridePlan.For(boot, next, uefi, quirks)).Override;

    private static string Refused(RedfishBoot boot, NextBoot next, bool uefi = true) =>
        Assert.IsType<BootOverridePlan.Refuse>(BootOverridePlan.For(boot, next, uefi, RedfishQuirks.None)).Why;

    [Fact]
    public void A_device_is_overridden_once_in_the_machines_mode()
    {
        Assert.Equal(new("Pxe", "Once", "UEFI", null), Written(Whole, new(BootDevice.Pxe)));
        Assert.Equal(new("Pxe", "Once", "Legacy", null), Written(Whole, new(BootDevice.Pxe), uefi: false));
        Assert.Equal(new("Hdd", "Once", "UEFI", null), Written(Whole, new(BootDevice.Disk)));
        Assert.Equal(new("Cd", "Once", "UEFI", null), Written(Whole, new(BootDevice.VirtualMedia)));
        Assert.Equal(new("UefiHttp", "Once", "UEFI", Loader.AbsoluteUri), Written(Whole, new(BootDevice.Http, Loader)));
    }

    [Fact]
    public void What_the_controller_does_not_show_is_not_written() =>
        Assert.Equal(new("Pxe", "Once", null, null), Written(Whole with { HasMode = false }, new(BootDevice.Pxe)));

    [Fact]
    public void A_boot_URL_that_is_not_taken_is_said()
    {
        var plan = Assert.IsType<BootOverridePlan.Write>(BootOverridePlan.For(Whole with { HasHttpBootUri = false }, new(BootDevice.Http, Loader), true, RedfishQuirks.None));
        Assert.Equal((new("UefiHttp", "Once", "UEFI", null), "the controller takes no boot URL: DHCP gives it"), (plan.Override, plan.Note));
    }

    [Fact]
    public void A_controller_without_Hdd_is_left_to_its_boot_order()
    {
        var plan = Assert.IsType<BootOverridePlan.Write>(BootOverridePlan.For(Whole with { Targets = ["None", "Pxe"] }, new(BootDevice.Disk), true, RedfishQuirks.None));
        Assert.Equal("None", plan.Override.Target);
        Assert.Contains("boot order decides", plan.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void A_Supermicro_boots_its_virtual_CD_as_UsbCd()
    {
        var boot = Whole with { Targets = ["None", "Pxe", "Cd", "UsbCd"] };
        Assert.Equal("UsbCd", Written(boot, new(BootDevice.VirtualMedia), quirks: RedfishQuirks.VirtualCdIsUsb).Target);
        Assert.Equal("Cd", Written(boot, new(BootDevice.VirtualMedia)).Target);
    }

    [Fact]
    public void What_can_not_be_is_refused_with_what_can()
    {
        Assert.Equal("the controller can't boot from network (HTTP): it takes None, Pxe", Refused(Whole with { Targets = ["None", "Pxe"] }, new(BootDevice.Http)));
        Assert.Contains("needs UEFI", Refused(Whole, new(BootDevice.Http, Loader), uefi: false), StringComparison.Ordinal);
        Assert.Contains("shows no boot override", Refused(RedfishBoot.None, new(BootDevice.Pxe)), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_what_reads_back_the_same_is_agreed()
    {
        var asked = new BootOverride("Pxe", "Once", "UEFI", null);
        var read = Whole with { Target = "Pxe", Enabled = "Once", Mode = "UEFI" };
        Assert.IsType<NextBootVerdict.Agreed>(asked.Judge(read));
        Assert.Equal("the controller said yes to Pxe, Once, UEFI, but reads back None, Disabled, UEFI", Assert.IsType<NextBootVerdict.Differs>(asked.Judge(read with { Target = "None", Enabled = "Disabled" })).Why);
        Assert.IsType<NextBootVerdict.Differs>(asked.Judge(read with { Mode = "Legacy" }));
        Assert.Contains("\"Continuous\"", Assert.IsType<NextBootVerdict.Doubtful>(asked.Judge(read with { Enabled = "Continuous" })).Note, StringComparison.Ordinal);
        Assert.Contains("no boot device", Assert.IsType<NextBootVerdict.Differs>(asked.Judge(RedfishBoot.None)).Why, StringComparison.Ordinal);
        Assert.IsType<NextBootVerdict.Agreed>(new BootOverride("None", "Disabled", null, null).Judge(read with { Target = "None" }));
        Assert.Contains("doesn't show the boot URL", Assert.IsType<NextBootVerdict.Doubtful>(new BootOverride("UefiHttp", "Once", "UEFI", "http://x/").Judge(read with { Target = "UefiHttp" })).Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_fill_in_what_the_system_does_not_show()
    {
        var settings = RedfishBoot.Of(RedfishResetTests.Json("""{"BootSourceOverrideTarget":"None","BootSourceOverrideMode":"UEFI","BootSourceOverrideTarget@Redfish.AllowableValues":["Pxe"]}"""));
        var boot = RedfishBoot.Of(RedfishResetTests.Json("""{"BootOrder":[]}""")).Or(settings);
        Assert.True(boot is { IsThere: true, HasMode: true, Target: "None" });
        Assert.Equal<string>(["Pxe"], boot.Targets);
    }
}

using Provisioner.Appliance.Power;
using Provisioner.Appliance.Power.Ipmi;
using Provisioner.ApplianceTests.Power.Redfish;
using Provisioner.Domain.Hardware;
using Provisioner.Domain.Power;
using Provisioner.Wire.Ipmi;
using static Provisioner.ApplianceTests.Power.BmcFaces;

namespace Provisioner.ApplianceTests.Power;

/// <summary>
/// Each server of the tested-hardware table, through a simulated controller with its face and its profile's quirks, by the appliance's own
/// drivers: found out, switched on from the network, back to its disk, reset, off. Every row is named in <c>./run test power</c>.
/// </summary>
public sealed class HardwareMatrixTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private static readonly Dictionary<string, (BmcFace Face, string Profile, bool Uefi)> Rows = new()
    {
        ["ProLiant BL460c G6 (iLO 2)"] = (Hp("ProLiant BL460c G6", 0x11, (2, 0x29)), "proliant-bl460c-g6", false),
        ["ProLiant BL460c G7 (iLO 3)"] = (Hp("ProLiant BL460c G7", 0x11, (1, 0x88)), "proliant-bl460c-g7", false),
        ["ProLiant BL460c Gen8 (iLO 4)"] = (Hp("ProLiant BL460c Gen8", 0x13, (2, 0x55), 0x2020), "proliant-bl460c-g8", false),
        ["ProLiant DL380 G6 (iLO 2)"] = (Hp("ProLiant DL380 G6", 0x11, (2, 0x29)), "proliant-dl380-g6", false),
        ["ProLiant DL380 G7 (iLO 3)"] = (Hp("ProLiant DL380 G7", 0x11, (1, 0x88)), "proliant-dl380-g7", false),
        ["ProLiant DL360 G6 (iLO 2)"] = (Hp("ProLiant DL360 G6", 0x11, (2, 0x29)), "proliant-dl360-g6", false),
        ["ProLiant DL360 G7 (iLO 3)"] = (Hp("ProLiant DL360 G7", 0x11, (1, 0x88)), "proliant-dl360-g7", false),
        ["ProLiant DL360p Gen8 (iLO 4)"] = (Hp("ProLiant DL360p Gen8", 0x13, (2, 0x55), 0x2020), "proliant-dl360-g8", false),
        ["ProLiant MicroServer N54L (remote access card)"] = (Hp("ProLiant MicroServer", 0x20, (1, 0x03)), "proliant-microserver", false),
        ["ProLiant MicroServer Gen8 (iLO 4)"] = (Hp("ProLiant MicroServer Gen8", 0x13, (2, 0x55), 0x2020), "proliant-microserver-gen8", false),
        ["PowerEdge R610 (iDRAC 6)"] = (Dell("PowerEdge R610", (1, 0x98)), "poweredge-r610", false),
        ["PowerEdge R620 (iDRAC 7)"] = (Dell("PowerEdge R620", (2, 0x65)), "poweredge-r620", true),
        ["PowerEdge R630 (iDRAC 8)"] = (Dell("PowerEdge R630", (2, 0x70)), "poweredge-r630", true),
    };

    public static TheoryData<string> Names => [.. Rows.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Over_IPMI(string server)
    {
        var (face, profile, uefi) = Rows[server];
        await using var bmc = Start(face);
        Assert.Equal(profile, Catalog.For(Facts(face)).Name);
        await using var driver = new IpmiDriver(TimeProvider.System);
        var hand = new PowerHand([driver], TimeProvider.System, new PowerTimings { OffBeforeOn = TimeSpan.FromSeconds(0.2) });
        var target = new PowerTarget("node7", "ipmi", "127.0.0.1", bmc.Port, "admin", "a-password-of-20-oct", "administrator", uefi) { Settings = Settings(profile) };
        await SwitchedOnInBandAsync(bmc, target);

        var abilities = await hand.LookAsync(target, default);
        Assert.NotEmpty(abilities.Vendor);
        Assert.True(abilities.ReadsState);
        Assert.Equal(PowerState.Off, await hand.GetAsync(target, default));
        await hand.SetNextBootAsync(target, new(BootDevice.Pxe), default);
        Assert.Equal(PowerState.On, await hand.SetAsync(target, PowerAction.On, Deadline, default));
        Assert.Equal([$"network, {(uefi ? "UEFI" : "BIOS")}"], bmc.Chassis.Boots);
        await hand.SetNextBootAsync(target, new(BootDevice.Disk), default);
        Assert.Equal(PowerState.On, await hand.SetAsync(target, PowerAction.Cycle, Deadline, default));
        Assert.Equal($"disk, {(uefi ? "UEFI" : "BIOS")}", bmc.Chassis.Boots[^1]);
        Assert.Equal(PowerState.On, await hand.SetAsync(target, PowerAction.Reset, Deadline, default));
        Assert.Equal("default", bmc.Chassis.Boots[^1]);
        Assert.Equal(PowerState.Off, await hand.SetAsync(target, PowerAction.Off, Deadline, default));
        Assert.Equal(PowerState.On, await hand.SetAsync(target, PowerAction.Cycle, Deadline, default));
        Assert.Equal(PowerState.Off, await hand.SetAsync(target, PowerAction.SoftOff, Deadline, default));
    }

    [Theory]
    [InlineData("ProLiant BL460c Gen8 (iLO 4)", "proliant-bl460c-g8", "iLO 4", "ProLiant BL460c Gen8")]
    [InlineData("ProLiant DL360p Gen8 (iLO 4)", "proliant-dl360-g8", "iLO 4", "ProLiant DL360p Gen8")]
    [InlineData("ProLiant MicroServer Gen8 (iLO 4)", "proliant-microserver-gen8", "iLO 4", "ProLiant MicroServer Gen8")]
    [InlineData("PowerEdge R630 (iDRAC 8)", "poweredge-r630", "iDRAC 8", "PowerEdge R630")]
    public async Task Over_Redfish(string server, string profile, string face, string product)
    {
        await using var service = await RedfishService.StartAsync(ServiceFace.Of(face) with { Model = product });
        service.Machine.FollowsAfter = TimeSpan.FromSeconds(0.3);
        Assert.Equal(profile, Catalog.For(new(service.Face.Manufacturer, product, ControllerModel: service.Face.ControllerModel)).Name);
        Assert.True(Rows.ContainsKey(server));
        await using var driver = RedfishDrivers.Driver(RedfishDrivers.Short with { ReadBack = TimeSpan.FromSeconds(10) });
        var hand = RedfishDrivers.Hand(driver);
        var target = service.Target() with { Settings = Settings(profile) };
        var abilities = await hand.LookAsync(target, default);
        Assert.Equal((service.Face.Manufacturer, service.Face.ControllerModel), (abilities.Vendor, abilities.Model));
        target = target with { Settings = abilities.Settings ?? target.Settings };
        Assert.Equal(PowerState.Off, await hand.GetAsync(target, default));
        await hand.SetNextBootAsync(target, new(BootDevice.Pxe), default);
        Assert.Equal(("Pxe", "Once"), (service.Machine.BootTarget, service.Machine.BootEnabled));
        Assert.Equal(PowerState.On, await hand.SetAsync(target, PowerAction.On, Deadline, default));
        await hand.SetNextBootAsync(target, new(BootDevice.Disk), default);
        Assert.Equal("Hdd", service.Machine.BootTarget);
        Assert.Equal(PowerState.On, await hand.SetAsync(target, PowerAction.Cycle, Deadline, default));
        Assert.Equal(PowerState.Off, await hand.SetAsync(target, PowerAction.Off, Deadline, default));
    }

    /// <summary>What no server of the table has, and others have: each by itself, named in the controller's settings as an operator names it.</summary>
    [Theory]
    [InlineData(QuirkNames.SlowAnswers)]
    [InlineData(QuirkNames.BootFlagsIgnoredOnce)]
    [InlineData(QuirkNames.BootFlagsUnmarked)]
    [InlineData(QuirkNames.OneSession)]
    [InlineData(QuirkNames.CycleNeedsOn)]
    [InlineData(QuirkNames.RebootsWithHost)]
    [InlineData(QuirkNames.NoChecksumCheck)]
    [InlineData(QuirkNames.OpenSessPriv)]
    [InlineData(QuirkNames.OnlySuite17)]
    public async Task With_the_quirk(string quirk)
    {
        await using var bmc = new BmcSimulator();
        Act(quirk, bmc);
        await using var driver = new IpmiDriver(TimeProvider.System);
        var hand = new PowerHand([driver], TimeProvider.System, Hands.Short);
        var target = new PowerTarget("node7", "ipmi", "127.0.0.1", bmc.Port, "admin", "a-password-of-20-oct", "administrator", Uefi: false) { Settings = Settings("unknown").Add("quirks", quirk) };
        var told = new List<string>();
        var (rung, _) = await new PowerClimber(hand, [("ipmi", target)], told.Add).BootAsync(new(BootDevice.Pxe, null, null, []), default);
        // What was ignored once is set again, and that is told.
        Assert.Equal(quirk == QuirkNames.BootFlagsIgnoredOnce ? ("ipmi/pxe/again", 1) : ("ipmi/pxe", 0), (rung.Name, told.Count));
        Assert.Equal(PowerState.On, await hand.SetAsync(target, PowerAction.On, TimeSpan.FromSeconds(40), default));
        Assert.Equal(["network, BIOS"], bmc.Chassis.Boots);
        Assert.Equal(PowerState.Off, await hand.SetAsync(target, PowerAction.Off, TimeSpan.FromSeconds(40), default));
    }

    [Fact]
    public void Every_quirk_of_the_table_is_acted_out_by_the_simulator()
    {
        foreach (var (_, profile, _) in Rows.Values)
            Assert.All(Catalog.Find(profile)!.Quirks, quirk => Assert.True(IsActed(quirk.Name), $"{profile}: {quirk.Name}"));
    }

    [Fact]
    public void Every_server_of_the_catalog_is_a_row() =>
        Assert.Empty(Catalog.All.Where(p => p.Kind is HardwareKind.Server).Select(p => p.Name).Except(Rows.Values.Select(row => row.Profile)));

    private static System.Collections.Immutable.ImmutableSortedDictionary<string, string> Settings(string profile) =>
        System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add("profile", profile);

    // IPMI over LAN that is off is told with its cure; the agent in the machine switches it on (Set Channel Access, IPMI 2.0 §22.22).
    private static async Task SwitchedOnInBandAsync(BmcSimulator bmc, PowerTarget target)
    {
        if (bmc.LanAccess) return;
        await using var hasty = new IpmiDriver(TimeProvider.System, new IpmiTimings { HandshakeTries = [TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(0.2)] });
        var off = await Assert.ThrowsAsync<PowerException>(() => new PowerHand([hasty], TimeProvider.System).GetAsync(target, default));
        Assert.Equal(PowerFailure.Silent, off.Failure);
        Assert.Contains("IPMI over LAN is enabled in its settings", off.Message, StringComparison.Ordinal);
        Assert.Equal(CompletionCode.Ok, bmc.InBand(NetFn.App, 0x40, 0x01, 0x7a, 0x44).Code);
        Assert.Equal(CompletionCode.Ok, bmc.InBand(NetFn.App, 0x40, 0x01, 0xba, 0x84).Code);
        Assert.True(bmc.LanAccess);
    }
}

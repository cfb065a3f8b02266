using Provisioner.Appliance.Hardware;
using Provisioner.Domain.Hardware;

namespace Provisioner.ApplianceTests.Power;

/// <summary>Simulated BMCs with the faces of the catalog's hardware: what Get Device ID says, and every quirk of the profile acted out.</summary>
internal static class BmcFaces
{
    private static readonly Dictionary<string, Action<BmcSimulator>> Acts = new()
    {
        [QuirkNames.NoSuite17] = bmc => bmc.Suites = [3],
        [QuirkNames.OnlySuite17] = bmc => bmc.Suites = [17],
        [QuirkNames.NoCipherSuiteList] = bmc => bmc.HidesCipherSuites = true,
        [QuirkNames.NoIpmi15] = bmc => bmc.Speaks15 = false,
        [QuirkNames.NoIpmi20] = bmc => bmc.Speaks15Only = true,
        [QuirkNames.Password16] = bmc => bmc.PasswordRoom = 16,
        [QuirkNames.BootFlagsUnmarked] = bmc => bmc.Chassis.UnmarksBootFlags = true,
        [QuirkNames.BootFlagsIgnoredOnce] = bmc => bmc.Chassis.BootFlagLiesLeft = 1,
        [QuirkNames.UefiDiskIsRemote] = bmc => bmc.Chassis.UefiDiskIsRemote = true,
        [QuirkNames.SlowAnswers] = bmc => bmc.Delay = _ => TimeSpan.FromSeconds(2.5),
        [QuirkNames.OneSession] = bmc => bmc.MaxSessions = 1,
        [QuirkNames.LoginDelay] = bmc => bmc.LoginDelay = TimeSpan.FromSeconds(2),
        [QuirkNames.IpmiOffByDefault] = bmc => bmc.LanAccess = false,
        [QuirkNames.OnBeforeState] = bmc => bmc.Chassis.FollowsAfter = TimeSpan.FromSeconds(0.4),
        [QuirkNames.CycleNeedsOn] = bmc => bmc.Chassis.CycleNeedsOn = true,
        [QuirkNames.RebootsWithHost] = bmc => bmc.Chassis.BmcAwayAtPowerOn = TimeSpan.FromSeconds(1.5),
        [QuirkNames.NoSol] = bmc => bmc.Sol.Enabled = false,
        [QuirkNames.NoChecksumCheck] = bmc => bmc.WrongChecksums = true,
        [QuirkNames.OpenSessPriv] = bmc => bmc.HashesOpenSessionLevel = true,
        // These are in the face: what the sensors and the FRU say.
        [QuirkNames.DiscreteReading] = _ => { },
        [QuirkNames.IgnoreScanningDisabled] = _ => { },
        [QuirkNames.SkipChecks] = _ => { },
    };

    public static HardwareProfiles Catalog { get; } = HardwareCatalog.Load("catalog").Profiles;

    /// <summary>Whether a quirk is acted out, or is about what is tried first, or about Redfish, of which IPMI has nothing to act.</summary>
    public static bool IsActed(string quirk) => Acts.ContainsKey(quirk) || IsOfRedfish(quirk);

    /// <summary>Has a simulator act out a quirk.</summary>
    public static void Act(string quirk, BmcSimulator bmc) => Acts[quirk](bmc);

    /// <summary>What a machine with this face says of itself, in-band.</summary>
    public static HardwareFacts Facts(BmcFace face) =>
        new(face.Manufacturer, face.Product, face.IpmiManufacturer, face.IpmiProduct, $"{face.Firmware.Major}.{face.Firmware.Minor:x2}");

    /// <summary>A simulator with that face, and with all quirks of the profile that the catalog finds for it.</summary>
    public static BmcSimulator Start(BmcFace face)
    {
        var profile = Catalog.For(Facts(face));
        var bmc = new BmcSimulator(face with
        {
            DiscreteReadings = profile.Has(QuirkNames.DiscreteReading),
            SensorsSayUnscanned = profile.Has(QuirkNames.IgnoreScanningDisabled),
            WrongFruChecksums = profile.Has(QuirkNames.SkipChecks),
        })
        {
            Speaks15 = true,
        };
        foreach (var quirk in profile.Quirks.Where(q => !IsOfRedfish(q.Name))) Acts[quirk.Name](bmc);
        return bmc;
    }

    private static bool IsOfRedfish(string quirk) => quirk is QuirkNames.NoRedfish || quirk.StartsWith("redfish-", StringComparison.Ordinal);

    public static BmcFace Hp(string product, byte device, (byte, byte) firmware, ushort number = 0x2000) => new()
    {
        Manufacturer = "HP",
        Product = product,
        IpmiManufacturer = 11,
        IpmiProduct = number,
        Device = device,
        Firmware = firmware,
    };

    public static BmcFace Dell(string product, (byte, byte) firmware) => new()
    {
        Manufacturer = "Dell Inc.",
        Product = product,
        Firmware = firmware,
    };
}

using Provisioner.Domain.Hardware;
using Provisioner.Domain.Power;
using Provisioner.Wire.Ipmi;

namespace Provisioner.Appliance.Power.Ipmi;

/// <summary>Puts into the appliance what a BMC can be asked besides power.</summary>
internal static class IpmiSetup
{
    public static IServiceCollection AddIpmi(this IServiceCollection services) => services
        .AddSingleton(s => s.GetServices<IPowerDriver>().OfType<IpmiDriver>().Single())
        .AddSingleton<BmcDesk>().AddSingleton<ConsoleDesk>();

    /// <summary>What the hardware profile that a controller's settings name says that it does otherwise.</summary>
    public static IpmiQuirks QuirksOf(PowerTarget target, HardwareProfiles profiles) =>
        target.Settings.TryGetValue(MachineHardware.ProfileSetting, out string? name) && profiles.Find(name) is { } profile
            ? IpmiQuirkNames.Of(profile.Quirks.Select(quirk => quirk.Name)) : IpmiQuirks.None;
}

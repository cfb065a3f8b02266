using Provisioner.Domain.Hardware;

namespace Provisioner.Domain.Power.Redfish;

/// <summary>
/// Where a maker's service does other than the paper says, and it can't be seen on the service itself. The names stand in profiles of
/// <c>catalog/hardware</c>, with who saw it. The rest (missing properties, other actions, tags that are refused) is found out each time and needs no name.
/// </summary>
[Flags]
public enum RedfishQuirks
{
    /// <summary>As the paper says.</summary>
    None = 0,
    /// <summary><see cref="QuirkNames.RedfishVirtualCdIsUsb"/>.</summary>
    VirtualCdIsUsb = 1,
    /// <summary><see cref="QuirkNames.RedfishVirtualCdByProfile"/>.</summary>
    VirtualCdByProfile = 2,
}

/// <summary>Quirks by name.</summary>
public static class RedfishQuirkNames
{
    /// <summary>Redfish's among those of a profile.</summary>
    public static RedfishQuirks Of(HardwareProfile profile) =>
        (profile.Has(QuirkNames.RedfishVirtualCdIsUsb) ? RedfishQuirks.VirtualCdIsUsb : RedfishQuirks.None)
        | (profile.Has(QuirkNames.RedfishVirtualCdByProfile) ? RedfishQuirks.VirtualCdByProfile : RedfishQuirks.None);
}

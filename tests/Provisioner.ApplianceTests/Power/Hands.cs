using Provisioner.Appliance.Power;
using Provisioner.Domain.Power;

namespace Provisioner.ApplianceTests.Power;

/// <summary>The part above the drivers, as the appliance puts it together.</summary>
internal static class Hands
{
    /// <summary>With repeats and looks so short that a lying BMC is found out in a second.</summary>
    public static readonly PowerTimings Short = new() { RepeatOrder = TimeSpan.FromSeconds(0.6), LookAgainAtMost = TimeSpan.FromSeconds(1), OffBeforeOn = TimeSpan.FromSeconds(0.2) };

    public static PowerHand Hand(IPowerDriver driver) => new([driver], TimeProvider.System, Short);
}

using Provisioner.Domain.Power;
using Provisioner.Domain.Power.Redfish;

namespace Provisioner.Appliance.Power.Redfish;

/// <summary>A request that came to nothing: half a sentence, made whole by the driver, which knows operation and machine.</summary>
internal sealed class RedfishFailure(PowerFailure failure, string why, RedfishError? error = null) : Exception(why)
{
    public PowerFailure Failure => failure;

    /// <summary>What the controller said, where it said something.</summary>
    public RedfishError? Error => error;
}

using Provisioner.Wire.Ipmi;

namespace Provisioner.Appliance.Power.Ipmi;

/// <summary>A conversation with a BMC that failed: half a sentence. <see cref="IpmiDriver"/> puts operation and machine in front.</summary>
internal sealed class IpmiException(IpmiFailure failure, string why, byte? code = null) : Exception(why)
{
    public IpmiFailure Failure { get; } = failure;

    /// <summary>The completion code, where the BMC refused a command.</summary>
    public byte? Code { get; } = code;
}

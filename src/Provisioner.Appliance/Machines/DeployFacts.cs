using Provisioner.Domain.Images;
using Provisioner.Domain.Machines;

namespace Provisioner.Appliance.Machines;

/// <summary>What a deploy needs to know besides the machine: images, roles, and what chance gives it.</summary>
internal interface IDeployFacts
{
    ImageInfo? Image(string name);
    /// <summary>Why a machine can't be given a role by itself, in one sentence with the cure; null where it can.</summary>
    string? RoleFault(string role);
    FreshDeployment Fresh(string machine);
}

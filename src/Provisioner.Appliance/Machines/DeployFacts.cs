using Provisioner.Domain.Images;
using Provisioner.Domain.Machines;

namespace Provisioner.Appliance.Machines;

/// <summary>What a deploy needs to know besides the machine: images, roles, and what chance gives it.</summary>
internal interface IDeployFacts
{
    ImageInfo? Image(string name);
    bool RoleKnown(string name);
    FreshDeployment Fresh(string machine);
}

using System.Security.Cryptography;
using Provisioner.Appliance.Images;
using Provisioner.Appliance.Roles;
using Provisioner.Appliance.Store;
using Provisioner.Domain.Images;
using Provisioner.Domain.Machines;

namespace Provisioner.Appliance.Machines;

/// <summary><see cref="IDeployFacts"/> from the image shelf, the role catalog and the random generator.</summary>
internal sealed class ShelfFacts(ImageShelf shelf, RoleCatalog roles, SecretBox secrets) : IDeployFacts
{
    public ImageInfo? Image(string name) => shelf.Find(name);

    public string? RoleFault(string role) => roles.Find(role) is { } found ? found.WhyNotAlone : $"there is no role {role}: see the list of roles";

    public FreshDeployment Fresh(string machine)
    {
        string token = Token.New();
        return new(RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", 8), Guid.NewGuid().ToString().ToUpperInvariant(),
            secrets.Seal(SeedWriter.PurposeOf(machine), token), Token.Hash(token));
    }
}

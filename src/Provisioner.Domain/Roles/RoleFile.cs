using System.Collections.Immutable;
using Provisioner.Domain.Catalog;

namespace Provisioner.Domain.Roles;

/// <summary>A role file that was read: the role, or all that is wrong with it.</summary>
/// <param name="Role">The role; null where there are faults.</param>
/// <param name="Faults">What is wrong, in order of lines.</param>
public sealed record RoleFile(Role? Role, ImmutableArray<CatalogFault> Faults)
{
    /// <summary>Reads a role file.</summary>
    /// <param name="file">Its name, <c>basics.yaml</c>: the role has the same one.</param>
    /// <param name="yaml">Its text.</param>
    public static RoleFile Read(string file, string yaml)
    {
        var faults = new Faults(file);
        var role = CatalogYaml.Root(yaml, "role", faults) is { } root ? new RoleReader(faults).Read(root, file) : null;
        return faults.Any ? new(null, faults.Sorted) : new(role, []);
    }
}

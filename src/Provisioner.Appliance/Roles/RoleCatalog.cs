using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using Provisioner.Domain.Roles;

namespace Provisioner.Appliance.Roles;

/// <summary>The roles of the catalog folder, read once at start: all that are good, and everything that is wrong with the others.</summary>
internal sealed class RoleCatalog
{
    private readonly FrozenDictionary<string, Role> _roles;

    private RoleCatalog(IEnumerable<Role> roles, ImmutableArray<RoleFault> faults) =>
        (_roles, Faults) = (roles.ToFrozenDictionary(r => r.Name), faults);

    /// <summary>What is wrong with role files, by file and line.</summary>
    public ImmutableArray<RoleFault> Faults { get; }

    /// <summary>All roles by name.</summary>
    public IEnumerable<Role> All => _roles.Values.OrderBy(r => r.Name, StringComparer.Ordinal);

    /// <summary>A role, or null.</summary>
    public Role? Find(string name) => _roles.GetValueOrDefault(name);

    /// <summary>Reads <c>roles/**/*.yaml</c> of a catalog folder.</summary>
    public static RoleCatalog Load(string catalog)
    {
        string folder = Path.Combine(catalog, "roles");
        if (!Directory.Exists(folder)) return new([], [new(folder, 0, "there is no such folder", "name the catalog's folder with --catalog")]);
        var faults = ImmutableArray.CreateBuilder<RoleFault>();
        var roles = new Dictionary<string, (Role Role, string File)>();
        foreach (string path in Directory.EnumerateFiles(folder, "*.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string file = Path.GetRelativePath(catalog, path);
            var read = Read(file, path);
            faults.AddRange(read.Faults);
            if (read.Role is { } role && !roles.TryAdd(role.Name, (role, file)))
                faults.Add(new(file, 1, $"a role \"{role.Name}\" stands in {roles[role.Name].File} already", "give one of them another name"));
        }
        return new(roles.Values.Select(r => r.Role), faults.ToImmutable());
    }

    private static RoleFile Read(string file, string path)
    {
        try
        {
            return RoleFile.Read(file, File.ReadAllText(path, new UTF8Encoding(false, throwOnInvalidBytes: true)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            return new(null, [new(file, 0, $"it can't be read: {e.Message}", "make it a readable file in UTF-8")]);
        }
    }
}

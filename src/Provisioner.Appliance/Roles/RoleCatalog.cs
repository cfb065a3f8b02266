using System.Collections.Immutable;
using System.Text;
using Provisioner.Domain.Catalog;
using Provisioner.Domain.Roles;

namespace Provisioner.Appliance.Roles;

/// <summary>The roles and releases of the catalog folder, read once at start: all that are good, and everything that is wrong with the others.</summary>
internal sealed class RoleCatalog
{
    private RoleCatalog(RoleLibrary library, ImmutableArray<CatalogFault> unread) => (Library, Faults) = (library, [.. unread, .. library.Faults]);

    /// <summary>Roles and releases.</summary>
    public RoleLibrary Library { get; }

    /// <summary>What is wrong with role files, by file and line.</summary>
    public ImmutableArray<CatalogFault> Faults { get; }

    /// <summary>All roles by name.</summary>
    public IEnumerable<Role> All => Library.Roles.Values;

    /// <summary>A role, or null.</summary>
    public Role? Find(string name) => Library.Roles.GetValueOrDefault(name);

    /// <summary>Reads <c>roles/**/*.yaml</c> of a catalog folder.</summary>
    public static RoleCatalog Load(string catalog)
    {
        string folder = Path.Combine(catalog, "roles");
        if (!Directory.Exists(folder)) return new(RoleLibrary.Read([]), [new(folder, 0, "there is no such folder", "name the catalog's folder with --catalog")]);
        var (files, unread) = (new List<(string, string)>(), ImmutableArray.CreateBuilder<CatalogFault>());
        foreach (string path in Directory.EnumerateFiles(folder, "*.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string file = Path.GetRelativePath(catalog, path);
            try
            {
                files.Add((file, File.ReadAllText(path, new UTF8Encoding(false, throwOnInvalidBytes: true))));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException)
            {
                unread.Add(new(file, 0, $"it can't be read: {e.Message}", "make it a readable file in UTF-8"));
            }
        }
        return new(RoleLibrary.Read(files), unread.ToImmutable());
    }
}

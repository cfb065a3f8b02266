using Provisioner.Domain.Bundles;
using Provisioner.Domain.Roles;

namespace Provisioner.Tests.Roles;

/// <summary>Everything that is shipped reads without a fault.</summary>
public sealed class CatalogTests
{
    private static readonly string Catalog = Environment.GetEnvironmentVariable("PROVISIONER_CATALOG") ?? "catalog";

    private static readonly RoleLibrary Library = RoleLibrary.Read(Files("roles"));

    [Fact]
    public void Roles_and_releases_have_no_faults() => Assert.Equal("", string.Join('\n', Library.Faults));

    [Fact]
    public void Bundles_have_no_faults() =>
        Assert.Equal("", string.Join('\n', Files("bundles").SelectMany(f => BundleFile.Read(f.File, f.Yaml, Library).Faults.Select(fault => $"{f.File}: {fault}"))));

    private static IEnumerable<(string File, string Yaml)> Files(string folder) => !Directory.Exists(Path.Combine(Catalog, folder)) ? [] :
        Directory.EnumerateFiles(Path.Combine(Catalog, folder), "*.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(path => (Path.GetRelativePath(Catalog, path), File.ReadAllText(path)));
}

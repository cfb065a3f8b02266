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

    // Where volumes are logical ones there is no list of NFS shares, and cinder-volume waited for it.
    [Fact]
    public void No_service_reads_a_file_that_its_role_writes_under_another_condition_only()
    {
        var bad = new List<string>();
        foreach (var role in Library.Roles.Values)
        {
            var all = role.AllSteps.SelectMany(s => s.Resources.Select(r => (Resource: r, When: Terms(s.When).Concat(Terms(r.When)).ToHashSet()))).ToList();
            var writers = all.Where(r => r.Resource.Kind is not "service").SelectMany(r => Texts(r.Resource, "path").Select(path => (path, r.When))).ToLookup(w => w.path, w => w.When);
            foreach (var (service, when) in all.Where(r => r.Resource.Kind is "service"))
                foreach (string file in Texts(service, "restart-when-changed"))
                    // Written "not related.x", it is else written by that relation's role.
                    if (writers[file].ToList() is [var only] && !only.Where(t => !t.StartsWith("not related.", StringComparison.Ordinal)).All(when.Contains))
                        bad.Add($"{role.Name}, line {service.Line}: {file} is written when {string.Join(" and ", only)}");
        }
        Assert.Equal("", string.Join('\n', bad));

        static IEnumerable<string> Terms(Condition? condition) => condition is null ? [] : condition.Tests.Select(t => $"{(t.Wanted ? "" : "not ")}{t.Name} {string.Join(' ', t.Texts)}".Trim());
        static IEnumerable<string> Texts(Resource resource, string setting) => resource.Settings.All.GetValueOrDefault(setting, []).Where(p => !p.Template.Names.Any()).Select(p => p.Template.Text(Values.None));
    }

    private static IEnumerable<(string File, string Yaml)> Files(string folder) => !Directory.Exists(Path.Combine(Catalog, folder)) ? [] :
        Directory.EnumerateFiles(Path.Combine(Catalog, folder), "*.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(path => (Path.GetRelativePath(Catalog, path), File.ReadAllText(path)));
}

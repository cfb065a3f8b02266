using System.Collections.Immutable;
using Provisioner.Domain.Catalog;

namespace Provisioner.Domain.Roles;

/// <summary>All roles and releases of a catalog, and everything that is wrong with its files. What is not good is not in.</summary>
public sealed record RoleLibrary
{
    /// <summary>The roles by name.</summary>
    public ImmutableSortedDictionary<string, Role> Roles { get; private init; } = ImmutableSortedDictionary<string, Role>.Empty;

    /// <summary>The releases by name.</summary>
    public ImmutableSortedDictionary<string, Release> Releases { get; private init; } = ImmutableSortedDictionary<string, Release>.Empty;

    /// <summary>What is wrong, by file and line.</summary>
    public ImmutableArray<CatalogFault> Faults { get; private init; } = [];

    /// <summary>Reads the files of a catalog: roles and releases.</summary>
    public static RoleLibrary Read(IEnumerable<(string File, string Yaml)> files)
    {
        var faults = new List<CatalogFault>();
        var roles = new SortedDictionary<string, Role>(StringComparer.Ordinal);
        var releases = new SortedDictionary<string, Release>(StringComparer.Ordinal);
        foreach (var (file, yaml) in files)
        {
            var wrong = new Faults(file);
            if (CatalogYaml.Root(yaml, "role", wrong) is { } root)
            {
                if (CatalogYaml.Kind(root, "role", "release") is "release") Add(new ReleaseReader(wrong).Read(root, file), r => r.Name, r => r.File, releases, wrong, "release");
                else Add(new RoleReader(wrong).Read(root, file), r => r.Name, r => r.File, roles, wrong, "role");
            }
            faults.AddRange(wrong.Sorted);
        }
        faults.AddRange(Extend(releases));
        foreach (var role in roles.Values) faults.AddRange(Unreleased(role, releases.Values));
        return new()
        {
            Roles = roles.ToImmutableSortedDictionary(StringComparer.Ordinal),
            Releases = releases.ToImmutableSortedDictionary(StringComparer.Ordinal),
            Faults = [.. faults],
        };
    }

    private static void Add<T>(T? item, Func<T, string> name, Func<T, string> file, SortedDictionary<string, T> all, Faults faults, string what) where T : class
    {
        if (item is null || faults.Any) return;
        if (all.TryGetValue(name(item), out var other)) faults.At(1, $"a {what} \"{name(item)}\" stands in {file(other)} already", "give one of them another name");
        else all[name(item)] = item;
    }

    // One level: what extends an extension would be read in three files.
    private static List<CatalogFault> Extend(SortedDictionary<string, Release> releases)
    {
        List<CatalogFault> faults = [];
        foreach (var release in releases.Values.Where(r => r.Extends is not null).ToList())
        {
            var extended = releases.GetValueOrDefault(release.Extends!);
            if (extended is { Extends: null } && extended.Product == release.Product)
            {
                releases[release.Name] = release.Over(extended);
                continue;
            }
            string[] others = [.. releases.Values.Where(r => r.Extends is null && r.Product == release.Product).Select(r => r.Name)];
            faults.Add(new(release.File, release.ExtendsLine, extended is null ? $"there is no release \"{release.Extends}\" that {release.Name} could extend"
                : extended.Product == release.Product ? $"{release.Name} extends {extended.Name}, which extends {extended.Extends} itself"
                : $"{release.Name} is a release of {release.Product} and extends {extended.Name}, one of {extended.Product}",
                others.Length > 0 ? Nearest.Of(release.Extends!, others) : "leave out extends"));
        }
        foreach (var fault in faults) releases.Remove(releases.Values.Single(r => r.File == fault.File).Name);
        return faults;
    }

    // A value that no release has is a misspelt one.
    private static IEnumerable<CatalogFault> Unreleased(Role role, IEnumerable<Release> releases)
    {
        if (role.Product is not { } product) yield break;
        Release[] own = [.. releases.Where(r => r.Product == product)];
        if (own.Length == 0)
        {
            yield return new(role.File, 1, $"{role.Name} belongs to {product}, which has no releases", "add a file under releases, or leave out product");
            yield break;
        }
        string[] known = [.. own.SelectMany(r => r.Values.Keys).Append("name").Distinct().Select(v => $"release.{v}")];
        foreach (var (line, name) in role.Names.Where(n => n.Name.StartsWith("release.", StringComparison.Ordinal) && !known.Contains(n.Name)).Distinct())
            yield return new(role.File, line, $"no release of {product} has \"{name}\"", Nearest.Of(name, known));
    }
}

using System.Collections.Immutable;
using Provisioner.Domain.Catalog;
using Provisioner.Domain.Roles;

namespace Provisioner.Domain.Bundles;

/// <summary>What can't be right about a bundle, whatever machines it gets.</summary>
internal static class BundleCheck
{
    /// <summary>All faults, by line.</summary>
    public static ImmutableArray<CatalogFault> Faults(Bundle bundle)
    {
        var faults = new List<CatalogFault>();
        faults.AddRange(Single(bundle));
        faults.AddRange(Conflicts(bundle));
        if (faults.Count > 0) return [.. faults.OrderBy(f => f.Line)];
        // With two machines in each group that may have more, everything that depends on machines shows: cycles, names that a release lacks.
        return DeploymentPlan.For(bundle, Imagined(bundle), Surroundings.Imagined).Faults;
    }

    /// <summary>Machines that fit, as if there were some.</summary>
    public static ImmutableArray<PlannedMachine> Imagined(Bundle bundle) =>
    [
        .. bundle.Machines.SelectMany((g, number) => Enumerable.Range(1, g.All ? Math.Max(g.Least, 2) : g.Count).Select(i =>
            new PlannedMachine($"{g.Name}-{i}", $"{g.Name}-{i}", g.Name) { Address = $"192.0.2.{(number * 16 + i) % 250 + 1}" })),
    ];

    private static IEnumerable<CatalogFault> Single(Bundle bundle)
    {
        foreach (var role in bundle.Applications.Where(a => a.Role.Single).GroupBy(a => a.Role.Name))
        {
            Application[] all = [.. role];
            if (all.Length > 1)
                yield return new(bundle.File, all[1].Line, $"{string.Join(" and ", all.Select(a => a.Name))} are both {role.Key}, of which there may be one", "take one out");
            var groups = bundle.Machines.Where(g => all[0].Groups.Contains(g.Name)).ToArray();
            if (groups.Length > 1 || groups.Any(g => g.All || g.Count > 1))
                yield return new(bundle.File, all[0].Line, $"{all[0].Name} stands on more than one machine, and there may be one {role.Key}", "put it on machines with count: 1");
        }
    }

    private static IEnumerable<CatalogFault> Conflicts(Bundle bundle) =>
        from a in bundle.Applications
        from b in bundle.Applications
        where a.Role.Conflicts.Contains(b.Role.Name) && a.Groups.Intersect(b.Groups).Any()
        select new CatalogFault(bundle.File, a.Line, $"{a.Name} can't stand on the same machine as {b.Name}", "put one of them elsewhere, or take it out");
}

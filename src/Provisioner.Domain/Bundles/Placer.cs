using System.Collections.Immutable;
using Provisioner.Domain.Catalog;
using Provisioner.Domain.Roles;

namespace Provisioner.Domain.Bundles;

/// <summary>A machine that might be taken.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Tags">Its tags.</param>
/// <param name="Cpus">Its processors; 0 where nobody knows.</param>
/// <param name="Memory">Its bytes of memory; 0 where nobody knows.</param>
/// <param name="Disk">The bytes of its largest disk; 0 where nobody knows.</param>
/// <param name="Architecture">Its architecture.</param>
/// <param name="Free">It may be taken now.</param>
/// <param name="State">Why not, in a word: <c>Deployed</c>.</param>
public sealed record Candidate(string Id, string Name, ImmutableArray<string> Tags, int Cpus, long Memory, long Disk, string Architecture, bool Free, string State)
{
    /// <summary>It has a system already.</summary>
    public bool Installed { get; init; }
}

/// <summary>Which machines a deployment has.</summary>
/// <param name="Groups">Their ids by group, in an order that stays.</param>
public sealed record Placement(ImmutableSortedDictionary<string, ImmutableArray<string>> Groups)
{
    /// <summary>One machine, for a bundle of one.</summary>
    public static Placement OfOne(string machine) => new(ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty.Add(Bundle.OnlyGroup, [machine]));
}

/// <summary>Chooses machines for a bundle.</summary>
public static class Placer
{
    /// <summary>
    /// Chooses. Machines that the deployment has it keeps, in their places; a lost one's place is taken by another. Groups that can have the
    /// fewest machines choose first, so that one that takes anything doesn't take what another needs.
    /// </summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="candidates">All machines.</param>
    /// <param name="kept">What the deployment has.</param>
    /// <param name="lost">Ids among those that are to be replaced.</param>
    /// <returns>The placement, or every group that can't be filled.</returns>
    public static (Placement? Placement, ImmutableArray<CatalogFault> Faults) Place(
        Bundle bundle, IEnumerable<Candidate> candidates, Placement? kept = null, ImmutableHashSet<string>? lost = null)
    {
        Candidate[] all = [.. candidates.OrderBy(c => c.Name, StringComparer.Ordinal)];
        var taken = new HashSet<string>(kept?.Groups.Values.SelectMany(ids => ids) ?? []);
        var groups = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<string>>(StringComparer.Ordinal);
        var faults = new List<CatalogFault>();
        // Those that name a machine, then those that can choose least, then those that take all that is left.
        foreach (var group in bundle.Machines.OrderBy(g => g.All).ThenBy(g => g.Machine is null).ThenBy(g => all.Count(c => Fits(g, c))))
        {
            var ids = new List<string?>(kept?.Groups.GetValueOrDefault(group.Name, []).Select(id => lost?.Contains(id) == true ? null : id) ?? []);
            var free = new Queue<string>(all.Where(c => c.Free && Fits(group, c) && !taken.Contains(c.Id)).Select(c => c.Id));
            for (int i = 0; i < ids.Count && free.Count > 0; i++) ids[i] ??= free.Dequeue();
            while (free.Count > 0 && (group.All || ids.Count < group.Count)) ids.Add(free.Dequeue());
            string[] found = [.. ids.OfType<string>()];
            taken.UnionWith(found);
            int wanted = group.All ? group.Least : Math.Max(group.Count, ids.Count);
            if (found.Length < wanted) faults.Add(Missing(bundle, group, wanted, found.Length, all));
            groups[group.Name] = [.. found];
        }
        return faults.Count > 0 ? (null, [.. faults.OrderBy(f => f.Line)]) : (new(groups.ToImmutable()), []);
    }

    /// <summary>
    /// Takes in machines that came with what a group of all wants (<c>count: all</c>), its tags first of all: that is the rule by which a deployment
    /// grows. What it has stays as it is; a machine that was given up for lost doesn't come back by itself, nor does one without a system where
    /// nobody says what to install on it.
    /// </summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="candidates">All machines.</param>
    /// <param name="kept">What the deployment has.</param>
    /// <param name="lost">Ids of machines that were replaced.</param>
    /// <returns>The placement with them; the very same where none came.</returns>
    public static Placement Grow(Bundle bundle, IEnumerable<Candidate> candidates, Placement kept, ImmutableHashSet<string> lost)
    {
        if (!bundle.Machines.Any(g => g.All)) return kept;
        Candidate[] all = [.. candidates.Where(c => c.Free).OrderBy(c => c.Name, StringComparer.Ordinal)];
        var taken = new HashSet<string>(kept.Groups.Values.SelectMany(ids => ids).Concat(lost));
        var groups = kept.Groups;
        // As when machines are chosen first: who can choose least goes first.
        foreach (var group in bundle.Machines.Where(g => g.All).OrderBy(g => all.Count(c => Fits(g, c))))
            foreach (var machine in all.Where(c => Fits(group, c) && (c.Installed || (group.Image ?? bundle.Image) is not null) && taken.Add(c.Id)))
                groups = groups.SetItem(group.Name, groups.GetValueOrDefault(group.Name, []).Add(machine.Id));
        return ReferenceEquals(groups, kept.Groups) ? kept : new(groups);
    }

    private static bool Fits(MachineGroup group, Candidate machine) =>
        (group.Machine is null || group.Machine == machine.Name || group.Machine == machine.Id)
        && group.Tags.All(machine.Tags.Contains)
        && machine.Cpus >= group.Cpus && machine.Memory >= group.Memory && (machine.Disk >= group.Disk || machine is { Disk: 0, Installed: true }) // an adopted one has told nothing of its disks
        && (group.Architecture is null || group.Architecture == machine.Architecture);

    private static CatalogFault Missing(Bundle bundle, MachineGroup group, int wanted, int found, Candidate[] all)
    {
        Candidate[] fit = [.. all.Where(c => Fits(group, c))];
        Candidate[] busy = [.. fit.Where(c => !c.Free)];
        Candidate[] small = [.. all.Where(c => group.Tags.All(c.Tags.Contains) && (group.Machine is null || group.Machine == c.Name)).Except(fit)];
        string what = group.Machine is { } name ? $"the machine {name}" : group.Tags.IsEmpty ? "any machine" : $"tag{(group.Tags.Length > 1 ? "s" : "")} {string.Join(", ", group.Tags)}";
        var why = new List<string>();
        if (busy.Length > 0) why.Add($"not free: {string.Join(", ", busy.Take(5).Select(c => $"{c.Name} ({c.State})"))}{(busy.Length > 5 ? " …" : "")}");
        Candidate[] silent = [.. small.Where(c => c is { Installed: true, Cpus: 0, Memory: 0 })];
        if (silent.Length > 0) why.Add($"their agents have not called yet, and nobody knows their sizes: {string.Join(", ", silent.Take(5).Select(c => c.Name))}{(silent.Length > 5 ? " …" : "")}");
        small = [.. small.Except(silent)];
        if (small.Length > 0) why.Add($"too small or of another architecture: {string.Join(", ", small.Take(5).Select(c => c.Name))}{(small.Length > 5 ? " …" : "")}");
        string cure = why.Count > 0 ? string.Join("; ", why) : group.Machine is null && !group.Tags.IsEmpty ? $"give {wanted - found} more machine{(wanted - found > 1 ? "s" : "")} {(group.Tags.Length > 1 ? "these tags" : "this tag")}" : "add machines";
        return new(bundle.File, group.Line, $"machines {group.Name}: {wanted} with {what} wanted, {found} found", cure);
    }
}

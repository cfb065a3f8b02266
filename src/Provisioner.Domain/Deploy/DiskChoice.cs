using System.Collections.Immutable;
using Provisioner.Domain.Images;
using Provisioner.Domain.Machines;

namespace Provisioner.Domain.Deploy;

/// <summary>
/// Which disk an image goes to. The rule: the smallest that it fits on; of equals the one whose name sorts first.
/// A disk with data that no install of ours wrote is taken only with consent.
/// </summary>
public abstract record DiskChoice
{
    private DiskChoice() { }

    /// <summary>This disk.</summary>
    public sealed record Chosen(DiskInfo Disk) : DiskChoice;

    /// <summary>None; one sentence with the cure.</summary>
    public sealed record Refused(string Why) : DiskChoice;

    /// <summary>Chooses.</summary>
    /// <param name="machine">The machine, with its inventory.</param>
    /// <param name="image">The image; <see cref="ImageInfo.RawBytes"/> must fit.</param>
    /// <param name="wanted">Kernel name of a disk, or null for the rule.</param>
    /// <param name="eraseForeignData">Consent was given.</param>
    public static DiskChoice For(Machine machine, ImageInfo image, string? wanted, bool eraseForeignData)
    {
        if (machine.Inventory is not { } inventory)
            return new Refused($"{machine.Name} has no inventory yet: commission it first");
        if (inventory.Disks.IsEmpty)
            return new Refused($"{machine.Name} has no disk that the agent could see: check the controller and its driver, then commission it again");

        var candidates = inventory.Disks.Where(d => wanted is null || d.Name == wanted || d.Path == wanted).ToImmutableArray();
        if (candidates.IsEmpty)
            return new Refused($"{machine.Name} has no disk {wanted}; it has {Names(inventory.Disks)}");

        var fitting = candidates.Where(d => d.SizeBytes >= image.RawBytes).ToImmutableArray();
        if (fitting.IsEmpty)
            return new Refused($"{image.Name} needs {Size(image.RawBytes)} and {machine.Name} has {Names(candidates)}: choose a smaller image or a larger disk");

        var free = fitting.Where(d => eraseForeignData || !IsForeign(d, machine)).OrderBy(d => d.SizeBytes).ThenBy(d => d.Name, StringComparer.Ordinal).FirstOrDefault();
        return free is not null
            ? new Chosen(free)
            : new Refused($"{Names(fitting)} of {machine.Name} holds data that was not written by this appliance: consent to erase it, or choose another disk");
    }

    private static bool IsForeign(DiskInfo disk, Machine machine) =>
        disk.HasData && !machine.OurDiskIds.Contains(disk.DiskId, StringComparer.OrdinalIgnoreCase);

    private static string Names(ImmutableArray<DiskInfo> disks) => string.Join(", ", disks.Select(d => $"{d.Name} ({Size(d.SizeBytes)})"));

    private static string Size(long bytes) => bytes >= 10_000_000_000
        ? $"{bytes / 1_000_000_000} GB"
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{bytes / 1_000_000_000.0:0.0} GB");
}

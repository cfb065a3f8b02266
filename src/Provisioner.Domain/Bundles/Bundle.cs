using System.Collections.Immutable;
using Provisioner.Domain.Roles;

namespace Provisioner.Domain.Bundles;

/// <summary>Applications on machines, joined by relations: a file that was read and checked.</summary>
public sealed record Bundle
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its file.</summary>
    public string File { get; init; } = "";

    /// <summary>One line for people.</summary>
    public string Title { get; init; } = "";

    /// <summary>What it is for.</summary>
    public string About { get; init; } = "";

    /// <summary>The release of its product; null where no role has one.</summary>
    public Release? Release { get; init; }

    /// <summary>What its machines are installed with, where their group doesn't say otherwise.</summary>
    public string? Image { get; init; }

    /// <summary>Its networks; the first is the one whose addresses are the machines'.</summary>
    public ImmutableArray<Space> Spaces { get; init; } = [];

    /// <summary>Its machines.</summary>
    public required ImmutableArray<MachineGroup> Machines { get; init; }

    /// <summary>What stands on them.</summary>
    public required ImmutableArray<Application> Applications { get; init; }

    /// <summary>The name of the only group of a bundle of one.</summary>
    public const string OnlyGroup = "machine";

    /// <summary>A role on one machine, by itself.</summary>
    /// <param name="role">A role that stands alone (<see cref="Role.WhyNotAlone"/>).</param>
    public static Bundle OfOne(Role role) => new()
    {
        Name = role.Name,
        File = role.File,
        Title = role.Title,
        Machines =
        [
            new()
            {
                Name = OnlyGroup,
            },
        ],
        Applications =
        [
            new(role.Name, role)
            {
                Groups = [OnlyGroup],
            },
        ],
    };

    /// <summary>An application by name.</summary>
    public Application Find(string application) => Applications.First(a => a.Name == application);
}

/// <summary>A network of a bundle: which of a machine's addresses and interfaces are in it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Subnet">Those of this subnet, or null.</param>
/// <param name="Interface">Those of this interface, or null.</param>
/// <param name="ModelSpace">Those of this space of the network model, or null.</param>
public sealed record Space(string Name, string? Subnet, string? Interface, string? ModelSpace);

/// <summary>Machines that are alike.</summary>
public sealed record MachineGroup
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its line in the file.</summary>
    public long Line { get; init; }

    /// <summary>This machine and no other; null: any that fits.</summary>
    public string? Machine { get; init; }

    /// <summary>Tags that a machine must have, all of them.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary>How many.</summary>
    public int Count { get; init; } = 1;

    /// <summary>Every one that fits, later ones too.</summary>
    public bool All { get; init; }

    /// <summary>How many of <see cref="All"/> there have to be.</summary>
    public int Least { get; init; }

    /// <summary>Processors at least.</summary>
    public int Cpus { get; init; }

    /// <summary>Bytes of memory at least.</summary>
    public long Memory { get; init; }

    /// <summary>Bytes of its largest disk at least.</summary>
    public long Disk { get; init; }

    /// <summary>Its architecture; null: any.</summary>
    public string? Architecture { get; init; }

    /// <summary>What it is installed with; null: the bundle's.</summary>
    public string? Image { get; init; }

    /// <summary>Addresses by space, where the appliance can't know them.</summary>
    public ImmutableSortedDictionary<string, string> Addresses { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Interfaces' names by space, where the appliance can't know them.</summary>
    public ImmutableSortedDictionary<string, string> Interfaces { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>A role with options, on machines.</summary>
/// <param name="Name">Its name, unique in the bundle.</param>
/// <param name="Role">The role.</param>
public sealed record Application(string Name, Role Role)
{
    /// <summary>Its line in the file.</summary>
    public long Line { get; init; }

    /// <summary>The groups of machines that it stands on: on each machine once.</summary>
    public ImmutableArray<string> Groups { get; init; } = [];

    /// <summary>What its parameters are, where it isn't the default.</summary>
    public ImmutableSortedDictionary<string, Template> Options { get; init; } = ImmutableSortedDictionary<string, Template>.Empty;

    /// <summary>The applications at the other ends of its relations, by its own name for them; one that is missing isn't in.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<string>> Relations { get; init; } = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty;
}

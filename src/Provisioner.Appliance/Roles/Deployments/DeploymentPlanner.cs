using System.Collections.Immutable;
using System.Net;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Networks;
using Provisioner.Appliance.Serving;
using Provisioner.Domain.Bundles;
using Provisioner.Domain.Catalog;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Networks;
using Provisioner.Domain.Roles;
using Provisioner.Wire;

namespace Provisioner.Appliance.Roles.Deployments;

/// <summary>What came of planning: the bundle with its plan, or all that is wrong, one sentence each.</summary>
/// <param name="Bundle">The bundle; null where it can't be read.</param>
/// <param name="Plan">The plan; null where there are faults.</param>
/// <param name="Faults">What is wrong, with cures.</param>
internal sealed record Planning(Bundle? Bundle, DeploymentPlan? Plan, ImmutableArray<string> Faults);

/// <summary>Tells the pure planner what it has to know of the appliance's machines and networks.</summary>
internal sealed class DeploymentPlanner(RoleCatalog catalog, MachineBook machines, NetworkBook networks, ApplianceOptions options)
{
    /// <summary>Reads a bundle.</summary>
    public BundleFile Read(string file, string yaml) => BundleFile.Read(file, yaml, catalog.Library);

    /// <summary>The bundle of a deployment: its text's, or the one of a machine's own role.</summary>
    public BundleFile Read(BundleDeployment deployment) => deployment.Role is { } role ? BundleFile.OfOne(role, catalog.Library) : Read(deployment.File, deployment.Bundle);

    /// <summary>Chooses machines for a bundle: those that it has stay; the lost ones are replaced.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="name">The deployment's name: its own machines are free for it.</param>
    /// <param name="all">All deployments.</param>
    /// <param name="kept">The machines that it has.</param>
    /// <param name="lost">Those among them that are to be replaced.</param>
    public (Placement? Placement, ImmutableArray<CatalogFault> Faults) Place(Bundle bundle, string name, IEnumerable<BundleDeployment> all, Placement? kept, ImmutableHashSet<string>? lost = null)
    {
        return Placer.Place(bundle, Candidates(name, all), kept, lost);
    }

    /// <summary>The same deployment with the machines that came with the tags of a group of all; the very same where none came.</summary>
    /// <param name="deployment">As it is.</param>
    /// <param name="all">All deployments.</param>
    /// <param name="leftOut">Those that were left out as well: a person wants it.</param>
    public BundleDeployment Grown(BundleDeployment deployment, IEnumerable<BundleDeployment> all, bool leftOut)
    {
        if (deployment.Role is not null || Read(deployment).Bundle is not { } bundle || !bundle.Machines.Any(g => g.All)) return deployment;
        var placement = Placer.Grow(bundle, Candidates(deployment.Name, all), deployment.Placement, leftOut ? deployment.Lost : deployment.Lost.Union(deployment.LeftOut));
        if (ReferenceEquals(placement, deployment.Placement)) return deployment;
        var grown = deployment with { Placement = placement };
        return grown with { Joining = deployment.Joining.Union(grown.Machines.Except(deployment.Machines)), LeftOut = deployment.LeftOut.Except(grown.Machines) };
    }

    /// <summary>The plan over the machines that were chosen. Machines without a system have no addresses yet: then it serves to be shown.</summary>
    public Planning Plan(BundleDeployment deployment)
    {
        var read = Read(deployment);
        if (read.Bundle is not { } bundle) return new(null, null, Said(read.Faults));
        var chosen = deployment.Placement.Groups.SelectMany(g => g.Value.Select(id => (Group: g.Key, Id: id))).ToList();
        var faults = new List<string>();
        var planned = ImmutableArray.CreateBuilder<PlannedMachine>();
        foreach (var (group, id) in chosen)
        {
            if (machines.Find(id) is not { } machine) faults.Add($"machine {id} of group {group} is no longer there: replace it");
            else planned.Add(MachineOf(bundle, machine, group, faults));
        }
        if (faults.Count > 0) return new(bundle, null, [.. faults]);
        var (plan, wrong) = DeploymentPlan.For(bundle, planned.ToImmutable(), Around(deployment));
        return new(bundle, plan, Said(wrong));
    }

    /// <summary>A machine has its system, and its agent has said what it is and which way it calls.</summary>
    public static bool IsUp(Machine machine) => machine is { State: MachineState.Deployed, Deployment: { Host: not null, CallsTo: not null } };

    /// <summary>Machines that were given a role by itself and have become it, or are about to: they know each other by name. By name.</summary>
    public IEnumerable<PlannedMachine> WithRole(string role) => machines.All.Values
        .Where(m => m.Deployment?.Role == role && IsUp(m)).OrderBy(m => m.Name, StringComparer.Ordinal)
        .Select(m => new PlannedMachine(m.Id, m.Name, "") { Address = AddressOf(m) });

    public static ImmutableArray<string> Said(IEnumerable<CatalogFault> faults) => [.. faults.Select(f => f.ToString())];

    private Surroundings Around(BundleDeployment deployment)
    {
        string appliance = deployment.Machines.Select(id => machines.Find(id)?.Deployment?.CallsTo).FirstOrDefault(a => a is not null) ?? options.Listen.ToString();
        ImmutableArray<string> time = options.Ntp.IsDefaultOrEmpty ? [appliance] : [.. options.Ntp.Select(n => n.ToString())];
        return new(deployment.Name, options.Domain, appliance, time, deployment.Operator, deployment.SshKeys)
        {
            Neighbours = deployment.Role is { } role ? [.. WithRole(role).ExceptBy(deployment.Machines, m => m.Id)] : [],
        };
    }

    private IEnumerable<Candidate> Candidates(string name, IEnumerable<BundleDeployment> all)
    {
        var taken = all.Where(d => d.Name != name).SelectMany(d => d.Machines.Concat(d.Lost)).ToHashSet();
        return machines.All.Values.Select(m => CandidateOf(m, taken));
    }

    // The one that it calls from. Behind NAT that is none of its own: then its first one.
    private static string AddressOf(Machine machine) => machine.Deployment is not { Host: { } host } deployment ? ""
        : host.Addresses.IsEmpty || host.Addresses.Any(a => a.Address == deployment.CallsFrom) ? deployment.CallsFrom ?? "" : host.Addresses[0].Address;

    private static Candidate CandidateOf(Machine machine, HashSet<string> taken)
    {
        bool free = machine is { State: MachineState.Ready } or { State: MachineState.Deployed, Deployment.Role: null };
        return new(machine.Id, machine.Name, [.. machine.Tags], machine.Inventory?.Cpu.Threads ?? machine.Deployment?.Host?.Cpus ?? 0,
            machine.Inventory?.MemoryBytes ?? machine.Deployment?.Host?.MemoryBytes ?? 0, machine.Inventory?.Disks.Select(d => d.SizeBytes).DefaultIfEmpty().Max() ?? 0,
            ArchitectureOf(machine), free && !taken.Contains(machine.Id), Lifecycle.Word(machine.State))
        {
            Installed = machine.State is MachineState.Deployed,
        };
    }

    // Debian's words for what uname says; an agent of ours runs on amd64 alone.
    private static string ArchitectureOf(Machine machine) => machine.Deployment?.Host?.Architecture switch
    {
        "aarch64" => "arm64",
        null or "" or "x86_64" => "amd64",
        var other => other,
    };

    private PlannedMachine MachineOf(Bundle bundle, Machine machine, string group, List<string> faults)
    {
        var (addresses, interfaces) = (ImmutableSortedDictionary.CreateBuilder<string, string>(), ImmutableSortedDictionary.CreateBuilder<string, string>());
        var host = machine.Deployment?.Host;
        var fixedOnes = bundle.Machines.FirstOrDefault(g => g.Name == group);
        // A controller has no leg in the tunnels' network; only what stands on a machine says where it must be.
        var wanted = bundle.Applications.Where(a => a.Groups.Contains(group)).SelectMany(a => a.Role.Spaces).ToHashSet();
        foreach (var space in bundle.Spaces)
        {
            var found = host?.Addresses.FirstOrDefault(a => Stands(a, space));
            if (fixedOnes?.Addresses.GetValueOrDefault(space.Name) is { } address) addresses[space.Name] = address;
            else if (found is not null) addresses[space.Name] = found.Address;
            if (fixedOnes?.Interfaces.GetValueOrDefault(space.Name) is { } nic) interfaces[space.Name] = nic;
            else if ((found?.Interface ?? space.Interface) is { } known) interfaces[space.Name] = known;
            if (IsUp(machine) && !addresses.ContainsKey(space.Name) && space.Interface is null && wanted.Contains(space.Name))
                faults.Add($"{machine.Name} has no address in space {space.Name} ({space.Subnet ?? space.ModelSpace}); it has {Had(host!)}: give it one, or name it under machines: {group}: addresses");
        }
        string own = bundle.Spaces is [var first, ..] && addresses.TryGetValue(first.Name, out string? main) ? main : AddressOf(machine);
        return new PlannedMachine(machine.Id, machine.Name, group) { Address = own, Addresses = addresses.ToImmutable(), Interfaces = interfaces.ToImmutable() };
    }

    private bool Stands(HostAddress address, Domain.Bundles.Space space)
    {
        if (space.Interface is not null) return address.Interface == space.Interface;
        if (!IPNetwork.TryParse(space.Subnet, out var subnet)) return space.ModelSpace is { } name && IsIn(address, name);
        return IPAddress.TryParse(address.Address, out var ip) && subnet.Contains(ip);
    }

    private bool IsIn(HostAddress address, string space) =>
        Ipv4Address.TryParse(address.Address, out var ip) && networks.Model.SubnetOf(ip) is { } subnet && networks.Model.VlanOf(subnet).Space is { } id && networks.Model.Space(space)?.Id == id;

    private static string Had(HostFacts host) => host.Addresses.IsEmpty ? "none at all" : string.Join(", ", host.Addresses.Select(a => $"{a.Address}/{a.PrefixLength} on {a.Interface}"));
}

using System.Collections.Immutable;
using Provisioner.Domain.Bundles;
using Provisioner.Domain.Roles;

namespace Provisioner.Tests.OpenStack;

/// <summary>The bundles of OpenStack on machines with the addresses of the Icehouse guide, and what their steps would see to.</summary>
internal static class Clouds
{
    public static readonly RoleLibrary Library = RoleLibrary.Read(Files("roles"));

    /// <summary>Bundles by name, and on which machines (NAME=GROUP) they are laid down.</summary>
    public static readonly ImmutableSortedDictionary<string, string> Racks = new Dictionary<string, string>
    {
        ["icehouse-two-node"] = "controller=controller compute1=compute",
        ["icehouse-three-node"] = "controller=controller network=network compute1=compute",
        ["icehouse-all"] = "controller=controller network=network compute1=compute block1=block object1=object object2=object object3=object object4=object object5=object",
        ["zed-two-node"] = "controller=controller compute1=compute",
        ["zed-three-node"] = "controller=controller network=network compute1=compute compute2=compute",
        ["zed-all-in-one"] = "controller=all",
        ["zed-rack"] = "controller=controller network=network compute1=compute",
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    // The last numbers of the addresses, as chapter 2 gives them; objectN continue them.
    private static readonly ImmutableDictionary<string, int> Numbers = ImmutableDictionary.CreateRange(
        [KeyValuePair.Create("controller", 11), new("network", 21), new("compute", 30), new("block", 40), new("object", 50)]);

    public static DeploymentPlan Plan(string name)
    {
        var (file, yaml) = Files("bundles").Single(f => Path.GetFileNameWithoutExtension(f.File) == name);
        var read = BundleFile.Read(file, yaml, Library);
        Assert.Empty(read.Faults);
        return Plan(read.Bundle!, Racks[name]);
    }

    public static DeploymentPlan Plan(Bundle bundle, string rack)
    {
        var surroundings = new Surroundings("cloud", "example.com", "10.0.0.1", ["10.0.0.1"], "operator", []);
        var (plan, faults) = DeploymentPlan.For(bundle, [.. rack.Split(' ').Select(m => m.Split('=')).Select(m => Machine(m[0], m[1]))], surroundings);
        Assert.Empty(faults);
        return plan!;
    }

    /// <summary>All that the plan's steps see to, on which machine and for which step, with these facts told.</summary>
    public static ImmutableArray<(PlanNode Node, RenderedResource Resource)> Resources(DeploymentPlan plan, Func<string, string> secret, IReadOnlyDictionary<string, string> facts)
    {
        var secrets = plan.Secrets.SelectMany(s => s.Kind is SecretKind.SshKey
            ? new[] { KeyValuePair.Create(s.Key, "-----BEGIN-----\nKEY\n-----END-----"), new($"{s.Key}.public", "ssh-ed25519 KEY") }
            : [KeyValuePair.Create(s.Key, secret(s.Key))]);
        var known = new Known(secrets.ToImmutableDictionary(), facts.ToImmutableDictionary());
        var all = ImmutableArray.CreateBuilder<(PlanNode, RenderedResource)>();
        var wrong = new List<string>();
        foreach (int number in plan.Order)
        {
            var node = plan.Nodes[number];
            var rendering = plan.Render(node, node.Verifies ? StepMode.Verify : StepMode.Apply, known, 1);
            if (rendering is Rendering.Ready ready) all.AddRange(ready.Resources.Select(r => (node, r)));
            else if (rendering is not Rendering.Skipped) wrong.Add($"{node.Id}: {rendering}");
        }
        Assert.Equal("", string.Join('\n', wrong));
        return all.ToImmutable();
    }

    private static PlannedMachine Machine(string name, string group)
    {
        string kind = name.TrimEnd('1', '2', '3', '4', '5');
        int number = Numbers[kind] + (kind.Length < name.Length ? name[^1] - '0' : 0);
        return new(name, name, group)
        {
            Address = $"10.0.0.{number}",
            Addresses = ImmutableSortedDictionary<string, string>.Empty.Add("management", $"10.0.0.{number}").Add("tunnels", $"10.0.1.{number}"),
            Interfaces = ImmutableSortedDictionary<string, string>.Empty.Add("management", "eth0").Add("tunnels", "eth1").Add("external", kind == "compute" ? "eth1" : "eth2"),
        };
    }

    private static IEnumerable<(string File, string Yaml)> Files(string folder)
    {
        string catalog = Path.Combine(AppContext.BaseDirectory, "catalog");
        return Directory.EnumerateFiles(Path.Combine(catalog, folder), "*.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(path => (Path.GetRelativePath(catalog, path), File.ReadAllText(path)));
    }
}

using System.Runtime.CompilerServices;
using Provisioner.Domain.Bundles;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Roles;

namespace Provisioner.Tests.Roles;

internal static class RoleSamples
{
    public const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKa0d2YGuF8bXo8jDk1c7rQW0n3m0v1xS8cYbLwQe7tP ops@desk";

    /// <summary>What stands around a machine that was given a role by itself: another one with the same role.</summary>
    public static readonly Surroundings Around = new("calm-otter", "rack.internal", "10.77.0.1", ["10.77.0.5", "10.77.0.6"], "operator", [Key])
    {
        Neighbours = [Planned("bold-lynx", "10.77.0.102")],
    };

    public static PlannedMachine Planned(string name, string address) => new($"id-{name}", name, Bundle.OnlyGroup) { Address = address };

    /// <summary>The role of the catalog on one machine.</summary>
    public static DeploymentPlan Plan(Surroundings? around = null) => DeploymentPlan.For(Bundle.OfOne(Basics), [Planned("calm-otter", "10.77.0.101")], around ?? Around).Plan!;

    /// <summary>One of its steps.</summary>
    public static Rendering Render(string step, Surroundings? around = null) => Plan(around).Render(Plan(around).Find($"basics/0/{step}")!, StepMode.Apply, Known.Nothing, run: 4);

    public static Machine Machine(string id = "k3xr8q", string name = "calm-otter", string? role = "basics") => new()
    {
        Id = id,
        Name = name,
        State = MachineState.Deployed,
        Macs = ["52:54:00:12:34:56", "52:54:00:12:34:57"],
        Deployment = new Deployment { Id = "7f2c", Image = "debian-12", Role = role, SshKeys = [Key] },
    };

    /// <summary>The role of the catalog.</summary>
    public static Role Basics { get; } = RoleFile.Read("roles/basics.yaml", File.ReadAllText("catalog/roles/basics.yaml")).Role!;

    /// <summary>Compares with a golden text. UPDATE_GOLDEN=1 writes it into the source tree, and the test still fails, so that somebody looks.</summary>
    public static void IsGolden(string name, string text, [CallerFilePath] string here = "")
    {
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") is "1")
            File.WriteAllText(Path.Combine(Path.GetDirectoryName(here)!, "../../golden/roles", name), text);
        Assert.Equal(File.ReadAllText($"golden/roles/{name}"), text);
    }
}

using System.Collections.Immutable;
using Provisioner.Domain.Deploy;
using Provisioner.Domain.Images;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Power;

namespace Provisioner.Tests.Machines;

/// <summary>Machines, images and requests that many tests start from.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Now = new(2026, 11, 21, 4, 0, 0, TimeSpan.Zero);

    public static readonly ImageInfo Debian = new(
        "debian-12", "Debian 12 (bookworm)", "debian", "12", "amd64", "disk.raw.zst", 200_000_000, new string('a', 64), 1_600_000_000, 3);

    public static readonly ControllerAccess Bmc = new("ipmi", "10.77.0.11", 623, "provisioner", "c2VhbGVk", "administrator", 11, "2.52");

    public static DiskInfo Disk(string name, long gigabytes, bool hasData = false, string diskId = "") =>
        new(name, $"/dev/{name}", gigabytes * 1_000_000_000, $"S-{name}", "", "QEMU", false, hasData, diskId);

    public static Inventory Inventory(params DiskInfo[] disks) => new(
        new("HP", "ProLiant DL360 G7", "CZ1", "4C4C4544-0000-1010-8000-000000000001", "HP", "P68", "01/01/2011"), "bios",
        new("Xeon", 1, 2, 2, false), 1_600_000_000, [.. disks], [new("eth0", "52:54:00:00:00:01", 1000, true, "virtio_net", "0000:00:03.0", [])]);

    public static Machine In(MachineState state, Phase phase = Phase.Idle) => new()
    {
        Id = "k3xr8q",
        Name = "calm-otter",
        State = state,
        Phase = phase,
        StateSince = Now,
        Macs = ["52:54:00:00:00:01"],
        Bmc = Bmc,
        Firmware = "bios",
        Inventory = Inventory(Disk("vda", 8)),
        Order = 3,
        Deployment = state is MachineState.Deploying or MachineState.Deployed or MachineState.FailedDeploying or MachineState.Releasing
            ? new() { Id = "d1", Image = "debian-12", Role = "basics", Disk = Disk("vda", 8), DiskId = "G1", HostTokenHash = "h" } : null,
    };

    public static readonly DeployRequest Request = new("debian-12", null, ["ssh-ed25519 AAAA op@desk"], "operator", false, null);

    public static ChangeContext Context(string by = "ada") =>
        new(Now, PhaseLimits.Default, by, new FreshDeployment("d2", "G2", "sealed", "hash"), Debian);

    public static Machine Changed(Machine machine, MachineChange change, ChangeContext? context = null) =>
        Lifecycle.Apply(machine, change, context ?? Context()) switch
        {
            Outcome.Changed changed => changed.Machine,
            Outcome.Refused refused => throw new Xunit.Sdk.XunitException($"refused: {refused.Why}"),
            _ => throw new InvalidOperationException(),
        };

    public static string Refusal(Machine machine, MachineChange change, ChangeContext? context = null) =>
        Assert.IsType<Outcome.Refused>(Lifecycle.Apply(machine, change, context ?? Context())).Why;
}

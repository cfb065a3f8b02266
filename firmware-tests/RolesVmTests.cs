using System.Diagnostics;
using Xunit.Abstractions;

namespace Provisioner.FirmwareTests;

/// <summary>One BIOS server with a second disk and a second card, and a catalog with a role of the site's own.</summary>
public sealed class RolesVmRack() : RackFixture("r", "name=small,firmware=bios,vendor=hp,disk=8G,data=8G,cards=2,cpus=2,cpu=Opteron_G3,memory=1536")
{
    internal static string Texts => Path.Combine(Root(), "firmware-tests", "roles-vm");

    /// <inheritdoc/>
    protected override IEnumerable<string> More()
    {
        string shipped = Path.Combine(Path.GetDirectoryName(Needed("PROVISIONER_BINARY"))!, "catalog"), catalog = Path.Combine(Folder, "catalog");
        Sh.Run(Short, "cp", "-r", shipped, catalog);
        File.Copy(Path.Combine(Texts, "storage-and-switch.yaml"), Path.Combine(catalog, "roles", "storage-and-switch.yaml"));
        return ["--catalog", catalog];
    }
}

/// <summary>Resources that want a kernel of their own, on a server that was installed from powered off: applied, applied again, and after a reboot.</summary>
public sealed class RolesVmTests(RolesVmRack rack, ITestOutputHelper output) : IClassFixture<RolesVmRack>
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(40);
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    [Fact]
    public async Task Open_vSwitch_LVM_and_XFS_are_made_once_and_are_there_after_a_reboot()
    {
        rack.Press("small");
        await rack.WaitAsync("small is ready", Long, async () => (string?)(await rack.FindAsync("small"))?["state"] == "ready", "small");
        Say("looked at, switched off");
        await rack.Appliance.PutAsync($"/machines/{await rack.IdAsync("small")}/tags", new { tags = new[] { "small" } });
        string first = Run("deploy", Path.Combine(RolesVmRack.Texts, "storage-and-switch.bundle.yaml"), "--ssh-key", rack.PublicKey);
        Assert.Contains("4 changed", first, StringComparison.Ordinal);
        Assert.Contains("nothing changed", Run("apply", "storage-and-switch"), StringComparison.Ordinal);
        Assert.Contains("Nothing would change", Run("drift", "storage-and-switch"), StringComparison.Ordinal);
        await RebootAsync();
        Run("verify", "storage-and-switch");
        Assert.Contains("nothing changed", Run("apply", "storage-and-switch"), StringComparison.Ordinal);
        Assert.Equal("8G", rack.Ssh("small", "sudo vgs --noheadings --units g --nosuffix -o vg_size data | tr -d ' ' | awk '{ print ($1 > 7.9) ? \"8G\" : $1 }'").Trim());
    }

    private async Task RebootAsync()
    {
        string before = rack.Ssh("small", "cat /proc/sys/kernel/random/boot_id");
        rack.TrySsh("small", "sudo systemctl reboot");
        await rack.WaitAsync("small is back after a reboot", Long, () => Task.FromResult(rack.TrySsh("small", "cat /proc/sys/kernel/random/boot_id") is (0, var now) && now != before), "small");
        Say("rebooted");
    }

    private string Run(params string[] command)
    {
        string said = rack.Client(Long, command);
        Say($"provisioner {command[0]}:\n{said}");
        return said;
    }

    private void Say(string text) => output.WriteLine(FormattableString.Invariant($"{_clock.Elapsed.TotalSeconds,6:0.0} {text}"));
}

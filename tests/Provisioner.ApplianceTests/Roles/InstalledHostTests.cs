using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Serving;
using Provisioner.Domain.Machines;

namespace Provisioner.ApplianceTests.Roles;

/// <summary>A real Debian with real cloud-init takes our seed, calls home, and its agent runs the role.</summary>
public sealed class InstalledHostTests : IDisposable
{
    private const string Id = "k3xr8q", Token = "a-token_of-43-characters-0123456789abcdefgh";

    // A comment is free text: what shells, YAML and terminals would obey must stay text.
    private const string HostileKey =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKa0d2YGuF8bXo8jDk1c7rQW0n3m0v1xS8cYbLwQe7tP ops'; touch /pwned; \"$(touch /pwned)\" `touch /pwned` {{ x }} \\n #";

    private readonly string _folder = Directory.CreateTempSubdirectory("role-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task An_installed_Debian_becomes_what_its_role_says_and_stays_it()
    {
        using var host = new NspawnHost(_folder);
        string data = Path.Combine(_folder, "data");
        var machine = RoleAppliance.Machine(data, Id, "calm-otter", Token, m => m with
        {
            Macs = [NspawnHost.Mac],
            Deployment = m.Deployment! with { SshKeys = [HostileKey] },
        });
        var neighbour = RoleAppliance.Machine(data, "bbbbbb", "bold-lynx", "another", m => m with
        {
            State = MachineState.Deployed,
            Phase = Phase.Idle,
            Macs = ["52:54:00:5a:00:07"],
            Deployment = m.Deployment! with { Host = HostFacts.Read($"name bold-lynx\naddress host0 {host.Theirs[..^1]}7/24\n"), CallsFrom = host.Theirs[..^1] + "7", CallsTo = host.Ours },
        });
        await using var appliance = await RoleAppliance.StartAsync(data, host.Ours, "10.78.0.123", machine, neighbour);
        foreach (var (name, text) in appliance.Seeds.FilesFor(machine, machine.Deployment!, appliance.Url))
        {
            Directory.CreateDirectory(host.In("/var/lib/cloud/seed/nocloud"));
            File.WriteAllText(host.In($"/var/lib/cloud/seed/nocloud/{name}"), text);
        }

        host.Boot();
        Assert.Equal("basics: 3 steps, 3 changed", await appliance.WaitForAsync(Id, "role.done"));
        Assert.StartsWith("SSH host key: ED25519 SHA256:", await appliance.WaitForAsync(Id, "home.key"), StringComparison.Ordinal);
        TrustsNobodyElse(host);
        Assert.Equal(MachineState.Deployed, appliance.Book.Find(Id)!.State);
        var facts = appliance.Book.Find(Id)!.Deployment!.Host!;
        Assert.Equal(("calm-otter", "debian", "12"), (facts.Name, facts.Os, facts.Release));
        Assert.Contains(new HostAddress("host0", host.Theirs, 24), facts.Addresses);
        Assert.Contains(new HostNic("host0", NspawnHost.Mac), facts.Nics);
        IsWhatItsRoleSays(host);
        IsWhatItsSeedSays(host);

        Assert.Equal("basics: 3 steps, nothing changed", await RunAgain(appliance));

        Damage(host);
        Assert.Equal("basics: 3 steps, 3 changed", await RunAgain(appliance));
        IsWhatItsRoleSays(host);

        await LosesItsPowerInTheMiddleOfAStep(host, appliance);
        AnyShellWillDo(host, appliance);
        LeavesNoTrace(host);
    }

    private static async Task<string> RunAgain(RoleAppliance appliance)
    {
        long before = appliance.LastSeq(Id);
        Assert.IsType<Applied.Ok>(await appliance.Roles.RunAsync(Id, "ada"));
        return await appliance.WaitForAsync(Id, "role.done", before);
    }

    private static void IsWhatItsRoleSays(NspawnHost host)
    {
        string hosts = File.ReadAllText(host.In("/etc/hosts"));
        string block = $"# BEGIN provisioner basics\n{host.Theirs[..^1]}7 bold-lynx.rack.internal bold-lynx\n{host.Theirs} calm-otter.rack.internal calm-otter\n# END provisioner basics\n";
        Assert.Contains(block, hosts, StringComparison.Ordinal);
        Assert.Single(hosts.Split('\n'), "# BEGIN provisioner basics");
        Assert.Contains("\nserver 10.78.0.123 iburst\n", File.ReadAllText(host.In("/etc/chrony/chrony.conf")), StringComparison.Ordinal);
        Assert.Equal(HostileKey, Assert.Single(File.ReadAllLines(host.In("/home/operator/.ssh/authorized_keys"))));
        Assert.Equal("operator ALL=(ALL) NOPASSWD:ALL\n", File.ReadAllText(host.In("/etc/sudoers.d/90-provisioner-operator")));
        Assert.StartsWith("operator:!", File.ReadAllLines(host.In("/etc/shadow")).Single(l => l.StartsWith("operator:", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.False(File.Exists(host.In("/pwned")));
    }

    private static void IsWhatItsSeedSays(NspawnHost host)
    {
        Assert.Equal("calm-otter\n", File.ReadAllText(host.In("/etc/hostname")));
        Assert.Contains($"macaddress: {NspawnHost.Mac}", File.ReadAllText(host.In("/etc/netplan/50-cloud-init.yaml")), StringComparison.Ordinal);
        foreach (string secret in new[] { "/etc/provisioner/host-agent.conf", "/etc/provisioner/host-agent.curl", "/var/lib/cloud/instance/user-data.txt" })
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(host.In(secret).Replace("/cloud/instance/", "/cloud/instances/k3xr8q-d1/", StringComparison.Ordinal)));
        Assert.DoesNotContain("[ERROR]", File.ReadAllText(host.In("/var/log/cloud-init.log")), StringComparison.Ordinal);
        Assert.DoesNotContain("debian:", File.ReadAllText(host.In("/etc/passwd")), StringComparison.Ordinal);
    }

    // What it trusts is one certificate: the same call with another one in its place ends in curl's "not ok", before the token is sent.
    private void TrustsNobodyElse(NspawnHost host)
    {
        string other = Directory.CreateDirectory(Path.Combine(_folder, "other")).FullName;
        string configuration = File.ReadAllText(host.In("/etc/provisioner/host-agent.curl")), own = host.In("/etc/provisioner/appliance.pem");
        string file = Path.Combine(_folder, "curl"), url = File.ReadAllText(host.In("/etc/provisioner/host-agent.conf")).Split('\'')[1];
        foreach (var (pem, code) in new[] { (own, 0), (ApplianceCertificate.Open(other).Pem, 60) })
        {
            if (code != 0) File.WriteAllText(Path.Combine(other, "appliance.pem"), pem);
            File.WriteAllText(file, configuration.Replace("/etc/provisioner/appliance.pem", code == 0 ? own : Path.Combine(other, "appliance.pem"), StringComparison.Ordinal));
            Assert.Equal(code, Shell.Try("curl", "--config", file, "--output", "/dev/null", $"{url}/hosts/v1/{Id}/nothing").Code);
        }
    }

    private static void Damage(NspawnHost host)
    {
        // A person's line, Debian's own line, and a block whose end was lost.
        File.WriteAllText(host.In("/etc/hosts"), "127.0.0.1 localhost\n127.0.1.1 calm-otter\n# BEGIN provisioner basics\n10.0.0.9 printer\n");
        File.AppendAllText(host.In("/etc/chrony/chrony.conf"), "pool stranger.example iburst\n");
        File.Delete(host.In("/home/operator/.ssh/authorized_keys"));
        File.SetUnixFileMode(host.In("/etc/sudoers.d/90-provisioner-operator"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
    }

    // sync(1) is called between the writing of a new file and its renaming: there the plug is pulled.
    private static async Task LosesItsPowerInTheMiddleOfAStep(NspawnHost host, RoleAppliance appliance)
    {
        File.WriteAllText(host.In("/usr/sbin/sync"), "#!/bin/sh\n[ ! -e /slow ] || { rm /slow; touch /stuck; exec sleep 600; }\nexec /usr/bin/sync \"$@\"\n");
        File.SetUnixFileMode(host.In("/usr/sbin/sync"), (UnixFileMode)0b111_101_101);
        string kept = "127.0.0.1 localhost\n10.0.0.9 printer\n";
        File.WriteAllText(host.In("/etc/hosts"), kept);
        File.WriteAllText(host.In("/slow"), "");
        var run = RunAgain(appliance);
        for (int i = 0; i < 100 && !File.Exists(host.In("/stuck")); i++) await Task.Delay(100);
        Assert.True(File.Exists(host.In("/stuck")), "the step did not come to sync");
        host.CutPower();
        Assert.Equal(kept, File.ReadAllText(host.In("/etc/hosts")));

        host.Boot();
        Assert.Equal("basics: 3 steps, 1 changed", await run);
        Assert.StartsWith(kept, File.ReadAllText(host.In("/etc/hosts")), StringComparison.Ordinal);
        IsWhatItsRoleSays(host);
        Assert.Equal("basics: 3 steps, nothing changed", await RunAgain(appliance));
        host.CutPower();
    }

    // dash has run them so far; other systems have bash or busybox as their sh.
    private static void AnyShellWillDo(NspawnHost host, RoleAppliance appliance)
    {
        foreach (string shell in new[] { "/bin/busybox sh", "/bin/bash --posix" })
        {
            File.WriteAllText(host.In("/etc/hosts"), "127.0.0.1 localhost\n");
            File.Delete(host.In("/home/operator/.ssh/authorized_keys"));
            foreach (int number in new[] { 1, 3 })
            {
                File.WriteAllText(host.In("/root/step"), appliance.Script(Id, number));
                Assert.StartsWith("changed ", RunBy(shell, host), StringComparison.Ordinal);
                Assert.Equal("", RunBy(shell, host));
            }
            IsWhatItsRoleSays(host);
        }
    }

    private static void LeavesNoTrace(NspawnHost host)
    {
        host.Run("/usr/local/lib/provisioner/host-agent", "remove"); // ends with a stop of its service, which isn't running here
        string found = Shell.Run("find", host.In("/etc"), host.In("/usr/local"), host.In("/var/lib"), "-name", "*provisioner*", "-not", "-name", "90-provisioner-operator");
        Assert.Equal("", found);
    }

    private static string RunBy(string shell, NspawnHost host)
    {
        var (code, said) = host.Run("/bin/sh", "-c", $"exec {shell} /root/step 3>/root/verdict");
        Assert.True(code == 0, $"{shell}: exit code {code}: {said}");
        return File.ReadAllText(host.In("/root/verdict"));
    }
}

using Provisioner.Domain.Roles;

namespace Provisioner.ApplianceTests.Roles;

/// <summary>Packages from an archive in a folder, by the machine's own apt.</summary>
public sealed class PackageTests : IClassFixture<PackageTests.Fixture>
{
    private const string Repository = "- repository: {name: ours, lines: [\"deb [trusted=yes] file:/srv/repo ./\"]}\n";

    private readonly RoleHost _host;

    public PackageTests(Fixture fixture) => _host = fixture.Host;

    public sealed class Fixture : IDisposable
    {
        internal RoleHost Host { get; } = new();

        public Fixture()
        {
            File.WriteAllText(Host.Host.In("/etc/apt/sources.list"), "");
            Build(Host, "sample-daemon", "1.0", "mkdir -p /run; if [ -x /usr/sbin/invoke-rc.d ]; then invoke-rc.d sample-daemon start || exit 1; fi", unit: true);
            Index(Host);
            Assert.Equal(["/etc/apt/sources.list.d/ours.list: written", "ours: indexes fetched"], Host.Becomes(Repository));
        }

        public void Dispose() => Host.Dispose();
    }

    [Fact]
    public void Packages_are_installed_once_and_their_services_start_when_they_may()
    {
        Assert.Equal(["packages installed: sample-daemon"], _host.Becomes("- package: {names: [sample-daemon], start: false}"));
        Assert.Equal("inactive\n", _host.Host.Enter("systemctl is-active sample-daemon").Output);
        Assert.False(File.Exists(_host.Host.In("/usr/sbin/policy-rc.d")));
        Assert.Equal(["sample-daemon: started"], _host.Becomes("- service: {name: sample-daemon, enabled: false}"));
        Assert.Equal(["packages removed: sample-daemon"], _host.Becomes("- package: {names: [sample-daemon], state: absent}"));
    }

    [Fact]
    public void A_package_that_doesn_t_exist_is_named_with_all_others_like_it_and_nothing_is_installed()
    {
        Build(_host, "sample-tool", "1.0", ":", depends: "sample-daemon");
        Index(_host);
        var (code, _, output) = _host.Run(_host.Scripts("- package: {names: [sample-tool, no-such-thing, nor-this]}")[0]);
        Assert.Equal(1, code);
        Assert.Contains("package sample-tool: no source of this machine has no-such-thing nor-this: mend the name in the role or release, or add a repository", output, StringComparison.Ordinal);
        Assert.NotEqual(0, _host.Host.Enter("dpkg -s sample-tool").Code);
    }

    [Fact]
    public void An_archive_that_isn_t_there_is_a_failure_and_said_so()
    {
        var (code, _, output) = _host.Run(_host.Scripts("- repository: {name: gone, lines: [\"deb [trusted=yes] file:/srv/none ./\"]}")[0]);
        Assert.Equal(1, code);
        Assert.Contains("repository gone: the indexes of gone could not be fetched", output, StringComparison.Ordinal);
        _host.Host.Enter("rm /etc/apt/sources.list.d/gone.list");
    }

    [Fact]
    public void A_newer_archive_than_the_indexes_say_is_looked_at_again()
    {
        Build(_host, "late", "2.0", ":");
        Index(_host);
        Assert.Equal(["packages installed: late"], _host.Becomes("- package: {names: [late]}"));
    }

    [Fact]
    public void An_installation_that_was_cut_off_is_ended()
    {
        Build(_host, "slow", "1.0", "[ -e /srv/twice ] || { touch /srv/twice; kill -9 $(pgrep -f /root/step) $(pgrep apt-get) $(pgrep -x dpkg); }");
        Index(_host);
        string script = _host.Scripts("- package: {names: [slow], start: false}")[0];
        Assert.NotEqual(0, _host.Run(script).Code);
        var (code, said, output) = _host.Run(script);
        Assert.True(code == 0, output);
        Assert.Contains("changed packages: what was cut off is ended", said);
        Assert.False(File.Exists(_host.Host.In("/usr/sbin/policy-rc.d")));
        Assert.Empty(_host.Run(script).Said);
    }

    private static void Build(RoleHost host, string name, string version, string postinst, bool unit = false, string? depends = null)
    {
        string folder = Directory.CreateTempSubdirectory("deb-").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "DEBIAN"));
        File.WriteAllText(Path.Combine(folder, "DEBIAN/control"), $"Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: Nobody <nobody@example.org>\nDescription: sample\n{(depends is null ? "" : $"Depends: {depends}\n")}");
        string script = Path.Combine(folder, "DEBIAN/postinst");
        File.WriteAllText(script, $"#!/bin/sh\n{postinst}\n");
        File.SetUnixFileMode(script, (UnixFileMode)0b111_101_101);
        if (unit)
        {
            Directory.CreateDirectory(Path.Combine(folder, "lib/systemd/system"));
            File.WriteAllText(Path.Combine(folder, $"lib/systemd/system/{name}.service"), "[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n");
        }
        Directory.CreateDirectory(host.Host.In("/srv/repo"));
        Shell.Run("dpkg-deb", "--root-owner-group", "-b", folder, host.Host.In($"/srv/repo/{name}_{version}_all.deb"));
        Directory.Delete(folder, recursive: true);
    }

    private static void Index(RoleHost host) => Shell.Run("sh", "-c", $"cd '{host.Host.In("/srv/repo")}' && dpkg-scanpackages -m . > Packages 2>/dev/null");
}

using System.Collections.Immutable;
using Provisioner.Domain.Bundles;
using Provisioner.Domain.Roles;

namespace Provisioner.Tests.OpenStack;

/// <summary>Zed on Ubuntu 22.04, whose archive can't be reached here: rendered, and compared with a list that tells what of it guides say (tests/golden/openstack/zed-ubuntu.txt).</summary>
public sealed class ZedOnUbuntuTests
{
    private static readonly ImmutableArray<(PlanNode Node, RenderedResource Resource)> Debian = All("zed", "debian-12"), Ubuntu = All("zed-ubuntu", "ubuntu-22.04");

    public static TheoryData<string> Lines => [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "golden/openstack/zed-ubuntu.txt")).Where(l => l.Length > 0 && l[0] != '#')];

    [Theory]
    [MemberData(nameof(Lines))]
    public void Packages_and_services_are_those_of_the_list(string line)
    {
        string[] words = line.Split(' ');
        string role = words[1].TrimEnd(':');
        Assert.Empty(words[2..].Except(words[0] == "packages" ? Listed("package", role, "names") : Listed("service", role, "names", "name")));
    }

    [Fact]
    public void Nothing_that_only_Debian_has_is_installed_started_or_written()
    {
        string[] own = ["neutron-api", "neutron-rpc-server", "nova-consoleproxy", "nova-api-metadata", "openstack-dashboard-apache"];
        Assert.Empty(own.Intersect(Listed("package", null, "names").Concat(Listed("service", null, "names", "name"))));
        Assert.DoesNotContain(Ubuntu, r => r.Resource.Settings.Values.Any(v => v.Contains("uwsgi", StringComparison.Ordinal)));
        Assert.DoesNotContain(Ubuntu, r => r.Resource.Settings.GetValueOrDefault("path") is "/etc/default/nova-consoleproxy");
    }

    [Fact]
    public void The_cloud_archive_is_known_before_anything_of_the_release_is_installed()
    {
        var archive = Assert.Single(Ubuntu, r => r.Resource.Kind == "repository");
        Assert.Equal("deb http://ubuntu-cloud.archive.canonical.com/ubuntu jammy-updates/zed main", archive.Resource.Settings["lines"]);
        Assert.DoesNotContain(Debian, r => r.Resource.Kind == "repository");
        string[] before = [.. Ubuntu.TakeWhile(r => r != archive).Where(r => r.Resource.Kind == "package").SelectMany(r => r.Resource.Settings["names"].Split('\n'))];
        Assert.Equal(["ubuntu-cloud-keyring"], before);
    }

    [Fact]
    public void Its_settings_are_those_of_Debian_but_for_what_runs_inside_Apache_or_by_itself()
    {
        static HashSet<string> Settings(ImmutableArray<(PlanNode Node, RenderedResource Resource)> all) => [.. all.Where(r => r.Resource.Kind == "ini")
            .SelectMany(r => IniText.Read(r.Resource.Settings["set"]).Select(k => $"{r.Resource.Settings["path"]} [{k.Section}] {k.Key} = {k.Value}"))];
        HashSet<string> debian = Settings(Debian), ubuntu = Settings(Ubuntu);
        Assert.Equal(["/etc/heat/heat.conf [heat_api] workers = 1", "/etc/heat/heat.conf [heat_api_cfn] workers = 1"], ubuntu.Except(debian).Order(StringComparer.Ordinal));
        Assert.All(debian.Except(ubuntu), s => Assert.True(s.Contains("uwsgi.ini ", StringComparison.Ordinal) || s.StartsWith("/etc/default/nova-consoleproxy ", StringComparison.Ordinal), s));
    }

    private static string[] Listed(string kind, string? role, params string[] settings) => [.. Ubuntu.Where(r => r.Resource.Kind == kind && (role is null || r.Node.Application == role))
        .SelectMany(r => settings.SelectMany(s => r.Resource.Settings.GetValueOrDefault(s, "").Split('\n', StringSplitOptions.RemoveEmptyEntries)))];

    private static ImmutableArray<(PlanNode Node, RenderedResource Resource)> All(string release, string image)
    {
        string yaml = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "catalog/bundles/openstack/zed-all-in-one.yaml"))
            .Replace("release: zed\n", $"release: {release}\n", StringComparison.Ordinal).Replace("image: debian-12\n", $"image: {image}\n", StringComparison.Ordinal);
        var read = BundleFile.Read("cloud.yaml", yaml, Clouds.Library);
        Assert.Empty(read.Faults);
        Assert.Equal(release, read.Bundle!.Release!.Name);
        return Clouds.Resources(Clouds.Plan(read.Bundle, Clouds.Racks["zed-all-in-one"]), key => key, Facts.All);
    }
}

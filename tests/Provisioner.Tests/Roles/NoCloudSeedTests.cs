using Provisioner.Domain.Deploy;
using Provisioner.Domain.Machines;
using YamlDotNet.Serialization;

namespace Provisioner.Tests.Roles;

public sealed class NoCloudSeedTests
{
    private static NoCloudSeed Seed(Machine machine, string domain = "rack.internal", string? packages = "http://10.77.0.1:8000") =>
        NoCloudSeed.For(machine, machine.Deployment!, domain, new("10.77.0.1", 5243, "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"), "tEsT-token_0123456789", packages);

    [Fact]
    public void The_seed_is_golden()
    {
        foreach (var (name, text) in Seed(RoleSamples.Machine()).Files) RoleSamples.IsGolden(name, text);
    }

    [Fact]
    public void The_same_deployment_gives_the_same_bytes() => Assert.Equal(Seed(RoleSamples.Machine()), Seed(RoleSamples.Machine()));

    [Theory]
    [InlineData("a\"b\\c: d # e")]
    [InlineData("line\nruncmd: [reboot]")]
    [InlineData("{{ x }} ${y} $(z) `w` 'v' %u")]
    [InlineData("\u0085\u2028\ufeff\u0000\u001b ü 🔑 \t")]
    [InlineData("- [*a, &b, !c, |, >]")]
    public void A_hostile_key_stays_a_text(string key)
    {
        var machine = RoleSamples.Machine();
        string yaml = Seed(machine with { Deployment = machine.Deployment! with { SshKeys = [key] } }).UserData;
        var data = new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(yaml);
        var user = (Dictionary<object, object>)((List<object>)data["users"])[0];
        Assert.Equal(key, ((List<object>)user["ssh_authorized_keys"])[0]);
        Assert.Equal(2, ((List<object>)data["runcmd"]).Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("a\"b")]
    public void A_token_that_could_break_out_is_refused(string token) =>
        Assert.Throws<ArgumentException>(() => NoCloudSeed.For(RoleSamples.Machine(), RoleSamples.Machine().Deployment!, "", new("a", 5243, ""), token, null));

    [Fact]
    public void Without_a_package_cache_apt_finds_its_own_way() => Assert.DoesNotContain("path: /etc/apt/apt.conf.d", Seed(RoleSamples.Machine(), packages: null).UserData, StringComparison.Ordinal);

    [Fact]
    public void Without_a_domain_the_name_stands_alone() => Assert.Contains("fqdn: \"calm-otter\"\n", Seed(RoleSamples.Machine(), "").UserData, StringComparison.Ordinal);
}

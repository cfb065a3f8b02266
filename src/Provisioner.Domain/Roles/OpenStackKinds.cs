using System.Collections.Immutable;

namespace Provisioner.Domain.Roles;

/// <summary>
/// Resources that are seen to over OpenStack's HTTP APIs by one program for all that follow each other: a client of the command line takes
/// seconds for each of them.
/// </summary>
internal static class OpenStackKinds
{
    private static readonly SettingKind Project = Setting.Text("project", "");

    public static readonly ImmutableArray<ResourceKind> All =
    [
        Kind("keystone-domain", Setting.Text("name"), Setting.Text("description", "")),
        Kind("keystone-project", Setting.Text("name"), Setting.Text("domain", "Default"), Setting.Text("description", ""), Setting.Fact("export", "")),
        Kind("keystone-role", Setting.Text("name")),
        Kind("keystone-user",
            Setting.Text("name"), Setting.Text("password"), Setting.Text("domain", "Default"), Setting.Text("email", ""), Project,
            Setting.List("roles"), Setting.List("domain-roles"), Setting.Fact("export", "")),
        Kind("keystone-service",
            Setting.Text("name"), Setting.Text("type"), Setting.Text("description", ""), Setting.Text("region", "RegionOne"),
            Setting.Text("public", ""), Setting.Text("internal", ""), Setting.Text("admin", "")),
        Kind("keystone-token", Setting.Text("user"), Setting.Text("password"), Project, Setting.Text("domain", "Default")) with { Checks = true },
        Kind("openstack-network",
            Setting.Text("name"), Setting.Flag("shared", false), Setting.Flag("external", false), Setting.Text("network-type", ""), Setting.Text("physical-network", ""),
            Setting.Text("segmentation-id", ""), Setting.Text("mtu", ""), Project, Setting.Fact("export", "")),
        Kind("openstack-subnet",
            Setting.Text("name"), Setting.Text("network"), Setting.Text("cidr"), Setting.Text("gateway", ""), Setting.List("pool"), Setting.Flag("dhcp", true),
            Setting.List("dns"), Project),
        Kind("openstack-router", Setting.Text("name"), Setting.Text("external-network", ""), Setting.List("subnets"), Project, Setting.Fact("export", "")),
        Kind("openstack-image",
            Setting.Text("name"), Setting.Path("file", ""), Setting.Text("url", ""), Setting.Word("sha256", ""), Setting.Word("disk-format", "qcow2"),
            Setting.Word("container-format", "bare"), Setting.Choice("visibility", "public", "private", "shared", "community"), Setting.List("properties")),
        Kind("openstack-flavor", Setting.Text("name"), Setting.Text("id", ""), Setting.Number("ram"), Setting.Number("disk"), Setting.Number("vcpus")),
        Kind("openstack-security-group", Setting.Text("name", "default"), Project, Setting.List("rules")),
        Kind("openstack-key-pair", Setting.Text("name"), Setting.Text("public-key")),
        Kind("openstack-server",
            Setting.Text("name"), Setting.Text("image"), Setting.Text("flavor"), Setting.List("networks"), Setting.Text("key", ""), Setting.List("security-groups"),
            Setting.Number("timeout-seconds", "600"), Setting.Text("floating-network", ""), Setting.Fact("export", ""), Setting.Fact("export-floating", "")),
        Kind("openstack-volume-type", Setting.Text("name"), Setting.List("properties")),
        Kind("openstack-volume", Setting.Text("name"), Setting.Number("size"), Setting.Text("type", "")),
    ];

    private static ResourceKind Kind(string name, params ImmutableArray<SettingKind> settings) => new(name, name, ["openstack"], settings)
    {
        OpenStack = true,
    };
}

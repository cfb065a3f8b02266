using System.Collections.Immutable;

namespace Provisioner.Domain.Roles;

/// <summary>Resources that run: services, the kernel's settings, databases, queues, what is waited for.</summary>
internal static class ServiceKinds
{
    public static readonly ImmutableArray<ResourceKind> All =
    [
        new("service", "service", ["service"],
            Setting.Choice("state", "running", "stopped"), Setting.Flag("enabled", true), Setting.Flag("reload", false),
            Setting.Unit("name", ""), Setting.Units("names"), Setting.Paths("restart-when-changed")),
        new("sysctl", "sysctl_values", ["kernel"],
            Setting.Pairs("values")),
        new("kernel-module", "kernel_module", ["kernel"],
            Setting.Word("name")),
        new("sql-database", "sql_database", ["sql"],
            Setting.Word("name"), Setting.Word("user"), Setting.Text("password"), Setting.Word("charset", "utf8"), Setting.Words("hosts", "localhost\n%")),
        new("queue-user", "queue_user", ["queue"],
            Setting.Word("name"), Setting.Text("password"), Setting.Text("vhost", "/"), Setting.Text("permissions", ".*"), Setting.Words("tags")),
        new("http-wait", "http_wait", ["wait"],
            Setting.Text("url"), Setting.Number("timeout-seconds", "60"), Setting.List("status", "200"))
        {
            Checks = true,
        },
        new("port-wait", "port_wait", ["wait"],
            Setting.Word("host"), Setting.Number("port"), Setting.Number("timeout-seconds", "60"))
        {
            Checks = true,
        },
        new("volume-group", "volume_group", ["disk"],
            Setting.Word("name"), Setting.Paths("devices") with { Default = null }),
        new("xfs-mount", "xfs_mount", ["disk"],
            Setting.Path("device"), Setting.Path("path"), Setting.MountOptions("options", "noatime"), Setting.Owner(), Setting.Group()),
        new("swift-ring", "swift_ring", ["ring"],
            Setting.Path("builder"), Setting.Number("part-power", "18"), Setting.Number("replicas", "3"), Setting.Number("min-part-hours", "1"),
            Setting.Owner("swift"), Setting.Group(), Setting.List("devices", null)),
    ];
}

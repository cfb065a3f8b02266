using System.Collections.Immutable;

namespace Provisioner.Domain.Roles;

/// <summary>Resources of a machine's network.</summary>
internal static class NetworkKinds
{
    public static readonly ImmutableArray<ResourceKind> All =
    [
        new("bridge", "bridge", ["bridge"],
            Setting.Word("name"), Setting.Words("addresses"), Setting.Words("ports")),
        new("ovs-bridge", "ovs_bridge", ["ovs"],
            Setting.Word("name"), Setting.Choice("datapath", "system", "netdev"), Setting.List("options"), Setting.Words("ports")),
        new("ovs-port", "ovs_port", ["ovs"],
            Setting.Word("bridge"), Setting.Word("name"), Setting.Word("type", ""), Setting.List("options")),
    ];
}

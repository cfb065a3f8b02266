namespace Provisioner.Tests.OpenStack;

/// <summary>What steps would have told: about a machine whose processor has no virtualisation.</summary>
internal static class Facts
{
    public static readonly Dictionary<string, string> All = Make();

    private static Dictionary<string, string> Make()
    {
        var facts = new Dictionary<string, string>
        {
            ["keystone/0/service_project_id"] = "SERVICE_TENANT_ID",
            ["demo-networks/0/router"] = "ROUTER_ID",
            ["swift-proxy/0/account_ring"] = "QUNDT1VOVA==",
            ["swift-proxy/0/container_ring"] = "Q09OVEFJTkVS",
            ["swift-proxy/0/object_ring"] = "T0JKRUNU",
            ["launch-instance/0/address"] = "192.168.1.5",
            ["launch-instance/0/floating"] = "203.0.113.102",
        };
        for (int unit = 0; unit < 5; unit++)
        {
            facts[$"nova-compute/{unit}/virtualization"] = "qemu";
            foreach (string application in new[] { "nova-compute", "neutron-agent", "network-agent", "compute-agent" }) facts[$"{application}/{unit}/container"] = "none";
            facts[$"cinder-volume/{unit}/backend"] = "lvm";
        }
        return facts;
    }
}

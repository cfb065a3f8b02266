using System.Collections.Immutable;
using Provisioner.Domain.Bundles;
using Provisioner.Domain.Roles;

namespace Provisioner.Tests.OpenStack;

/// <summary>
/// Icehouse's packages are no more: what the roles would write, install and register is compared with the tables of its installation guide
/// (tests/golden/openstack), key by key.
/// </summary>
public sealed class IcehouseGuideTests
{
    // The guide's names of secrets: table 2.1, and the five that it forgets.
    private static readonly ImmutableDictionary<string, string> Secrets = new Dictionary<string, string>
    {
        ["rabbitmq/password"] = "RABBIT_PASS",
        ["keystone/db_password"] = "KEYSTONE_DBPASS",
        ["keystone/admin_password"] = "ADMIN_PASS",
        ["keystone/demo_password"] = "DEMO_PASS",
        ["keystone/admin_token"] = "ADMIN_TOKEN",
        ["glance/db_password"] = "GLANCE_DBPASS",
        ["glance/service_password"] = "GLANCE_PASS",
        ["nova-controller/db_password"] = "NOVA_DBPASS",
        ["nova-controller/service_password"] = "NOVA_PASS",
        ["neutron-controller/db_password"] = "NEUTRON_DBPASS",
        ["neutron-controller/service_password"] = "NEUTRON_PASS",
        ["neutron-controller/metadata_secret"] = "METADATA_SECRET",
        ["horizon/db_password"] = "DASH_DBPASS",
        ["cinder-controller/db_password"] = "CINDER_DBPASS",
        ["cinder-controller/service_password"] = "CINDER_PASS",
        ["swift-proxy/service_password"] = "SWIFT_PASS",
        ["swift-proxy/hash_suffix"] = "SWIFT_HASH",
        ["heat/db_password"] = "HEAT_DBPASS",
        ["heat/service_password"] = "HEAT_PASS",
        ["mongodb/ceilometer_password"] = "CEILOMETER_DBPASS",
        ["ceilometer/service_password"] = "CEILOMETER_PASS",
        ["ceilometer/metering_secret"] = "CEILOMETER_TOKEN",
    }.ToImmutableDictionary();

    private static readonly ImmutableArray<(PlanNode Node, RenderedResource Resource)> All =
        Clouds.Resources(Clouds.Plan("icehouse-all"), key => Secrets.GetValueOrDefault(key, "UNNAMED"), Facts.All);

    public static TheoryData<string> Written => [.. Table("icehouse-guide.txt").Where(l => l.StartsWith("= ", StringComparison.Ordinal)).Select(l => l[2..])];

    [Theory]
    [MemberData(nameof(Written))]
    public void Files_have_each_key_of_the_guide(string file)
    {
        var (path, machine) = (file.Split(" on ")[0], file.Split(" on ")[1]);
        string table = string.Join('\n', Table("icehouse-guide.txt").SkipWhile(l => l != $"= {file}").Skip(1).TakeWhile(l => !l.StartsWith("= ", StringComparison.Ordinal)));
        var wanted = IniText.Read(table).GroupBy(k => (k.Section, k.Key)).ToDictionary(g => g.Key, g => string.Join(" | ", g.Select(k => k.Value)));
        var made = Of("ini", machine).Where(r => r.Resource.Settings["path"] == path)
            .SelectMany(r => IniText.Read(r.Resource.Settings["set"])).Distinct().GroupBy(k => (k.Section, k.Key)).ToDictionary(g => g.Key, g => string.Join(" | ", g.Select(k => k.Value)));
        // A later line of the same key wins, as in Orchestration's auth_uri.
        Assert.Empty(wanted.Where(w => made.GetValueOrDefault(w.Key) is var value && value != w.Value && value?.Split(" | ")[^1] != w.Value)
            .Select(w => $"[{w.Key.Section}] {w.Key.Key} is {made.GetValueOrDefault(w.Key) ?? "missing"}, in the guide {w.Value}"));
    }

    public static TheoryData<string> More => [.. Table("icehouse-more.txt")];

    [Theory]
    [MemberData(nameof(More))]
    public void Packages_accounts_endpoints_databases_settings_and_rings_are_those_of_the_guide(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(words switch
        {
            ["packages", var machine, var role, .. var names] => names.Except(Of("package", machine).Where(r => r.Node.Application == role.TrimEnd(':')).SelectMany(r => r.Resource.Settings["names"].Split('\n'))).ToArray() is [],
            ["endpoint", var name, var type, .. var urls] => Of("keystone-service").Any(r => Has(r, "name", name) && Has(r, "type", type) && Has(r, "public", urls[0]) && Has(r, "internal", urls[1]) && Has(r, "admin", urls[2]) && Has(r, "region", "regionOne")),
            ["account", var name, var password] => Of("keystone-user").Any(r => Has(r, "name", name) && Has(r, "password", password)),
            ["database", var name, var user, var password] => Of("sql-database").Any(r => Has(r, "name", name) && Has(r, "user", user) && Has(r, "password", password)),
            ["sysctl", var machine, var name, var value] => Of("sysctl", machine).Any(r => r.Resource.Settings["values"].Split('\n').Contains($"{name}={value}")),
            ["ring", var name, .. var device] => Of("swift-ring").Any(r => Has(r, "builder", $"/etc/swift/{name}.builder") && Has(r, "part-power", "18") && Has(r, "replicas", "3") && r.Resource.Settings["devices"].Split('\n').Contains(string.Join(' ', device))),
            _ => false,
        }, line);
    }

    [Fact]
    public void Legacy_networking_has_each_key_of_the_guide()
    {
        var made = Clouds.Resources(Clouds.Plan("icehouse-two-node"), key => Secrets.GetValueOrDefault(key, "UNNAMED"), Facts.All)
            .Where(r => r.Node.Application == "nova-network" && r.Resource.Kind == "ini").SelectMany(r => IniText.Read(r.Resource.Settings["set"])).Select(k => $"{k.Key} = {k.Value}").ToHashSet();
        string[] wanted =
        [
            "network_manager = nova.network.manager.FlatDHCPManager", "firewall_driver = nova.virt.libvirt.firewall.IptablesFirewallDriver", "network_size = 254",
            "allow_same_net_traffic = False", "multi_host = True", "send_arp_for_ha = True", "share_dhcp_address = True", "force_dhcp_release = True",
            "flat_network_bridge = br100", "flat_interface = eth1", "public_interface = eth1",
        ];
        Assert.Empty(wanted.Except(made));
    }

    [Fact]
    public void The_plug_in_before_ML2_has_each_key_of_the_guide()
    {
        string yaml = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "catalog/bundles/openstack/icehouse-three-node.yaml"))
            .Replace("neutron-controller: {to: controller}", "neutron-controller: {to: controller, options: {plugin: openvswitch}}", StringComparison.Ordinal);
        var read = BundleFile.Read("older.yaml", yaml, Clouds.Library);
        Assert.Empty(read.Faults);
        var all = Clouds.Resources(Clouds.Plan(read.Bundle!, Clouds.Racks["icehouse-three-node"]), key => Secrets.GetValueOrDefault(key, "UNNAMED"), Facts.All);
        string[] Made(string machine, string path) => [.. all.Where(r => r.Node.Machine == machine && r.Resource.Kind == "ini" && r.Resource.Settings["path"] == path)
            .SelectMany(r => IniText.Read(r.Resource.Settings["set"])).Select(k => $"[{k.Section}] {k.Key} = {k.Value}")];
        const string Ini = "/etc/neutron/plugins/openvswitch/ovs_neutron_plugin.ini";
        Assert.Contains("[DEFAULT] core_plugin = neutron.plugins.openvswitch.ovs_neutron_plugin.OVSNeutronPluginV2", Made("controller", "/etc/neutron/neutron.conf"));
        string[] shared = ["[ovs] tenant_network_type = gre", "[ovs] tunnel_id_ranges = 1:1000", "[ovs] enable_tunneling = True",
            "[securitygroup] firewall_driver = neutron.agent.linux.iptables_firewall.OVSHybridIptablesFirewallDriver"];
        Assert.Empty(shared.Except(Made("controller", Ini)));
        Assert.Empty(shared.Concat(["[ovs] integration_bridge = br-int", "[ovs] tunnel_bridge = br-tun", "[ovs] local_ip = 10.0.1.21"]).Except(Made("network", Ini)));
    }

    private static bool Has((PlanNode Node, RenderedResource Resource) r, string setting, string value) => r.Resource.Settings.GetValueOrDefault(setting) == value;

    private static IEnumerable<(PlanNode Node, RenderedResource Resource)> Of(string kind, string? machine = null) =>
        All.Where(r => r.Resource.Kind == kind && (machine is null || r.Node.Machine == machine));

    private static IEnumerable<string> Table(string file) =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "golden/openstack", file)).Where(l => l.Length > 0 && l[0] != '#');
}

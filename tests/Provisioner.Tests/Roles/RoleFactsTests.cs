using System.Net;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Roles;

namespace Provisioner.Tests.Roles;

public sealed class RoleFactsTests
{
    private static readonly Site Site = new("rack.internal", IPAddress.Parse("10.77.0.1"), []);

    private static RoleFacts Of(params Machine[] others) => RoleFacts.Gather(
        RoleSamples.Machine(), IPAddress.Parse("10.77.0.101"), others, m => m.Name == "lost" ? null : IPAddress.Parse("10.77.0.102"), Site);

    [Fact]
    public void Deployed_machines_of_the_same_role_are_the_deployment_sorted_by_name() =>
        Assert.Equal(["bold-lynx 10.77.0.102", "calm-otter 10.77.0.101"],
            Of(RoleSamples.Machine("b", "bold-lynx"), RoleSamples.Machine()).Hosts.Select(h => $"{h.Name} {h.Address}"));

    [Fact]
    public void Others_are_left_out() => Assert.Single(Of(
        RoleSamples.Machine("c", "other-role", "compute"), RoleSamples.Machine("d", "lost"),
        RoleSamples.Machine("e", "still-deploying") with { State = MachineState.Deploying }).Hosts);

    [Fact]
    public void Without_time_servers_the_appliance_is_asked() => Assert.Equal(Site.Appliance, Assert.Single(Of().TimeServers));
}

using Provisioner.Appliance.Roles.Deployments;
using Provisioner.Appliance.Web.Agent;
using Provisioner.Appliance.Web.Hosts;

namespace Provisioner.Appliance.Roles;

/// <summary>Puts the roles' parts into the appliance. Wanted beforehand: the catalog, machines, networks, leases, options, secrets and the certificate.</summary>
internal static class RoleSetup
{
    public static IServiceCollection AddRoles(this IServiceCollection services) => services
        .AddSingleton<SeedWriter>().AddSingleton<ISeedWriter>(s => s.GetRequiredService<SeedWriter>())
        .AddSingleton<MachineRoles>().AddSingleton<Wakes>().AddSingleton<HostDesk>().AddSingleton<HostDoor>()
        .AddSingleton<DeploymentStore>().AddSingleton<DeploymentBook>().AddSingleton<DeploymentPlanner>().AddSingleton<DeploymentPlans>().AddSingleton<DeploymentSecrets>()
        .AddSingleton<DeploymentOrders>().AddSingleton<DeploymentDesk>().AddSingleton<StepVoices>().AddSingleton<ProgressFeed>().AddSingleton<RunTeller>()
        .AddHostedService<DeploymentRunner>();
}

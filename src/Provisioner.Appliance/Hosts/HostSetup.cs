using Provisioner.Appliance.Power.Libvirt;
using Provisioner.Appliance.Power.Vsphere;
using Provisioner.Domain.Hosts;
using Provisioner.Domain.Power;

namespace Provisioner.Appliance.Hosts;

/// <summary>The parts that speak to hypervisor hosts.</summary>
internal static class HostSetup
{
    public static IServiceCollection AddHypervisors(this IServiceCollection services)
    {
        services.AddSingleton<IHypervisorKind, LibvirtKind>().AddSingleton<IHypervisorKind, VsphereKind>();
        services.AddSingleton<HostBook>().AddSingleton<HostMachines>().AddSingleton<HostWatch>().AddSingleton<HostDesk>();
        services.AddHostedService(s => s.GetRequiredService<HostWatch>());
        foreach (string kind in new[] { HypervisorHost.Libvirt, HypervisorHost.Vsphere })
            services.AddSingleton<IPowerDriver>(s => new HypervisorDriver(kind, s.GetRequiredService<HostWatch>(), s.GetRequiredService<HostBook>()));
        return services;
    }
}

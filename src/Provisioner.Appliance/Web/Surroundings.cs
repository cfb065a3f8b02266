using System.Net;
using Provisioner.Appliance.Images;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Power;
using Provisioner.Appliance.Roles;
using Provisioner.Appliance.Roles.Deployments;
using Provisioner.Appliance.Servers;
using Provisioner.Appliance.Serving;
using Provisioner.Domain.Dhcp;
using Provisioner.Domain.Images;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Networks;
using Provisioner.Domain.Power;
using Provisioner.Wire;

namespace Provisioner.Appliance.Web;

/// <summary>The running appliance, as pages and API see it.</summary>
internal sealed class Surroundings(ImageShelf shelf, RoleSurroundings roles, ServiceControl control, PowerSurroundings power, Whereabouts whereabouts) : ISurroundings
{
    public IReadOnlyList<ImageInfo> Images => [.. shelf.All().Values];
    public IReadOnlyList<string> ImageFaults => shelf.Faults();
    public IReadOnlyList<RoleChoice> Roles => [.. roles.Catalog.All.Select(r => new RoleChoice(r.Name, r.Title, r.About, r.WhyNotAlone is null))];
    public IReadOnlyList<ServedNetwork> Served => control.Served;

    public string DhcpInWords(ServedNetwork network) => control.DhcpInWords(network);

    public IReadOnlyList<InterfaceChoice> Interfaces
    {
        get
        {
            var served = Served.Select(n => n.Interface).ToHashSet();
            return [.. control.Available.Select(i => new InterfaceChoice(
                i.Name, i.Address is null ? null : $"{i.Address}/{i.PrefixLength}", i.Up, i.IsUplink, served.Contains(i.Name), control.Obstacle(i)))];
        }
    }

    public IPAddress? AddressOf(Machine machine) => whereabouts.AddressOf(machine);

    public ProgressNow? ProgressOf(Machine machine) => whereabouts.ProgressOf(machine);

    public IReadOnlyList<DhcpExplanation> ExplainDhcp(DhcpQuestion question) => whereabouts.ExplainDhcp(question, Served);

    public RoleProgress RoleOf(Machine machine) => roles.Own.ProgressOf(machine);

    public Task<Applied> RunRoleAsync(string id, string by) => roles.Own.RunAsync(id, by);

    public string InstallScript(Machine machine, IPAddress appliance) =>
        roles.Seeds.InstallScript(machine, machine.Deployment!, appliance.AddressFamily is System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{appliance}]" : $"{appliance}");

    public Task<Applied> OrderPowerAsync(string id, PowerAction action, string by, CancellationToken cancel) =>
        power.Desk.OrderAsync(id, action, by, cancel);

    public PowerReading PowerOf(Machine machine) => power.Sightings.Of(machine);

    public IReadOnlyList<string> ControllerKinds => power.Hand.Kinds;

    public Task<Applied> SetControllerAsync(string id, ControllerWish wish, string by, CancellationToken cancel) => power.Controllers.SetAsync(id, wish, by, cancel);

    public Task<Applied> RemoveControllerAsync(string id, string controller, string by) => power.Controllers.RemoveAsync(id, controller, by);

    public Task<string?> ServeAsync(string name, string by) => control.ServeAsync(name, by);

    public Task<string?> StopServingAsync(string name, string by) => control.StopAsync(name, by);
}

/// <summary>Everything about roles that pages and API ask for.</summary>
internal sealed record RoleSurroundings(RoleCatalog Catalog, MachineRoles Own, SeedWriter Seeds);

/// <summary>Everything about power that pages and API ask for.</summary>
internal sealed record PowerSurroundings(PowerDesk Desk, ControllerDesk Controllers, PowerSightings Sightings, PowerHand Hand);

/// <summary>Where a machine is reached, and how far its agent has come.</summary>
internal sealed class Whereabouts(LeaseBook leases, Progress progress)
{
    /// <summary>The address of a lease that it holds now, or null.</summary>
    public IPAddress? AddressOf(Machine machine)
    {
        var now = leases.Clock.Now;
        foreach (string mac in machine.Macs)
            if (MacAddress.TryParse(mac, out var parsed) && leases.ByMac(parsed) is { } lease && lease.IsBound(now))
                return lease.Address.ToIPAddress();
        return null;
    }

    public IReadOnlyList<DhcpExplanation> ExplainDhcp(DhcpQuestion question, IReadOnlyList<ServedNetwork> served) => leases.Explain(question, served, leases.Clock.Now);

    public ProgressNow? ProgressOf(Machine machine) => machine.Phase is Phase.AgentAtWork ? progress.Of(machine.Id) : null;
}

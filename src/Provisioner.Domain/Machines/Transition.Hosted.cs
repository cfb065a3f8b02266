using Provisioner.Domain.Events;
using Provisioner.Domain.Hosts;
using Provisioner.Domain.Power;

namespace Provisioner.Domain.Machines;

/// <summary>What a machine's hypervisor host says.</summary>
internal sealed partial class Transition
{
    // A controller that somebody set stays the preferred one.
    private Outcome Hosted(MachineChange.HostedBy host)
    {
        var others = machine.Controllers.Where(c => c.Kind is not (HypervisorHost.Libvirt or HypervisorHost.Vsphere));
        var next = machine with { Controllers = host.Controller is { } controller ? [.. others, controller] : [.. others] };
        return host.Controller is not null
            ? Tell(next, new("power.controller", $"its power is switched through {host.Controller.Kind} {host.Controller.Address}: {host.How}"))
            : Tell(next with { Power = next.Controllers.IsEmpty ? PowerReading.Never : machine.Power }, new("power.controller", $"its power is not switched through a host any more: {host.How}", Level.Warning));
    }
}

using Provisioner.Appliance.Hosts;
using Provisioner.Domain.Power;
using Provisioner.Wire.Vim;

namespace Provisioner.Appliance.Power.Vsphere;

/// <summary>Faults of the vSphere API (vim25, "Faults") as one sentence.</summary>
internal static class VsphereFault
{
    private const int MostCharacters = 200;

    public static HypervisorException Of(VimFault fault)
    {
        string said = Plain(fault.Text);
        return fault.Type switch
        {
            "InvalidLogin" => new(PowerFailure.Credentials, "user or password is wrong"),
            "NoPermission" => new(PowerFailure.Credentials, "the user may not do that there: it needs the privileges VirtualMachine.Interact.PowerOn, PowerOff, Reset and VirtualMachine.Config.Settings"),
            "NotAuthenticated" => new(PowerFailure.Silent, "the session ended"),
            "ManagedObjectNotFound" => new(PowerFailure.Refused, "the virtual machine is gone from its host") { IsGone = true },
            "InvalidPowerState" => new(PowerFailure.NotNow, $"it makes no sense in the machine's present state{Because(said)}"),
            "InvalidState" or "TaskInProgress" or "ConcurrentAccess" or "ToolsUnavailable" => new(PowerFailure.NotNow, $"{Cause(fault.Type)}{Because(said)}"),
            "RestrictedVersion" => new(PowerFailure.Refused, "its licence lets the API only read (free ESXi): power can't be switched through it"),
            "HostNotConnected" or "HostCommunication" => new(PowerFailure.Silent, "the vCenter has lost the ESXi that the machine is on"),
            "" => new(PowerFailure.Refused, said.Length > 0 ? said : "it refused without a reason"),
            _ => new(PowerFailure.Refused, said.Length > 0 ? $"{said} ({fault.Type})" : fault.Type),
        };
    }

    private static string Cause(string type) => type switch
    {
        "ToolsUnavailable" => "no VMware Tools answer in the machine, so that its system can't be asked to shut down",
        "TaskInProgress" => "another task of the machine is under way",
        _ => "the machine's present state does not allow it",
    };

    private static string Because(string said) => said.Length > 0 ? $" ({said})" : "";

    private static string Plain(string text)
    {
        string line = string.Concat(text.Trim().Select(c => char.IsControl(c) ? ' ' : c)).TrimEnd('.', ' ');
        return line.Length <= MostCharacters ? line : line[..MostCharacters] + "…";
    }
}

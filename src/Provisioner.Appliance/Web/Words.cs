using System.Collections.Frozen;
using Provisioner.Appliance.Roles;
using Provisioner.Domain.Events;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Power;

namespace Provisioner.Appliance.Web;

/// <summary>The words of API and pages for the enums of Domain: stable, lower case, hyphens between words.</summary>
internal static class Words
{
    public static readonly FrozenDictionary<string, MachineState> States = All<MachineState>();
    public static readonly FrozenDictionary<string, PowerAction> Actions = All<PowerAction>();

    public static string Of(MachineState state) => Hyphens(state.ToString());
    public static string Of(Phase phase) => Hyphens(phase.ToString());
    public static string Of(PowerState state) => Hyphens(state.ToString());
    public static string Of(PowerAction action) => Hyphens(action.ToString());
    public static string Of(WalkPart part) => Hyphens(part.ToString());
    public static string Of(Level level) => Hyphens(level.ToString());

    /// <summary>What can be asked of a machine now.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="role">How far its role has come.</param>
    public static IReadOnlyList<string> Possible(Machine machine, RoleProgress role)
    {
        var words = new List<string>(Lifecycle.Possible(machine.State).Where(t => t is not Trigger.Commission || !Lifecycle.IsUnderWay(machine.State)).Select(t => Hyphens(t.ToString())));
        if (Lifecycle.IsUnderWay(machine.State)) words.Add("abort");
        if (Lifecycle.MayBeDeleted(machine.State)) words.Add("delete");
        if (!machine.Controllers.IsEmpty && !Lifecycle.IsUnderWay(machine.State)) words.Add("power");
        if (machine.State is MachineState.Deployed && role.Status is "done" or "failed") words.Add("role");
        return words;
    }

    private static FrozenDictionary<string, T> All<T>() where T : struct, Enum => Enum.GetValues<T>().ToFrozenDictionary(v => Hyphens(v.ToString()), StringComparer.Ordinal);

    private static string Hyphens(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));
}

using System.Collections.Immutable;

namespace Provisioner.Domain.Power.Redfish;

/// <summary>The action ComputerSystem.Reset (DSP0268 ComputerSystem, DSP0266 §9.5.7 actions).</summary>
/// <param name="Target">Where it is posted.</param>
/// <param name="Allowed">Values of ResetType that it takes; empty where it doesn't say.</param>
/// <param name="Info">The ActionInfo resource that lists them, or null.</param>
/// <param name="BeforeRedfish">It is the system itself, and the body names the action: iLO 4 before 2.30 (the RESTful API that Redfish came from).</param>
public sealed record RedfishReset(string Target, ImmutableArray<string> Allowed, string? Info, bool BeforeRedfish = false)
{
    /// <summary>The action of a system, or null.</summary>
    public static RedfishReset? Of(string path, RedfishResource system)
    {
        var action = system.Sub("Actions").Sub("#ComputerSystem.Reset");
        if (RedfishPath.Of(action.Text("target")) is { } target)
            return new(target, action.Texts("ResetType@Redfish.AllowableValues"), RedfishPath.Of(action.Text("@Redfish.ActionInfo")));
        var old = system.Subs("AvailableActions").FirstOrDefault(a => a.Text("Action") == "Reset");
        return old.IsEmpty ? null : new(path, [.. old.Subs("Capabilities").SelectMany(c => c.Texts("AllowableValues"))], null, BeforeRedfish: true);
    }

    /// <summary>With the values that an ActionInfo lists (DSP0268 ActionInfo Parameters).</summary>
    public RedfishReset With(RedfishResource info) =>
        info.Subs("Parameters").FirstOrDefault(p => p.Text("Name") == "ResetType") is { IsEmpty: false } parameter ? this with { Allowed = parameter.Texts("AllowableValues") } : this;

    /// <summary>Orders that can be given.</summary>
    public ImmutableHashSet<PowerAction> Orders => [.. Enum.GetValues<PowerAction>().Where(a => Choose(a, Otherwise(a)) is not null)];

    /// <summary>The ResetType that does what was ordered to a machine in this state, or null.</summary>
    public string? Choose(PowerAction order, PowerState seen) => order switch
    {
        PowerAction.On => First("On", "ForceOn") ?? (seen is PowerState.Off ? First("PushPowerButton") : null),
        PowerAction.Off => First("ForceOff"),
        PowerAction.Cycle => First("PowerCycle", "FullPowerCycle"),
        // iDRAC 7 and 8 have had no ForceRestart for long; a power cycle does what it does, and more.
        PowerAction.Reset => First("ForceRestart", "PowerCycle"),
        // The button asks the system to shut down, and switches a machine on that is off.
        PowerAction.SoftOff => First("GracefulShutdown") ?? (seen is PowerState.On ? First("PushPowerButton") : null),
        _ => null,
    };

    /// <summary>The state has to be known before the order is given: the power button does one thing or the other.</summary>
    public bool NeedsState(PowerAction order) => Choose(order, PowerState.Unknown) is null;

    private static PowerState Otherwise(PowerAction order) => order is PowerAction.On ? PowerState.Off : PowerState.On;

    // A service that lists none is asked for the first, which every version of the schema has.
    private string? First(params ReadOnlySpan<string> wanted)
    {
        if (Allowed.IsEmpty) return wanted[0] is "PushPowerButton" ? null : wanted[0];
        foreach (string one in wanted)
            if (Allowed.Contains(one)) return one;
        return null;
    }
}

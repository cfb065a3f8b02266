using System.Globalization;
using Provisioner.Domain.Events;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Power;

namespace Provisioner.Appliance.Web.Pages;

/// <summary>Figures and states in a person's words.</summary>
internal static class Text
{
    /// <summary>Capital letter first, full stop last.</summary>
    public static string Sentence(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..] + (char.IsPunctuation(text[^1]) ? "" : ".");

    /// <summary>Disks and images are sold in powers of ten.</summary>
    public static string Size(long bytes) => bytes switch
    {
        >= 1_000_000_000_000 => In(bytes / 1e12, "TB"),
        >= 1_000_000_000 => In(bytes / 1e9, "GB"),
        >= 1_000_000 => In(bytes / 1e6, "MB"),
        >= 1_000 => In(bytes / 1e3, "kB"),
        _ => $"{bytes} B",
    };

    /// <summary>Memory is sold in powers of two.</summary>
    public static string Memory(long bytes) => bytes >= 1L << 30 ? In(bytes / (double)(1L << 30), "GiB") : $"{bytes >> 20} MiB";

    public static string Seconds(double seconds) => seconds switch
    {
        < 0.0005 => "0 s",
        < 0.0995 => $"{seconds * 1000:0} ms",
        < 99.95 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s"),
        < 3600 => $"{(int)seconds / 60} min {(int)seconds % 60} s",
        _ => $"{(int)seconds / 3600} h {(int)seconds / 60 % 60} min",
    };

    public static string Of(WalkPart part) => part switch
    {
        WalkPart.Appliance => "Appliance",
        WalkPart.Firmware => "Firmware",
        WalkPart.Dhcp => "DHCP",
        WalkPart.Transfer => "TFTP/HTTP",
        WalkPart.Kernel => "Kernel",
        WalkPart.Agent => "Agent",
        WalkPart.Image => "Image",
        WalkPart.Reboot => "Reboot",
        WalkPart.FirstBoot => "First boot",
        _ => "Role",
    };

    public static string Of(PowerState state) => state switch { PowerState.On => "On", PowerState.Off => "Off", _ => "Unknown" };

    public static string Of(Phase phase) => phase switch
    {
        Phase.StartAgent => "being started into the agent",
        Phase.AwaitAgent => "started, waiting for its agent",
        Phase.AgentAtWork => "its agent is at work",
        Phase.PowerOff => "being switched off",
        Phase.StartDisk => "being started from its disk",
        Phase.AwaitHome => "started from its disk, waiting for its call",
        _ => "",
    };

    /// <summary>Colour family of a state: see app.css.</summary>
    public static string Tone(MachineState state) => state switch
    {
        MachineState.New => "new",
        MachineState.Ready => "ready",
        MachineState.Allocated => "taken",
        MachineState.Deployed => "deployed",
        MachineState.Commissioning or MachineState.Deploying or MachineState.Releasing => "busy",
        _ => "failed",
    };

    /// <summary>Maker and model, as far as they are known.</summary>
    public static string Model(Machine machine) =>
        machine.Inventory?.System is { } s ? string.Join(' ', new[] { s.Manufacturer, s.Product }.Where(p => p.Length > 0)) : "";

    /// <summary>What a person who looks at a failed machine can do next.</summary>
    public static string Advice(Machine machine) => (machine.State, machine.Power.Error) switch
    {
        (MachineState.FailedCommissioning, _) when WasStopped(machine) => "Commission it again when you like.",
        (MachineState.FailedDeploying, _) when WasStopped(machine) => "Deploy it again, or release it.",
        (_, { } error) => $"Its BMC could not be spoken to ({error}). Mend that first, then try again.",
        (MachineState.FailedCommissioning, _) => "Look at the last lines of the timeline: they say how far it came. Mend the cause and commission it again.",
        (MachineState.FailedDeploying, _) => "Look at the last lines of the timeline and at the machine’s console. Deploy again, with another disk or image if need be, or release it.",
        _ => "Switch it off by hand if it is still on, then release it again.",
    };

    private static bool WasStopped(Machine machine) => machine.Failure?.StartsWith("stopped by ", StringComparison.Ordinal) == true;

    private static string In(double value, string unit) => string.Create(CultureInfo.InvariantCulture, $"{(value >= 100 ? Math.Round(value) : Math.Round(value, 1))} {unit}");
}

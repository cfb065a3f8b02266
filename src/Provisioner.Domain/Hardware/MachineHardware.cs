using Provisioner.Domain.Machines;
using Provisioner.Domain.Power;

namespace Provisioner.Domain.Hardware;

/// <summary>What hardware a machine of the book is.</summary>
public static class MachineHardware
{
    /// <summary>The controller's setting that names a profile; what a person set counts.</summary>
    public const string ProfileSetting = "profile";

    /// <summary>What is known of a machine and one of its controllers: what the agent found, what the controller said.</summary>
    public static HardwareFacts FactsOf(Machine machine, ControllerAccess controller) => new(
        machine.Inventory?.System.Manufacturer ?? "", machine.Inventory?.System.Product ?? "",
        controller.ManufacturerId == 0 ? null : controller.ManufacturerId, null, controller.FirmwareVersion, controller.Settings.GetValueOrDefault("model", ""));

    /// <summary>The profile to speak to it by: the one that a person named, else the one that fits best.</summary>
    public static HardwareProfile For(this HardwareProfiles profiles, Machine machine, ControllerAccess controller) =>
        controller.Settings.TryGetValue(ProfileSetting, out string? named) && profiles.Find(named) is { } found ? found : profiles.For(FactsOf(machine, controller));
}

using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Provisioner.Appliance.Hardware;
using Provisioner.Appliance.Store;
using Provisioner.Domain.Hardware;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Power;

namespace Provisioner.Appliance.Machines;

/// <summary>Seals the secrets of machines' controllers, and opens them for a call; drivers are told by the way whose controller it is.</summary>
internal sealed class ControllerSecrets(SecretBox box, HardwareCatalog hardware)
{
    /// <summary>What the secrets of a machine's controllers are sealed for.</summary>
    public static string PurposeOf(string machine) => $"bmc/{machine}";

    /// <summary>A password, sealed; an empty one stays empty.</summary>
    public string Seal(string machine, string password) => password.Length > 0 ? box.Seal(PurposeOf(machine), password) : "";

    /// <summary>Further secrets, sealed; null for none.</summary>
    public string? Seal(string machine, ImmutableDictionary<string, string> more) =>
        more.IsEmpty ? null : box.Seal(PurposeOf(machine), JsonSerializer.Serialize(more, StoreJson.Default.ImmutableDictionaryStringString));

    /// <summary>All of a machine's controllers, preferred first, to be spoken to.</summary>
    /// <exception cref="PowerException">it has none, or a secret can't be opened.</exception>
    public ImmutableArray<(string Id, PowerTarget Target)> TargetsOf(Machine machine) => machine.Controllers.IsEmpty
        ? throw new PowerException(PowerFailure.Refused, $"{machine.Name} has no power controller that the appliance knows")
        : [.. machine.Controllers.Select(c => (c.Id, TargetOf(machine, c)))];

    /// <summary>A machine's first controller of a kind, to be asked what only that kind can be asked.</summary>
    /// <exception cref="PowerException">it has none, or a secret can't be opened.</exception>
    public PowerTarget TargetOf(Machine machine, string kind) => machine.Controllers.FirstOrDefault(c => c.Kind == kind) is { } controller
        ? TargetOf(machine, controller)
        : throw new PowerException(PowerFailure.Refused, $"{machine.Name} has no {kind} controller that the appliance knows: add one, or commission the machine");

    /// <summary>One of a machine's controllers, to be spoken to.</summary>
    /// <exception cref="PowerException">a secret can't be opened.</exception>
    public PowerTarget TargetOf(Machine machine, ControllerAccess controller)
    {
        try
        {
            string password = controller.SealedPassword.Length > 0 ? box.Unseal(PurposeOf(machine.Id), controller.SealedPassword) : "";
            return new(machine.Name, controller.Kind, controller.Address, controller.Port, controller.Username, password, controller.Privilege, machine.Firmware == "uefi")
            {
                Settings = SettingsOf(machine, controller),
                Secrets = controller.SealedMore is { } more ? Read(box.Unseal(PurposeOf(machine.Id), more)) : ImmutableDictionary<string, string>.Empty,
            };
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            throw new PowerException(PowerFailure.Credentials, $"the {controller.Kind} password of {machine.Name} can't be opened with this appliance's key: put the right key file back, add the controller again, or commission the machine again");
        }
    }

    /// <summary>A controller's settings with the profile of its hardware among them, which drivers look for: what the machine is may be known better tomorrow.</summary>
    public ImmutableSortedDictionary<string, string> SettingsOf(Machine machine, ControllerAccess controller) =>
        controller.Settings.SetItem(MachineHardware.ProfileSetting, hardware.Profiles.For(machine, controller).Name);

    private static ImmutableDictionary<string, string> Read(string json) => JsonSerializer.Deserialize(json, StoreJson.Default.ImmutableDictionaryStringString)!;
}

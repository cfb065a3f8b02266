using System.Collections.Immutable;
using Provisioner.Appliance.Power.Redfish;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Power;
using Provisioner.Domain.Power.Redfish;

namespace Provisioner.Appliance.Machines;

/// <summary>An answer of a machine's Redfish controller, or why there is none.</summary>
/// <param name="Value">The answer.</param>
/// <param name="Refused">One sentence, or null.</param>
internal sealed record FromRedfish<T>(T? Value, string? Refused);

/// <summary>What only Redfish controllers can: virtual media by a person's word, and what they know of their machine.</summary>
internal sealed class MediaDesk(MachineBook book, ControllerSecrets secrets, RedfishDriver driver)
{
    /// <summary>The virtual drives.</summary>
    public Task<FromRedfish<ImmutableArray<VirtualMediaSlot>>> ListAsync(Machine machine, CancellationToken cancel) => AskAsync(machine, t => driver.ListMediaAsync(t, cancel));

    /// <summary>What the controller knows of the machine.</summary>
    public Task<FromRedfish<RedfishInventory>> ReadInventoryAsync(Machine machine, CancellationToken cancel) => AskAsync(machine, t => driver.ReadInventoryAsync(t, cancel));

    /// <summary>Puts an image into the virtual CD drive; on the timeline.</summary>
    public async Task<FromRedfish<ImmutableArray<VirtualMediaSlot>>> InsertAsync(Machine machine, Uri image, string by, CancellationToken cancel)
    {
        if (Busy(machine) is { } busy) return new([], busy);
        return await AskAsync(machine, async target =>
        {
            string? note = await driver.InsertMediaAsync(target, image, cancel);
            await book.NoteDeedAsync(machine.Id, new("power.media", $"virtual media: {Shown(image)} is in the virtual CD drive, read back{(note is null ? "" : $"; {note}")}"), by);
            return await driver.ListMediaAsync(target, cancel);
        });
    }

    /// <summary>Empties the virtual CD drives; on the timeline.</summary>
    public async Task<FromRedfish<ImmutableArray<VirtualMediaSlot>>> EjectAsync(Machine machine, string by, CancellationToken cancel)
    {
        if (Busy(machine) is { } busy) return new([], busy);
        return await AskAsync(machine, async target =>
        {
            if (await driver.EjectMediaAsync(target, cancel) > 0) await book.NoteDeedAsync(machine.Id, new("power.media", "virtual media: the virtual CD drive is empty, read back"), by);
            return await driver.ListMediaAsync(target, cancel);
        });
    }

    private static string? Busy(Machine machine) => Lifecycle.IsUnderWay(machine.State)
        ? $"{machine.Name} is {Lifecycle.Word(machine.State)} and what it boots from is in the appliance's hands: abort that first" : null;

    private async Task<FromRedfish<T>> AskAsync<T>(Machine machine, Func<PowerTarget, Task<T>> ask)
    {
        if (machine.Controllers.FirstOrDefault(c => c.Kind == driver.Kind) is not { } controller)
            return new(default, $"{machine.Name} has no Redfish controller that the appliance knows, and nothing else can do that: add one by its address and password");
        try
        {
            return new(await ask(secrets.TargetOf(machine, controller)), null);
        }
        catch (PowerException e)
        {
            return new(default, e.Message);
        }
    }

    // Without a user and a query: they may hold a secret.
    private static string Shown(Uri image) => image.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
}

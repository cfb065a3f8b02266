using System.Collections.Immutable;
using System.Text.Json;
using Provisioner.Appliance.Power;
using Provisioner.Appliance.Store;
using Provisioner.Domain.Events;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Power;

namespace Provisioner.Appliance.Machines;

/// <summary>
/// Gives power orders for machines of the book: opens the sealed password, has it given, writes what was read back.
/// One order at a time a machine.
/// </summary>
internal sealed class PowerDesk(MachineBook book, SecretBox secrets, PowerHand hand, TimeProvider time)
{
    /// <summary>How long an order may take until the state agrees: some BMCs answer after 9 s and switch after 20.</summary>
    public static readonly TimeSpan OrderDeadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan SoftOffDeadline = TimeSpan.FromMinutes(3);

    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, SemaphoreSlim> _turns = new();

    /// <summary>A person's order; refused where the walk has the power in hand.</summary>
    public async Task<Applied> OrderAsync(string id, PowerAction action, string by, CancellationToken cancel)
    {
        if (book.Find(id) is not { } machine) return new Applied.NotFound(id);
        if (Lifecycle.IsUnderWay(machine.State)) return new Applied.Refused($"{machine.Name} is {Lifecycle.Word(machine.State)} and its power is in the appliance's hands: abort that first");
        if (machine.Controllers.IsEmpty) return new Applied.Refused($"{machine.Name} has no power controller that the appliance knows: switch it by hand, or commission it");
        try
        {
            await SetAsync(machine, action, by, cancel);
            return new Applied.Ok(book.Find(id) ?? machine);
        }
        catch (PowerException e)
        {
            return new Applied.Refused(e.Message);
        }
    }

    /// <summary>Gives an order and reads it back.</summary>
    /// <exception cref="PowerException">it failed; also on the timeline.</exception>
    public async Task<PowerState> SetAsync(Machine machine, PowerAction action, string by, CancellationToken cancel)
    {
        long began = time.GetTimestamp();
        var state = await Speak(machine, t => hand.SetAsync(t, action, action is PowerAction.SoftOff ? SoftOffDeadline : OrderDeadline, cancel), cancel);
        double seconds = time.GetElapsedTime(began).TotalSeconds;
        book.Note(machine.Id, $"power.{action.ToString().ToLowerInvariant()}", $"power {Word(action)}: read back {state.ToString().ToLowerInvariant()}", seconds: seconds, by: by);
        await book.ApplyAsync(machine.Id, new MachineChange.PowerRead(new(state, time.GetUtcNow(), null)), by);
        return state;
    }

    /// <summary>Sets what it boots from next time.</summary>
    /// <exception cref="PowerException">it failed; also on the timeline.</exception>
    public async Task SetNextBootAsync(Machine machine, BootDevice device, CancellationToken cancel)
    {
        string? doubt = await Speak(machine, t => hand.SetNextBootAsync(t, new(device), cancel), cancel);
        if (doubt is not null) book.Note(machine.Id, "power.note", doubt);
        book.Note(machine.Id, "power.bootdevice", $"boots from {(device is BootDevice.Pxe ? "the network" : "its disk")} next time ({(machine.Firmware == "uefi" ? "UEFI" : "BIOS")}), read back");
    }

    /// <summary>Reads the state into the book. Unknown with the reason where it can't be read; never throws for that.</summary>
    public async Task<PowerReading> ReadAsync(Machine machine, CancellationToken cancel)
    {
        PowerReading reading;
        try
        {
            reading = new(await Turn(machine, t => hand.GetAsync(t, cancel), cancel), time.GetUtcNow(), null);
        }
        catch (PowerException e)
        {
            reading = new(PowerState.Unknown, null, e.Message);
        }
        if (reading.State != machine.Power.State || reading.Error != machine.Power.Error || Stale(machine, reading))
            await book.ApplyAsync(machine.Id, new MachineChange.PowerRead(reading), "appliance");
        return reading;
    }

    // An unchanged state is written down once in five minutes: 10,000 machines polled twice a minute are no reason for 330 fsyncs a second.
    private static bool Stale(Machine machine, PowerReading reading) => reading.SeenAt - machine.Power.SeenAt > TimeSpan.FromMinutes(5);

    private async Task<T> Speak<T>(Machine machine, Func<PowerTarget, Task<T>> say, CancellationToken cancel)
    {
        try
        {
            return await Turn(machine, say, cancel);
        }
        catch (PowerException e)
        {
            book.Note(machine.Id, "power.failed", e.Message, Level.Error);
            throw;
        }
    }

    private async Task<T> Turn<T>(Machine machine, Func<PowerTarget, Task<T>> say, CancellationToken cancel)
    {
        var turn = _turns.GetOrAdd(machine.Id, _ => new SemaphoreSlim(1));
        await turn.WaitAsync(cancel);
        try
        {
            return await say(TargetOf(machine));
        }
        finally
        {
            turn.Release();
        }
    }

    private PowerTarget TargetOf(Machine machine) => machine.Controllers is [var first, ..]
        ? TargetOf(machine, first)
        : throw new PowerException(PowerFailure.Refused, $"{machine.Name} has no power controller that the appliance knows");

    private PowerTarget TargetOf(Machine machine, ControllerAccess controller)
    {
        try
        {
            string password = controller.SealedPassword.Length > 0 ? secrets.Unseal(PurposeOf(machine.Id), controller.SealedPassword) : "";
            return new(machine.Name, controller.Kind, controller.Address, controller.Port, controller.Username, password, controller.Privilege, machine.Firmware == "uefi")
            {
                Settings = controller.Settings,
                Secrets = controller.SealedMore is { } more ? SecretsOf(secrets.Unseal(PurposeOf(machine.Id), more)) : ImmutableDictionary<string, string>.Empty,
            };
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            throw new PowerException(PowerFailure.Credentials, $"the {controller.Kind} password of {machine.Name} can't be opened with this appliance's key: put the right key file back, or commission the machine again");
        }
    }

    private static ImmutableDictionary<string, string> SecretsOf(string json) => JsonSerializer.Deserialize(json, StoreJson.Default.ImmutableDictionaryStringString)!;

    /// <summary>What a machine's controllers' secrets are sealed for.</summary>
    public static string PurposeOf(string machine) => $"bmc/{machine}";

    private static string Word(PowerAction action) => action is PowerAction.SoftOff ? "soft off" : action.ToString().ToLowerInvariant();
}

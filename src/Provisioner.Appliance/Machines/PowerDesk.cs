using System.Collections.Concurrent;
using System.Collections.Immutable;
using Provisioner.Appliance.Power;
using Provisioner.Domain.Events;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Power;

namespace Provisioner.Appliance.Machines;

/// <summary>
/// Gives power orders for machines of the book: opens the sealed secrets, has them given, writes what was read back.
/// One order at a time a machine.
/// </summary>
internal sealed class PowerDesk(MachineBook book, ControllerSecrets secrets, PowerHand hand, PowerSightings sightings, TimeProvider time)
{
    /// <summary>How long an order may take until the state agrees: some BMCs answer after 9 s and switch after 20.</summary>
    public static readonly TimeSpan OrderDeadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan SoftOffDeadline = TimeSpan.FromMinutes(3);
    // An unchanged state is written down this often: 10,000 machines polled twice a minute are no reason for 330 commits a second.
    private static readonly TimeSpan WriteUnchanged = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, SemaphoreSlim> _turns = new();

    /// <summary>A person's order; refused where the walk has the power in hand.</summary>
    public async Task<Applied> OrderAsync(string id, PowerAction action, string by, CancellationToken cancel)
    {
        if (book.Find(id) is not { } machine) return new Applied.NotFound(id);
        if (Lifecycle.IsUnderWay(machine.State)) return new Applied.Refused($"{machine.Name} is {Lifecycle.Word(machine.State)} and its power is in the appliance's hands: abort that first");
        if (machine.Controllers.IsEmpty) return new Applied.Refused($"{machine.Name} has no power controller that the appliance knows: switch it by hand, add a controller, or commission it");
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

    /// <summary>Gives an order and reads it back. Unknown where none of its controllers can say.</summary>
    /// <exception cref="PowerException">it failed on every way; also on the timeline.</exception>
    public async Task<PowerState> SetAsync(Machine machine, PowerAction action, string by, CancellationToken cancel)
    {
        long began = time.GetTimestamp();
        var deadline = action is PowerAction.SoftOff ? SoftOffDeadline : OrderDeadline;
        var (state, via) = await Speak(machine, climber => climber.OrderAsync(action, deadline, cancel), cancel);
        string readBack = state is PowerState.Unknown ? "given; it can't be read back" : $"read back {PowerWords.Of(state)}";
        await book.NoteDeedAsync(machine.Id, new($"power.{action.ToString().ToLowerInvariant()}", $"power {Word(action)}{(machine.Controllers.Length > 1 ? $" via {via}" : "")}: {readBack}",
            Seconds: time.GetElapsedTime(began).TotalSeconds), by);
        if (state is not PowerState.Unknown) await WriteAsync(machine, PowerReading.Seen(state, time.GetUtcNow(), machine.Controllers.First(c => c.Id == via).Kind), by, always: true);
        return state;
    }

    /// <summary>Sets what it boots from next time; returns the name of the rung that did it.</summary>
    /// <exception cref="PowerException">it failed on every way; also on the timeline.</exception>
    public async Task<string> SetNextBootAsync(Machine machine, BootErrand errand, CancellationToken cancel)
    {
        var (rung, note) = await Speak(machine, climber => climber.BootAsync(errand, cancel), cancel);
        if (note is not null) book.Note(machine.Id, "power.note", note);
        if (rung.Device is { } device)
            book.Note(machine.Id, "power.bootdevice", $"boots from {(device is BootDevice.Disk ? "its disk" : $"the {NextBoot.Words(device)}")} next time ({(machine.Firmware == "uefi" ? "UEFI" : "BIOS")}), read back");
        return rung.Name;
    }

    /// <summary>Reads the state into the book. Unknown with the reason where it can't be read; never throws for that.</summary>
    public async Task<PowerReading> ReadAsync(Machine machine, CancellationToken cancel)
    {
        using var turn = await TurnAsync(machine.Id, cancel);
        return await ReadNowAsync(machine, cancel);
    }

    /// <summary>Reads the state for the poll: true where it could be read, or somebody else is speaking to its controller anyway.</summary>
    public async Task<bool> PollAsync(string id, CancellationToken cancel)
    {
        if (book.Find(id) is not { ReadsPower: true } machine) return true;
        var turn = _turns.GetOrAdd(id, _ => new SemaphoreSlim(1));
        if (!turn.Wait(0, CancellationToken.None)) return true;
        using var _ = new Turn(turn);
        return (await ReadNowAsync(machine, cancel)).Error is null;
    }

    private async Task<PowerReading> ReadNowAsync(Machine machine, CancellationToken cancel)
    {
        PowerException? failure = null;
        foreach (var controller in machine.Controllers.Where(c => ControllerKinds.ReadsState(c.Kind)))
        {
            try
            {
                var state = await hand.GetAsync(secrets.TargetOf(machine, controller), cancel);
                if (state is PowerState.Unknown) continue;
                return await WriteAsync(machine, PowerReading.Seen(state, time.GetUtcNow(), controller.Kind), "appliance");
            }
            catch (PowerException e)
            {
                failure = failure is null ? e : new(failure.Failure, $"{failure.Message}; {e.Message}");
            }
        }
        return failure is null ? PowerReading.Never : await WriteAsync(machine, PowerReading.Failed(failure, time.GetUtcNow()), "appliance");
    }

    private async Task<PowerReading> WriteAsync(Machine machine, PowerReading reading, string by, bool always = false)
    {
        var now = sightings.Set(machine, reading);
        var stored = machine.Power;
        bool news = reading.Error is null ? stored.Error is not null || reading.State != stored.State || reading.AtOutlet != stored.AtOutlet || reading.SeenAt - stored.SeenAt > WriteUnchanged || stored.SeenAt is null
            : stored.Error is null || stored.Failure != reading.Failure;
        if (news || always) await book.ApplyAsync(machine.Id, new MachineChange.PowerRead(reading.Error is null ? reading : now), by);
        return now;
    }

    private async Task<T> Speak<T>(Machine machine, Func<PowerClimber, Task<T>> say, CancellationToken cancel)
    {
        try
        {
            using var turn = await TurnAsync(machine.Id, cancel);
            return await say(new(hand, secrets.TargetsOf(machine), because => book.Note(machine.Id, "power.retry", because, Level.Warning)));
        }
        catch (PowerException e)
        {
            book.Note(machine.Id, "power.failed", e.Message, Level.Error);
            throw;
        }
    }

    private async Task<Turn> TurnAsync(string machine, CancellationToken cancel)
    {
        var turn = _turns.GetOrAdd(machine, _ => new SemaphoreSlim(1));
        await turn.WaitAsync(cancel);
        return new(turn);
    }

    private static string Word(PowerAction action) => action is PowerAction.SoftOff ? "soft off" : action.ToString().ToLowerInvariant();

    private readonly struct Turn(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}

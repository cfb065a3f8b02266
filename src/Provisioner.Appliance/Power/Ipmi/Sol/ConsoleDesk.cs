using System.Collections.Concurrent;
using System.Threading.Channels;
using Provisioner.Appliance.Machines;
using Provisioner.Domain.Events;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Power;

namespace Provisioner.Appliance.Power.Ipmi;

/// <summary>Somebody at a machine's console.</summary>
internal sealed class ConsoleSeat(SolSession session, ConsoleHub hub, ChannelReader<byte[]> shown, Func<ValueTask> leave) : IAsyncDisposable
{
    /// <summary>What the machine says; completes with the console.</summary>
    public ChannelReader<byte[]> Shown => shown;

    /// <summary>How many look at it.</summary>
    public int Viewers => hub.Viewers;

    /// <summary>Why the console ended; null while it is open.</summary>
    public string? Ended => session.Ended.IsCompleted ? session.Ended.Result : null;

    /// <summary>Characters for the machine; false where too many wait.</summary>
    public bool Type(byte[] characters) => session.Type(characters);

    /// <summary>A break for the machine.</summary>
    public void Break() => session.Break();

    public ValueTask DisposeAsync() => leave();
}

/// <summary>The consoles of all machines: opened for the first who wants to look, shared by those who come later, closed a moment after the last has gone.</summary>
internal sealed class ConsoleDesk(MachineBook book, ControllerSecrets secrets, IpmiDriver driver, TimeProvider clock) : IAsyncDisposable
{
    // A page that is loaded anew finds its console as it was.
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Desk> _desks = new();

    private sealed class Desk
    {
        public SemaphoreSlim Turn { get; } = new(1);
        public SolSession? Session { get; set; }
        public ConsoleHub? Hub { get; set; }
        public int Visits { get; set; }
    }

    /// <summary>Sits down at a machine's console.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="take">Takes it from another program that has it open.</param>
    /// <param name="by">Who, for the timeline.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="PowerException">there is no console.</exception>
    public async Task<ConsoleSeat> EnterAsync(Machine machine, bool take, string by, CancellationToken cancel)
    {
        var place = _desks.GetOrAdd(machine.Id, _ => new());
        await place.Turn.WaitAsync(cancel);
        try
        {
            place.Visits++;
            if (place.Session is null || place.Session.Ended.IsCompleted)
            {
                if (place.Session is { } ended) await ended.DisposeAsync();
                var opened = new ConsoleHub((text, level) => book.Note(machine.Id, ConsoleLines.Kind, text, level, by: "machine"), clock);
                place.Session = await driver.OpenConsoleAsync(secrets.TargetOf(machine, driver.Kind), take, opened.Show, cancel);
                place.Hub = opened;
                book.Note(machine.Id, "console.opened", "the serial console was opened (Serial over LAN)", by: by);
                _ = WatchAsync(machine.Id, place.Session, opened);
            }
            var (session, hub) = (place.Session, place.Hub!);
            var shown = hub.Enter();
            return new(session, hub, shown, () => LeaveAsync(place, session, hub, shown));
        }
        finally
        {
            place.Turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        // One that is about to be closed is taken from whoever is about to do it.
        var open = _desks.Values.Select(place => (place, place.Session)).Where(p => p.Session is not null).ToList();
        foreach (var (place, _) in open) place.Session = null;
        await Task.WhenAll(open.Select(p => p.Session!.DisposeAsync().AsTask()));
    }

    private async Task WatchAsync(string machine, SolSession session, ConsoleHub hub)
    {
        string why = await session.Ended;
        hub.End();
        book.Note(machine, "console.closed", why);
    }

    private ValueTask LeaveAsync(Desk place, SolSession session, ConsoleHub hub, ChannelReader<byte[]> shown)
    {
        if (hub.Leave(shown) == 0) _ = CloseLaterAsync(place, session, place.Visits);
        return ValueTask.CompletedTask;
    }

    private async Task CloseLaterAsync(Desk place, SolSession session, int visits)
    {
        await Task.Delay(Linger, clock);
        await place.Turn.WaitAsync();
        try
        {
            if (place.Visits != visits || place.Session != session) return;
            place.Session = null;
            await session.DisposeAsync();
        }
        finally
        {
            place.Turn.Release();
        }
    }
}

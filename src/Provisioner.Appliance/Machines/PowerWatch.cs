using Provisioner.Appliance.Power;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Power;

namespace Provisioner.Appliance.Machines;

/// <summary>Keeps the power state of all machines with a controller fresh: see <see cref="PowerPoller"/>.</summary>
internal sealed partial class PowerWatch(MachineBook book, PowerDesk desk, PowerSightings sightings, TimeProvider time, ILogger<PowerWatch> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        var poller = new PowerPoller(ReadAsync, time);
        book.Changed += Changed;
        try
        {
            foreach (var machine in book.All.Values)
                if (machine.ReadsPower) poller.Add(machine.Id);
            await poller.RunAsync(stop);
        }
        finally
        {
            book.Changed -= Changed;
        }

        void Changed(Machine? before, Machine? after)
        {
            if (before is not null && after is not null && before.Controllers.Equals(after.Controllers)) return;
            if (before is { ReadsPower: true })
            {
                poller.Remove(before.Id);
                sightings.Forget(before.Id);
            }
            if (after is { ReadsPower: true }) poller.Add(after.Id, atOnce: true);
        }
    }

    private async Task<bool> ReadAsync(string id, CancellationToken stop)
    {
        try
        {
            return await desk.PollAsync(id, stop);
        }
        catch (Exception e) when (e is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            // A full disk, or a fault of a driver's: this machine's poll goes on, and so do the others'.
            ReadFailed(log, id, e);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "reading the power of {Machine} failed in a way that it should not")]
    private static partial void ReadFailed(ILogger log, string machine, Exception e);
}

using Provisioner.Appliance.Machines;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Networks;

namespace Provisioner.Appliance.Networks;

/// <summary>Gives static addresses back when the machine that they go with is released or deleted; after a restart too, for it asks the records.</summary>
internal sealed partial class StaticReturns(MachineBook book, NetworkBook networks, ILogger<StaticReturns> log) : BackgroundService
{
    /// <summary>The machine is somebody's, so that it may have addresses of its own.</summary>
    public static bool MayHold(MachineState state) => state is not (MachineState.New or MachineState.Commissioning or MachineState.FailedCommissioning or MachineState.Ready);

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                using var feed = book.Feed.Subscribe();
                foreach (string id in Holders().ToList()) await LookAtAsync(id);
                await foreach (var item in feed.Reader.ReadAllAsync(stop))
                    if (item.Changed is { } id && Holders().Contains(id))
                        await LookAtAsync(id);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    private IEnumerable<string> Holders() => networks.Model.Statics.Values.Select(s => s.Machine).OfType<string>().Distinct();

    private async Task LookAtAsync(string id)
    {
        if (book.Find(id) is { } machine && MayHold(machine.State)) return;
        try
        {
            if (await networks.GiveBackAsync(id, "appliance") is NetworkOutcome.Refused refused) LogKept(id, refused.InWords);
        }
        catch (IOException e) // the store says so itself; the next start comes by here again
        {
            LogKept(id, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "the static addresses of {Machine} are still held: {Why}")]
    private partial void LogKept(string machine, string why);
}

using System.Threading.Channels;
using Provisioner.Appliance.Machines;

namespace Provisioner.Appliance.Web.Pages;

/// <summary>Waits for what a live page shows to change.</summary>
internal static class LiveFeed
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1), SlowTick = TimeSpan.FromSeconds(10);

    /// <summary>
    /// True when it is time to look again; false when the feed was cut. An agent's progress and the clock are no events: with <paramref name="ticking"/>
    /// it is time every second; else every ten, because that a machine's power was seen unchanged is no event either.
    /// </summary>
    public static async Task<bool> WaitAsync(ChannelReader<FeedItem> feed, bool ticking, CancellationToken cancel)
    {
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        soon.CancelAfter(ticking ? Tick : SlowTick);
        try
        {
            return await feed.WaitToReadAsync(soon.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return true;
        }
    }
}

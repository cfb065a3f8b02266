using System.Threading.Channels;
using Provisioner.Appliance.Machines;

namespace Provisioner.Appliance.Web.Pages;

/// <summary>Waits for what a live page shows to change.</summary>
internal static class LiveFeed
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    /// <summary>True when it is time to look again; false when the feed was cut. An agent's progress and the clock are no events: with <paramref name="ticking"/> it is time every second.</summary>
    public static async Task<bool> WaitAsync(ChannelReader<FeedItem> feed, bool ticking, CancellationToken cancel)
    {
        if (!ticking) return await feed.WaitToReadAsync(cancel);
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        soon.CancelAfter(Tick);
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

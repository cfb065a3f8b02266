using System.Collections.Immutable;
using System.Threading.Channels;
using Provisioner.Domain.Events;

namespace Provisioner.Appliance.Machines;

/// <summary>What happened at once: events, and the machine whose record changed, if one did.</summary>
internal sealed record FeedItem(IReadOnlyList<TimelineEvent> Events, string? Changed);

/// <summary>Passes on what is on disk to all who listen. A listener that falls 4,096 items behind is cut off and comes back with its last number.</summary>
internal sealed class EventFeed
{
    private ImmutableArray<Subscription> _subscriptions = [];

    public void Publish(IReadOnlyList<TimelineEvent> events, string? changed)
    {
        if (events.Count == 0 && changed is null) return;
        var item = new FeedItem(events, changed);
        foreach (var subscription in _subscriptions) subscription.Offer(item);
    }

    public Subscription Subscribe()
    {
        var subscription = new Subscription(this);
        ImmutableInterlocked.Update(ref _subscriptions, (list, s) => list.Add(s), subscription);
        return subscription;
    }

    internal sealed class Subscription(EventFeed feed) : IDisposable
    {
        private readonly Channel<FeedItem> _channel = Channel.CreateBounded<FeedItem>(4096);

        public ChannelReader<FeedItem> Reader => _channel.Reader;

        public void Offer(FeedItem item)
        {
            if (!_channel.Writer.TryWrite(item)) _channel.Writer.TryComplete();
        }

        public void Dispose()
        {
            ImmutableInterlocked.Update(ref feed._subscriptions, (list, s) => list.Remove(s), this);
            _channel.Writer.TryComplete();
        }
    }
}

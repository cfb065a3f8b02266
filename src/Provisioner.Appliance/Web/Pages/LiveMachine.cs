using System.Runtime.CompilerServices;
using Provisioner.Appliance.Machines;
using Provisioner.Domain.Machines;

namespace Provisioner.Appliance.Web.Pages;

/// <summary>Draws the live parts of a machine's page anew whenever they come out otherwise.</summary>
internal sealed class LiveMachine(MachineBook book, ISurroundings surroundings, Fragments fragments, TimeProvider time)
{
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(250);

    public async IAsyncEnumerable<StreamMessage> Follow(string id, long after, string form, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var feed = book.Feed.Subscribe();
        var shown = new Dictionary<string, string>();
        while (book.Find(id) is { } machine)
        {
            var view = MachineView.Of(machine, book, surroundings, time.GetUtcNow());
            foreach (var (target, html) in await DrawAsync(view, form))
            {
                if (shown.GetValueOrDefault(target) == html) continue;
                shown[target] = html;
                yield return Patch.Replace(target, html);
            }
            foreach (var line in view.Lines.Where(l => l.Event.Seq > after).Reverse())
            {
                after = line.Event.Seq;
                yield return Patch.Prepend(after, "timeline", await fragments.TextAsync<TimelineItem>((nameof(TimelineItem.Line), line)));
            }
            if (!await ChangedAsync(feed, id, Lifecycle.IsUnderWay(machine.State), cancel)) yield break;
            await Task.Delay(Breath, cancel);
        }
    }

    private async Task<IEnumerable<(string, string)>> DrawAsync(MachineView view, string form) =>
    [
        ("summary", await fragments.TextAsync<MachineSummary>((nameof(MachineSummary.View), view), (nameof(MachineSummary.Form), form))),
        ("walk", await fragments.TextAsync<WalkBar>((nameof(WalkBar.Walk), view.Walk))),
        ("facts", await fragments.TextAsync<MachineFacts>((nameof(MachineFacts.View), view))),
    ];

    private static async Task<bool> ChangedAsync(EventFeed.Subscription feed, string id, bool underWay, CancellationToken cancel)
    {
        while (true)
        {
            if (!await LiveFeed.WaitAsync(feed.Reader, underWay, cancel)) return false;
            bool mine = underWay, ticked = true;
            for (; feed.Reader.TryRead(out var item); ticked = false) mine |= item.Changed == id || item.Events.Any(e => e.Machine == id);
            if (mine || ticked) return true;
        }
    }
}

using System.Collections.Immutable;

namespace Provisioner.Domain.Events;

/// <summary>Who or what a machine's walk waited for.</summary>
public enum WalkPart
{
    /// <summary>The appliance: between an order and the deed, between a report and the next step.</summary>
    Appliance,
    /// <summary>The machine's own firmware, and the loader that it started, before they spoke.</summary>
    Firmware,
    /// <summary>Getting an address.</summary>
    Dhcp,
    /// <summary>Loader, script, kernel and ramdisk by TFTP and HTTP.</summary>
    Transfer,
    /// <summary>The kernel, from its last byte to the agent's hello.</summary>
    Kernel,
    /// <summary>The agent: looking at hardware and BMC, until it asks for its order, and switching the machine off.</summary>
    Agent,
    /// <summary>The image on its way to the disk.</summary>
    Image,
    /// <summary>From the switch to the first packet of the installed system.</summary>
    Reboot,
    /// <summary>The installed system's first start, until it called home.</summary>
    FirstBoot,
    /// <summary>The role's steps.</summary>
    Role,
}

/// <summary>A stretch of a walk.</summary>
/// <param name="Part">What was waited for.</param>
/// <param name="From">Seconds since the start of the walk.</param>
/// <param name="Seconds">Length in seconds.</param>
public sealed record WalkSpan(WalkPart Part, double From, double Seconds);

/// <summary>Where the time of a machine's last walk went: told from its timeline alone, so it can be asked at any time, also of the past.</summary>
/// <param name="Walk"><c>commission</c>, <c>deploy</c>, or <c>boot</c> where nobody asked for either.</param>
/// <param name="Start">Time of its first event.</param>
/// <param name="Ended">It came to an end, good or bad.</param>
/// <param name="Spans">In order of time, without gaps; neighbours differ in their part.</param>
public sealed record WalkBreakdown(string Walk, DateTimeOffset Start, bool Ended, ImmutableArray<WalkSpan> Spans)
{
    /// <summary>Length of the walk in seconds, up to its end or to what was asked about.</summary>
    public double TotalSeconds => Spans is [.., var last] ? last.From + last.Seconds : 0;

    /// <summary>Seconds that one part took, over all its spans.</summary>
    public double Of(WalkPart part) => Spans.Where(s => s.Part == part).Sum(s => s.Seconds);

    /// <summary>
    /// The last commissioning or deployment in a timeline, or the last boot where there was neither; null where nothing has begun.
    /// </summary>
    /// <param name="events">A machine's events, oldest first.</param>
    /// <param name="now">The present: what a walk under way waits for counts up to it. Null: up to the last event.</param>
    public static WalkBreakdown? From(IEnumerable<TimelineEvent> events, DateTimeOffset? now = null)
    {
        if (Events.Walk.LastOf(events) is not { } walk) return null;
        var spans = ImmutableArray.CreateBuilder<WalkSpan>();
        var start = walk.Events[0].At;
        var reader = new WalkReader();
        double reached = 0;
        foreach (var e in walk.Events)
        {
            if (reader.PartEndingWith(e.Kind) is not { } part) continue;
            // Events of several servers may be recorded a little out of order: time never runs backwards here.
            double at = Math.Max(reached, (e.At - start).TotalSeconds);
            Add(spans, part, reached, at - reached);
            reached = at;
        }
        if (!walk.Ended && (now - start)?.TotalSeconds is { } present && present > reached) Add(spans, reader.WaitedFor, reached, present - reached);
        return new(walk.Name, start, walk.Ended, spans.ToImmutable());
    }

    private static void Add(ImmutableArray<WalkSpan>.Builder spans, WalkPart part, double from, double seconds)
    {
        if (spans is [.., var last] && last.Part == part) spans[^1] = last with { Seconds = last.Seconds + seconds };
        else if (seconds > 0) spans.Add(new(part, from, seconds));
    }
}

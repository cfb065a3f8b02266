using System.Collections.Immutable;
using Provisioner.Domain.Power.Ipmi;
using Provisioner.Wire.Ipmi;
using Provisioner.Wire.Ipmi.Commands;

namespace Provisioner.Appliance.Power.Ipmi;

/// <summary>A BMC's event log.</summary>
/// <param name="Entries">Oldest first.</param>
/// <param name="Full">Entries were lost because it was full.</param>
/// <param name="Clock">The BMC's clock; null where it does not say.</param>
internal sealed record EventLog(ImmutableArray<SelView> Entries, bool Full, DateTimeOffset? Clock);

/// <summary>Reads and clears a BMC's event log: IPMI 2.0 §31.</summary>
internal sealed class EventLogService(BmcTalk talk, TimeProvider clock)
{
    private const int MostEntries = 8192;
    private static readonly TimeSpan Erasing = TimeSpan.FromSeconds(30);

    public async Task<EventLog> ReadAsync()
    {
        var info = await talk.AskAsync(new GetSelInfo());
        var sensors = info.Entries == 0 ? null : await new SensorService(talk).RecordsAsync();
        var entries = ImmutableArray.CreateBuilder<SelView>();
        // Asked for the first entry of an empty log, a BMC says that there is none (§31.5).
        for (ushort id = 0; info.Entries > 0 && id != GetSelEntry.End && entries.Count < MostEntries;)
        {
            var (part, code) = await talk.TryAsync(new GetSelEntry(id));
            if (part is null && code == CompletionCode.NotThere) break;
            part ??= await talk.AskAsync(new GetSelEntry(id));
            entries.Add(SelView.Of(part.Record, sensors!.ByKey));
            if (part.Next == id) break;
            id = part.Next;
        }
        var (time, said) = await talk.TryAsync(new GetSelTime());
        return new(entries.ToImmutable(), info.Overflow, said == CompletionCode.Ok ? SelView.TimeOf(time) : null);
    }

    /// <summary>Clears it, and returns when it is empty; how many entries there were.</summary>
    /// <exception cref="IpmiException">it was refused, or an entry came between.</exception>
    public async Task<int> ClearAsync()
    {
        var info = await talk.AskAsync(new GetSelInfo());
        ushort reservation = await talk.AskAsync(new ReserveSel());
        long began = clock.GetTimestamp();
        bool done = await talk.AskAsync(new ClearSel(reservation, Begin: true));
        while (!done && clock.GetElapsedTime(began) < Erasing)
        {
            await Task.Delay(TimeSpan.FromSeconds(0.2), clock, talk.Cancel);
            done = await talk.AskAsync(new ClearSel(reservation, Begin: false));
        }
        // Some say "done" before it is, and some that add "log cleared" never show an empty one.
        if (!done || (await talk.AskAsync(new GetSelInfo())).Entries > 1)
            throw new IpmiException(IpmiFailure.Refused, $"the BMC said yes to {new ClearSel(0, true).Name}, and its log has entries still: try again");
        return info.Entries;
    }
}

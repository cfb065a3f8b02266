using System.Collections.Immutable;

namespace Provisioner.Domain.Power;

/// <summary>One way to a machine's power: a controller of it.</summary>
/// <param name="Id">The controller's id within the machine.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Address">Its address, for sentences.</param>
/// <param name="Abilities">What it said that it can do; null where it was not looked at.</param>
public sealed record PowerWay(string Id, string Kind, string Address, ControllerAbilities? Abilities = null)
{
    /// <summary>It takes this order.</summary>
    public bool Takes(PowerAction order) => (Abilities?.Orders ?? ControllerKinds.Orders(Kind)).Contains(order);

    /// <summary>It can have the machine boot from this next.</summary>
    public bool Boots(BootDevice device) => (Abilities?.NextBoots ?? ControllerKinds.NextBoots(Kind)).Contains(device);
}

/// <summary>One rung: a controller, the boot device that it is to set (null for a power order), and whether it is the same again.</summary>
/// <param name="Way">The controller; null for "start it as its own boot order stands".</param>
/// <param name="Device">The boot device, or null.</param>
/// <param name="Again">The same was tried before and may do the second time.</param>
public sealed record PowerRung(PowerWay? Way, BootDevice? Device = null, bool Again = false)
{
    /// <summary>Stable name, kept in a machine's record: <c>ipmi/pxe</c>, <c>ipmi/pxe/again</c>, <c>own</c>.</summary>
    public string Name => Way is null ? "own" : $"{Way.Id}{(Device is { } d ? $"/{d.ToString().ToLowerInvariant()}" : "")}{(Again ? "/again" : "")}";

    /// <summary>For a person: <c>again via ipmi 10.0.0.7</c>.</summary>
    public string InWords => Way is null ? "as its own boot order stands" : $"{(Device is { } d ? $"{NextBoot.Words(d)} " : "")}{(Again ? "again " : "")}via {Way.Kind} {Way.Address}";
}

/// <summary>A rung that was tried, and how it failed.</summary>
public sealed record PowerTry(PowerRung Rung, PowerFailure Failure, string Why);

/// <summary>What to do next.</summary>
public abstract record PowerClimb
{
    private PowerClimb() { }

    /// <summary>Try this.</summary>
    /// <param name="Rung">What.</param>
    /// <param name="Because">Why it is tried, one sentence for the timeline; null for the first.</param>
    public sealed record Take(PowerRung Rung, string? Because) : PowerClimb;

    /// <summary>Nothing is left.</summary>
    /// <param name="Failure">The kind of the failure that says most.</param>
    /// <param name="Why">Everything that was tried, half a sentence.</param>
    public sealed record GiveUp(PowerFailure Failure, string Why) : PowerClimb;
}

/// <summary>
/// The ladder of tries for an order or a boot device that failed or was accepted and ignored: set again, the machine's other controller,
/// HTTP boot, virtual media; of those, what the controllers can. Each rung is taken once, so that it ends.
/// </summary>
public static class PowerLadder
{
    /// <summary>Starts of one machine that its agent may fail to follow, before it is given up.</summary>
    public const int MostStarts = 6;

    /// <summary>Rungs of a power order.</summary>
    public static ImmutableArray<PowerRung> OfOrder(PowerAction order, ImmutableArray<PowerWay> ways)
    {
        // A cycle is made of what the controller has: see PowerPlan.
        var fit = ways.Where(w => w.Takes(order) || order is PowerAction.Cycle && w.Takes(PowerAction.On)).ToList();
        // Where none takes it, the first one's own refusal is the best sentence.
        if (fit.Count == 0) fit.AddRange(ways.Take(1));
        return [.. fit.SelectMany(w => new PowerRung[] { new(w), new(w, Again: true) })];
    }

    /// <summary>Rungs of a next boot.</summary>
    /// <param name="device">Network (<see cref="BootDevice.Pxe"/>) or disk.</param>
    /// <param name="uefi">The firmware is UEFI: HTTP boot is possible.</param>
    /// <param name="http">There is a boot file for HTTP boot.</param>
    /// <param name="media">There is a boot image for virtual media.</param>
    /// <param name="ways">The machine's controllers.</param>
    public static ImmutableArray<PowerRung> OfBoot(BootDevice device, bool uefi, bool http, bool media, ImmutableArray<PowerWay> ways)
    {
        var rungs = ImmutableArray.CreateBuilder<PowerRung>();
        foreach (var way in ways.Where(w => w.Boots(device)))
        {
            rungs.Add(new(way, device));
            rungs.Add(new(way, device, Again: true));
        }
        if (device is not BootDevice.Pxe) return rungs.ToImmutable();
        if (uefi && http) rungs.AddRange(ways.Where(w => w.Boots(BootDevice.Http)).Select(w => new PowerRung(w, BootDevice.Http)));
        if (media) rungs.AddRange(ways.Where(w => w.Boots(BootDevice.VirtualMedia)).Select(w => new PowerRung(w, BootDevice.VirtualMedia)));
        return rungs.ToImmutable();
    }

    /// <summary>The next rung, or the end.</summary>
    /// <param name="rungs">All rungs.</param>
    /// <param name="tries">What failed in this climb, in order.</param>
    /// <param name="spent">Names of rungs that an earlier climb took and that came to nothing: a boot device that was set, and the machine did not boot from it.</param>
    public static PowerClimb Next(ImmutableArray<PowerRung> rungs, ImmutableArray<PowerTry> tries, ImmutableArray<string> spent = default)
    {
        var left = rungs.Where(r => !IsSpent(r, spent) && tries.All(t => t.Rung.Name != r.Name) && MayDo(r, tries)).ToList();
        if (left.Count == 0) return new PowerClimb.GiveUp(Gravest(tries), Everything(tries));
        return new PowerClimb.Take(left[0], tries is [.., var last] ? $"{last.Why}; tried next: {left[0].InWords}" : null);
    }

    /// <summary>What was tried, one after the other.</summary>
    public static string Everything(ImmutableArray<PowerTry> tries) => tries switch
    {
        [] => "nothing is left to try",
        [var only] => only.Why,
        _ => $"{tries.Length} tries: " + string.Join("; ", tries.Select(t => $"{t.Rung.InWords}: {t.Why}")),
    };

    private static bool IsSpent(PowerRung rung, ImmutableArray<string> spent) => !spent.IsDefault && spent.Contains(rung.Name);

    private static bool MayDo(PowerRung rung, ImmutableArray<PowerTry> tries)
    {
        var here = tries.Where(t => t.Rung.Way?.Id == rung.Way?.Id).ToList();
        // Nobody there, nobody let in, or somebody else there: neither a second time nor another device changes that.
        if (here.Any(t => t.Failure is PowerFailure.Silent or PowerFailure.Credentials or PowerFailure.Cipher or PowerFailure.Garbled or PowerFailure.Untrusted)) return false;
        // A refusal is the same the second time; only "ignored" and "not now" may be otherwise.
        return !rung.Again || here.Where(t => t.Rung.Device == rung.Device).All(t => t.Failure is PowerFailure.Ignored or PowerFailure.NotNow);
    }

    private static PowerFailure Gravest(ImmutableArray<PowerTry> tries) =>
        tries.IsEmpty ? PowerFailure.Refused : tries.Any(t => t.Failure is PowerFailure.Ignored) ? PowerFailure.Ignored : tries[^1].Failure;
}

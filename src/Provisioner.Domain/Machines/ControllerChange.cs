using Provisioner.Domain.Power;

namespace Provisioner.Domain.Machines;

/// <summary>What comes of a power controller that a person gives a machine, or that its agent reports.</summary>
internal static class ControllerChange
{
    /// <summary>Controllers of one machine: two BMC protocols and the outlets of its power supplies leave room.</summary>
    private const int Most = 8;

    /// <summary>A person gives one, or other ways to reach the one of this id.</summary>
    public static Outcome Set(Machine machine, MachineChange.SetController set, ChangeContext context)
    {
        var given = set.Controller;
        if (Busy(machine) is { } busy) return busy;
        if (context.Holder is { } holder) return new Outcome.Refused(ControllerClaims.Refusal(holder, given));
        int at = machine.Controllers.Select(c => c.Id).ToList().IndexOf(given.Id);
        if (at < 0 && machine.Controllers.FirstOrDefault(c => c.Kind == given.Kind && ControllerClaims.AreOne(c, given)) is { } same)
            return new Outcome.Refused($"{machine.Name} has this controller already, as {same.Id}");
        if (at < 0 && machine.Controllers.Length >= Most) return new Outcome.Refused($"{machine.Name} has {machine.Controllers.Length} controllers already, {Most} are possible: remove one first");
        var others = machine.Controllers.RemoveAll(c => c.Id == given.Id);
        return new Outcome.Changed(machine with { Controllers = others.Insert(set.First ? 0 : at < 0 ? others.Length : at, given) },
            [new("controller.set", $"power is switched via {given.Id} at {given.Address}{(set.Found.Length > 0 ? $": {set.Found}" : "")}")]);
    }

    /// <summary>One more was found; the same again is no news.</summary>
    public static Outcome Add(Machine machine, MachineChange.AddController add, ChangeContext context)
    {
        var found = add.Controller with { Id = ControllerAccess.FreeId(machine.Controllers, add.Controller.Kind) };
        if (context.Holder is { } holder) return new Outcome.Refused(ControllerClaims.Refusal(holder, found));
        if (machine.Controllers.Length >= Most || machine.Controllers.Any(c => c.Kind == found.Kind && ControllerClaims.AreOne(c, found))) return new Outcome.Changed(machine, []);
        return new Outcome.Changed(machine with { Controllers = machine.Controllers.Add(found) }, [new("controller.set", $"power can be switched via {found.Id} at {found.Address} too: {add.Found}")]);
    }

    /// <summary>A person takes one away.</summary>
    public static Outcome Remove(Machine machine, string id)
    {
        if (machine.Controllers.FirstOrDefault(c => c.Id == id) is not { } gone)
            return new Outcome.Refused($"{machine.Name} has no controller \"{id}\"; it has {(machine.Controllers.IsEmpty ? "none" : string.Join(", ", machine.Controllers.Select(c => c.Id)))}");
        if (Busy(machine) is { } busy) return busy;
        var left = machine.Controllers.Remove(gone);
        return new Outcome.Changed(machine with { Controllers = left, Power = left.IsEmpty ? PowerReading.Never : machine.Power },
            [new("controller.removed", $"{gone.Id} at {gone.Address} switches its power no longer")]);
    }

    private static Outcome.Refused? Busy(Machine machine) => Lifecycle.IsUnderWay(machine.State)
        ? new($"{machine.Name} is {Lifecycle.Word(machine.State)} and its power is in the appliance's hands: abort that first")
        : null;

    /// <summary>The agent's word replaces what an agent said before; what a person gave stays.</summary>
    public static Machine Reported(Machine machine, MachineChange.BmcReported report)
    {
        if (report.Bmc is null && report.Broken) return machine;
        var kept = machine.Controllers.RemoveAll(c => c.IsBmc && !c.ByHand);
        if (report.Bmc is not { } found || kept.Any(c => c.Kind == found.Kind && ControllerClaims.AreOne(c, found))) return machine with { Controllers = kept };
        // A person's own choice goes first; the others behind what was just found to work.
        int hand = kept.TakeWhile(c => c.ByHand).Count();
        return machine with { Controllers = kept.Insert(hand, found with { Id = ControllerAccess.FreeId(kept, found.Kind) }) };
    }
}

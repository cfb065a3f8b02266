using System.Collections.Immutable;
using Provisioner.Domain.Power;

namespace Provisioner.Appliance.Power;

/// <summary>What a machine's next boot is to be, and what there is to boot it from.</summary>
/// <param name="Device">Network (<see cref="BootDevice.Pxe"/>) or disk.</param>
/// <param name="Http">The boot file for HTTP boot, or null.</param>
/// <param name="Media">The boot image for virtual media, or null.</param>
/// <param name="Spent">Rungs that were taken before and came to nothing.</param>
internal sealed record BootErrand(BootDevice Device, Uri? Http, Uri? Media, ImmutableArray<string> Spent);

/// <summary>
/// Takes a machine's controllers one after the other, as <see cref="PowerLadder"/> says, until one does what is wanted. It decides nothing itself.
/// </summary>
/// <param name="hand">Speaks to controllers.</param>
/// <param name="targets">The machine's controllers, preferred first.</param>
/// <param name="tell">Is told each further try with its reason.</param>
internal sealed class PowerClimber(PowerHand hand, ImmutableArray<(string Id, PowerTarget Target)> targets, Action<string> tell)
{
    private ImmutableArray<PowerTry> _tries = [];
    private bool _looked;

    private string Machine => targets[0].Target.Machine;

    private ImmutableArray<PowerWay> Ways => [.. targets.Select(t => new PowerWay(t.Id, t.Target.Kind, t.Target.Address, hand.AbilitiesOf(t.Target)))];

    /// <summary>Gives an order; returns the state that was read back and the controller that did it.</summary>
    /// <exception cref="PowerException">it failed on every way; the message names all.</exception>
    public async Task<(PowerState State, string Via)> OrderAsync(PowerAction action, TimeSpan deadline, CancellationToken cancel)
    {
        while (true)
        {
            var climb = PowerLadder.Next(PowerLadder.OfOrder(action, Ways), _tries);
            if (climb is not PowerClimb.Take { Rung: { Way: { } way } rung } take) throw Everything(PowerWords.Of(action), climb);
            if (take.Because is { } because) tell(because);
            var target = TargetOf(way);
            if (rung.Again) await hand.RestAsync(cancel);
            try
            {
                return (await hand.SetAsync(target, action, deadline, cancel), way.Id);
            }
            catch (PowerException failed)
            {
                await NoteAsync(rung, failed, cancel);
                // An operating system that ignores the power button ignores it on every way.
                if (action is PowerAction.SoftOff && failed.Failure is PowerFailure.Ignored) throw;
                // What the machine's state forbids, it forbids on every way.
                if (action is PowerAction.Reset && failed.Failure is PowerFailure.Refused && _tries.Length == 1 && Ways.Length == 1) throw;
            }
        }
    }

    /// <summary>
    /// Sets the next boot; returns the rung that did it, with a note for a person. Where it can't be set at all (no controller can,
    /// or all refuse or ignore it) the machine is to be started as its own boot order stands: rung <c>own</c>.
    /// </summary>
    /// <exception cref="PowerException">no controller could be spoken to, or every rung was spent; the message names all.</exception>
    public async Task<(PowerRung Rung, string? Note)> BootAsync(BootErrand errand, CancellationToken cancel)
    {
        if (!errand.Spent.IsEmpty) await LookAtAllAsync(cancel);
        while (true)
        {
            var rungs = PowerLadder.OfBoot(errand.Device, targets[0].Target.Uefi, errand.Http is not null, errand.Media is not null, Ways);
            if (rungs.IsEmpty) return (new(null), $"its boot device can't be set via {string.Join(" or ", targets.Select(t => t.Target.Kind).Distinct())}: it boots as its own boot order says");
            var climb = PowerLadder.Next(rungs, _tries, errand.Spent);
            if (climb is not PowerClimb.Take { Rung: { Way: { } way, Device: { } device } rung } take) return OwnOrder(errand, climb);
            if (take.Because is { } because) tell(because);
            if (rung.Again && !_tries.IsEmpty) await hand.RestAsync(cancel);
            try
            {
                var boot = new NextBoot(device, device switch { BootDevice.Http => errand.Http, BootDevice.VirtualMedia => errand.Media, _ => null });
                return (rung, await hand.SetNextBootAsync(TargetOf(way), boot, cancel));
            }
            catch (PowerException failed)
            {
                await NoteAsync(rung, failed, cancel);
            }
        }
    }

    // A BMC that keeps no boot flags may still stand in a machine whose network comes first: it is tried once, and said.
    private (PowerRung, string?) OwnOrder(BootErrand errand, PowerClimb climb)
    {
        bool answered = _tries.Any(t => t.Failure is PowerFailure.Refused or PowerFailure.Ignored or PowerFailure.NotNow);
        if (!answered || errand.Spent.Contains("own")) throw Everything(PowerWords.Of(errand.Device), climb);
        string all = PowerLadder.Everything(_tries);
        tell($"{all}; tried next: it is started as its own boot order stands");
        return (new(null), null);
    }

    /// <summary>Before another way is chosen, the controllers are asked what they can: each once, and one that is silent is left out.</summary>
    private async Task NoteAsync(PowerRung rung, PowerException failed, CancellationToken cancel)
    {
        _tries = _tries.Add(new(rung, failed.Failure, failed.Why));
        if (targets.Length > 1 || rung.Device is not null) await LookAtAllAsync(cancel);
    }

    private async Task LookAtAllAsync(CancellationToken cancel)
    {
        if (_looked) return;
        _looked = true;
        foreach (var (id, target) in targets)
        {
            if (hand.AbilitiesOf(target) is not null || _tries.Any(t => t.Rung.Way?.Id == id && t.Failure is PowerFailure.Silent or PowerFailure.Credentials)) continue;
            try
            {
                await hand.LookAsync(target, cancel);
            }
            catch (PowerException)
            {
                // Then what its kind usually can is tried; the try itself says what is wrong.
            }
        }
    }

    private PowerException Everything(string operation, PowerClimb climb)
    {
        var up = (PowerClimb.GiveUp)climb;
        return _tries is [var only]
            ? PowerException.Of(up.Failure, operation, TargetOf(only.Rung.Way!), only.Why)
            : new(up.Failure, $"{operation} {Machine}: {up.Why}");
    }

    private PowerTarget TargetOf(PowerWay way) => targets.First(t => t.Id == way.Id).Target;
}

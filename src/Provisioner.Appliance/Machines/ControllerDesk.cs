using System.Collections.Concurrent;
using System.Collections.Immutable;
using Provisioner.Appliance.Power;
using Provisioner.Appliance.Servers;
using Provisioner.Domain.Events;
using Provisioner.Domain.Hardware;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Power;

namespace Provisioner.Appliance.Machines;

/// <summary>What a person says of a power controller; everything else is found out.</summary>
/// <param name="Id">The one that is to be replaced, or null for a new one.</param>
/// <param name="Kind">Its kind; null: found out from what answers at the address.</param>
/// <param name="Address">Address, host name or URI.</param>
/// <param name="Port">Its port; null for the kind's usual one.</param>
/// <param name="Username">User there.</param>
/// <param name="Password">Password there, in the clear.</param>
/// <param name="Privilege">IPMI's privilege level.</param>
internal sealed record ControllerWish(string? Id, string? Kind, string Address, int? Port, string Username, string Password, string Privilege)
{
    public ImmutableSortedDictionary<string, string> Settings { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    public ImmutableDictionary<string, string> Secrets { get; init; } = ImmutableDictionary<string, string>.Empty;
    /// <summary>It is the preferred one from now on.</summary>
    public bool First { get; init; }
    /// <summary>It is right although it says that it is in another machine than this, as long as no other machine of ours is that one.</summary>
    public bool Force { get; init; }

    /// <summary>For logs: without secrets.</summary>
    public override string ToString() => $"{Kind ?? "controller"} {Username}@{Address}";
}

/// <summary>Gives machines their power controllers by a person's word: speaks to each before it is believed.</summary>
internal sealed class ControllerDesk(MachineBook book, ControllerSecrets secrets, PowerHand hand, LeaseBook leases, TimeProvider time) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Task> _looks = new();
    private readonly CancellationTokenSource _end = new();

    /// <summary>One kind's look: a service that hangs holds the page or the command up for no longer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    /// <summary>Finds out what the controller is, checks whose it is, and keeps it.</summary>
    public async Task<Applied> SetAsync(string id, ControllerWish wish, string by, CancellationToken cancel)
    {
        if (book.Find(id) is not { } machine) return new Applied.NotFound(id);
        if (Fault(machine, wish) is { } fault) return new Applied.Refused(fault);
        var failures = new List<string>();
        foreach (string kind in KindsOf(wish))
        {
            var access = Plain(kind, wish);
            if (ControllerClaims.Holder(book.All.Values, machine, access) is { } holder) return Claimed(machine, access, holder, by);
            try
            {
                return await KeepAsync(machine, wish, access, await FindOutAsync(machine, wish, access, cancel), by);
            }
            catch (PowerException e)
            {
                failures.Add(e.Message);
            }
        }
        return new Applied.Refused(string.Join("; ", failures));
    }

    /// <summary>Takes one away.</summary>
    public Task<Applied> RemoveAsync(string id, string controller, string by) => book.ApplyAsync(id, new MachineChange.RemoveController(controller), by);

    /// <summary>
    /// The agent found a BMC whose firmware names a Redfish service: looks, while the walk goes on, whether it is to be had at the BMC's own
    /// address as the same user; then the machine has a second way. One look at a time a machine.
    /// </summary>
    public void BeginRedfish(string id, ControllerAccess bmc, string password)
    {
        if (!hand.Kinds.Contains("redfish") || _end.IsCancellationRequested) return;
        _looks.AddOrUpdate(id, _ => TryRedfishAsync(id, bmc, password), (_, before) => before.IsCompleted ? TryRedfishAsync(id, bmc, password) : before);
    }

    /// <summary>Ends the looks.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_looks.Values);
        _end.Dispose();
    }

    private async Task TryRedfishAsync(string id, ControllerAccess bmc, string password)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        if (book.Find(id) is not { } machine) return;
        var wish = new ControllerWish(null, "redfish", bmc.Address, null, bmc.Username, password, "administrator");
        try
        {
            var found = await FindOutAsync(machine, wish, Plain("redfish", wish), _end.Token);
            var match = ControllerClaims.Match(book.All.Values, machine, found.Abilities, bmc.Address);
            if (match is ControllerMatch.Others or ControllerMatch.Differs)
            {
                book.Note(id, "controller.claimed", $"its BMC's Redfish service is not used: {(match is ControllerMatch.Others others ? others.Why : ((ControllerMatch.Differs)match).Why)}", Level.Warning);
                return;
            }
            var access = Plain("redfish", wish) with { ByHand = false, SealedPassword = secrets.Seal(id, password), Settings = found.Abilities.Settings ?? wish.Settings, FirmwareVersion = found.Abilities.Firmware };
            await book.ApplyAsync(id, new MachineChange.AddController(access, Words(found, match)), "appliance");
        }
        catch (PowerException e)
        {
            book.Note(id, "controller.candidate", $"its BMC has a Redfish service, which can't be used as it is: {e.Message}");
        }
        catch (OperationCanceledException)
        {
            // The appliance is stopping; the next commissioning looks again.
        }
    }

    private string? Fault(Machine machine, ControllerWish wish)
    {
        if (Lifecycle.IsUnderWay(machine.State)) return $"{machine.Name} is {Lifecycle.Word(machine.State)} and its power is in the appliance's hands: abort that first";
        if (wish.Kind is { } kind && !hand.Kinds.Contains(kind)) return $"\"{kind}\" is no kind of controller that this appliance can speak to; there are {string.Join(", ", hand.Kinds)}";
        return null;
    }

    private IEnumerable<string> KindsOf(ControllerWish wish) => wish.Kind is { } kind ? [kind] : ControllerKinds.FoundByAddress.Where(k => hand.Kinds.Contains(k));

    private static ControllerAccess Plain(string kind, ControllerWish wish) =>
        new(kind, wish.Address, wish.Port ?? ControllerKinds.Port(kind), wish.Username, "", wish.Privilege, 0, "") { Settings = wish.Settings, ByHand = true };

    private async Task<(ControllerAbilities Abilities, PowerState State)> FindOutAsync(Machine machine, ControllerWish wish, ControllerAccess access, CancellationToken cancel)
    {
        var target = new PowerTarget(machine.Name, access.Kind, access.Address, access.Port, wish.Username, wish.Password, wish.Privilege, machine.Firmware == "uefi") { Settings = secrets.SettingsOf(machine, access), Secrets = wish.Secrets };
        using var patience = new CancellationTokenSource(Patience, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        try
        {
            var abilities = await hand.LookAsync(target, end.Token);
            target = target with { Settings = abilities.Settings ?? target.Settings };
            return (abilities, abilities.ReadsState ? await StateAsync(target, end.Token) : PowerState.Unknown);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw PowerException.Of(PowerFailure.Silent, PowerWords.Look, target, $"it came to no end within {Patience.TotalSeconds:0} s: check the address, and that the controller takes {access.Kind}");
        }
    }

    // Two outlets of which one is off are no reason not to take the controller.
    private async Task<PowerState> StateAsync(PowerTarget target, CancellationToken cancel)
    {
        try
        {
            return await hand.GetAsync(target, cancel);
        }
        catch (PowerException between) when (between.Failure is PowerFailure.NotNow)
        {
            return PowerState.Unknown;
        }
    }

    private async Task<Applied> KeepAsync(Machine machine, ControllerWish wish, ControllerAccess access, (ControllerAbilities Abilities, PowerState State) found, string by)
    {
        var match = ControllerClaims.Match(book.All.Values, machine, found.Abilities, access.Address);
        switch (match)
        {
            case ControllerMatch.Others others:
                book.Note(machine.Id, "controller.claimed", others.Why, Level.Warning, by: by);
                book.Note(others.Machine.Id, "controller.claimed", others.Why, Level.Warning, by: by);
                return new Applied.Refused(others.Why);
            case ControllerMatch.Differs differs when !wish.Force:
                return new Applied.Refused(differs.Why);
        }
        var kept = access with
        {
            Id = wish.Id ?? ControllerAccess.FreeId(machine.Controllers, access.Kind),
            SealedPassword = secrets.Seal(machine.Id, wish.Password),
            SealedMore = secrets.Seal(machine.Id, wish.Secrets),
            // The profile is looked up at each call, unless a person named one.
            Settings = wish.Settings.ContainsKey(MachineHardware.ProfileSetting) ? found.Abilities.Settings ?? wish.Settings : (found.Abilities.Settings ?? wish.Settings).Remove(MachineHardware.ProfileSetting),
            FirmwareVersion = found.Abilities.Firmware,
        };
        var applied = await book.ApplyAsync(machine.Id, new MachineChange.SetController(kept, wish.First, Words(found, match)), by);
        if (applied is not Applied.Ok ok) return applied;
        foreach (string note in found.Abilities.Notes) book.Note(machine.Id, "power.note", note, by: by);
        leases.NoteBmcs([machine with { Controllers = [kept] }]);
        if (found.State is PowerState.Unknown) return ok;
        return await book.ApplyAsync(machine.Id, new MachineChange.PowerRead(PowerReading.Seen(found.State, time.GetUtcNow(), kept.Kind)), by);
    }

    private static string Words((ControllerAbilities Abilities, PowerState State) found, ControllerMatch match)
    {
        string what = string.Join(' ', new[] { found.Abilities.Vendor, found.Abilities.Model, found.Abilities.Firmware }.Where(w => w.Length > 0));
        string whose = match switch
        {
            ControllerMatch.Same => "it says that it is in this machine",
            ControllerMatch.Differs differs => $"taken by force: {differs.Why}",
            ControllerMatch.Unknown unknown => unknown.Note,
            _ => "",
        };
        return string.Join("; ", new[] { what, $"power {PowerWords.Of(found.State)}", whose }.Where(w => w.Length > 0));
    }

    private Applied.Refused Claimed(Machine machine, ControllerAccess access, Machine holder, string by)
    {
        book.Note(holder.Id, "controller.claimed", ControllerClaims.ToHolder(machine, access), Level.Warning, by: by);
        return new(ControllerClaims.Refusal(holder, access));
    }
}

using System.Collections.Concurrent;
using System.Collections.Immutable;
using Provisioner.Domain.Power;
using Provisioner.Domain.Power.Pdu;
using Provisioner.Wire;
using Provisioner.Wire.Snmp;

namespace Provisioner.Appliance.Power.Pdu;

/// <summary>
/// Switches the outlets that feed a machine, over SNMP 1, 2c or 3. Settings: <c>outlet</c> (<c>3</c>, <c>3,4</c>, <c>2:3</c>), <c>pdu</c> (a model of
/// catalog/hardware/pdu; else found out), <c>version</c>, <c>auth-protocol</c>, <c>priv-protocol</c>, <c>context</c>. Secrets: <c>community</c> or <c>auth</c>
/// (either may be the password), <c>priv</c>. What is read is the outlets' state, not the machine's.
/// </summary>
internal sealed class PduDriver(PduModels models, TimeProvider clock, PduTimings? timings = null) : IPowerDriver
{
    private readonly PduTimings _timings = timings ?? PduTimings.Default;
    private readonly ConcurrentDictionary<(string, int), PduLine> _lines = new();

    public string Kind => "pdu";

    public Task<ControllerAbilities> LookAsync(PowerTarget target, CancellationToken cancel) => TalkAsync(PowerWords.Look, target, cancel, async talk =>
    {
        var (version, id) = await talk.SystemIdAsync();
        var model = await talk.ModelAsync(models, id);
        await talk.ReadAsync(model);
        var names = await talk.TextsAsync([.. talk.Terms.Outlets.Select(o => model.OutletName is { } name ? model.At(name, o) : null), model.Model?.At(model.Unit, 0), model.Firmware?.At(model.Unit, 0)]);
        int count = talk.Terms.Outlets.Length;
        return new ControllerAbilities
        {
            Orders = ControllerKinds.Orders(Kind),
            ReadsState = true,
            Vendor = model.Vendor,
            Model = names[count] ?? model.Title,
            Firmware = names[count + 1] ?? "",
            Settings = target.Settings.SetItem(PduTerms.ModelSetting, model.Name).SetItem(PduTerms.VersionSetting, version is SnmpVersion.V2c ? "2c" : version is SnmpVersion.V1 ? "1" : "3"),
            Notes = [.. talk.Terms.Outlets.Select((o, i) => names[i] is { Length: > 0 } name ? $"{o} is called \"{name}\" there" : null).OfType<string>(), .. Notes(talk.Terms)],
        };
    });

    public Task<PowerState> GetAsync(PowerTarget target, CancellationToken cancel) => TalkAsync(PowerWords.Read, target, cancel, async talk =>
    {
        var (state, differ) = OutletStates.Together(await talk.ReadAsync(await talk.ModelAsync(models)));
        return differ is null ? state : throw PowerException.Of(PowerFailure.NotNow, PowerWords.Read, target, differ);
    });

    public Task GiveAsync(PowerTarget target, PowerAction order, CancellationToken cancel) => TalkAsync(PowerWords.Of(order), target, cancel, async talk =>
    {
        if (order is not (PowerAction.On or PowerAction.Off)) throw PowerException.Of(PowerFailure.Refused, PowerWords.Of(order), target, "an outlet can be switched on and off only: there is neither a reset nor a word to the system");
        var model = await talk.ModelAsync(models);
        // One after the other: some agents take one object at a time, and all at once would be a rush of current.
        foreach (var outlet in talk.Terms.Outlets) await talk.WriteAsync(model, outlet, order is PowerAction.On ? model.SwitchOn : model.SwitchOff);
        return true;
    });

    public Task<string?> SetNextBootAsync(PowerTarget target, NextBoot boot, CancellationToken cancel) =>
        throw PowerException.Of(PowerFailure.Refused, PowerWords.Of(boot.Device), target, "an outlet sets no boot device: put the network first in the machine's setup");

    private async Task<T> TalkAsync<T>(string operation, PowerTarget target, CancellationToken cancel, Func<PduTalk, Task<T>> conversation)
    {
        var (terms, fault) = PduTerms.Read(target);
        if (terms is null) throw PowerException.Of(PowerFailure.Refused, operation, target, fault!);
        using var time = new CancellationTokenSource(_timings.Command, clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancel);
        try
        {
            return await conversation(new(LineOf(target), terms, operation, target, end.Token));
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw PowerException.Of(PowerFailure.Silent, operation, target, FormattableString.Invariant($"the PDU came to no end within {_timings.Command.TotalSeconds:0} s; check its cable and its address"));
        }
        catch (SnmpException failed)
        {
            throw PowerException.Of(failed.Failure switch { SnmpFailure.Silent => PowerFailure.Silent, SnmpFailure.Credentials => PowerFailure.Credentials, _ => PowerFailure.Garbled }, operation, target, failed.Message);
        }
        catch (WireException garbled)
        {
            throw PowerException.Of(PowerFailure.Garbled, operation, target, garbled.Message);
        }
    }

    private PduLine LineOf(PowerTarget target)
    {
        int port = target.Port is 0 ? ControllerKinds.Port(Kind) : target.Port;
        if (!_lines.ContainsKey((target.Address, port)))
            foreach (var (key, line) in _lines)
                if (line.IsIdle) _lines.TryRemove(key, out _);
        return _lines.GetOrAdd((target.Address, port), key => new(key.Item1, key.Item2, _timings, clock));
    }

    private static ImmutableArray<string> Notes(PduTerms terms)
    {
        var notes = ImmutableArray.Create("what is read is the state of the outlet: whether the machine runs, it can't say. The machine starts when its outlet is switched on only where its setup says so (\"restore on AC power loss: on\")");
        if (terms.User is null) notes = notes.Add("SNMP 1 and 2c send the community in the clear: whoever reads it can switch the outlets. Version 3 is the better one where the PDU has it");
        else if (terms.User.Priv is UsmPriv.Des || terms.User.Auth is UsmAuth.Md5) notes = notes.Add("MD5 and DES are broken: use SHA and AES where the PDU has them");
        return notes;
    }
}

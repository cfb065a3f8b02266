using System.Collections.Immutable;
using Provisioner.Domain.Power;
using Provisioner.Domain.Power.Pdu;
using Provisioner.Wire.Snmp;

namespace Provisioner.Appliance.Power.Pdu;

/// <summary>What one order or reading asks a PDU, for one machine.</summary>
internal sealed class PduTalk(PduLine line, PduTerms terms, string operation, PowerTarget target, CancellationToken cancel)
{
    private static readonly Oid SysObjectId = Oid.Parse("1.3.6.1.2.1.1.2.0");

    private SnmpVersion _version = terms.Version ?? SnmpVersion.V2c;

    public PduTerms Terms => terms;

    /// <summary>sysObjectID (RFC 3418 §2), and the version that it was answered in: where none was named 2c is tried, then 1.</summary>
    public async Task<(SnmpVersion Version, Oid Id)> SystemIdAsync()
    {
        SnmpPdu answer;
        try
        {
            answer = await AskAsync(id => SnmpPdu.Get(id, SysObjectId));
        }
        catch (SnmpException silent) when (silent.Failure is SnmpFailure.Silent && terms.Version is null)
        {
            _version = SnmpVersion.V1;
            answer = await AskAsync(id => SnmpPdu.Get(id, SysObjectId));
        }
        return answer is { Error: SnmpError.None, Bindings: [{ Value.Oid: { } system }] } ? (_version, system)
            : throw Refused($"it does not say what it is ({SysObjectId}: {Words(answer)}): name its model with the setting pdu");
    }

    /// <summary>The model that was named or is known; found out where neither.</summary>
    public async Task<PduModel> ModelAsync(PduModels models)
    {
        if (terms.Model is not null || line.Model is not null) return await ModelAsync(models, SysObjectId);
        return await ModelAsync(models, (await SystemIdAsync()).Id);
    }

    /// <summary>The model: of those that fit its sysObjectID the first that has the outlet.</summary>
    public async Task<PduModel> ModelAsync(PduModels models, Oid systemId)
    {
        if (terms.Model is { } named)
            return models.Find(named) ?? throw Refused($"there is no model \"{named}\" of a PDU; there are {string.Join(", ", models.All.Select(m => m.Name))}");
        if (line.Model is { } known) return known;
        var fitting = models.For(systemId);
        if (fitting.IsEmpty) throw Refused($"nobody described a PDU that says {systemId}: name a model with the setting pdu ({string.Join(", ", models.All.Select(m => m.Name))}), or write one into catalog/hardware/pdu");
        foreach (var model in fitting)
            if (await AskAsync(id => SnmpPdu.Get(id, model.At(model.State, terms.Outlets[0]))) is { Error: SnmpError.None, Bindings: [{ Value.Number: not null }] }) return line.Model = model;
        throw Refused($"it has no {terms.Outlets[0]} (it says {systemId}; tried as {string.Join(", ", fitting.Select(m => m.Name))})");
    }

    /// <summary>The state of each outlet, all in one question.</summary>
    public async Task<IReadOnlyList<(Outlet Outlet, bool On)>> ReadAsync(PduModel model)
    {
        var answer = await AskAsync(id => SnmpPdu.Get(id, terms.Outlets.Select(o => model.At(model.State, o))));
        if (answer.Error is not SnmpError.None) throw Refused(answer.Error is SnmpError.NoSuchName or SnmpError.NoAccess ? Missing(model, OutletAt(answer)) : $"its outlets can't be read: {Words(answer)}");
        return [.. terms.Outlets.Select((outlet, i) => (outlet, On(model, outlet, answer.Bindings[i].Value)))];
    }

    /// <summary>Switches one outlet.</summary>
    public async Task WriteAsync(PduModel model, Outlet outlet, OutletOrder order)
    {
        var answer = await AskAsync(id => SnmpPdu.Set(id, model.At(order.Object, outlet), SnmpValue.Of(order.Value)));
        if (answer.Error is SnmpError.None) return;
        throw answer.Error switch
        {
            // Version 1 has one word for "not there" and "not to be written"; the reading before it was answered.
            SnmpError.NoSuchName or SnmpError.ReadOnly or SnmpError.NoAccess or SnmpError.NotWritable or SnmpError.AuthorizationError or SnmpError.NoCreation =>
                Refused($"{(terms.User is { } user ? $"the user \"{user.Name}\"" : "the community")} may read {outlet} and not switch it ({Words(answer)}): give one that may write"),
            SnmpError.ResourceUnavailable or SnmpError.InconsistentValue =>
                PowerException.Of(PowerFailure.NotNow, operation, target, $"the PDU can't switch {outlet} now ({Words(answer)})"),
            _ => Refused($"the PDU refuses to switch {outlet} ({Words(answer)})"),
        };
    }

    /// <summary>Texts that are nice to have: null for each that is not there.</summary>
    public async Task<IReadOnlyList<string?>> TextsAsync(IReadOnlyList<Oid?> places)
    {
        var texts = new string?[places.Count];
        for (int i = 0; i < places.Count; i++)
        {
            if (places[i] is not { } place) continue;
            // Each by itself: in version 1 one that is missing spoils the whole question.
            if (await AskAsync(id => SnmpPdu.Get(id, place)) is { Error: SnmpError.None, Bindings: [{ Value.Text: { Length: > 0 } text }] }) texts[i] = text.Trim();
        }
        return texts;
    }

    private Task<SnmpPdu> AskAsync(Func<int, SnmpPdu> ask) => line.AskAsync(terms, _version, ask, cancel);

    private bool On(PduModel model, Outlet outlet, SnmpValue value)
    {
        if (value.IsMissing) throw Refused(Missing(model, outlet));
        if (value.Number is not { } number) throw PowerException.Of(PowerFailure.Garbled, operation, target, $"the state of {outlet} is no number ({value.Type}): is it a {model.Name}?");
        return model.IsOn(number) ?? throw PowerException.Of(PowerFailure.NotNow, operation, target, $"{outlet} says {number}, which is neither on nor off for a {model.Name}");
    }

    private Outlet OutletAt(SnmpPdu answer) => terms.Outlets[Math.Clamp(answer.ErrorIndex - 1, 0, terms.Outlets.Length - 1)];

    private static string Missing(PduModel model, Outlet outlet) => $"it has no {outlet}, or does not show it to this {model.Name} ({model.At(model.State, outlet)})";

    private PowerException Refused(string why) => PowerException.Of(PowerFailure.Refused, operation, target, why);

    private static string Words(SnmpPdu answer) => answer switch
    {
        { Error: not SnmpError.None } => Enum.IsDefined(answer.Error) ? Camel($"{answer.Error}") : $"error {(int)answer.Error}",
        { Bindings: [{ Value: { IsMissing: true } value }, ..] } => Camel($"{value.Type}"),
        _ => "an answer of another type",
    };

    // As the papers write it: noSuchName.
    private static string Camel(string word) => char.ToLowerInvariant(word[0]) + word[1..];
}

using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Serving;
using Provisioner.Domain.Dns;
using Provisioner.Domain.Events;
using Provisioner.Domain.Store;
using Provisioner.Wire.Dns;

namespace Provisioner.Appliance.Servers;

/// <summary>What came of a change of the records, zones or settings.</summary>
internal abstract record DnsOutcome
{
    /// <summary>Done, on disk, and answered from now on.</summary>
    public sealed record Ok(AddedRecord? Record = null) : DnsOutcome;
    /// <summary>Something is against it: a sentence each.</summary>
    public sealed record Refused(IReadOnlyList<string> Why) : DnsOutcome;
    /// <summary>There is no such thing.</summary>
    public sealed record Missing(string What) : DnsOutcome;
}

/// <summary>
/// The records, zones and settings that people made, and the only writer of them: checked against all names that are served, on disk, then
/// answered; each change an event.
/// </summary>
internal sealed class DnsRecordBook : IDisposable
{
    private const string Collection = "dns", SettingsId = "settings", RecordPrefix = "record:", ZonePrefix = "zone:";
    private readonly IStore _store;
    private readonly NameBook _names;
    private readonly MachineBook _machines;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Dictionary<string, long> _versions = [];
    private volatile DnsModel _model;

    public DnsRecordBook(IStore store, NameBook names, MachineBook machines)
    {
        (_store, _names, _machines) = (store, names, machines);
        _model = Load();
        names.Use(_model);
    }

    /// <summary>All of it as it is now.</summary>
    public DnsModel Model => _model;

    /// <summary>The upstream servers that were set.</summary>
    public IReadOnlyList<IPEndPoint> Upstreams => [.. _model.Settings.Upstreams.Select(u => DnsRules.TryUpstream(u, out var server) ? server : null!).Where(s => s is not null)];

    /// <summary>Adds a record (with an empty id), or changes the one that has its id.</summary>
    public Task<DnsOutcome> PutAsync(AddedRecord record, string by) => ChangeAsync(model =>
    {
        bool fresh = record.Id.Length == 0;
        if (!fresh && !model.Records.ContainsKey(record.Id)) return Missing($"there is no record {record.Id}");
        if (fresh && model.Records.Count >= DnsModel.MostRecords) return Refused($"there are {DnsModel.MostRecords} records already, and no more are taken");
        var named = record with { Id = fresh ? FreshId(model) : record.Id, Name = Written(record.Name), Type = record.Type.ToUpperInvariant() };
        if (DnsRules.Faults(named, _names.Zones) is { Count: > 0 } faults) return (null, new DnsOutcome.Refused(faults));
        var next = model with { Records = model.Records.SetItem(named.Id, named) };
        return Done(next, Put(RecordPrefix + named.Id, JsonSerializer.Serialize(named, DnsJson.Default.AddedRecord)),
            fresh ? "dns.record.added" : "dns.record.changed", $"{named.Name} {named.InWords}", new DnsOutcome.Ok(named));
    }, by);

    /// <summary>Deletes a record.</summary>
    public Task<DnsOutcome> DeleteAsync(string id, string by) => ChangeAsync(model =>
    {
        if (!model.Records.TryGetValue(id, out var record)) return Missing($"there is no record {id}");
        return Done(model with { Records = model.Records.Remove(id) }, Gone(RecordPrefix + id), "dns.record.deleted", $"{record.Name} {record.InWords}");
    }, by);

    /// <summary>Adds a zone, or changes its comment.</summary>
    public Task<DnsOutcome> PutZoneAsync(AddedZone zone, string by) => ChangeAsync(model =>
    {
        if (DnsRules.Fault(zone, _names.Zones) is { } fault) return Refused(fault);
        var named = zone with { Name = Written(zone.Name) };
        var apex = DnsName.Parse(named.Name);
        bool fresh = !model.Zones.ContainsKey(apex);
        return Done(model with { Zones = model.Zones.SetItem(apex, named) }, Put(ZonePrefix + named.Name, JsonSerializer.Serialize(named, DnsJson.Default.AddedZone)),
            fresh ? "dns.zone.added" : "dns.zone.changed", named.Name);
    }, by);

    /// <summary>Deletes an added zone that holds no records.</summary>
    public Task<DnsOutcome> DeleteZoneAsync(string name, string by) => ChangeAsync(model =>
    {
        if (!DnsName.TryParse(name, out var apex) || !model.Zones.TryGetValue(apex, out var zone))
            return apex is not null && _names.Zones.Zones.TryGetValue(apex, out var there) && there.Kind != DnsZoneKind.Added
                ? Refused($"{apex} was not added by people: it follows from the subnets") : Missing($"there is no zone {name}");
        if (DnsRules.FaultOfRemoval(apex, model, _names.Zones) is { } fault) return Refused(fault);
        return Done(model with { Zones = model.Zones.Remove(apex) }, Gone(ZonePrefix + zone.Name), "dns.zone.deleted", zone.Name);
    }, by);

    /// <summary>Changes the settings.</summary>
    public Task<DnsOutcome> PutSettingsAsync(DnsSettings settings, string by) => ChangeAsync(model =>
    {
        if (DnsRules.Faults(settings, _names.Own) is { Count: > 0 } faults) return (null, new DnsOutcome.Refused(faults));
        return Done(model with { Settings = settings }, Put(SettingsId, JsonSerializer.Serialize(settings, DnsJson.Default.DnsSettings)), "dns.settings.changed",
            $"upstream servers: {(settings.Upstreams.IsEmpty ? "those of the flags or of the host" : string.Join(", ", settings.Upstreams))}; IPv6 prefixes: {(settings.Ipv6Prefixes.IsEmpty ? "none" : string.Join(", ", settings.Ipv6Prefixes))}");
    }, by);

    public void Dispose() => _turn.Dispose();

    private sealed record Step(DnsModel Next, StoreBatch Batch, string Kind, string Told, DnsOutcome Outcome);

    private async Task<DnsOutcome> ChangeAsync(Func<DnsModel, (Step?, DnsOutcome?)> decide, string by)
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_store.Suspended is { } full) return new DnsOutcome.Refused([StoreSuspendedException.Sentence(full)]);
            var (step, instead) = decide(_model);
            if (step is null) return instead!;
            await _store.CommitAsync(step.Batch).ConfigureAwait(false);
            foreach (var put in step.Batch.Put) _versions[put.Id] = put.Version;
            foreach (var (_, id) in step.Batch.Delete) _versions.Remove(id);
            _model = step.Next;
            _names.Use(step.Next);
            _machines.Note("", step.Kind, step.Told, by: by);
            return step.Outcome;
        }
        finally
        {
            _turn.Release();
        }
    }

    private StoreBatch Put(string id, string json) => StoreBatch.Of(new Document(Collection, id, _versions.GetValueOrDefault(id) + 1, json));

    private static StoreBatch Gone(string id) => StoreBatch.Empty with { Delete = [(Collection, id)] };

    private static (Step?, DnsOutcome?) Done(DnsModel next, StoreBatch batch, string kind, string told, DnsOutcome? outcome = null) => (new(next, batch, kind, told, outcome ?? new DnsOutcome.Ok()), null);

    private static (Step?, DnsOutcome?) Refused(string why) => (null, new DnsOutcome.Refused([why]));

    private static (Step?, DnsOutcome?) Missing(string what) => (null, new DnsOutcome.Missing(what));

    // As it is shown from now on: without a dot at the end. What is no name is refused by the rules.
    private static string Written(string name) => DnsName.TryParse(name, out var parsed) ? parsed.ToString() : name;

    private static string FreshId(DnsModel model)
    {
        while (true)
        {
            string id = RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", 6);
            if (!model.Records.ContainsKey(id)) return id;
        }
    }

    private DnsModel Load()
    {
        var model = DnsModel.Empty;
        var records = model.Records.ToBuilder();
        foreach (var document in _store.Load(Collection))
        {
            _versions[document.Id] = document.Version;
            if (document.Id == SettingsId) model = model with { Settings = JsonSerializer.Deserialize(document.Json, DnsJson.Default.DnsSettings)! };
            else if (document.Id.StartsWith(ZonePrefix, StringComparison.Ordinal) && JsonSerializer.Deserialize(document.Json, DnsJson.Default.AddedZone) is { } zone)
                model = model with { Zones = model.Zones.SetItem(DnsName.Parse(zone.Name), zone) };
            else if (JsonSerializer.Deserialize(document.Json, DnsJson.Default.AddedRecord) is { } record) Take(records, record);
        }
        return model with { Records = records.ToImmutable() };
    }

    // What can't be read any more is told and left on disk.
    private void Take(ImmutableDictionary<string, AddedRecord>.Builder records, AddedRecord record)
    {
        try
        {
            record.ToRecord();
            records[record.Id] = record;
        }
        catch (FormatException e)
        {
            _machines.Note("", "dns.record.left.out", $"record {record.Id} of the store is left out: {e.Message}", Level.Error);
        }
    }
}

/// <summary>How records, zones and settings are written to disk.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(AddedRecord))]
[JsonSerializable(typeof(AddedZone))]
[JsonSerializable(typeof(DnsSettings))]
internal sealed partial class DnsJson : JsonSerializerContext;

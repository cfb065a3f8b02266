using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Provisioner.Appliance.Machines;
using Provisioner.Domain.Events;
using Provisioner.Domain.Hosts;
using Provisioner.Domain.Store;

namespace Provisioner.Appliance.Hosts;

/// <summary>
/// All hypervisor hosts, and the only writer of them: on disk, then known. Whether a host answers and what its machines do is kept in
/// memory as it is seen; written down is what a restart must know: which machines it had, and which boot orders are to be put back.
/// </summary>
internal sealed class HostBook : IDisposable
{
    private const string Collection = "hosts";
    /// <summary>More hosts than that are another product.</summary>
    public const int MostHosts = 1000;
    private readonly IStore _store;
    private readonly MachineBook _machines;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Dictionary<string, long> _versions = [];
    private volatile ImmutableSortedDictionary<string, HypervisorHost> _all;

    public HostBook(IStore store, MachineBook machines, TimeProvider time)
    {
        (_store, _machines, _time) = (store, machines, time);
        var all = ImmutableSortedDictionary.CreateBuilder<string, HypervisorHost>(StringComparer.Ordinal);
        foreach (var document in store.Load(Collection))
        {
            all[document.Id] = JsonSerializer.Deserialize(document.Json, HostJson.Default.HypervisorHost)! with { State = HostState.Connecting };
            _versions[document.Id] = document.Version;
        }
        _all = all.ToImmutable();
    }

    /// <summary>All by id.</summary>
    public ImmutableSortedDictionary<string, HypervisorHost> All => _all;

    /// <summary>One by id or name.</summary>
    public HypervisorHost? Find(string idOrName) => _all.GetValueOrDefault(idOrName) ?? _all.Values.FirstOrDefault(h => string.Equals(h.Name, idOrName, StringComparison.OrdinalIgnoreCase));

    /// <summary>An id that nobody has.</summary>
    public string FreshId()
    {
        while (true)
        {
            string id = RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", 6);
            if (!_all.ContainsKey(id)) return id;
        }
    }

    /// <summary>Adds one. Null, or why not.</summary>
    public async Task<string?> AddAsync(HypervisorHost host, string by)
    {
        string? fault = await WriteAsync(host.Id, _ => Fault(host) is { } f ? (null, f) : (host, null), add: true);
        if (fault is not null) return fault;
        _machines.Note("", "host.added", $"the host {host.Name} ({host.Address}) was added: {host.Product}", by: by);
        return null;
    }

    /// <summary>Changes how one is called, reached or used. Null, or why not.</summary>
    public async Task<string?> ChangeAsync(string id, Func<HypervisorHost, HypervisorHost> change, string what, string by)
    {
        string? fault = await WriteAsync(id, before => change(before) is var next && Fault(next) is { } f ? (null, f) : (next, null));
        if (fault is not null) return fault;
        _machines.Note("", "host.changed", $"the host {_all[id].Name}: {what}", by: by);
        return null;
    }

    /// <summary>Forgets one. Null, or why not.</summary>
    public async Task<string?> RemoveAsync(string id, string by)
    {
        await _turn.WaitAsync();
        string name;
        try
        {
            if (!_all.TryGetValue(id, out var host)) return $"there is no host {id}";
            if (_store.Suspended is { } full) return StoreSuspendedException.Sentence(full);
            await _store.CommitAsync(StoreBatch.Empty with { Delete = [(Collection, id)] });
            _versions.Remove(id);
            _all = _all.Remove(id);
            name = host.Name;
        }
        finally
        {
            _turn.Release();
        }
        _machines.Note("", "host.removed", $"the host {name} was removed", by: by);
        return null;
    }

    /// <summary>It was heard: what it is and which machines it has.</summary>
    public async Task SeenAsync(string id, string product, string fingerprint, ImmutableArray<VirtualMachine> machines)
    {
        bool back = _all.GetValueOrDefault(id) is { State: not HostState.Connected };
        await WriteAsync(id, before => (before with
        {
            State = HostState.Connected,
            SeenAt = _time.GetUtcNow(),
            WhyNot = null,
            Product = product,
            Fingerprint = before.Fingerprint.Length > 0 ? before.Fingerprint : fingerprint,
            Machines = machines,
        }, null));
        if (back && _all.GetValueOrDefault(id) is { } host) _machines.Note("", "host.connected", $"the host {host.Name} is connected: {product}, {machines.Length} machines");
    }

    /// <summary>It can't be spoken to.</summary>
    public async Task LostAsync(string id, string why)
    {
        if (_all.GetValueOrDefault(id) is not { } host) return;
        bool fresh = host.State is not HostState.Unreachable || host.WhyNot != why;
        await WriteAsync(id, before => (before with { State = HostState.Unreachable, WhyNot = why }, null));
        if (fresh) _machines.Note("", "host.unreachable", $"the host {host.Name} ({host.Address}) is unreachable: {why}", Level.Warning);
    }

    /// <summary>A boot order is to be put back after the machine's next start; with null it was.</summary>
    public Task<string?> MarkAsync(string id, string vm, BootMark? mark) => WriteAsync(id, before => (before with
    {
        BootMarks = mark is null ? before.BootMarks.Remove(vm) : before.BootMarks.SetItem(vm, mark),
    }, null));

    public void Dispose() => _turn.Dispose();

    private string? Fault(HypervisorHost host)
    {
        if (_all.Values.FirstOrDefault(h => h.Id != host.Id && string.Equals(h.Name, host.Name, StringComparison.OrdinalIgnoreCase)) is not null) return $"there is a host called {host.Name} already";
        if (_all.Values.FirstOrDefault(h => h.Id != host.Id && h.Address == host.Address && h.Username == host.Username) is { } twin) return $"{host.Address} is the host {twin.Name} already";
        return !_all.ContainsKey(host.Id) && _all.Count >= MostHosts ? $"there are {MostHosts} hosts already, and no more are taken" : null;
    }

    // Null, or why not. A host that was removed meanwhile stays removed.
    private async Task<string?> WriteAsync(string id, Func<HypervisorHost, (HypervisorHost?, string?)> decide, bool add = false)
    {
        await _turn.WaitAsync();
        try
        {
            var before = _all.GetValueOrDefault(id);
            if (before is null && !add) return $"there is no host {id}";
            var (next, fault) = decide(before!);
            if (next is null) return fault;
            if (before is null || Lasting(before) != Lasting(next))
            {
                if (_store.Suspended is { } full) return StoreSuspendedException.Sentence(full);
                long version = _versions.GetValueOrDefault(id) + 1;
                await _store.CommitAsync(StoreBatch.Of(new Document(Collection, id, version, JsonSerializer.Serialize(next, HostJson.Default.HypervisorHost))));
                _versions[id] = version;
            }
            _all = _all.SetItem(id, next);
            return null;
        }
        finally
        {
            _turn.Release();
        }
    }

    // What is worth a write: not the time that it was seen at, and not what its machines do.
    private static string Lasting(HypervisorHost host) => JsonSerializer.Serialize(host with
    {
        SeenAt = null,
        Machines = [.. host.Machines.Select(m => m with { Power = Domain.Power.PowerState.Unknown, Run = "" })],
    }, HostJson.Default.HypervisorHost);
}

/// <summary>How hosts are written to disk.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HypervisorHost))]
internal sealed partial class HostJson : JsonSerializerContext;

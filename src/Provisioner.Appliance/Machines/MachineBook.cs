using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Provisioner.Appliance.Store;
using Provisioner.Domain.Events;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Store;
using Provisioner.Wire;

namespace Provisioner.Appliance.Machines;

/// <summary>What came of <see cref="MachineBook.ApplyAsync"/>.</summary>
internal abstract record Applied
{
    /// <summary>Done, and on disk.</summary>
    public sealed record Ok(Machine Machine) : Applied;
    /// <summary>The life's table or the facts are against it; one sentence.</summary>
    public sealed record Refused(string Why) : Applied;
    /// <summary>There is no such machine.</summary>
    public sealed record NotFound(string Id) : Applied;
}

/// <summary>
/// All machines, and the only writer of them. A change is decided by <see cref="Lifecycle.Apply"/> under one lock, committed
/// together with its events, and answered when it is on disk. Readers take <see cref="All"/>, an immutable snapshot.
/// </summary>
internal sealed class MachineBook
{
    private static readonly TimeSpan DeedPatience = TimeSpan.FromSeconds(5);
    private readonly IStore _store;
    private readonly TimeProvider _time;
    private readonly IDeployFacts _facts;
    private readonly PhaseLimits _limits;
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, long> _versions = new();
    private readonly Strangers _strangers = new();
    private readonly NoteLimit _noteLimit = new();
    private volatile MachineIndex _index;
    private long _seq;

    public MachineBook(IStore store, long lastSeq, IDeployFacts facts, PhaseLimits limits, TimeProvider time)
    {
        (_store, _facts, _limits, _time, _seq) = (store, facts, limits, time, lastSeq);
        List<Machine> all = [];
        foreach (var document in store.Load("machines"))
        {
            all.Add(JsonSerializer.Deserialize(document.Json, StoreJson.Default.Machine)!);
            _versions[document.Id] = document.Version;
        }
        _index = MachineIndex.Of(all);
    }

    /// <summary>All machines by id.</summary>
    public ImmutableDictionary<string, Machine> All => _index.ById;

    /// <summary>A machine became another record, is new (no first one) or gone (no second one). Called under the lock, in the order of the changes: be quick.</summary>
    public event Action<Machine?, Machine?>? Changed;

    /// <summary>Live events, after they are on disk.</summary>
    public EventFeed Feed { get; } = new();

    /// <summary>A machine by id or name.</summary>
    public Machine? Find(string idOrName) => _index.ById.GetValueOrDefault(idOrName) ?? _index.ByName.GetValueOrDefault(idOrName);

    /// <summary>A machine by one of its MAC addresses.</summary>
    public Machine? ByMac(MacAddress mac) => _index.ByMac.GetValueOrDefault(mac);

    /// <summary>Events of a machine (of all with null) after a sequence number, oldest first.</summary>
    public IReadOnlyList<TimelineEvent> Events(string? machine, long after, int limit) => _store.Events(machine, after, limit);

    /// <summary>The last events, oldest first.</summary>
    public IReadOnlyList<TimelineEvent> LastEvents(string? machine, int limit) => _store.LastEvents(machine, limit);

    /// <summary>Changes a machine along the life's table; completes when it is on disk.</summary>
    public async Task<Applied> ApplyAsync(string id, MachineChange change, string by)
    {
        Task commit;
        Machine next;
        IReadOnlyList<TimelineEvent> told;
        lock (_lock)
        {
            if (Find(id) is not { } machine) return new Applied.NotFound(id);
            if (_store.Suspended is { } full) return new Applied.Refused(StoreSuspendedException.Sentence(full));
            if (change is MachineChange.Rename rename && Find(rename.Name) is { } other && other.Id != machine.Id)
                return new Applied.Refused($"{rename.Name} is the name of another machine ({other.Id})");
            switch (Lifecycle.Apply(machine, change, Context(machine, change, by)))
            {
                case Outcome.Refused refused:
                    if (HolderFor(machine, change) is { } holder) _ = Record([Next(holder.Id, new("controller.claimed", ControllerClaims.ToHolder(machine, ControllerClaims.Of(change)!), Level.Warning), by)]);
                    return new Applied.Refused(refused.Why);
                case Outcome.Changed changed:
                    (next, told) = (changed.Machine, Number(machine.Id, changed.Events, by));
                    if (ReferenceEquals(next, machine) && told.Count == 0) return new Applied.Ok(machine);
                    break;
                default:
                    throw new InvalidOperationException("an outcome without an arm");
            }
            _index = _index.With(next);
            Changed?.Invoke(machine, next);
            commit = _store.CommitAsync(new([DocumentOf(next)], [], told));
        }
        await commit;
        Feed.Publish(told, changed: next.Id);
        return new Applied.Ok(next);
    }

    /// <summary>Writes down a machine that nobody knew, with what was seen of it before; or gives back the one that has this MAC.</summary>
    public async Task<Machine> EnlistAsync(MacAddress mac, string how)
    {
        Task commit;
        Machine machine;
        IReadOnlyList<TimelineEvent> told;
        lock (_lock)
        {
            if (ByMac(mac) is { } known) return known;
            if (_store.Suspended is { } full) throw new StoreSuspendedException(full);
            machine = new Machine { Id = FreshId(), Name = FreshName(), StateSince = _time.GetUtcNow(), Macs = [mac.ToString()] };
            var seen = _strangers.Take(mac).Select(s => OfSighting(s, machine.Id));
            told = [.. seen, Next(machine.Id, new("state.new", $"enlisted as {machine.Name}: {how}"), "appliance")];
            _index = _index.With(machine);
            Changed?.Invoke(null, machine);
            commit = _store.CommitAsync(new([DocumentOf(machine)], [], told));
        }
        await commit;
        Feed.Publish(told, changed: machine.Id);
        return machine;
    }

    /// <summary>
    /// Takes a machine that runs already: writes one down, or takes the one of that name that is New; a deployed one gets a new token for its agent.
    /// </summary>
    /// <param name="name">Its host name.</param>
    /// <param name="tags">Tags for it; those that it has stay.</param>
    /// <param name="by">Who asked.</param>
    public async Task<Applied> AdoptAsync(string name, IEnumerable<string> tags, string by)
    {
        if (!HostName.IsValid(name)) return new Applied.Refused($"\"{name}\" is not a host name: a–z, 0–9 and -, at most 63, a letter or digit at both ends");
        string id;
        Task commit = Task.CompletedTask;
        lock (_lock)
        {
            if (_store.Suspended is { } full) return new Applied.Refused(StoreSuspendedException.Sentence(full));
            var machine = Find(name);
            if (machine is null)
            {
                machine = new Machine { Id = FreshId(), Name = name, StateSince = _time.GetUtcNow() };
                _index = _index.With(machine);
                Changed?.Invoke(null, machine);
                commit = _store.CommitAsync(new([DocumentOf(machine)], [], []));
            }
            id = machine.Id;
        }
        await commit;
        var applied = await ApplyAsync(id, new MachineChange.Adopt(), by);
        if (applied is not Applied.Ok { Machine: var adopted }) return applied;
        var all = adopted.Tags.Union(tags);
        return all.SetEquals(adopted.Tags) ? applied : await ApplyAsync(id, new MachineChange.SetTags(all), by);
    }

    /// <summary>Forgets a machine that nothing is under way with.</summary>
    public async Task<Applied> DeleteAsync(string id, string by)
    {
        Task commit;
        Machine? machine;
        IReadOnlyList<TimelineEvent> told;
        lock (_lock)
        {
            machine = Find(id);
            if (machine is null) return new Applied.NotFound(id);
            if (!Lifecycle.MayBeDeleted(machine.State)) return new Applied.Refused($"{machine.Name} is {Lifecycle.Word(machine.State)}: release or abort it before it is deleted");
            if (_store.Suspended is { } full) return new Applied.Refused(StoreSuspendedException.Sentence(full));
            told = [Next("", new("machine.deleted", $"{machine.Name} ({machine.Id}) was deleted"), by)];
            _index = _index.Without(machine);
            Changed?.Invoke(machine, null);
            _versions.TryRemove(machine.Id, out _);
            commit = _store.CommitAsync(new([], [("machines", machine.Id)], told));
        }
        await commit;
        Feed.Publish(told, changed: machine.Id);
        return new Applied.Ok(machine);
    }

    /// <summary>Puts what a server saw onto a machine's timeline; keeps the last few of strangers. Never blocks.</summary>
    public void Note(Sighting sighting)
    {
        lock (_lock)
        {
            if (ByMac(sighting.Mac) is not { } machine)
            {
                // What keeps a stranger from ever becoming a machine would be on no timeline.
                if (_strangers.Add(sighting) && sighting.Kind == "boot.unsupported" && _noteLimit.Takes("", sighting.At))
                    _ = Record([OfSighting(sighting with { Text = $"{sighting.Mac}: {sighting.Text}" }, "")]);
                return;
            }
            if (!_noteLimit.Takes(machine.Id, sighting.At)) return;
            _ = Record([OfSighting(sighting, machine.Id)]);
        }
    }

    /// <summary>Puts one line onto a machine's timeline (empty: the appliance's own). Never blocks.</summary>
    public void Note(string machine, string kind, string text, Level level = Level.Info, long? bytes = null, double? seconds = null, string by = "appliance") =>
        _ = NoteAsync(machine, new(kind, text, level, bytes, seconds), by);

    /// <summary>The same; completes when it is on disk.</summary>
    public Task NoteAsync(string machine, Told told, string by = "appliance")
    {
        lock (_lock) return Record([Next(machine, told, by)]);
    }

    /// <summary>
    /// Puts onto the timeline what was done to a machine's controller at somebody's order. Completes when it is on disk, so that who is told "done" finds it
    /// there; or after <see cref="DeedPatience"/>: with a full disk the line waits for room, and the deed is done all the same.
    /// </summary>
    public async Task NoteDeedAsync(string machine, Told told, string by) =>
        await Task.WhenAny(NoteAsync(machine, told, by), Task.Delay(DeedPatience, _time));

    /// <summary>Puts a line of the machine's own words onto its timeline, as many as <see cref="NoteLimit"/> takes.</summary>
    public void NoteWords(string machine, string kind, string text, Level level, long? bytes, double? seconds, string by)
    {
        lock (_lock)
        {
            if (_noteLimit.Takes(machine, _time.GetUtcNow())) _ = Record([Next(machine, new(kind, text, level, bytes, seconds), by)]);
        }
    }

    /// <summary>Events after a number: those on disk, then live ones, each once.</summary>
    public async IAsyncEnumerable<TimelineEvent> Follow(string? machine, long after, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        // The feed only wakes: two commits may be published out of order, the store has one order.
        using var live = Feed.Subscribe();
        bool mine = true;
        while (true)
        {
            while (mine && _store.Events(machine, after, 500) is { Count: > 0 } stored)
            {
                foreach (var told in stored) yield return told;
                after = stored[^1].Seq;
            }
            if (!await live.Reader.WaitToReadAsync(cancel)) yield break;
            mine = false;
            while (live.Reader.TryRead(out var item)) mine |= item.Events.Any(e => machine is null || e.Machine == machine);
        }
    }

    private Task Record(IReadOnlyList<TimelineEvent> told) => PublishWhenStored(_store.CommitAsync(StoreBatch.Of(told)), told);

    private async Task PublishWhenStored(Task commit, IReadOnlyList<TimelineEvent> told)
    {
        try
        {
            await commit;
            Feed.Publish(told, changed: null);
        }
        catch (Exception e) when (e is IOException or Microsoft.Data.Sqlite.SqliteException)
        {
            // The store says why it takes nothing more, once, and the process ends: SqliteStore.Broken.
        }
    }

    private ChangeContext Context(Machine machine, MachineChange change, string by)
    {
        var context = new ChangeContext(_time.GetUtcNow(), _limits, by);
        if (change is MachineChange.Adopt) return context with { Fresh = _facts.Fresh(machine.Id) };
        if (HolderFor(machine, change) is { } holder) return context with { Holder = holder };
        if (change is not MachineChange.Deploy { Request: var request }) return context;
        return context with
        {
            Fresh = _facts.Fresh(machine.Id),
            Image = _facts.Image(request.Image),
            RoleFault = request.Role is { } role ? _facts.RoleFault(role) : null,
        };
    }

    private Machine? HolderFor(Machine machine, MachineChange change) => ControllerClaims.Of(change) is { } access ? ControllerClaims.Holder(_index.ById.Values, machine, access) : null;

    private Document DocumentOf(Machine machine) =>
        new("machines", machine.Id, _versions.AddOrUpdate(machine.Id, 1, (_, version) => version + 1), JsonSerializer.Serialize(machine, StoreJson.Default.Machine));

    private IReadOnlyList<TimelineEvent> Number(string machine, ImmutableArray<Told> told, string by) => [.. told.Select(t => Next(machine, t, by))];

    private TimelineEvent Next(string machine, Told told, string by) =>
        new(++_seq, machine, _time.GetUtcNow(), told.Kind, told.Text, told.Level, told.Bytes, told.Seconds, by);

    private TimelineEvent OfSighting(Sighting s, string machine) => new(++_seq, machine, s.At, s.Kind, s.Text, s.Level, s.Bytes, s.Seconds, "machine");

    private string FreshId()
    {
        while (true)
        {
            string id = RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", 6);
            if (!_index.ById.ContainsKey(id)) return id;
        }
    }

    private string FreshName()
    {
        for (int tries = 0; tries < 64; tries++)
        {
            string name = HostName.Make((uint)RandomNumberGenerator.GetInt32(int.MaxValue));
            if (Find(name) is null) return name;
        }
        return $"node-{RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", 8)}";
    }
}

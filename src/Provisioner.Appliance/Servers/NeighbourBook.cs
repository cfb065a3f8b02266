using System.Text.Json;
using System.Text.Json.Serialization;
using Provisioner.Domain.Networks;
using Provisioner.Domain.Store;
using Provisioner.Wire;

namespace Provisioner.Appliance.Servers;

/// <summary>
/// Who was heard on the served links. Bounded: whoever writes a new sender into each packet makes it forget the longest silent, not grow.
/// Kept over restarts in the collection "neighbours", written now and then: losing the last minutes costs nothing.
/// </summary>
internal sealed class NeighbourBook : IDisposable
{
    public const int Most = 65536;
    private const string Collection = "neighbours";
    private const int MostAtOnce = 500;
    private static readonly TimeSpan Between = TimeSpan.FromMinutes(1), Stale = TimeSpan.FromMinutes(15);
    private readonly IStore _store;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Interface, Ipv4Address Address), Entry> _all = [];

    public NeighbourBook(IStore store, TimeProvider time)
    {
        (_store, _time) = (store, time);
        foreach (var document in store.Load(Collection))
        {
            var neighbour = JsonSerializer.Deserialize(document.Json, NeighbourJson.Default.StoredNeighbour)!.ToNeighbour();
            _all[(neighbour.Interface, neighbour.Address)] = new(neighbour) { Version = document.Version, Written = neighbour };
        }
        _timer = time.CreateTimer(_ => _ = WriteAsync(), null, Between, Between);
    }

    /// <summary>All of them, in order of interface and address.</summary>
    public IReadOnlyList<Neighbour> All
    {
        get { lock (_lock) return [.. _all.Values.Select(e => e.Now).OrderBy(n => n.Interface, StringComparer.Ordinal).ThenBy(n => n.Address)]; }
    }

    /// <summary>Who was last heard with an address, on any link; null: nobody.</summary>
    public Neighbour? At(Ipv4Address address)
    {
        lock (_lock) return _all.Values.Where(e => e.Now.Address == address).MaxBy(e => e.Now.Last)?.Now;
    }

    /// <summary>Who was last heard with an address on a link; null: nobody.</summary>
    public Neighbour? At(string interfaceName, Ipv4Address address)
    {
        lock (_lock) return _all.GetValueOrDefault((interfaceName, address))?.Now;
    }

    /// <summary>Somebody was heard.</summary>
    public void Heard(string interfaceName, Ipv4Address address, MacAddress mac)
    {
        var now = _time.GetUtcNow();
        lock (_lock)
        {
            if (!_all.TryGetValue((interfaceName, address), out var entry))
            {
                if (_all.Count >= Most) ForgetTheLongestSilent();
                entry = _all[(interfaceName, address)] = new(new(address, mac, interfaceName, now, now));
            }
            entry.Now = entry.Now.Mac == mac ? entry.Now with { Last = now } : new(address, mac, interfaceName, now, now);
        }
    }

    /// <summary>Writes what changed enough since it was written.</summary>
    public async Task WriteAsync()
    {
        List<(Entry Entry, Neighbour Now)> due;
        lock (_lock) due = [.. _all.Values.Where(IsDue).Take(MostAtOnce).Select(e => (e, e.Now))];
        if (due.Count == 0) return;
        try
        {
            await _store.CommitAsync(StoreBatch.Empty with { Put = [.. due.Select(d => DocumentOf(d.Now, d.Entry.Version + 1))] }).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or StoreConflictException or Microsoft.Data.Sqlite.SqliteException or ObjectDisposedException)
        {
            return; // they are heard again
        }
        lock (_lock)
            foreach (var (entry, written) in due) (entry.Version, entry.Written) = (entry.Version + 1, written);
    }

    public void Dispose() => _timer.Dispose();

    private static bool IsDue(Entry entry) => entry.Written is not { } written || written.Mac != entry.Now.Mac || entry.Now.Last - written.Last >= Stale;

    // One in sixteen at once, so that a flood doesn't sort the book for each packet. What was written of them goes too.
    private void ForgetTheLongestSilent()
    {
        var silent = _all.OrderBy(p => p.Value.Now.Last).Take(Most / 16).ToList();
        foreach (var (key, _) in silent) _all.Remove(key);
        var written = silent.Where(p => p.Value.Version > 0).Select(p => (Collection, IdOf(p.Value.Now))).ToList();
        if (written.Count > 0) _ = ForgetAsync(written);
    }

    private async Task ForgetAsync(List<(string, string)> written)
    {
        try
        {
            await _store.CommitAsync(StoreBatch.Empty with { Delete = written }).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or Microsoft.Data.Sqlite.SqliteException or ObjectDisposedException)
        {
            // They come back with the next start, and are forgotten again.
        }
    }

    private static string IdOf(Neighbour neighbour) => $"{neighbour.Interface}/{neighbour.Address}";

    private static Document DocumentOf(Neighbour neighbour, long version) =>
        new(Collection, IdOf(neighbour), version, JsonSerializer.Serialize(StoredNeighbour.Of(neighbour), NeighbourJson.Default.StoredNeighbour));

    private sealed class Entry(Neighbour now)
    {
        public Neighbour Now = now;
        public Neighbour? Written;
        public long Version;
    }
}

/// <summary>A neighbour as the store keeps it.</summary>
internal sealed record StoredNeighbour(string Address, string Mac, string Interface, DateTimeOffset First, DateTimeOffset Last)
{
    public static StoredNeighbour Of(Neighbour n) => new(n.Address.ToString(), n.Mac.ToString(), n.Interface, n.First, n.Last);

    public Neighbour ToNeighbour() => new(Ipv4Address.Parse(Address), MacAddress.Parse(Mac), Interface, First, Last);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StoredNeighbour))]
internal sealed partial class NeighbourJson : JsonSerializerContext;

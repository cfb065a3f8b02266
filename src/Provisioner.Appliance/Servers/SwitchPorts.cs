using System.Text.Json;
using System.Text.Json.Serialization;
using Provisioner.Domain.Store;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Appliance.Servers;

/// <summary>Where a machine hangs, as its relay or switch said last (option 82).</summary>
/// <param name="Mac">Which.</param>
/// <param name="Port">In words.</param>
/// <param name="Since">When it was first said.</param>
internal sealed record SwitchPort(MacAddress Mac, string Port, DateTimeOffset Since);

/// <summary>
/// On which switch port each machine hangs. Machines' are kept over restarts in the collection "switch-ports", strangers' in memory: a machine
/// that is put onto another port is told about on its timeline, once.
/// </summary>
internal sealed class SwitchPorts
{
    private const string Collection = "switch-ports";
    private const int Most = 65536;
    private readonly IStore _store;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly Dictionary<MacAddress, (SwitchPort Port, long Version)> _all = [];

    public SwitchPorts(IStore store, TimeProvider time)
    {
        (_store, _time) = (store, time);
        foreach (var document in store.Load(Collection))
        {
            var stored = JsonSerializer.Deserialize(document.Json, SwitchPortJson.Default.StoredSwitchPort)!;
            var mac = MacAddress.Parse(document.Id);
            _all[mac] = (new(mac, stored.Port, stored.Since), document.Version);
        }
    }

    /// <summary>All of them, in order of MAC address.</summary>
    public IReadOnlyList<SwitchPort> All
    {
        get { lock (_lock) return [.. _all.Values.Select(p => p.Port).OrderBy(p => p.Mac)]; }
    }

    /// <summary>A message came in: the sentence about its port where that is news, and whether it was another before; null: nothing new.</summary>
    public (string Says, bool Moved)? Seen(DhcpMessage message, bool isMachine)
    {
        if (RelayAgentInformation.Of(message) is not { InWords: { Length: > 0 } words }) return null;
        string port = message.GiAddr == Ipv4Address.Any ? words : $"{words}, relay {message.GiAddr}";
        lock (_lock)
        {
            bool known = _all.TryGetValue(message.ChAddr, out var before);
            bool same = known && before.Port.Port == port;
            if (same && (before.Version > 0 || !isMachine)) return null;
            if (!known && _all.Count >= Most) return null;
            long version = before.Version;
            if (isMachine) _ = WriteAsync(message.ChAddr, port, ++version);
            _all[message.ChAddr] = (new(message.ChAddr, port, same ? before.Port.Since : _time.GetUtcNow()), version);
            return same ? null : known ? ($"hangs on another port now: {port}; before: {before.Port.Port}", true) : ($"hangs on {port}", false);
        }
    }

    private async Task WriteAsync(MacAddress mac, string port, long version)
    {
        try
        {
            string json = JsonSerializer.Serialize(new(port, _time.GetUtcNow()), SwitchPortJson.Default.StoredSwitchPort);
            await _store.CommitAsync(StoreBatch.Of(new Document(Collection, mac.ToString(), version, json))).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or StoreConflictException or Microsoft.Data.Sqlite.SqliteException or ObjectDisposedException)
        {
            // It is on the timeline, and said again after a restart.
        }
    }
}

/// <summary>A port as the store keeps it.</summary>
internal sealed record StoredSwitchPort(string Port, DateTimeOffset Since);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StoredSwitchPort))]
internal sealed partial class SwitchPortJson : JsonSerializerContext;

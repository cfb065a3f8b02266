using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Provisioner.Domain.Dhcp;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Networks;
using Provisioner.Domain.Store;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Appliance.Servers;

/// <summary>
/// All leases: in memory for the answers, in the store's collection "leases" for the next start. A document is one address, so the store
/// too holds none twice. A lease that is acknowledged has one write under way at most; whoever asks meanwhile is answered when it ended.
/// </summary>
internal sealed class LeaseBook
{
    private const string Collection = "leases";
    private static readonly DhcpAnswer NotServed = new DhcpAnswer.Silence("its network is served with other settings now");
    private readonly IStore _store;
    private readonly Func<MacAddress, string?> _machineName;
    private readonly Lock _lock = new();
    private (ServedNetwork Network, LeasePool Leases)[] _pools = [];
    private readonly Dictionary<Ipv4Address, long> _versions = [];
    private readonly HashSet<Ipv4Address> _writing = [];
    private long _generation;

    /// <param name="machineName">Host name of the enlisted machine with a MAC, null for a stranger; asked for every packet, from any thread.</param>
    public LeaseBook(IStore store, IReadOnlyList<ServedNetwork> networks, Func<MacAddress, string?> machineName)
    {
        (_store, _machineName) = (store, machineName);
        foreach (var network in networks) Add(network);
    }

    /// <summary>Gives addresses of one more network from now on, with the leases that the store has of it; nothing where it is there already.</summary>
    public void Add(ServedNetwork network)
    {
        lock (_lock)
        {
            if (_pools.Any(p => p.Network == network)) return;
            var pool = new LeasePool(network, mac => _machineName(mac) is not null);
            var stored = _store.Load(Collection).Where(d => network.Subnet.Contains(Ipv4Address.Parse(d.Id))).ToList();
            foreach (var document in stored) _versions[Ipv4Address.Parse(document.Id)] = document.Version;
            // A MAC that moved left its old document behind: the later one counts.
            foreach (var lease in stored.Select(d => JsonSerializer.Deserialize(d.Json, LeaseJson.Default.StoredLease)!.ToLease()).OrderBy(l => l.Since)) pool.Put(lease);
            Interlocked.Increment(ref _generation);
            _pools = [.. _pools.Where(p => p.Network.Interface != network.Interface), (network, pool)];
            Interlocked.Increment(ref _generation);
        }
    }

    /// <summary>Goes up with every change of a lease that a restart would remember.</summary>
    public long Generation => Interlocked.Read(ref _generation);

    /// <summary>The networks that it gives addresses of.</summary>
    public IReadOnlyList<ServedNetwork> Networks
    {
        get { lock (_lock) return [.. _pools.Select(p => p.Network)]; }
    }

    /// <summary>All leases of the served networks, ended ones among them, in order of address.</summary>
    public IReadOnlyList<Lease> All
    {
        get { lock (_lock) return [.. _pools.SelectMany(p => p.Leases.All).OrderBy(l => l.Address)]; }
    }

    /// <summary>The lease of a MAC, perhaps an ended one; of several (one a network) the one that lasts longest.</summary>
    public Lease? ByMac(MacAddress mac)
    {
        lock (_lock) return _pools.Select(p => p.Leases.Of(mac)).MaxBy(l => l?.Until);
    }

    /// <summary>The lease on an address, perhaps an ended one.</summary>
    public Lease? ByAddress(IPAddress address)
    {
        if (!TryIpv4(address, out var v4)) return null;
        lock (_lock) return PoolFor(v4)?.At(v4);
    }

    /// <summary>Whose address it is, or was last; null where it was never given.</summary>
    public MacAddress? MacOf(IPAddress address) => ByAddress(address) is { State: not LeaseState.Declined } lease ? lease.Mac : null;

    /// <summary>The MAC is one of an enlisted machine.</summary>
    public bool IsMachine(MacAddress mac) => _machineName(mac) is not null;

    /// <summary>Somebody uses an address without a lease (a BMC): nobody gets it from now on. Whoever holds it by a lease keeps it.</summary>
    public void NoteInUse(IPAddress address, string by)
    {
        if (!TryIpv4(address, out var v4)) return;
        lock (_lock) PoolFor(v4)?.NoteInUse(v4, by);
    }

    /// <summary>Addresses of BMCs are given to no machine.</summary>
    public void NoteBmcs(IEnumerable<Machine> machines)
    {
        foreach (var machine in machines)
            if (machine.Bmc is { } bmc && IPAddress.TryParse(bmc.Address, out var address)) NoteInUse(address, $"the BMC of {machine.Name}");
    }

    /// <summary>Decides on a message from port 67, records what becomes of the lease, and says when that is on disk.</summary>
    public (DhcpAnswer Answer, Task Durable) Answer(ServedNetwork network, DhcpMessage message, DateTimeOffset now)
    {
        var name = _machineName(message.ChAddr);
        lock (_lock)
        {
            if (Of(network) is not { } leases) return (NotServed, Task.CompletedTask);
            var answer = DhcpAnswer.For(message, new(network, leases, name), now);
            if (answer.Lease is not { } lease) return (answer, Task.CompletedTask);
            if (_writing.Contains(lease.Address)) return (new DhcpAnswer.Silence("its lease is being written; the answer to what it sent first comes then"), Task.CompletedTask);
            var before = leases.At(lease.Address);
            leases.Put(lease);
            if (!NeedsDisk(lease, before)) return (answer, Task.CompletedTask);
            Interlocked.Increment(ref _generation);
            return (answer, WriteAsync(leases, lease, before));
        }
    }

    /// <summary>Decides on a message from port 4011.</summary>
    public DhcpAnswer AnswerProxy(ServedNetwork network, DhcpMessage message, DateTimeOffset now)
    {
        lock (_lock) return Of(network) is { } leases ? ProxyAnswer.For(message, new(network, leases, null), now) : NotServed;
    }

    /// <summary>
    /// What a DISCOVER would be answered: on the relay's network, or without one on each that it could come in on. A relay in none of them is
    /// answered nowhere, and each says so. No lease is made or held.
    /// </summary>
    public IReadOnlyList<DhcpExplanation> Explain(DhcpQuestion question, DateTimeOffset now)
    {
        var name = _machineName(question.Mac);
        lock (_lock)
        {
            var relayed = _pools.Where(p => p.Network.Subnet.Contains(question.GiAddr)).ToArray();
            return [.. (relayed.Length > 0 ? relayed : _pools).Select(p => DhcpExplanation.Of(question, new(p.Network, p.Leases, name), now))];
        }
    }

    // An offer is a promise of a minute: a restart may forget it, for what nobody else holds is granted again.
    private static bool NeedsDisk(Lease lease, Lease? before) =>
        lease.State != LeaseState.Offered && !(lease.State == LeaseState.Released && before?.State == LeaseState.Offered);

    // Called under the lock, so that the store sees writes in the order of the decisions.
    private Task WriteAsync(LeasePool leases, Lease lease, Lease? before)
    {
        long version = _versions.GetValueOrDefault(lease.Address) + 1;
        string json = JsonSerializer.Serialize(StoredLease.Of(lease), LeaseJson.Default.StoredLease);
        _writing.Add(lease.Address);
        Task commit;
        try
        {
            commit = _store.CommitAsync(StoreBatch.Of(new Document(Collection, lease.Address.ToString(), version, json)));
        }
        catch (Exception e)
        {
            commit = Task.FromException(e);
        }
        return Finish();

        async Task Finish()
        {
            try
            {
                await commit.ConfigureAwait(false);
                lock (_lock)
                {
                    _writing.Remove(lease.Address);
                    _versions[lease.Address] = version;
                }
            }
            catch
            {
                lock (_lock) TakeBack(leases, lease, before);
                throw;
            }
        }
    }

    private void TakeBack(LeasePool leases, Lease lease, Lease? before)
    {
        _writing.Remove(lease.Address);
        leases.Remove(lease);
        if (before is not null) leases.Put(before);
        Interlocked.Increment(ref _generation);
    }

    private LeasePool? Of(ServedNetwork network) => Array.Find(_pools, p => p.Network == network).Leases;

    private LeasePool? PoolFor(Ipv4Address address) => Array.Find(_pools, p => p.Network.Subnet.Contains(address)).Leases;

    private static bool TryIpv4(IPAddress address, out Ipv4Address v4)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        bool is4 = address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork;
        v4 = is4 ? Ipv4Address.From(address) : default;
        return is4;
    }
}

/// <summary>A lease as the store keeps it.</summary>
internal sealed record StoredLease(string Mac, string Address, LeaseState State, DateTimeOffset Since, DateTimeOffset Until)
{
    public static StoredLease Of(Lease lease) => new(lease.Mac.ToString(), lease.Address.ToString(), lease.State, lease.Since, lease.Until);

    public Lease ToLease() => new(MacAddress.Parse(Mac), Ipv4Address.Parse(Address), State, Since, Until);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(StoredLease))]
internal sealed partial class LeaseJson : JsonSerializerContext;

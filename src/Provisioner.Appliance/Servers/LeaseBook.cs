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
    private readonly IStore _store;
    private readonly Func<MacAddress, string?> _machineName;
    private readonly Lock _lock = new();
    private SubnetPool[] _pools = [];
    private readonly Dictionary<Ipv4Address, long> _versions = [];
    private readonly HashSet<Ipv4Address> _writing = [];
    private long _generation;

    /// <param name="store">Where leases last.</param>
    /// <param name="machineName">Host name of the enlisted machine with a MAC, null for a stranger; asked for every packet, from any thread.</param>
    public LeaseBook(IStore store, Func<MacAddress, string?> machineName) => (_store, _machineName) = (store, machineName);

    /// <summary>Which chain of boot programs a client gets; without it, iPXE.</summary>
    public BootTrails? Trails { get; init; }

    /// <summary>Follows the network model from now on: a pool a subnet, with the leases that the store has of it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="served">The appliance's own addresses.</param>
    public void Settle(NetworkModel model, IReadOnlyList<ServedNetwork> served)
    {
        lock (_lock)
        {
            _pools = [.. model.Subnets.Select(s => Settled(model, s, OwnIn(s, served)))];
            Interlocked.Increment(ref _generation);
        }
    }

    /// <summary>The same, where nobody holds what is newly claimed; else one sentence that names the holder, and nothing changes.</summary>
    public string? TrySettle(NetworkModel model, IReadOnlyList<ServedNetwork> served, IEnumerable<(Ipv4Address Address, MacAddress? Mac)> claimed, DateTimeOffset now)
    {
        lock (_lock)
        {
            foreach (var (address, mac) in claimed)
                if (PoolFor(address)?.ClaimOn(address, now) is { Kind: not (ClaimKind.Range or ClaimKind.Reservation or ClaimKind.Static) } claim && (claim.Mac is null || claim.Mac != mac))
                    return claim.InWords;
            foreach (var gone in _pools.Where(p => model.SubnetOf(p.Subnet.Cidr.Network) is null))
                if (gone.All.FirstOrDefault(l => l.IsHeld(now)) is { } lease) return $"{lease.Address} of {gone.Subnet} is held by {lease.Mac} until {lease.Until:HH:mm:ss}: switch DHCP off on its VLAN and wait, or move the machine";
            Settle(model, served);
            return null;
        }
    }

    /// <summary>The lowest address for something that is set by hand in a subnet; null: none is left.</summary>
    public Ipv4Address? ChooseStatic(string subnet, DateTimeOffset now)
    {
        lock (_lock) return Array.Find(_pools, p => p.Subnet.Id == subnet)?.ChooseStatic(now);
    }

    /// <summary>Asks the pool of a subnet something, under the lock; default where there is none.</summary>
    public T? Ask<T>(string subnet, Func<SubnetPool, T> question)
    {
        lock (_lock) return Array.Find(_pools, p => p.Subnet.Id == subnet) is { } pool ? question(pool) : default;
    }

    private SubnetPool Settled(NetworkModel model, Subnet subnet, Ipv4Address? own)
    {
        if (Array.Find(_pools, p => p.Subnet.Id == subnet.Id && p.Subnet.Cidr == subnet.Cidr) is { } known)
        {
            known.Settle(model, subnet, own);
            return known;
        }
        var pool = new SubnetPool(model, subnet, own, mac => _machineName(mac) is not null);
        var stored = _store.Load(Collection).Where(d => subnet.Cidr.Contains(Ipv4Address.Parse(d.Id))).ToList();
        foreach (var document in stored) _versions[Ipv4Address.Parse(document.Id)] = document.Version;
        // A MAC that moved left its old document behind: the later one counts.
        foreach (var lease in stored.Select(d => JsonSerializer.Deserialize(d.Json, LeaseJson.Default.StoredLease)!.ToLease()).OrderBy(l => l.Since))
        {
            pool.Put(lease);
            Changed?.Invoke(lease);
        }
        return pool;
    }

    private static Ipv4Address? OwnIn(Subnet subnet, IReadOnlyList<ServedNetwork> served)
    {
        foreach (var network in served)
            if (subnet.Cidr.Contains(Ipv4Address.From(network.Address))) return Ipv4Address.From(network.Address);
        return null;
    }

    /// <summary>A lease that a restart would remember became this. Called under the lock, in the order of the changes: be quick, and take no lock that waits for this one.</summary>
    public event Action<Lease>? Changed;

    /// <summary>Goes up with every change of a lease that a restart would remember.</summary>
    public long Generation => Interlocked.Read(ref _generation);

    /// <summary>All leases of the subnets, ended ones among them, in order of address.</summary>
    public IReadOnlyList<Lease> All
    {
        get { lock (_lock) return [.. _pools.SelectMany(p => p.All).OrderBy(l => l.Address)]; }
    }

    /// <summary>The lease of a MAC, perhaps an ended one; of several (one a subnet) the one that lasts longest.</summary>
    public Lease? ByMac(MacAddress mac)
    {
        lock (_lock) return _pools.Select(p => p.Of(mac)).MaxBy(l => l?.Until);
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

    /// <summary>A probe found somebody else using an address that was to be offered: the offer is taken back, and nobody gets it for a while.</summary>
    public void NoteConflict(Ipv4Address address, string by, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (PoolFor(address) is not { } pool) return;
            if (pool.At(address) is { State: LeaseState.Offered } offer) pool.Remove(offer);
            pool.NoteConflict(address, by, now + DhcpTimes.Quarantine);
        }
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
        var chain = Trails?.Follow(message, message.ServerIdentifier == Ipv4Address.From(network.Address)) ?? default;
        lock (_lock)
        {
            if (Of(network, message.GiAddr) is not { } leases) return (Nobody(network, message.GiAddr), Task.CompletedTask);
            var answer = DhcpAnswer.For(message, new(network, leases, name) { Chain = chain }, now);
            if (answer.Lease is not { } lease) return (answer, Task.CompletedTask);
            if (_writing.Contains(lease.Address)) return (new DhcpAnswer.Silence("its lease is being written; the answer to what it sent first comes then"), Task.CompletedTask);
            var before = leases.At(lease.Address);
            leases.Put(lease);
            if (!NeedsDisk(lease, before)) return (answer, Task.CompletedTask);
            Interlocked.Increment(ref _generation);
            Changed?.Invoke(lease);
            return (answer, WriteAsync(leases, lease, before));
        }
    }

    /// <summary>Decides on a message from port 4011.</summary>
    public DhcpAnswer AnswerProxy(ServedNetwork network, DhcpMessage message, DateTimeOffset now)
    {
        var chain = Trails?.Follow(message, ours: true) ?? default;
        lock (_lock) return Of(network, default) is { } leases ? ProxyAnswer.For(message, new(network, leases, null) { Chain = chain }, now) : Nobody(network, default);
    }

    /// <summary>
    /// What a DISCOVER would be answered, on each served network that it could come in on. No lease is made or held.
    /// </summary>
    public IReadOnlyList<DhcpExplanation> Explain(DhcpQuestion question, IReadOnlyList<ServedNetwork> served, DateTimeOffset now)
    {
        var name = _machineName(question.Mac);
        var chain = Trails?.Ask(question.Mac) ?? default;
        lock (_lock)
            return [.. served.Select(n => Of(n, question.GiAddr) is { } pool ? DhcpExplanation.Of(question, new(n, pool, name) { Chain = chain }, now) : DhcpExplanation.Of(n, Nobody(n, question.GiAddr)))];
    }

    // An offer is a promise of a minute: a restart may forget it, for what nobody else holds is granted again.
    private static bool NeedsDisk(Lease lease, Lease? before) =>
        lease.State != LeaseState.Offered && !(lease.State == LeaseState.Released && before?.State == LeaseState.Offered);

    // Called under the lock, so that the store sees writes in the order of the decisions.
    private Task WriteAsync(SubnetPool leases, Lease lease, Lease? before)
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

    private void TakeBack(SubnetPool leases, Lease lease, Lease? before)
    {
        _writing.Remove(lease.Address);
        leases.Remove(lease);
        if (before is not null) leases.Put(before);
        Interlocked.Increment(ref _generation);
        Changed?.Invoke(before ?? lease with { State = LeaseState.Released });
    }

    // A relay speaks for the subnet that its own address lies in (RFC 2131 §4.3.1).
    private SubnetPool? Of(ServedNetwork network, Ipv4Address relay) => PoolFor(relay != Ipv4Address.Any ? relay : Ipv4Address.From(network.Address));

    private static DhcpAnswer.Silence Nobody(ServedNetwork network, Ipv4Address relay) =>
        new(relay != Ipv4Address.Any ? $"relayed from {relay}, where no subnet of the model is: add its subnet, or look who relays" : $"{network.Subnet} is no subnet of the model any more");

    private SubnetPool? PoolFor(Ipv4Address address) => Array.Find(_pools, p => p.Subnet.Cidr.Contains(address));

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

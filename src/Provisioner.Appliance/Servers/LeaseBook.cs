using System.Net;
using Provisioner.Appliance.Store.Leases;
using Provisioner.Domain.Dhcp;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Networks;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Appliance.Servers;

/// <summary>
/// All leases: in memory for the answers, in the <see cref="LeaseJournal"/> for the next start. An answer that needs the disk comes with its
/// commit; it leaves when that is durable. Memory runs ahead of the disk for that long, and goes back when the disk refuses.
/// </summary>
internal sealed class LeaseBook
{
    private readonly LeaseJournal _journal;
    private readonly Func<MacAddress, string?> _machineName;
    private readonly Lock _lock = new();
    private SubnetPool[] _pools = [];
    private DhcpScopes _scopes = new(NetworkModel.Empty, []);

    /// <param name="journal">Where leases last.</param>
    /// <param name="machineName">Host name of the enlisted machine with a MAC, null for a stranger; asked for every packet, from any thread.</param>
    public LeaseBook(LeaseJournal journal, Func<MacAddress, string?> machineName)
    {
        (_journal, _machineName) = (journal, machineName);
        journal.RolledBack = TakeBack;
    }

    /// <summary>The time that leases are counted in; every decision on them is made in it.</summary>
    public LeaseClock Clock => _journal.Clock;

    /// <summary>Which chain of boot programs a client gets; without it, iPXE.</summary>
    public BootTrails? Trails { get; init; }

    /// <summary>Follows the network model from now on: a pool a subnet, with the leases that the journal has of it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="served">The appliance's own addresses.</param>
    public void Settle(NetworkModel model, IReadOnlyList<ServedNetwork> served)
    {
        lock (_lock)
        {
            _pools = [.. model.Subnets.Select(s => Settled(model, s, OwnIn(s, served)))];
            _scopes = new(model, _pools);
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
        // A MAC that moved left its old lease behind: the later one counts.
        foreach (var lease in _journal.All.Where(l => subnet.Cidr.Contains(l.Address)).OrderBy(l => l.Since))
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
            foreach (var controller in machine.Controllers)
                if (IPAddress.TryParse(controller.Address, out var address)) NoteInUse(address, $"the {(controller.IsBmc ? "BMC" : "power controller")} of {machine.Name}");
    }

    /// <summary>
    /// Decides on a message from port 67 and records what becomes of the lease. With a commit, the answer may leave only when
    /// <see cref="IsDurable"/> says so.
    /// </summary>
    public (DhcpAnswer Answer, LeaseCommit? Commit) Answer(ServedNetwork network, DhcpMessage message, DateTimeOffset now)
    {
        var name = _machineName(message.ChAddr);
        // Nobody is led on by an offer that can't become a lease: another server may have an address for him.
        if (message.Type != DhcpMessageType.Inform && !_journal.IsWritable())
            return (new DhcpAnswer.Silence($"leases can't be written to disk ({_journal.Suspended}), and none is promised that a restart would forget; make room, or mend the disk"), null);
        var chain = Trails?.Follow(message, message.ServerIdentifier == Ipv4Address.From(network.Address)) ?? default;
        lock (_lock)
        {
            if (_scopes.Of(message, network, out var nobody) is not { } scope) return (new DhcpAnswer.Silence(nobody!), null);
            var answer = DhcpAnswer.For(message, new(network, scope, name) { Chain = chain }, now);
            if (answer.Lease is not { } lease || PoolFor(lease.Address) is not { } leases) return (answer, null);
            bool needsDisk = NeedsDisk(lease, leases.At(lease.Address));
            leases.Put(lease);
            if (!needsDisk) return (answer, null);
            Changed?.Invoke(lease);
            return (answer, _journal.Append(lease)); // under the lock, so that the disk sees leases in the order of the decisions
        }
    }

    /// <summary>
    /// Ends a lease or a quarantine by a person's hand; the address is free for others at once. Its client, if it is still there, is refused
    /// when it renews. True when that is on disk; null where nobody holds the address.
    /// </summary>
    public bool? End(Ipv4Address address)
    {
        LeaseCommit commit;
        lock (_lock)
        {
            var now = Clock.Now;
            if (PoolFor(address) is not { } leases || leases.At(address) is not { } lease || !lease.IsHeld(now)) return null;
            var ended = lease with { State = LeaseState.Released, Since = now, Until = now };
            leases.Put(ended);
            if (!NeedsDisk(ended, lease)) return true;
            Changed?.Invoke(ended);
            commit = _journal.Append(ended);
        }
        return _journal.IsDurable(commit);
    }

    /// <summary>Waits until a commit has ended: true when it is on disk. Whoever waits first writes for all.</summary>
    public bool IsDurable(LeaseCommit commit) => _journal.IsDurable(commit);

    /// <summary>Decides on a message from port 4011.</summary>
    public DhcpAnswer AnswerProxy(ServedNetwork network, DhcpMessage message, DateTimeOffset now)
    {
        var chain = Trails?.Follow(message, ours: true) ?? default;
        lock (_lock) return _scopes.Of(message, network, out var nobody) is { } scope ? ProxyAnswer.For(message, new(network, scope, null) { Chain = chain }, now) : new DhcpAnswer.Silence(nobody!);
    }

    /// <summary>
    /// What a DISCOVER would be answered, on each served network that it could come in on. No lease is made or held.
    /// </summary>
    public IReadOnlyList<DhcpExplanation> Explain(DhcpQuestion question, IReadOnlyList<ServedNetwork> served, DateTimeOffset now)
    {
        var name = _machineName(question.Mac);
        var chain = Trails?.Ask(question.Mac) ?? default;
        var message = question.ToMessage();
        lock (_lock)
            return [.. served.Select(n => _scopes.Of(message, n, out var nobody) is { } scope
                ? DhcpExplanation.Of(question, new(n, scope, name) { Chain = chain }, _scopes.How(message), now) : DhcpExplanation.Of(n, new DhcpAnswer.Silence(nobody!)))];
    }

    /// <summary>What DHCP does on the VLAN of an interface.</summary>
    public DhcpMode ModeOn(ServedNetwork network)
    {
        lock (_lock) return _scopes.ModeOn(network);
    }

    // An offer is a promise of a minute: a restart may forget it, for what nobody else holds is granted again.
    private static bool NeedsDisk(Lease lease, Lease? before) =>
        lease.State != LeaseState.Offered && !(lease.State == LeaseState.Released && before?.State == LeaseState.Offered);

    // What failed is forgotten, what the disk has instead stands again, and what was granted is held for its client as if it were offered:
    // it will ask again. What was decided since stands: its own commit decides on it.
    private void TakeBack(IReadOnlyList<Lease> failed)
    {
        var macs = failed.Select(l => l.Mac).ToHashSet();
        var addresses = failed.Select(l => l.Address).ToHashSet();
        var durable = _journal.All.Where(l => macs.Contains(l.Mac) || addresses.Contains(l.Address)).OrderBy(l => l.Since).ToList();
        lock (_lock)
        {
            foreach (var lease in failed)
                if (PoolFor(lease.Address) is { } pool && ReferenceEquals(pool.At(lease.Address), lease)) pool.Remove(lease);
            foreach (var lease in durable)
                if (PoolFor(lease.Address) is { } pool && pool.At(lease.Address) is null && (pool.Of(lease.Mac)?.Since ?? DateTimeOffset.MinValue) <= lease.Since) pool.Put(lease);
            foreach (var lease in failed)
                if (PoolFor(lease.Address) is { } pool && pool.At(lease.Address) is null && pool.Of(lease.Mac) is null && lease.State == LeaseState.Bound)
                    pool.Put(lease with { State = LeaseState.Offered, Until = lease.Since + SubnetPool.OfferHold });
            foreach (var address in addresses) Changed?.Invoke(PoolFor(address)?.At(address) ?? failed.First(l => l.Address == address) with { State = LeaseState.Released });
        }
    }

    private SubnetPool? PoolFor(Ipv4Address address) => Array.Find(_pools, p => p.Subnet.Cidr.Contains(address));

    private static bool TryIpv4(IPAddress address, out Ipv4Address v4)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        bool is4 = address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork;
        v4 = is4 ? Ipv4Address.From(address) : default;
        return is4;
    }
}

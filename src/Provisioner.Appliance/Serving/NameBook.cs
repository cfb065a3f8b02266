using System.Collections.Immutable;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Networks;
using Provisioner.Appliance.Servers;
using Provisioner.Domain.Dns;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Networks;
using Provisioner.Wire;
using Provisioner.Wire.Dns;

namespace Provisioner.Appliance.Serving;

/// <summary>
/// All names that are answered from memory: machines, reservations, static addresses, added records. It is told of each change of a machine, a
/// lease, the network model and the records when it happens, and changes only what that touches; only another subnet or zone makes
/// everything anew.
/// </summary>
internal sealed class NameBook
{
    private readonly MachineBook _machines;
    private readonly NetworkBook _networks;
    private readonly TimeProvider _time;
    private readonly string _domain;
    private readonly Lock _lock = new();
    private readonly AddressNames _names;
    private NetworkModel _model = NetworkModel.Empty;
    private ImmutableArray<ServedNetwork> _served = [];
    private DnsModel _added = DnsModel.Empty;
    private volatile DnsZones _zones = DnsZones.Empty;

    /// <param name="domain">Domain of subnets that name no other.</param>
    public NameBook(MachineBook machines, NetworkBook networks, LeaseBook leases, string domain, TimeProvider time)
    {
        (_machines, _networks, _domain, _time) = (machines, networks, domain, time);
        _names = new(machines);
        machines.Changed += OnMachine;
        leases.Changed += OnLease;
        networks.Changed += OnNetwork;
        foreach (var lease in leases.All) OnLease(lease);
        OnNetwork();
    }

    /// <summary>The names as they are now.</summary>
    public DnsZones Zones => _zones;

    /// <summary>The appliance's own addresses on the served interfaces.</summary>
    public IReadOnlyList<System.Net.IPAddress> Own => [.. _networks.Served.Select(n => n.Address)];

    /// <summary>Who asks from there is answered: it lies in a subnet of the model or of a served interface.</summary>
    public bool IsServed(Ipv4Address client)
    {
        if (_networks.Model.SubnetOf(client) is not null) return true;
        foreach (var network in _networks.Served)
            if (network.Subnet.Contains(client)) return true;
        return false;
    }

    /// <summary>Whose name an address has: <c>machine calm-otter</c>; null where it has none.</summary>
    public string? HolderOf(Ipv4Address address)
    {
        lock (_lock) return _names.Of(address, _model)?.Holder;
    }

    /// <summary>Takes what people added, from now on.</summary>
    public void Use(DnsModel added)
    {
        lock (_lock)
        {
            var before = _added;
            _added = added;
            if (!ReferenceEquals(before.Zones, added.Zones) || before.Settings != added.Settings) Rebuild();
            else Publish(draft => Difference(draft, before, added));
        }
    }

    private void OnMachine(Machine? before, Machine? after)
    {
        if (before?.Name == after?.Name && before is not null && after is not null && before.Macs.SequenceEqual(after.Macs)) return;
        lock (_lock) Refresh(_names.Of(before).Concat(_names.Of(after)).ToHashSet());
    }

    private void OnLease(Lease lease)
    {
        lock (_lock)
        {
            if (!_names.Note(lease)) return;
            // Most leases of a rack that is switched on are strangers': they have no name, and had none.
            if (_names.Of(lease.Address, _model) is not null || _zones.HasSource(SourceOf(lease.Address))) Refresh([lease.Address]);
        }
    }

    private void OnNetwork()
    {
        lock (_lock)
        {
            var (before, served) = (_model, _served);
            (_model, _served) = (_networks.Model, _networks.Served);
            if (!before.Subnets.SequenceEqual(_model.Subnets) || !served.SequenceEqual(_served) || _zones.Zones.IsEmpty)
            {
                _names.Settle(_model);
                Rebuild();
                return;
            }
            Refresh(_names.Settle(_model));
        }
    }

    private void Refresh(IReadOnlyCollection<Ipv4Address> addresses)
    {
        if (addresses.Count > 0) Publish(draft => { foreach (var address in addresses) Put(draft, address); });
    }

    private void Publish(Action<DnsZonesDraft> change)
    {
        var draft = new DnsZonesDraft(_zones);
        change(draft);
        _zones = draft.Done((uint)_time.GetUtcNow().ToUnixTimeSeconds());
    }

    private void Rebuild()
    {
        var draft = new DnsZonesDraft(DnsZones.Empty);
        uint now = (uint)_time.GetUtcNow().ToUnixTimeSeconds();
        draft.AddZones(ZonePlan.For(_model, _served, _added, _domain, now));
        draft.Put("zone localhost", DnsRank.Zone, LocalZones.Records);
        draft.Put("the appliance", DnsRank.Zone, [.. ZonePlan.OwnRecords(_model, _served, _domain)]);
        foreach (var address in _names.All) Put(draft, address);
        Difference(draft, DnsModel.Empty, _added);
        _zones = draft.Done(now);
    }

    private void Put(DnsZonesDraft draft, Ipv4Address address)
    {
        var (name, _) = _names.Of(address, _model) ?? default;
        var records = name is null || _model.SubnetOf(address) is not { } subnet || ZonePlan.NameIn(name, subnet.Domain ?? _domain) is not { } full ? []
            : (IEnumerable<DnsRecord>)[new(full, DnsType.A, DnsRecord.Internet, DnsZone.Ttl, DnsRdata.A(address)), .. ReverseName.Pointers(address, subnet.Cidr, full, DnsZone.Ttl)];
        draft.Put(SourceOf(address), DnsRank.Machine, [.. records]);
    }

    private static string SourceOf(Ipv4Address address) => $"address {address}";

    // Records that are new, gone or others now; an address brings its reverse name along.
    private void Difference(DnsZonesDraft draft, DnsModel before, DnsModel after)
    {
        foreach (var gone in before.Records.Values.Where(r => !after.Records.ContainsKey(r.Id)))
        {
            draft.Remove(DnsRules.SourceOf(gone.Id));
            draft.Remove(PointerOf(gone.Id));
        }
        foreach (var record in after.Records.Values)
        {
            if (ReferenceEquals(before.Records.GetValueOrDefault(record.Id), record)) continue;
            var served = record.ToRecord();
            draft.Put(DnsRules.SourceOf(record.Id), DnsRank.Added, [served]);
            draft.Put(PointerOf(record.Id), DnsRank.Derived, [.. ZonePlan.Pointers(served, _model, after.Settings)]);
        }
    }

    private static string PointerOf(string id) => $"address of record {id}";
}

using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Servers;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Networks;
using Provisioner.Domain.Store;
using Provisioner.Wire;

namespace Provisioner.Appliance.Networks;

/// <summary>
/// The network model, and the only writer of it. A change is decided by <see cref="NetworkModel.Apply"/>, asked of the leases (nobody loses an
/// address that it holds), in force at once, and answered when it is on disk; where the disk refuses, it is taken back.
/// </summary>
internal sealed class NetworkBook : IDisposable
{
    private readonly IStore _store;
    private readonly LeaseBook _leases;
    private readonly MachineBook _machines;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Dictionary<(string Collection, string Id), long> _versions = [];
    private volatile NetworkModel _model;
    private ImmutableArray<ServedNetwork> _served = [];

    public NetworkBook(IStore store, LeaseBook leases, MachineBook machines, TimeProvider time)
    {
        (_store, _leases, _machines, _time) = (store, leases, machines, time);
        _model = Load();
        _leases.Settle(_model, _served);
    }

    /// <summary>The model as it is now.</summary>
    public NetworkModel Model => _model;

    /// <summary>The model, or what is served, is another one now. Be quick: the change waits.</summary>
    public event Action? Changed;

    /// <summary>What is served now.</summary>
    public ImmutableArray<ServedNetwork> Served => _served;

    /// <summary>A client of that address may have boot files: DHCP has to do with its subnet, or an interface of ours stands in it.</summary>
    public bool Serves(Ipv4Address address) =>
        (_model.SubnetOf(address) is { } subnet && _model.VlanOf(subnet).Dhcp is not DhcpMode.Off) || _served.Any(n => n.Subnet.Contains(address));

    /// <summary>Changes the model; completes when that is on disk.</summary>
    public Task<NetworkOutcome> ApplyAsync(NetworkChange change, string by) => ApplyAsync(_ => (change, null), by);

    /// <summary>Gives an address that is set by hand: the named one, or the lowest that is free outside all ranges.</summary>
    /// <param name="subnet">Id, CIDR or name of the subnet.</param>
    /// <param name="address">The address, or null for any.</param>
    /// <param name="wish">Whose; its address and subnet are filled in.</param>
    /// <param name="by">Who asks.</param>
    /// <param name="chose">Told which address it is to be.</param>
    public Task<NetworkOutcome> AllocateAsync(string subnet, Ipv4Address? address, StaticAddress wish, string by, Action<Ipv4Address>? chose = null) => ApplyAsync(model =>
    {
        if (wish.Machine is { } id && Why(id) is { } why) return (null, why);
        if (model.Subnet(subnet) is not { } found) return (null, new NetworkOutcome.Missing($"there is no subnet {subnet}"));
        if ((address ?? _leases.ChooseStatic(found.Id, _leases.Clock.Now)) is not { } chosen)
            return (null, new NetworkOutcome.Refused([$"no address of {found} is free outside its ranges: shrink a range, or give back a static address"]));
        chose?.Invoke(chosen);
        return (new NetworkChange.PutStatic(wish with { Address = chosen, Subnet = found.Id, By = by, Since = _time.GetUtcNow() }), null);
    }, by);

    /// <summary>Gives back all static addresses that go with a machine.</summary>
    public Task<NetworkOutcome> GiveBackAsync(string machine, string by) => ApplyAsync(model =>
        (new NetworkChange.All([.. model.Statics.Values.Where(s => s.Machine == machine).Select(s => new NetworkChange.RemoveStatic(s.Address))]), null), by);

    /// <summary>Makes the model fit for an interface that is to be served; null, or why that can't be.</summary>
    public string? Welcome(string name, System.Net.IPAddress address, int prefixLength, NetworkChoice choice)
    {
        var (changes, fault) = FirstNetwork.For(_model, name, address, prefixLength, choice, FreshId);
        if (fault is not null || changes.IsEmpty) return fault;
        return ApplyAsync(new NetworkChange.All(changes), "appliance").GetAwaiter().GetResult() switch
        {
            NetworkOutcome.Refused refused => $"{name} can't be served: {refused.InWords}",
            NetworkOutcome.Missing missing => $"{name} can't be served: {missing.What}",
            _ => null,
        };
    }

    /// <summary>An interface could be served: the model as it is says nothing against it.</summary>
    public string? Obstacle(string name, System.Net.IPAddress address, int prefixLength, NetworkChoice choice) =>
        FirstNetwork.For(_model, name, address, prefixLength, choice, FreshId).Fault;

    /// <summary>These are served from now on.</summary>
    public void Serve(ImmutableArray<ServedNetwork> served)
    {
        _served = served;
        _leases.Settle(_model, served);
        Changed?.Invoke();
    }

    /// <summary>A fresh id for a fabric, VLAN, space, subnet or range. From any thread.</summary>
    public string FreshId()
    {
        var model = _model;
        while (true)
        {
            string id = RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", 6);
            if (!model.Has(id)) return id;
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<NetworkOutcome> ApplyAsync(Func<NetworkModel, (NetworkChange?, NetworkOutcome?)> decide, string by)
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_store.Suspended is { } full) return new NetworkOutcome.Refused([StoreSuspendedException.Sentence(full)]);
            var before = _model;
            var (change, instead) = decide(before);
            if (instead is not null) return instead;
            var outcome = before.Apply(change!);
            if (outcome is not NetworkOutcome.Changed { Model: var next } changed || ReferenceEquals(next, before)) return outcome;
            if (ServedInTheWay(next) is { } served) return new NetworkOutcome.Refused([served]);
            if (_leases.TrySettle(next, _served, NewlyClaimed(before, next), _leases.Clock.Now) is { } held) return new NetworkOutcome.Refused([held]);
            _model = next;
            Changed?.Invoke();
            try
            {
                await WriteAsync(before, next).ConfigureAwait(false);
            }
            catch
            {
                _model = before;
                _leases.Settle(before, _served);
                Changed?.Invoke();
                throw;
            }
            foreach (string told in changed.Told) _machines.Note("", "network.changed", told, by: by);
            return outcome;
        }
        finally
        {
            _turn.Release();
        }
    }

    private NetworkOutcome? Why(string machine) => _machines.Find(machine) switch
    {
        null => new NetworkOutcome.Missing($"there is no machine {machine}"),
        { } found when !StaticReturns.MayHold(found.State) => new NetworkOutcome.Refused([$"{found.Name} is {Lifecycle.Word(found.State)}: allocate or deploy it first, for a machine that is free gives its addresses back"]),
        _ => null,
    };

    private string? ServedInTheWay(NetworkModel next)
    {
        foreach (var network in _served)
        {
            var own = Ipv4Address.From(network.Address);
            if (next.SubnetOf(own) is not { } subnet || subnet.Cidr != network.Subnet)
                return $"{network.Interface} is served in {network.Subnet}, which must stay in the model: stop serving it first";
            if (next.VlanOf(subnet).Interface != network.Interface) return $"{network.Interface} is served, and its VLAN must keep it: stop serving it first";
            if (next.Reservations.GetValueOrDefault(own) is { } reserved) return $"{own} is the appliance's own and can't be reserved for {reserved.Mac}";
            if (next.Statics.GetValueOrDefault(own) is { } held) return $"{own} is the appliance's own and can't be a static address of {held.Holder}";
        }
        return null;
    }

    private static IEnumerable<(Ipv4Address, MacAddress?)> NewlyClaimed(NetworkModel before, NetworkModel next) =>
        next.Reservations.Values.Where(r => before.Reservations.GetValueOrDefault(r.Address)?.Mac != r.Mac).Select(r => (r.Address, (MacAddress?)r.Mac))
            .Concat(next.Statics.Values.Where(s => !before.Statics.ContainsKey(s.Address)).Select(s => (s.Address, s.Mac)));

    private async Task WriteAsync(NetworkModel before, NetworkModel next)
    {
        List<Document> put = [];
        List<(string, string)> delete = [];
        foreach (var part in Parts) part(before, next, put, delete);
        await _store.CommitAsync(new([.. put.Select(d => d with { Version = _versions.GetValueOrDefault((d.Collection, d.Id)) + 1 })], delete, [])).ConfigureAwait(false);
        foreach (var document in put) _versions[(document.Collection, document.Id)] = _versions.GetValueOrDefault((document.Collection, document.Id)) + 1;
        foreach (var gone in delete) _versions.Remove(gone);
    }

    private delegate void Difference(NetworkModel before, NetworkModel next, List<Document> put, List<(string, string)> delete);

    // What the store keeps, collection by collection.
    private static readonly Difference[] Parts =
    [
        Of("fabrics", m => m.Fabrics.Values, f => f.Id, NetworkJson.Default.Fabric), Of("spaces", m => m.Spaces.Values, s => s.Id, NetworkJson.Default.Space),
        Of("vlans", m => m.Vlans.Values, v => v.Id, NetworkJson.Default.Vlan), Of("subnets", m => m.Subnets, s => s.Id, NetworkJson.Default.Subnet),
        Of("ranges", m => m.Ranges.Values, r => r.Id, NetworkJson.Default.IpRange), Of("reservations", m => m.Reservations.Values, r => r.Address.ToString(), NetworkJson.Default.Reservation),
        Of("statics", m => m.Statics.Values, s => s.Address.ToString(), NetworkJson.Default.StaticAddress),
    ];

    private static Difference Of<T>(string collection, Func<NetworkModel, IEnumerable<T>> all, Func<T, string> id, JsonTypeInfo<T> json) where T : class => (before, next, put, delete) =>
    {
        if (ReferenceEquals(all(before), all(next))) return;
        var old = all(before).ToDictionary(id);
        foreach (var item in all(next))
            if (!old.Remove(id(item), out var was) || !ReferenceEquals(was, item)) put.Add(new(collection, id(item), 0, JsonSerializer.Serialize(item, json)));
        delete.AddRange(old.Keys.Select(gone => (collection, gone)));
    };

    // In the order in which they rest on one another. What a newer rule refuses is told and left on disk, never half taken.
    private NetworkModel Load()
    {
        var model = NetworkModel.Empty;
        void Take<T>(string collection, JsonTypeInfo<T> json, Func<T, NetworkChange> put)
        {
            foreach (var document in _store.Load(collection).OrderBy(d => d.Id, StringComparer.Ordinal))
            {
                _versions[(collection, document.Id)] = document.Version;
                var outcome = model.Apply(put(JsonSerializer.Deserialize(document.Json, json)!));
                if (outcome is NetworkOutcome.Changed changed) model = changed.Model;
                else if (outcome is NetworkOutcome.Refused refused) _machines.Note("", "network.refused", $"{collection}/{document.Id} of the store is left out: {refused.InWords}", Domain.Events.Level.Error);
            }
        }
        Take("fabrics", NetworkJson.Default.Fabric, f => new NetworkChange.PutFabric(f));
        Take("spaces", NetworkJson.Default.Space, s => new NetworkChange.PutSpace(s));
        Take("vlans", NetworkJson.Default.Vlan, v => new NetworkChange.PutVlan(v));
        Take("subnets", NetworkJson.Default.Subnet, s => new NetworkChange.PutSubnet(s));
        Take("ranges", NetworkJson.Default.IpRange, r => new NetworkChange.PutRange(r));
        Take("reservations", NetworkJson.Default.Reservation, r => new NetworkChange.PutReservation(r));
        Take("statics", NetworkJson.Default.StaticAddress, s => new NetworkChange.PutStatic(s));
        return model;
    }
}

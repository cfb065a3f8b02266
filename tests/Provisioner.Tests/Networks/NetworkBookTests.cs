using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Networks;
using Provisioner.Appliance.Servers;
using Provisioner.Appliance.Store;
using Provisioner.Domain.Dhcp;
using Provisioner.Domain.Events;
using Provisioner.Domain.Images;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Networks;
using Provisioner.Domain.Store;
using Provisioner.Tests.Dhcp;
using Provisioner.Tests.Store;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Tests.Networks;

public sealed class NetworkBookTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("networks-test-").FullName;
    private SqliteStore _store;

    public NetworkBookTests() => _store = new(_folder);

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Everything_is_there_after_a_restart()
    {
        var before = Open();
        string subnet = before.Served().Id;
        await Done(before.Networks.ApplyAsync(new NetworkChange.PutSpace(new("sp", "storage")), "ann"));
        await Done(before.Networks.ApplyAsync(new NetworkChange.PutVlan(before.Networks.Model.Vlans.Values.Single() with { Space = "sp", Mtu = 9000 }), "ann"));
        await Done(before.Networks.ApplyAsync(new NetworkChange.PutRange(new("r9", subnet, Rack.Ip("10.77.0.2"), Rack.Ip("10.77.0.9"), RangeKind.Reserved, "switches")), "ann"));
        await Done(before.Networks.ApplyAsync(new NetworkChange.PutReservation(new(Rack.Ip("10.77.0.20"), Rack.Ana, subnet) { HostName = "printer", ReplyDelay = TimeSpan.FromSeconds(2) }), "ann"));
        await Done(before.Networks.AllocateAsync(subnet, null, new(default, "", "vip"), "ann"));
        await Done(before.Networks.ApplyAsync(new NetworkChange.RemoveReservation(Rack.Ip("10.77.0.20")), "ann"));
        await Done(before.Networks.ApplyAsync(new NetworkChange.PutReservation(new(Rack.Ip("10.77.0.21"), Rack.Ana, subnet)), "ann"));
        await Done(before.Networks.ApplyAsync(new NetworkChange.PutSubnet(before.Served() with { Options = [new(43, "hex 01ff")], LeaseTime = TimeSpan.FromHours(3), SearchList = ["a.internal"] }), "ann"));
        string Text(Book book) => string.Join('\n', book.Networks.Model.Vlans.Values.Cast<object>().Concat(book.Networks.Model.Ranges.Values.OrderBy(r => r.First)).Concat(book.Networks.Model.Reservations.Values).Concat(book.Networks.Model.Statics.Values));
        var after = Reopen();
        Assert.Equal(Text(before), Text(after));
        Assert.Equal("10.77.0.10", after.Networks.Model.Statics.Values.Single().Address.ToString());
        Assert.Equal((43, "hex 01ff", 3, "a.internal"), (after.Served().Options.Single().Code, after.Served().Options.Single().Value, after.Served().LeaseTime!.Value.Hours, after.Served().SearchList.Single()));
        Assert.Null(after.Networks.Welcome("prov0", Rack.Network.Address, 24, new(null, null, [])));
        Assert.Equal(Text(before), Text(after));
    }

    [Fact]
    public async Task Nobody_loses_an_address_that_it_holds_to_a_reservation_or_a_static_address()
    {
        var book = Open();
        var held = book.Bind(Rack.Ana);
        var reserve = await book.Networks.ApplyAsync(new NetworkChange.PutReservation(new(held, Rack.Ben, book.Served().Id)), "ann");
        Assert.StartsWith($"{held} is held by {Rack.Ana} until", Assert.IsType<NetworkOutcome.Refused>(reserve).InWords, StringComparison.Ordinal);
        Assert.Empty(book.Networks.Model.Reservations);
        await Done(book.Networks.ApplyAsync(new NetworkChange.PutReservation(new(held, Rack.Ana, book.Served().Id)), "ann"));
        Assert.Equal(held, book.Bind(Rack.Ana));
    }

    [Fact]
    public async Task A_served_subnet_stays_and_so_does_one_with_leases()
    {
        var book = Open();
        var remove = new NetworkChange.RemoveSubnet("10.77.0.0/24");
        Assert.Contains("prov0 is served in 10.77.0.0/24", Assert.IsType<NetworkOutcome.Refused>(await book.Networks.ApplyAsync(remove, "ann")).InWords);
        book.Bind(Rack.Ana);
        book.Networks.Serve([]);
        Assert.Contains($"is held by {Rack.Ana}", Assert.IsType<NetworkOutcome.Refused>(await book.Networks.ApplyAsync(remove, "ann")).InWords);
    }

    [Fact]
    public async Task What_the_disk_refuses_is_taken_back()
    {
        var disk = new Refusing(_store);
        var book = Open(disk);
        disk.Full = true;
        await Assert.ThrowsAsync<IOException>(() => book.Networks.ApplyAsync(new NetworkChange.PutReservation(new(Rack.Ip("10.77.0.150"), Rack.Ana, book.Served().Id)), "ann"));
        Assert.Empty(book.Networks.Model.Reservations);
        Assert.NotEqual(Rack.Ip("10.77.0.150"), book.Bind(Rack.Ben, inMemory: true));
        disk.Full = false;
        await Done(book.Networks.ApplyAsync(new NetworkChange.PutReservation(new(Rack.Ip("10.77.0.150"), Rack.Ana, book.Served().Id)), "ann"));
        Assert.Single(Reopen().Networks.Model.Reservations);
    }

    [Fact]
    public async Task While_the_store_waits_for_room_a_change_is_refused_at_once_and_nothing_of_it_counts()
    {
        var disk = new Refusing(_store);
        var book = Open(disk);
        disk.Suspended = "No space left on device";
        var refused = await book.Networks.ApplyAsync(new NetworkChange.PutReservation(new(Rack.Ip("10.77.0.150"), Rack.Ana, book.Served().Id)), "ann");
        Assert.Equal("nothing can be changed while the store can't be written (No space left on device): make room on the appliance's disk", Assert.IsType<NetworkOutcome.Refused>(refused).InWords);
        Assert.Empty(book.Networks.Model.Reservations);
    }

    [Fact]
    public async Task Ids_are_made_while_the_model_changes()
    {
        var book = Open();
        var changes = Enumerable.Range(0, 50).Select(i => Task.Run(() => Done(book.Networks.ApplyAsync(new NetworkChange.PutSpace(new(book.Networks.FreshId(), $"space{i}")), "ann"))));
        var asking = Task.Run(() => Enumerable.Range(0, 20_000).Select(_ => book.Networks.FreshId()).Distinct().Count());
        await Task.WhenAll(changes);
        Assert.Equal(50, book.Networks.Model.Spaces.Count);
        Assert.InRange(await asking, 19_900, 20_000);
    }

    [Fact]
    public async Task A_machine_that_is_free_gets_no_static_address()
    {
        var book = Open();
        var machine = await book.Machines.EnlistAsync(Rack.Ana, "test");
        var refused = await book.Networks.AllocateAsync("10.77.0.0/24", null, new(default, "", machine.Name) { Machine = machine.Id }, "ann");
        Assert.Contains("allocate or deploy it first", Assert.IsType<NetworkOutcome.Refused>(refused).InWords);
    }

    [Fact]
    public async Task Of_many_who_ask_at_once_nobody_gets_another_s_address()
    {
        var book = Open();
        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Task.Run(() => Done(book.Networks.AllocateAsync("10.77.0.0/24", null, new(default, "", $"vip {i}"), "ann")))));
        Assert.Equal(60, book.Networks.Model.Statics.Count);
        Assert.DoesNotContain(Rack.Ip("10.77.0.1"), book.Networks.Model.Statics.Keys);
    }

    private static async Task Done(Task<NetworkOutcome> change)
    {
        var outcome = await change;
        Assert.True(outcome is NetworkOutcome.Changed, (outcome as NetworkOutcome.Refused)?.InWords);
    }

    private Book Reopen()
    {
        _store.Dispose();
        _store = new(_folder);
        return Open();
    }

    private Book Open(IStore? store = null)
    {
        var machines = new MachineBook(_store, _store.LastSeq, new NoFacts(), PhaseLimits.Default, TimeProvider.System);
        var leases = new LeaseBook(Journals.Open(Path.Combine(_folder, "leases")), mac => machines.ByMac(mac)?.Name);
        var networks = new NetworkBook(store ?? _store, leases, machines, TimeProvider.System);
        Assert.Null(networks.Welcome("prov0", Rack.Network.Address, 24, new(null, null, [])));
        networks.Serve([Rack.Network]);
        return new(machines, leases, networks);
    }

    private sealed record Book(MachineBook Machines, LeaseBook Leases, NetworkBook Networks)
    {
        public Subnet Served() => Networks.Model.Subnets.Single();

        public Ipv4Address Bind(MacAddress mac, bool inMemory = false)
        {
            var offer = Assert.IsType<DhcpAnswer.Reply>(Leases.Answer(Rack.Network, Rack.Message(DhcpMessageType.Discover, mac), DateTimeOffset.UtcNow).Answer).Message.YiAddr;
            if (inMemory) return offer;
            var (answer, durable) = Leases.Answer(Rack.Network, Rack.Message(DhcpMessageType.Request, mac, Rack.ForUs, Rack.Wants(offer.ToString())), DateTimeOffset.UtcNow);
            Assert.True(Leases.IsDurable(durable!));
            return Assert.IsType<DhcpAnswer.Reply>(answer).Message.YiAddr;
        }
    }

    private sealed class NoFacts : IDeployFacts
    {
        public ImageInfo? Image(string name) => null;
        public string? RoleFault(string role) => $"there is no role {role}";
        public FreshDeployment Fresh(string machine) => throw new NotSupportedException();
    }

    private sealed class Refusing(IStore store) : IStore
    {
        public bool Full { get; set; }
        public string? Suspended { get; set; }
        public IReadOnlyList<Document> Load(string collection) => store.Load(collection);
        public Task CommitAsync(StoreBatch batch) => Full ? Task.FromException(new IOException("No space left on device")) : store.CommitAsync(batch);
        public IReadOnlyList<TimelineEvent> Events(string? machine, long after, int limit) => store.Events(machine, after, limit);
        public IReadOnlyList<TimelineEvent> LastEvents(string? machine, int limit) => store.LastEvents(machine, limit);
    }
}

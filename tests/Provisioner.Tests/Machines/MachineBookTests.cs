using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Store;
using Provisioner.Domain.Events;
using Provisioner.Domain.Images;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Store;
using Provisioner.Wire;

namespace Provisioner.Tests.Machines;

public sealed class MachineBookTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("book-test-").FullName;
    private SqliteStore _store;

    public MachineBookTests() => _store = new(_folder);

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private sealed class Facts : IDeployFacts
    {
        public ImageInfo? Image(string name) => name == Samples.Debian.Name ? Samples.Debian : null;
        public string? RoleFault(string role) => role == "basics" ? null : $"there is no role {role}: see the list of roles";
        public FreshDeployment Fresh(string machine) => new("d1", "G1", "sealed", "hash");
    }

    private MachineBook Open() => new(_store, _store.LastSeq, new Facts(), PhaseLimits.Default, TimeProvider.System);

    private static readonly MacAddress Mac = MacAddress.Parse("52:54:00:00:00:01");

    [Fact]
    public async Task An_enlisted_machine_is_there_after_a_restart_with_what_was_seen_before_it_was_known()
    {
        var book = Open();
        book.Note(new Sighting(Mac, DateTimeOffset.UtcNow, "dhcp.discover", "DISCOVER"));
        var machine = await book.EnlistAsync(Mac, "test");
        Assert.Same(machine, await book.EnlistAsync(Mac, "again"));
        _store.Dispose();
        _store = new(_folder);
        var again = Open();
        Assert.Equal(machine.Name, again.ByMac(Mac)!.Name);
        Assert.Equal(["dhcp.discover", "state.new"], again.Events(machine.Id, 0, 10).Select(e => e.Kind));
    }

    [Fact]
    public async Task Hundreds_of_changes_at_once_all_count()
    {
        var book = Open();
        var machine = await book.EnlistAsync(Mac, "test");
        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => Task.Run(() => book.ApplyAsync(machine.Id, new MachineChange.SetTags([$"t{i}"]), "ada"))));
        Assert.Equal(300, book.Events(machine.Id, 0, 1000).Count(e => e.Kind == "machine.tagged"));
        Assert.Equal(301, _store.Load("machines").Single().Version);
    }

    [Fact]
    public async Task Two_machines_never_have_one_name()
    {
        var book = Open();
        var first = await book.EnlistAsync(Mac, "test");
        var second = await book.EnlistAsync(MacAddress.Parse("52:54:00:00:00:02"), "test");
        var refused = Assert.IsType<Applied.Refused>(await book.ApplyAsync(second.Id, new MachineChange.Rename(first.Name), "ada"));
        Assert.Contains("is the name of another machine", refused.Why);
    }

    [Fact]
    public async Task A_deploy_of_an_image_that_is_not_there_is_refused()
    {
        var book = Open();
        var machine = await book.EnlistAsync(Mac, "test");
        Assert.IsType<Applied.Ok>(await book.ApplyAsync(machine.Id, new MachineChange.AgentHello("s", Mac.ToString(), "bios", 1), "agent"));
        Assert.IsType<Applied.Ok>(await book.ApplyAsync(machine.Id, new MachineChange.InventoryReported(Samples.Inventory(Samples.Disk("vda", 8))), "agent"));
        Assert.IsType<Applied.Ok>(await book.ApplyAsync(machine.Id, new MachineChange.BmcReported(Samples.Bmc, false, ""), "agent"));
        Assert.IsType<Applied.Ok>(await book.ApplyAsync(machine.Id, new MachineChange.SeenOff("off"), "appliance"));
        var refused = await book.ApplyAsync(machine.Id, new MachineChange.Deploy(Samples.Request with { Image = "plan9" }), "ada");
        Assert.Equal("there is no image plan9: see the list of images", Assert.IsType<Applied.Refused>(refused).Why);
        Assert.IsType<Applied.Ok>(await book.ApplyAsync(machine.Id, new MachineChange.Deploy(Samples.Request), "ada"));
    }

    [Fact]
    public async Task A_follower_gets_every_event_once_and_in_order()
    {
        var book = Open();
        var machine = await book.EnlistAsync(Mac, "test");
        var seen = new List<long>();
        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var follower = Task.Run(async () =>
        {
            await foreach (var told in book.Follow(machine.Id, 0, enough.Token))
            {
                seen.Add(told.Seq);
                if (told.Text == "last") return;
            }
        });
        for (int i = 0; i < 500; i++) book.Note(machine.Id, "test.note", $"n{i}");
        book.Note(machine.Id, "test.note", "last");
        await follower;
        Assert.Equal(Enumerable.Range(1, 502).Select(i => (long)i), seen);
    }

    [Fact]
    public async Task A_flood_of_strangers_leaves_no_machines_and_a_bounded_memory()
    {
        var book = Open();
        for (uint i = 0; i < 20_000; i++) book.Note(new Sighting(new MacAddress(0x525400000000ul + i), DateTimeOffset.UtcNow, "dhcp.discover", "DISCOVER"));
        Assert.Empty(book.All);
        var last = await book.EnlistAsync(new MacAddress(0x525400000000 + 19_999), "test");
        Assert.Equal(2, book.Events(last.Id, 0, 10).Count);
        var first = await book.EnlistAsync(new MacAddress(0x525400000000), "test");
        Assert.Single(book.Events(first.Id, 0, 10));
    }

    [Fact]
    public async Task A_machine_cannot_flood_its_own_timeline()
    {
        var book = Open();
        var machine = await book.EnlistAsync(Mac, "test");
        var now = DateTimeOffset.UtcNow;
        for (int i = 0; i < 5000; i++) book.Note(new Sighting(Mac, now, "dhcp.discover", "DISCOVER"));
        await book.ApplyAsync(machine.Id, new MachineChange.SetTags(["done"]), "ada");
        Assert.InRange(book.Events(machine.Id, 0, 10_000).Count, 200, 205);
    }

    [Fact]
    public async Task A_machine_with_work_under_way_is_not_deleted()
    {
        var book = Open();
        var machine = await book.EnlistAsync(Mac, "test");
        await book.ApplyAsync(machine.Id, new MachineChange.Commission(), "ada");
        Assert.Contains("release or abort it", Assert.IsType<Applied.Refused>(await book.DeleteAsync(machine.Id, "ada")).Why);
        await book.ApplyAsync(machine.Id, new MachineChange.Abort(), "ada");
        Assert.IsType<Applied.Ok>(await book.DeleteAsync(machine.Id, "ada"));
        Assert.Empty(book.All);
        Assert.Empty(_store.Load("machines"));
    }

    [Fact]
    public async Task A_deed_is_on_the_timeline_once_it_is_told_as_done_and_a_disk_that_stands_still_does_not_hold_it()
    {
        var disk = new Still(_store);
        var book = new MachineBook(disk, 0, new Facts(), PhaseLimits.Default, TimeProvider.System);
        for (int i = 0; i < 50; i++)
        {
            await book.NoteDeedAsync("", new("bmc.user", $"user {i}"), "ada");
            Assert.Equal($"user {i}", book.LastEvents("", 1).Single().Text);
        }
        disk.Stands = true;
        book = new MachineBook(disk, 50, new Facts(), PhaseLimits.Default, new Hurry());
        await book.NoteDeedAsync("", new("power.off", "power off"), "ada").WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("user 49", book.LastEvents("", 1).Single().Text);
        disk.Go();
        for (int i = 0; i < 500 && book.LastEvents("", 1).Single().Text != "power off"; i++) await Task.Delay(10);
        Assert.Equal("power off", book.LastEvents("", 1).Single().Text);
    }

    private sealed class Still(IStore store) : IStore
    {
        private readonly TaskCompletionSource _go = new();
        public bool Stands { get; set; }
        public void Go() => _go.SetResult();
        public IReadOnlyList<Document> Load(string collection) => store.Load(collection);
        public IReadOnlyList<TimelineEvent> Events(string? machine, long after, int limit) => store.Events(machine, after, limit);
        public IReadOnlyList<TimelineEvent> LastEvents(string? machine, int limit) => store.LastEvents(machine, limit);
        public async Task CommitAsync(StoreBatch batch)
        {
            if (Stands) await _go.Task;
            await store.CommitAsync(batch);
        }
    }

    // A second is a millisecond to whoever waits.
    private sealed class Hurry : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(callback, state, dueTime / 1000, period);
    }
}

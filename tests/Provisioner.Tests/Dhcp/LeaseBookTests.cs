using Provisioner.Appliance.Servers;
using Provisioner.Domain.Dhcp;
using Provisioner.Domain.Events;
using Provisioner.Domain.Networks;
using Provisioner.Domain.Store;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Tests.Dhcp;

public sealed class LeaseBookTests
{
    [Fact]
    public async Task Nothing_is_acknowledged_before_it_is_on_disk()
    {
        var disk = new Disk { Slow = true };
        var (answer, durable) = Take(Book(disk), Rack.Ana);
        Assert.IsType<DhcpAnswer.Reply>(answer);
        Assert.False(durable.IsCompleted);
        disk.Catch();
        await durable;
        Assert.Equal(["10.77.0.100"], disk.Documents.Keys);
    }

    [Fact]
    public void An_offer_needs_no_disk()
    {
        var disk = new Disk { Slow = true };
        var (_, durable) = Book(disk).Answer(Rack.Network, Rack.Message(DhcpMessageType.Discover, Rack.Ana), Rack.Noon);
        Assert.True(durable.IsCompletedSuccessfully);
        Assert.Empty(disk.Documents);
    }

    [Fact]
    public async Task A_repeated_request_waits_for_the_first_one_s_write()
    {
        var disk = new Disk { Slow = true };
        var book = Book(disk);
        var first = Take(book, Rack.Ana).Durable;
        Assert.Contains("is being written", Assert.IsType<DhcpAnswer.Silence>(Take(book, Rack.Ana).Answer).Why);
        disk.Catch();
        await first;
        Assert.IsType<DhcpAnswer.Reply>(Take(book, Rack.Ana).Answer);
    }

    [Fact]
    public async Task A_full_disk_means_no_promise_and_no_lease()
    {
        var disk = new Disk { Full = true };
        var book = Book(disk);
        await Assert.ThrowsAsync<IOException>(() => Take(book, Rack.Ana).Durable);
        Assert.Equal(LeaseState.Offered, book.ByMac(Rack.Ana)!.State);
        disk.Full = false;
        await Take(book, Rack.Ana).Durable;
        Assert.True(book.ByMac(Rack.Ana)!.IsBound(Rack.Noon));
    }

    [Fact]
    public async Task A_failed_renewal_leaves_the_lease_as_it_was()
    {
        var disk = new Disk();
        var book = Book(disk);
        await Take(book, Rack.Ana).Durable;
        disk.Full = true;
        await Assert.ThrowsAsync<IOException>(() => Take(book, Rack.Ana, Rack.Noon.AddMinutes(30)).Durable);
        Assert.Equal(Rack.Noon + DhcpTimes.Lease, book.ByMac(Rack.Ana)!.Until);
        disk.Full = false;
        await Take(book, Rack.Ana, Rack.Noon.AddMinutes(31)).Durable;
        Assert.Equal(2, disk.Documents["10.77.0.100"].Version);
    }

    [Fact]
    public async Task A_restart_knows_all_leases_and_goes_on_with_their_versions()
    {
        var disk = new Disk();
        var first = Book(disk);
        foreach (int n in Enumerable.Range(0, 20)) await Take(first, Rack.Mac(n)).Durable;
        var second = Book(disk);
        Assert.Equal(first.All, second.All);
        await Take(second, Rack.Mac(3), Rack.Noon.AddMinutes(5)).Durable;
        Assert.Equal(Rack.Mac(3), second.MacOf(first.ByMac(Rack.Mac(3))!.Address.ToIPAddress()));
    }

    [Fact]
    public async Task Of_two_documents_of_one_mac_the_later_counts()
    {
        var disk = new Disk();
        var book = Book(disk);
        await Take(book, Rack.Ana).Durable;
        await book.Answer(Rack.Network, Rack.Message(DhcpMessageType.Request, Rack.Ana, Rack.ForUs, Rack.Wants("10.77.0.150")), Rack.Noon.AddSeconds(1)).Durable;
        Assert.Equal(2, disk.Documents.Count);
        var again = Book(disk);
        Assert.Equal("10.77.0.150", Assert.Single(again.All).Address.ToString());
        await Take(again, Rack.Ben).Durable; // and the address it left can be given
        Assert.Equal("10.77.0.100", again.ByMac(Rack.Ben)!.Address.ToString());
    }

    private static LeaseBook Book(IStore store)
    {
        var book = new LeaseBook(store, _ => null);
        book.Settle(Rack.Served("10.77.0.100", "10.77.0.199"), [Rack.Network]);
        return book;
    }

    private static (DhcpAnswer Answer, Task Durable) Take(LeaseBook book, MacAddress mac, DateTimeOffset? at = null)
    {
        var now = at ?? Rack.Noon;
        var offer = book.Answer(Rack.Network, Rack.Message(DhcpMessageType.Discover, mac), now).Answer;
        string wanted = offer is DhcpAnswer.Reply reply ? reply.Message.YiAddr.ToString() : book.ByMac(mac)!.Address.ToString();
        return book.Answer(Rack.Network, Rack.Message(DhcpMessageType.Request, mac, Rack.ForUs, Rack.Wants(wanted)), now);
    }

    /// <summary>A store in memory that can be slow or full, and is as strict about versions as the real one.</summary>
    private sealed class Disk : IStore
    {
        private readonly List<(StoreBatch Batch, TaskCompletionSource Done)> _waiting = [];

        public SortedDictionary<string, Document> Documents { get; } = new(StringComparer.Ordinal);
        public bool Slow { get; init; }
        public bool Full { get; set; }

        public IReadOnlyList<Document> Load(string collection) => [.. Documents.Values];

        public Task CommitAsync(StoreBatch batch)
        {
            if (Full) return Task.FromException(new IOException("No space left on device"));
            var done = new TaskCompletionSource();
            _waiting.Add((batch, done));
            if (!Slow) Catch();
            return done.Task;
        }

        public void Catch()
        {
            foreach (var (batch, done) in _waiting)
            {
                foreach (var document in batch.Put)
                {
                    Assert.Equal(document.Version, (Documents.GetValueOrDefault(document.Id)?.Version ?? 0) + 1);
                    Documents[document.Id] = document;
                }
                done.SetResult();
            }
            _waiting.Clear();
        }

        public IReadOnlyList<TimelineEvent> Events(string? machine, long after, int limit) => [];

        public IReadOnlyList<TimelineEvent> LastEvents(string? machine, int limit) => [];
    }
}

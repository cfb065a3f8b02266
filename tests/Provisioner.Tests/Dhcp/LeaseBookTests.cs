using Provisioner.Appliance.Servers;
using Provisioner.Appliance.Store.Leases;
using Provisioner.Domain.Dhcp;
using Provisioner.Domain.Networks;
using Provisioner.Tests.Store;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Tests.Dhcp;

public sealed class LeaseBookTests
{
    private readonly string _folder = Journals.Folder();

    [Fact]
    public void Nothing_is_acknowledged_before_it_is_on_disk()
    {
        using var journal = Journals.Open(_folder);
        var book = Book(journal);
        var (answer, commit) = Take(book, Rack.Ana);
        Assert.IsType<DhcpAnswer.Reply>(answer);
        Assert.Empty(LeaseReplay.Of(_folder).Leases);
        Assert.True(book.IsDurable(commit!));
        Assert.Equal(Rack.Ip("10.77.0.100"), Assert.Single(LeaseReplay.Of(_folder).Leases).Key);
    }

    [Fact]
    public void An_offer_needs_no_disk()
    {
        using var journal = Journals.Open(_folder);
        Assert.Null(Book(journal).Answer(Rack.Network, Rack.Message(DhcpMessageType.Discover, Rack.Ana), Rack.Noon).Commit);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_disk_that_refuses_means_no_promise_and_the_address_is_held_for_who_asked()
    {
        using var journal = Journals.Open(_folder);
        var book = Book(journal);
        using (Journals.Refusing(_folder))
        {
            Assert.False(book.IsDurable(Take(book, Rack.Ana).Commit!));
            Assert.Equal(LeaseState.Offered, book.ByMac(Rack.Ana)!.State);
            var (answer, commit) = book.Answer(Rack.Network, Rack.Message(DhcpMessageType.Discover, Rack.Ben), Rack.Noon);
            Assert.Contains("leases can't be written to disk", Assert.IsType<DhcpAnswer.Silence>(answer).Why, StringComparison.Ordinal);
            Assert.Null(commit);
        }
        Assert.True(SpinWait.SpinUntil(journal.IsWritable, LeaseJournal.BetweenTries * 10));
        Assert.True(book.IsDurable(Take(book, Rack.Ana).Commit!));
        Assert.True(book.ByMac(Rack.Ana)!.IsBound(Rack.Noon));
    }

    [Fact]
    public void What_was_on_disk_stands_again_when_what_replaced_it_is_not()
    {
        using (var journal = Journals.Open(_folder)) Assert.True(Keep(Book(journal), Rack.Ana, Rack.Ben));
        using var second = Journals.Open(_folder);
        var book = Book(second);
        using (Journals.Refusing(_folder))
        {
            var renewal = Take(book, Rack.Ana, Rack.Noon.AddMinutes(30)).Commit!;
            var move = book.Answer(Rack.Network, Rack.Message(DhcpMessageType.Request, Rack.Ben, Rack.ForUs, Rack.Wants("10.77.0.150")), Rack.Noon.AddMinutes(30)).Commit!;
            Assert.False(book.IsDurable(renewal));
            Assert.False(book.IsDurable(move));
        }
        Assert.Equal(Rack.Noon + DhcpTimes.Lease, book.ByMac(Rack.Ana)!.Until);
        Assert.Equal("10.77.0.101", book.ByMac(Rack.Ben)!.Address.ToString());
        Assert.Equal(2, book.All.Count);
    }

    [Fact]
    public void A_restart_knows_all_leases()
    {
        IReadOnlyList<Lease> before;
        using (var journal = Journals.Open(_folder))
        {
            var book = Book(journal);
            Assert.True(Keep(book, [.. Enumerable.Range(0, 20).Select(Rack.Mac)]));
            before = book.All;
        }
        using var again = Journals.Open(_folder);
        var second = Book(again);
        Assert.Equal(before, second.All);
        Assert.True(second.IsDurable(Take(second, Rack.Mac(3), Rack.Noon.AddMinutes(5)).Commit!));
    }

    [Fact]
    public void Of_two_leases_of_one_mac_the_later_counts()
    {
        using (var journal = Journals.Open(_folder))
        {
            var book = Book(journal);
            Assert.True(Keep(book, Rack.Ana));
            Assert.True(book.IsDurable(book.Answer(Rack.Network, Rack.Message(DhcpMessageType.Request, Rack.Ana, Rack.ForUs, Rack.Wants("10.77.0.150")), Rack.Noon.AddSeconds(1)).Commit!));
        }
        using var second = Journals.Open(_folder);
        Assert.Equal(2, second.All.Count);
        var again = Book(second);
        Assert.Equal("10.77.0.150", Assert.Single(again.All).Address.ToString());
        Assert.True(Keep(again, Rack.Ben)); // and the address it left can be given
        Assert.Equal("10.77.0.100", again.ByMac(Rack.Ben)!.Address.ToString());
    }

    private static LeaseBook Book(LeaseJournal journal)
    {
        var book = new LeaseBook(journal, _ => null);
        book.Settle(Rack.Served("10.77.0.100", "10.77.0.199"), [Rack.Network]);
        return book;
    }

    private static bool Keep(LeaseBook book, params MacAddress[] macs) => macs.All(mac => book.IsDurable(Take(book, mac).Commit!));

    private static (DhcpAnswer Answer, LeaseCommit? Commit) Take(LeaseBook book, MacAddress mac, DateTimeOffset? at = null)
    {
        var now = at ?? Rack.Noon;
        var offer = book.Answer(Rack.Network, Rack.Message(DhcpMessageType.Discover, mac), now).Answer;
        string wanted = offer is DhcpAnswer.Reply reply ? reply.Message.YiAddr.ToString() : book.ByMac(mac)!.Address.ToString();
        return book.Answer(Rack.Network, Rack.Message(DhcpMessageType.Request, mac, Rack.ForUs, Rack.Wants(wanted)), now);
    }
}

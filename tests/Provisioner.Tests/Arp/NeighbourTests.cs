using System.Collections.Concurrent;
using Provisioner.Appliance.Servers;
using Provisioner.Domain.Events;
using Provisioner.Tests.Dhcp;
using Provisioner.Wire;

namespace Provisioner.Tests.Arp;

public sealed class NeighbourTests
{
    [Fact]
    public async Task Who_was_heard_is_known_after_a_restart()
    {
        var store = new Shelf();
        using (var book = new NeighbourBook(store, TimeProvider.System))
        {
            book.Heard("eth1", Rack.Ip("10.77.0.9"), Rack.Ana);
            book.Heard("eth1", Rack.Ip("10.77.0.9"), Rack.Ana);
            await book.WriteAsync();
            await book.WriteAsync(); // nothing new: nothing is written
            Assert.Equal(1, store.Documents["eth1/10.77.0.9"].Version);
            book.Heard("eth1", Rack.Ip("10.77.0.9"), Rack.Ben);
            await book.WriteAsync();
        }
        using var again = new NeighbourBook(store, TimeProvider.System);
        Assert.Equal((Rack.Ben, "eth1"), (again.At(Rack.Ip("10.77.0.9"))!.Mac, again.All[0].Interface));
    }

    [Fact]
    public void A_flood_of_senders_is_forgotten_again()
    {
        using var book = new NeighbourBook(new Shelf(), TimeProvider.System);
        for (uint i = 0; i < NeighbourBook.Most + 5000; i++) book.Heard("eth1", new(0x0a000000 + i), Rack.Ana);
        Assert.InRange(book.All.Count, NeighbourBook.Most / 2, NeighbourBook.Most);
        Assert.NotNull(book.At(new(0x0a000000 + NeighbourBook.Most + 4999)));
    }

    [Fact]
    public async Task An_address_that_nobody_answers_for_is_free_and_is_not_asked_for_again()
    {
        using var probe = Probe(out var asked, out _);
        var found = new TaskCompletionSource<MacAddress?>();
        Assert.Equal(ProbeVerdict.Asked, probe.Ask(Rack.Ip("10.77.0.100"), Rack.Ana, found.SetResult, out _));
        Assert.Null(await found.Task.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(ProbeVerdict.Free, probe.Ask(Rack.Ip("10.77.0.100"), Rack.Ana, _ => { }, out _));
        Assert.Single(asked);
    }

    [Fact]
    public async Task Who_answers_is_named_and_the_client_itself_is_nobody_else()
    {
        using var probe = Probe(out _, out _);
        var found = new TaskCompletionSource<MacAddress?>();
        probe.Ask(Rack.Ip("10.77.0.100"), Rack.Ana, found.SetResult, out _);
        probe.Heard(Rack.Ip("10.77.0.100"), Rack.Ana);
        probe.Heard(Rack.Ip("10.77.0.101"), Rack.Ben);
        Assert.False(found.Task.IsCompleted);
        probe.Heard(Rack.Ip("10.77.0.100"), Rack.Ben);
        Assert.Equal(Rack.Ben, await found.Task.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task The_answer_to_a_second_discover_takes_the_first_one_s_place()
    {
        using var probe = Probe(out var asked, out _);
        var answers = new ConcurrentQueue<string>();
        var second = new TaskCompletionSource();
        probe.Ask(Rack.Ip("10.77.0.100"), Rack.Ana, _ => answers.Enqueue("first"), out _);
        probe.Ask(Rack.Ip("10.77.0.100"), Rack.Ana, _ => { answers.Enqueue("second"); second.SetResult(); }, out _);
        await second.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(["second"], answers);
        Assert.Single(asked);
    }

    [Fact]
    public void A_neighbour_that_was_just_heard_needs_no_question()
    {
        using var probe = Probe(out var asked, out var book);
        book.Heard("eth1", Rack.Ip("10.77.0.100"), Rack.Ben);
        Assert.Equal(ProbeVerdict.Taken, probe.Ask(Rack.Ip("10.77.0.100"), Rack.Ana, _ => { }, out var by));
        Assert.Equal(Rack.Ben, by);
        Assert.Equal(ProbeVerdict.Asked, probe.Ask(Rack.Ip("10.77.0.100"), Rack.Ben, _ => { }, out _));
        Assert.Single(asked);
    }

    [Fact]
    public void A_rack_that_is_switched_on_at_once_is_not_held_up()
    {
        using var probe = Probe(out var asked, out _);
        for (uint i = 0; i < 5000; i++) probe.Ask(new(0x0a4d0000 + i), Rack.Mac((int)i), _ => { }, out _);
        Assert.InRange(asked.Count, 1, ConflictProbe.MostWaiting + 64); // a slow machine lets some go meanwhile
        Assert.Equal(5000, asked.Count + probe.Unasked);
    }

    [Fact]
    public void Other_servers_are_told_of_once_and_counted()
    {
        var told = new List<(string, Level)>();
        var others = new OtherDhcpServers((_, text, level) => told.Add((text, level)), TimeProvider.System);
        var offer = Wire.Dhcp.DhcpCodec.Parse(Rack.Golden("dnsmasq-offer"));
        for (int i = 0; i < 20; i++) others.Heard("eth1", Rack.Ip("10.98.0.1"), Rack.Ben, offer, wanted: false);
        var server = Assert.Single(others.All);
        Assert.Equal((20, 8, Rack.Ip("10.99.0.1")), (server.Replies, server.Recent.Length, server.Address));
        Assert.Equal("OFFER of 10.98.0.142 to 3a:3c:73:dc:73:74, lease 3600 s, mask 255.255.255.0, router 10.98.0.1", server.Recent[0].Text);
        Assert.Equal(("another DHCP server answers on eth1: 10.99.0.1 (52:54:00:00:00:0b), heard with " + server.Recent[0].Text
            + "; two servers give machines two minds: switch it off there, or set DHCP of this VLAN to proxy", Level.Warning), Assert.Single(told));
        for (uint i = 0; i < 200; i++) others.Heard("eth1", new(i), Rack.Ben, offer with { Options = Wire.Dhcp.DhcpOptions.None }, wanted: true);
        Assert.Equal(64, others.All.Count);
    }

    private static ConflictProbe Probe(out ConcurrentQueue<Ipv4Address> asked, out NeighbourBook book)
    {
        var questions = asked = new();
        book = new NeighbourBook(new Shelf(), TimeProvider.System);
        return new("eth1", questions.Enqueue, book, TimeProvider.System);
    }
}

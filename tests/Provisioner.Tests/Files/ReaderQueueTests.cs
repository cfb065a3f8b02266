using Provisioner.Domain.Files;
using Provisioner.Wire;

namespace Provisioner.Tests.Files;

public sealed class ReaderQueueTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);
    private readonly ReaderQueue _queue = new(2, Grace);
    private TimeSpan _now;

    [Fact]
    public void The_first_ones_read_and_the_rest_wait_in_their_order()
    {
        Assert.Null(Enter(1));
        Assert.Null(Enter(2));
        Assert.Equal((0, 1), (Enter(3), Enter(4)));
        Assert.Equal([true, true, false, false], Admitted(1, 2, 3, 4));
        Leave(1);
        _now += Grace;
        _queue.Advance(_now);
        Assert.Equal([true, true, false], Admitted(2, 3, 4));
    }

    [Fact]
    public void A_machine_keeps_its_place_from_one_range_to_the_next()
    {
        Enter(1);
        Enter(2);
        Enter(3);
        for (int range = 0; range < 10; range++)
        {
            Leave(1);
            _now += TimeSpan.FromSeconds(4);
            Assert.Null(Enter(1));
        }
        Assert.Equal([true, true, false], Admitted(1, 2, 3));
    }

    [Fact]
    public void A_machine_that_breaks_off_while_it_waits_keeps_its_place_in_line_for_as_long()
    {
        Enter(1);
        Enter(2);
        Enter(3);
        Enter(4);
        Leave(3);
        _now += TimeSpan.FromSeconds(4);
        Assert.Null(Enter(3)); // no newcomer
        Leave(1);
        _now += Grace;
        _queue.Advance(_now);
        Assert.Equal([true, false], Admitted(3, 4));
    }

    [Fact]
    public void Many_requests_of_one_machine_take_one_place()
    {
        for (int i = 0; i < 100; i++) Assert.Null(Enter(1));
        Assert.Null(Enter(2));
        for (int i = 0; i < 99; i++) Leave(1);
        _now += Grace * 2;
        _queue.Advance(_now);
        Assert.Equal((2, 0), (_queue.Admitted, _queue.Waiting));
        Assert.Equal(0, Enter(3));
    }

    [Fact]
    public void When_all_have_gone_nothing_is_left()
    {
        for (uint i = 1; i < 500; i++) Enter(i);
        for (uint i = 1; i < 500; i++) Leave(i);
        _now += Grace;
        _queue.Advance(_now);
        Assert.Equal((0, 0), (_queue.Admitted, _queue.Waiting));
        Assert.Null(Enter(1000));
    }

    private int? Enter(uint machine) => _queue.Enter(new Ipv4Address(machine), _now);
    private void Leave(uint machine) => _queue.Leave(new Ipv4Address(machine), _now);
    private bool[] Admitted(params uint[] machines) => [.. machines.Select(m => _queue.IsAdmitted(new Ipv4Address(m)))];
}

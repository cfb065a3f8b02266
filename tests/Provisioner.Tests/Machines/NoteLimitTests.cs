using Provisioner.Appliance.Machines;
using Provisioner.Tests.Dhcp;

namespace Provisioner.Tests.Machines;

public sealed class NoteLimitTests
{
    private readonly NoteLimit _limit = new();

    [Fact]
    public void One_machine_puts_200_lines_at_once_and_then_one_a_second()
    {
        Assert.Equal(200, Takes(1, 300, Rack.Noon));
        Assert.Equal(10, Takes(1, 300, Rack.Noon.AddSeconds(10)));
        Assert.Equal(1, Takes(2, 1, Rack.Noon.AddSeconds(10)));
    }

    [Fact]
    public void Ten_thousand_that_boot_are_seen_whole_and_ten_thousand_that_flood_do_not_fill_the_store()
    {
        int booting = Enumerable.Range(0, 6000).Sum(m => Takes(m, 15, Rack.Noon));
        Assert.Equal(90_000, booting);
        Assert.Equal(10_000, Enumerable.Range(0, 10_000).Sum(m => Takes(m, 100, Rack.Noon)));
        Assert.Equal(5_000, Enumerable.Range(0, 10_000).Sum(m => Takes(m, 100, Rack.Noon.AddSeconds(10))));
    }

    [Fact]
    public void A_clock_that_is_set_back_gives_nothing_away()
    {
        Assert.Equal(200, Takes(1, 300, Rack.Noon));
        Assert.Equal(0, Takes(1, 300, Rack.Noon.AddDays(-1)));
    }

    private int Takes(int machine, int lines, DateTimeOffset at) => Enumerable.Range(0, lines).Count(_ => _limit.Takes($"m{machine}", at));
}

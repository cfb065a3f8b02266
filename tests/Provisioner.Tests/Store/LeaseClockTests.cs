using Provisioner.Appliance.Store.Leases;
using Provisioner.Domain.Networks;
using Provisioner.Tests.Dhcp;

namespace Provisioner.Tests.Store;

public sealed class LeaseClockTests
{
    private readonly Kernel _kernel = new();

    [Theory]
    [InlineData(1000)]
    [InlineData(-1000)]
    public void Setting_the_wall_clock_moves_no_lease(int hours)
    {
        var clock = new LeaseClock(null, DateTimeOffset.MinValue, _kernel);
        _kernel.Pass(TimeSpan.FromMinutes(1));
        _kernel.Wall += TimeSpan.FromHours(hours);
        Assert.Equal(Rack.Noon.AddMinutes(1), clock.Now);
        Assert.Equal(_kernel.Wall.AddMinutes(9), clock.OnTheWall(Rack.Noon.AddMinutes(10), _kernel.Wall));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(-1000)]
    public void Nor_does_it_over_a_restart_of_the_appliance(int hours)
    {
        var mark = new LeaseClock(null, DateTimeOffset.MinValue, _kernel).Mark;
        _kernel.Pass(TimeSpan.FromMinutes(5));
        _kernel.Wall += TimeSpan.FromHours(hours);
        Assert.Equal(Rack.Noon.AddMinutes(5), new LeaseClock(mark, Rack.Noon, _kernel).Now);
    }

    [Fact]
    public void After_a_reboot_the_wall_clock_counts()
    {
        var mark = new LeaseClock(null, DateTimeOffset.MinValue, _kernel).Mark;
        _kernel.Reboot(TimeSpan.FromHours(3));
        Assert.Equal(Rack.Noon.AddHours(3), new LeaseClock(mark, Rack.Noon, _kernel).Now);
    }

    [Fact]
    public void A_machine_that_wakes_in_1970_goes_on_from_the_last_thing_it_wrote()
    {
        var mark = new LeaseClock(null, DateTimeOffset.MinValue, _kernel).Mark;
        _kernel.Reboot(TimeSpan.Zero);
        _kernel.Wall = DateTimeOffset.UnixEpoch;
        Assert.Equal(Rack.Noon.AddMinutes(7), new LeaseClock(mark, Rack.Noon.AddMinutes(7), _kernel).Now);
    }

    [Fact]
    public void The_journal_carries_the_mark_over_a_restart()
    {
        string folder = Journals.Folder();
        using (var journal = Journals.Open(folder, _kernel)) Assert.True(journal.IsDurable(journal.Append(new(Rack.Ana, Rack.Ip("10.77.0.100"), LeaseState.Bound, Rack.Noon, Rack.Noon.AddHours(1)))));
        _kernel.Pass(TimeSpan.FromMinutes(2));
        _kernel.Wall = Rack.Noon.AddYears(1);
        using var again = Journals.Open(folder, _kernel);
        Assert.Equal(Rack.Noon.AddMinutes(2), again.Clock.Now);
        Assert.True(again.All.Single().IsBound(again.Clock.Now));
    }

    private sealed class Kernel : IBootClock
    {
        public DateTimeOffset Wall { get; set; } = Rack.Noon;
        public TimeSpan SinceBoot { get; private set; } = TimeSpan.FromDays(40);
        public Guid Boot { get; private set; } = Guid.NewGuid();

        public void Pass(TimeSpan time) => (Wall, SinceBoot) = (Wall + time, SinceBoot + time);

        public void Reboot(TimeSpan off) => (Wall, SinceBoot, Boot) = (Wall + off, TimeSpan.FromSeconds(20), Guid.NewGuid());
    }
}

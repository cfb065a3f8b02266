using Provisioner.Appliance.Machines;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Power;
using Provisioner.Tests.Machines;

namespace Provisioner.Tests.Power;

/// <summary>What is said of a machine's power: seen with its age, or unknown with the reason; never guessed.</summary>
public sealed class PowerReadingTests
{
    private static readonly DateTimeOffset Now = Samples.Now;
    private static readonly PowerException Silent = new(PowerFailure.Silent, "read the power state of calm-otter via ipmi 10.77.0.11: no answer within 6.5 s");
    private static readonly PowerException SilentOtherwise = new(PowerFailure.Silent, "read the power state of calm-otter via ipmi 10.77.0.11: no answer within 6.6 s");

    [Fact]
    public void A_state_is_told_with_its_age() => Assert.Equal("on, seen 12 s ago", PowerReading.Seen(PowerState.On, Now).InWords(Now.AddSeconds(12)));

    [Fact]
    public void What_cannot_be_read_is_unknown_with_the_reason_and_what_was_seen_before()
    {
        var reading = PowerReading.Seen(PowerState.On, Now).Then(PowerReading.Failed(Silent, Now.AddMinutes(1))).Then(PowerReading.Failed(SilentOtherwise, Now.AddMinutes(2)));
        Assert.Equal(PowerState.Unknown, reading.Now);
        Assert.Equal($"unknown for 4 min (was on, seen 5 min ago): {SilentOtherwise.Message}", reading.InWords(Now.AddMinutes(5)));
        Assert.Equal(Now.AddMinutes(1), reading.FailingSince);
    }

    [Fact]
    public void What_nobody_has_read_is_never_seen() => Assert.Equal(("never seen", PowerState.Unknown), (PowerReading.Never.InWords(Now), PowerReading.Never.Now));

    [Fact]
    public void Only_the_first_of_many_failures_of_a_kind_is_news()
    {
        var machine = Samples.In(MachineState.Ready) with { Power = PowerReading.Seen(PowerState.Off, Now) };
        string[] kinds = [];
        foreach (var reading in new[] { PowerReading.Failed(Silent, Now), PowerReading.Failed(SilentOtherwise, Now), PowerReading.Seen(PowerState.Off, Now), PowerReading.Seen(PowerState.On, Now), PowerReading.Seen(PowerState.On, Now) })
        {
            var changed = Assert.IsType<Outcome.Changed>(Lifecycle.Apply(machine, new MachineChange.PowerRead(reading), Samples.Context()));
            machine = changed.Machine;
            kinds = [.. kinds, changed.Events.IsEmpty ? "-" : changed.Events[0].Kind];
        }
        Assert.Equal(["power.unreadable", "-", "power.readable", "power.seen", "-"], kinds);
        Assert.Equal(PowerState.On, machine.Power.Now);
    }

    [Fact]
    public void The_newest_word_counts_whether_read_or_given_away_by_the_machine()
    {
        var sightings = new PowerSightings();
        var machine = Samples.In(MachineState.Ready) with { Power = PowerReading.Seen(PowerState.Off, Now) };
        Assert.Equal(PowerState.Off, sightings.Of(machine).Now);
        sightings.Set(machine, PowerReading.Failed(Silent, Now.AddSeconds(5)));
        Assert.Equal(PowerState.Unknown, sightings.Of(machine).Now);
        var said = machine with { Power = PowerReading.Seen(PowerState.On, Now.AddSeconds(9)) };
        Assert.Equal(PowerState.On, sightings.Of(said).Now);
        sightings.Set(said, PowerReading.Seen(PowerState.On, Now.AddSeconds(20)));
        Assert.Equal(Now.AddSeconds(20), sightings.Of(said).SeenAt);
    }
}

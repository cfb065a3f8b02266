using Provisioner.Domain.Hardware;
using Provisioner.Domain.Power;

namespace Provisioner.Tests.Power;

/// <summary>How long orders are followed up, by kind, hardware and a person's word.</summary>
public sealed class OrderWaitsTests
{
    private static readonly OrderWaits Usual = new(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1));

    private static TimeSpan? S(double? seconds) => seconds is { } some ? TimeSpan.FromSeconds(some) : null;

    [Theory]
    [InlineData("ipmi", null, null, null, null, 61, 10, 1)]
    [InlineData("ipmi", null, 30d, null, null, 61, 30, 1)] // an iLO: it is not told again before its 30 s are over
    [InlineData("ipmi", null, 90d, null, null, 91, 90, 1)]
    [InlineData("ipmi", null, null, 200d, null, 201, 10, 1)]
    [InlineData("ipmi", 4d, null, null, null, 64, 10, 4)]
    [InlineData("pdu", null, null, null, null, 70, 10, 10)]
    [InlineData("pdu", 20d, null, null, null, 80, 10, 20)]
    [InlineData("pdu", 20d, null, null, "2.5", 62.5, 10, 2.5)]
    public void Waits_are_the_longest_that_somebody_wants(string kind, double? off, double? follow, double? restart, string? setting, double deadline, double repeat, double offBeforeOn)
    {
        var (waits, fault) = Usual.For(kind, new(S(off), S(follow), S(restart)), setting);
        Assert.Null(fault);
        Assert.Equal(new OrderWaits(S(deadline)!.Value, S(repeat)!.Value, S(offBeforeOn)!.Value), waits);
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("-1")]
    [InlineData("121")]
    public void A_setting_that_is_no_number_of_seconds_is_said(string setting) => Assert.Contains("off-seconds", Usual.For("pdu", HardwareWaits.Usual, setting).Fault, StringComparison.Ordinal);

    [Fact]
    public void An_outlet_s_state_is_said_to_be_the_outlet_s()
    {
        var at = DateTimeOffset.UnixEpoch;
        var seen = PowerReading.Seen(PowerState.On, at, "pdu");
        Assert.Equal("on at its outlet, seen 5 s ago", seen.InWords(at.AddSeconds(5)));
        Assert.Equal("on, seen 5 s ago", PowerReading.Seen(PowerState.On, at, "ipmi").InWords(at.AddSeconds(5)));
        Assert.True(seen.Then(PowerReading.Failed(new(PowerFailure.Silent, "it is silent"), at.AddSeconds(30))).AtOutlet);
    }
}

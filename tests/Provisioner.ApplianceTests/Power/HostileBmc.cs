using Provisioner.Appliance.Power.Ipmi;
using Provisioner.Domain.Power;

namespace Provisioner.ApplianceTests.Power;

/// <summary>What tests of ill BMCs share. Tries are short here; their number is the real one.</summary>
internal static class HostileBmc
{
    public static readonly IpmiTimings Short = new()
    {
        HandshakeTries = [.. Enumerable.Repeat(TimeSpan.FromSeconds(0.15), 4)],
        SessionTries = [.. Enumerable.Repeat(TimeSpan.FromSeconds(0.15), 3)],
        BusyPauses = [TimeSpan.FromSeconds(0.05), TimeSpan.FromSeconds(0.05)],
    };

    /// <summary>For a BMC that always answers the handshake: nothing is sent twice because this machine was busy.</summary>
    public static readonly IpmiTimings Answered = Short with { HandshakeTries = [.. Enumerable.Repeat(TimeSpan.FromSeconds(5), 4)] };

    /// <summary>For a BMC that always answers.</summary>
    public static readonly IpmiTimings Patient = Answered with { SessionTries = [.. Enumerable.Repeat(TimeSpan.FromSeconds(5), 3)] };

    public static PowerTarget Target(BmcSimulator bmc) => IpmiDriverTests.Target(bmc);

    public static async Task<PowerException> FailureAsync(BmcSimulator bmc, PowerTarget? target = null, IpmiTimings? timings = null)
    {
        await using var driver = new IpmiDriver(TimeProvider.System, timings ?? Short);
        var failure = await Assert.ThrowsAsync<PowerException>(() => driver.GetAsync(target ?? Target(bmc), default));
        Assert.StartsWith("read the power state of node7 via ipmi 127.0.0.1: ", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("a-password-of-20-oct", failure.ToString(), StringComparison.Ordinal);
        return failure;
    }

    public static async Task FailsAsync(BmcSimulator bmc, PowerFailure kind, string sentence, PowerTarget? target = null, IpmiTimings? timings = null)
    {
        var failure = await FailureAsync(bmc, target, timings);
        Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
        Assert.Equal(kind, failure.Failure);
    }

    public static Func<Stage, byte[], byte[][]> From(Stage first, Func<byte[], byte[][]> tamper) => (stage, answer) => stage >= first ? tamper(answer) : [answer];
}

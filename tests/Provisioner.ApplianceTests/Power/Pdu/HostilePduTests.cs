using Provisioner.Domain.Power;
using Provisioner.Wire.Snmp;

namespace Provisioner.ApplianceTests.Power.Pdu;

/// <summary>The simulated PDU is one for net-snmp's clients; and what the driver does with one that is ill.</summary>
public sealed class HostilePduTests
{
    private const string Outlet = "1.3.6.1.4.1.318.1.1.12.3.5.1.1.4.3", Order = "1.3.6.1.4.1.318.1.1.12.3.3.1.1.4.3";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static readonly CancellationToken Never = CancellationToken.None;

    private static PowerTarget Known(SimulatedPdu pdu, string settings = "outlet=3") => Pdus.Target(pdu.Port, $"{settings} pdu=apc-rpdu version=2c", "", "s3cret", "");

    private static PowerTarget Secured(SimulatedPdu pdu) => Pdus.Target(pdu.Port, "outlet=3 pdu=apc-rpdu auth-protocol=sha256", "ops", "auth-password", "priv=priv-password");

    [Theory]
    [InlineData("-v1 -c s3cret")]
    [InlineData("-v2c -c s3cret")]
    [InlineData("-v3 -l authPriv -u ops -a SHA-256 -A auth-password -x AES -X priv-password")]
    public async Task Others_read_and_switch_the_simulated_PDU(string how)
    {
        await using var pdu = new SimulatedPdu();
        string[] common = [.. how.Split(' '), "-t", "5", "-On", $"127.0.0.1:{pdu.Port}"];
        Assert.Contains($".{Outlet} = INTEGER: 1", (await Peer.RunAsync("env", ["MIBS=", "snmpget", .. common, Outlet])).Output, StringComparison.Ordinal);
        Assert.Contains($".{Order} = INTEGER: 2", (await Peer.RunAsync("env", ["MIBS=", "snmpset", .. common, Order, "i", "2"])).Output, StringComparison.Ordinal);
        Assert.False(pdu.Outlets[3]);
        Assert.Contains($".{Outlet} = INTEGER: 2", (await Peer.RunAsync("env", ["MIBS=", "snmpget", .. common, Outlet])).Output, StringComparison.Ordinal);
        Assert.Contains(how.StartsWith("-v1", StringComparison.Ordinal) ? "noSuchName" : "notWritable", (await Peer.RunAsync("env", ["MIBS=", "snmpset", .. common, Outlet, "i", "2"])).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reading_of_many_outlets_is_two_packets_and_of_version_3_too_once_it_is_warm()
    {
        await using var pdu = new SimulatedPdu();
        var driver = Pdus.Driver();
        await driver.GetAsync(Known(pdu, "outlet=1,2,3,4"), Never);
        Assert.Equal(1, pdu.Heard);
        await driver.GetAsync(Secured(pdu), Never);
        Assert.Equal(3, pdu.Heard);
        for (int i = 0; i < 5; i++) await driver.GetAsync(Secured(pdu), Never);
        Assert.Equal(8, pdu.Heard);
    }

    [Fact]
    public async Task Lost_datagrams_are_sent_again()
    {
        await using var pdu = new SimulatedPdu { Tamper = (n, answer) => n % 2 == 1 ? [] : [answer] };
        var hand = Pdus.Hand(Pdus.Short);
        Assert.Equal(PowerState.Off, await hand.SetAsync(Known(pdu), PowerAction.Off, Deadline, Never));
        Assert.Equal(PowerState.On, await hand.SetAsync(Secured(pdu), PowerAction.On, Deadline, Never));
    }

    [Fact]
    public async Task Answers_from_another_port_are_not_heard()
    {
        await using var pdu = new SimulatedPdu { AnswersFromElsewhere = true };
        Assert.Equal(PowerFailure.Silent, (await Assert.ThrowsAsync<PowerException>(() => Pdus.Hand(Pdus.Short).GetAsync(Known(pdu), Never))).Failure);
        Assert.Equal(PowerFailure.Silent, (await Assert.ThrowsAsync<PowerException>(() => Pdus.Hand(Pdus.Short).GetAsync(Secured(pdu), Never))).Failure);
    }

    [Fact]
    public async Task Noise_and_answers_to_others_are_passed_over_and_told_where_nothing_else_comes()
    {
        byte[] other = new CommunityMessage(SnmpVersion.V2c, "s3cret"u8.ToArray(), SnmpPdu.Get(1, Oid.Parse(Outlet)) with { Type = SnmpPduType.Response }).ToBytes();
        await using var pdu = new SimulatedPdu { Tamper = (_, answer) => [[], [0x30], other, answer[..^3], answer] };
        Assert.Equal(PowerState.On, await Pdus.Hand().GetAsync(Known(pdu), Never));
        Assert.Equal(PowerState.On, await Pdus.Hand().GetAsync(Secured(pdu), Never));
        pdu.Tamper = (_, _) => [other];
        var garbled = await Assert.ThrowsAsync<PowerException>(() => Pdus.Hand(Pdus.Short).GetAsync(Known(pdu), Never));
        Assert.Equal(PowerFailure.Garbled, garbled.Failure);
        Assert.Contains("the last that came: a response to another request", garbled.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replayed_answers_of_version_3_are_not_taken()
    {
        byte[]? before = null;
        await using var pdu = new SimulatedPdu();
        var hand = Pdus.Hand(Pdus.Short);
        Assert.Equal(PowerState.On, await hand.GetAsync(Secured(pdu), Never));
        pdu.Tamper = (_, answer) => [before ??= answer];
        Assert.Equal(PowerState.On, await hand.GetAsync(Secured(pdu), Never));
        pdu.Outlets[3] = false;
        var garbled = await Assert.ThrowsAsync<PowerException>(() => hand.GetAsync(Secured(pdu), Never));
        Assert.Equal(PowerFailure.Garbled, garbled.Failure);
        Assert.Contains("a message with another id", garbled.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_stands_in_line_at_a_silent_PDU_is_told_with_the_first()
    {
        await using var pdu = new SimulatedPdu { Tamper = (_, _) => [] };
        var hand = Pdus.Hand(Pdus.Short);
        long began = TimeProvider.System.GetTimestamp();
        var readings = Enumerable.Range(1, 8).Select(n => Assert.ThrowsAsync<PowerException>(() => hand.GetAsync(Known(pdu, $"outlet={n}"), Never))).ToArray();
        Assert.All(await Task.WhenAll(readings), e => Assert.Equal(PowerFailure.Silent, e.Failure));
        // One after the other they would take 8 × 1.5 s.
        Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(8), "each of them asked by itself");
        Assert.Equal(3, pdu.Heard);
    }

    [Fact]
    public async Task One_question_at_a_time_though_many_machines_hang_on_it()
    {
        int now = 0, most = 0;
        await using var pdu = new SimulatedPdu { Delay = TimeSpan.FromMilliseconds(20) };
        pdu.Tamper = (_, answer) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref now));
            Interlocked.Decrement(ref now);
            return [answer];
        };
        var driver = Pdus.Driver();
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 40).Select(n => driver.GetAsync(Known(pdu, $"outlet={n % 8 + 1}"), Never))), state => Assert.Equal(PowerState.On, state));
        Assert.Equal((1, 40L), (most, pdu.Heard));
    }

    [Fact]
    public async Task A_PDU_that_lies_over_version_3_is_found_out()
    {
        await using var pdu = new SimulatedPdu { Lies = true };
        Assert.Equal(PowerFailure.Ignored, (await Assert.ThrowsAsync<PowerException>(() => Pdus.Hand().SetAsync(Secured(pdu), PowerAction.Off, TimeSpan.FromSeconds(2), Never))).Failure);
    }
}

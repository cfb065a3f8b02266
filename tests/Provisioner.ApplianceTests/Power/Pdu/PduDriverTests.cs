using Provisioner.Domain.Power;

namespace Provisioner.ApplianceTests.Power.Pdu;

/// <summary>Outlets of a real agent (net-snmp) with the objects of each maker: found out, switched, read back, and everything that it refuses.</summary>
public sealed class PduDriverTests
{
    private const string Apc = "1.3.6.1.4.1.318.1.3.4.5";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static readonly CancellationToken Never = CancellationToken.None;

    [Theory]
    [InlineData("apc-rpdu2", Apc, "")]
    [InlineData("apc-rpdu", Apc, ".1.3.6.1.4.1.318.1.1.26.9.2.3.1.5")]
    [InlineData("apc-masterswitch", "1.3.6.1.4.1.318.1.3.4.2", ".1.3.6.1.4.1.318.1.1.26.9.2.3.1.5 .1.3.6.1.4.1.318.1.1.12.3.5.1.1.4")]
    [InlineData("eaton-epdu", "1.3.6.1.4.1.534.6.6.7", "")]
    [InlineData("raritan-px2", "1.3.6.1.4.1.13742.6", "")]
    public async Task A_PDU_is_found_out_switched_and_read_back(string model, string systemId, string hidden)
    {
        await using var agent = await SnmpAgent.StartAsync(systemId);
        agent.Hides(hidden.Split(' '));
        var hand = Pdus.Hand();
        var abilities = await hand.LookAsync(agent.Target(), Never);
        Assert.Equal((model, "2c"), (abilities.Settings!["pdu"], abilities.Settings["version"]));
        if (model is "apc-rpdu" or "eaton-epdu" or "raritan-px2") Assert.Contains("outlet 3 is called \"rack 4, PSU 3\" there", abilities.Notes);
        var target = agent.Target() with { Settings = abilities.Settings };
        Assert.Equal(PowerState.On, await hand.GetAsync(target, Never));
        Assert.Equal(PowerState.Off, await hand.SetAsync(target, PowerAction.Off, Deadline, Never));
        Assert.False(agent.IsOn(3));
        Assert.Equal(PowerState.On, await hand.SetAsync(target, PowerAction.On, Deadline, Never));
        Assert.Equal(PowerState.On, await hand.SetAsync(target, PowerAction.Cycle, Deadline, Never));
        Assert.Equal(["3 off", "3 on", "3 off", "3 on"], agent.Switchings);
        Assert.True(agent.IsOn(1) && agent.IsOn(2) && agent.IsOn(4));
    }

    [Fact]
    public async Task A_machine_on_two_outlets_is_switched_by_both_and_one_alone_is_neither_on_nor_off()
    {
        await using var agent = await SnmpAgent.StartAsync();
        var (hand, target) = (Pdus.Hand(), agent.Target("outlet=3,4"));
        Assert.Equal(PowerState.Off, await hand.SetAsync(target, PowerAction.Off, Deadline, Never));
        agent.Switch(4, true);
        var differ = await Fails(() => hand.GetAsync(target, Never));
        Assert.Equal((PowerFailure.NotNow, "read the power state of node7 via pdu 127.0.0.1: outlet 3 is off, outlet 4 is on, and all of them feed it: switch it on or off, or look at the PDU"), (differ.Failure, differ.Message));
        Assert.Equal(PowerState.On, await hand.SetAsync(target, PowerAction.Cycle, Deadline, Never));
        Assert.Equal(["3 off", "4 off", "3 off", "4 off", "3 on", "4 on"], agent.Switchings);
        agent.Switch(3, false);
        Assert.Equal(PowerState.On, await hand.SetAsync(target, PowerAction.On, Deadline, Never));
        Assert.True(agent.IsOn(3) && agent.IsOn(4));
    }

    [Fact]
    public async Task One_that_says_yes_and_does_nothing_is_found_out()
    {
        await using var agent = await SnmpAgent.StartAsync();
        agent.Lies();
        var ignored = await Fails(() => Pdus.Hand().SetAsync(agent.Target(), PowerAction.Off, TimeSpan.FromSeconds(2), Never));
        Assert.Equal(PowerFailure.Ignored, ignored.Failure);
        Assert.Matches("^power off node7 via pdu 127.0.0.1: the controller said yes, but .* s later the machine is still on$", ignored.Message);
        Assert.True(agent.Switchings.Count > 1, "it was told once only");
        agent.Switch(3, false);
        var half = await Fails(() => Pdus.Hand().SetAsync(agent.Target("outlet=3,4"), PowerAction.Off, TimeSpan.FromSeconds(2), Never));
        Assert.Equal(PowerFailure.Ignored, half.Failure);
        Assert.Contains("s later outlet 3 is off, outlet 4 is on", half.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("version=1", "public", "the community may read outlet 3 and not switch it (noSuchName): give one that may write")]
    [InlineData("version=2c", "public", "the community may read outlet 3 and not switch it (noAccess): give one that may write")]
    public async Task A_community_that_may_only_read_is_said(string version, string community, string why)
    {
        await using var agent = await SnmpAgent.StartAsync();
        var (hand, target) = (Pdus.Hand(), agent.Target($"outlet=3 {version}", password: community));
        Assert.Equal(PowerState.On, await hand.GetAsync(target, Never));
        var refused = await Fails(() => hand.SetAsync(target, PowerAction.Off, Deadline, Never));
        Assert.Equal((PowerFailure.Refused, $"power off node7 via pdu 127.0.0.1: {why}"), (refused.Failure, refused.Message));
        Assert.True(agent.IsOn(3));
    }

    [Theory]
    [InlineData("outlet=9 pdu=apc-rpdu version=1", "it has no outlet 9, or does not show it")]
    [InlineData("outlet=9 pdu=apc-rpdu version=2c", "it has no outlet 9, or does not show it")]
    [InlineData("outlet=3,9 pdu=apc-rpdu version=1", "it has no outlet 9, or does not show it")]
    [InlineData("outlet=3,9 pdu=apc-rpdu version=2c", "it has no outlet 9, or does not show it")]
    [InlineData("outlet=9", "it has no outlet 9 (it says 1.3.6.1.4.1.318.1.3.4.5; tried as apc-rpdu2, apc-rpdu, apc-masterswitch)")]
    [InlineData("outlet=3 pdu=apc", "there is no model \"apc\" of a PDU; there are apc-masterswitch, apc-rpdu, apc-rpdu2, eaton-epdu, raritan-px2")]
    [InlineData("outlet=3 pdu=eaton-epdu", "it has no outlet 3, or does not show it to this eaton-epdu")]
    [InlineData("", "the setting outlet is missing")]
    public async Task An_outlet_or_model_that_is_not_there_is_said(string settings, string why)
    {
        await using var agent = await SnmpAgent.StartAsync();
        var refused = await Fails(() => Pdus.Hand().LookAsync(agent.Target(settings), Never));
        Assert.Equal(PowerFailure.Refused, refused.Failure);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_PDU_that_nobody_described_is_said_with_what_it_says()
    {
        await using var agent = await SnmpAgent.StartAsync("1.3.6.1.4.1.8072.3.2.10");
        var refused = await Fails(() => Pdus.Hand().LookAsync(agent.Target(), Never));
        Assert.Contains("nobody described a PDU that says 1.3.6.1.4.1.8072.3.2.10: name a model with the setting pdu", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_outlet_can_t_do_is_refused_with_its_reason()
    {
        await using var agent = await SnmpAgent.StartAsync();
        var hand = Pdus.Hand();
        Assert.Contains("on and off only", (await Fails(() => hand.SetAsync(agent.Target(), PowerAction.Reset, Deadline, Never))).Message, StringComparison.Ordinal);
        Assert.Contains("on and off only", (await Fails(() => hand.SetAsync(agent.Target(), PowerAction.SoftOff, Deadline, Never))).Message, StringComparison.Ordinal);
        Assert.Contains("sets no boot device", (await Fails(() => hand.SetNextBootAsync(agent.Target(), new(BootDevice.Pxe), Never))).Message, StringComparison.Ordinal);
        Assert.Contains("off-seconds \"long\"", (await Fails(() => hand.SetAsync(agent.Target("outlet=3") with { Settings = agent.Target().Settings.SetItem("off-seconds", "long") }, PowerAction.Cycle, Deadline, Never))).Message, StringComparison.Ordinal);
        Assert.Empty(agent.Switchings);
    }

    private static async Task<PowerException> Fails(Func<Task> deed)
    {
        var failed = await Assert.ThrowsAsync<PowerException>(deed);
        Assert.DoesNotContain(SnmpAgent.Community, failed.Message, StringComparison.Ordinal);
        return failed;
    }
}

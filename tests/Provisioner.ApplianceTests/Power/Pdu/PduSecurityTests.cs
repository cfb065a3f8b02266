using Provisioner.Appliance.Power;
using Provisioner.Domain.Power;

namespace Provisioner.ApplianceTests.Power.Pdu;

/// <summary>Every version and every protection, against net-snmp's agent.</summary>
public sealed class PduSecurityTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static readonly CancellationToken Never = CancellationToken.None;

    public static TheoryData<string> Users => [.. SnmpAgent.Users.Select(u => u.Name)];

    private static PowerTarget As(SnmpAgent agent, string name, string? auth = null, string? priv = null)
    {
        var user = SnmpAgent.Users.First(u => u.Name == name);
        return agent.Target($"outlet=3 auth-protocol={user.Auth.ToLowerInvariant()}{(user.Priv.Length > 0 ? $" priv-protocol={user.Priv.ToLowerInvariant()}" : "")}", name, auth ?? SnmpAgent.Auth,
            user.Priv.Length > 0 ? $"priv={priv ?? SnmpAgent.Priv}" : "");
    }

    [Theory, MemberData(nameof(Users))]
    public async Task A_user_switches_with_his_protection(string user)
    {
        await using var agent = await SnmpAgent.StartAsync();
        var (hand, target) = (Pdus.Hand(), As(agent, user));
        Assert.Equal("3", (await hand.LookAsync(target, Never)).Settings!["version"]);
        Assert.Equal(PowerState.Off, await hand.SetAsync(target, PowerAction.Off, Deadline, Never));
        Assert.Equal(PowerState.On, await hand.SetAsync(target, PowerAction.On, Deadline, Never));
        Assert.Equal(["3 off", "3 on"], agent.Switchings);
    }

    [Theory]
    [InlineData("version=1")]
    [InlineData("version=2c")]
    public async Task A_community_switches(string version)
    {
        await using var agent = await SnmpAgent.StartAsync();
        var (hand, target) = (Pdus.Hand(), agent.Target($"outlet=3 {version}", password: "", secrets: $"community={SnmpAgent.Community}"));
        Assert.Equal(PowerState.On, await hand.SetAsync(target, PowerAction.Cycle, Deadline, Never));
        Assert.Equal(["3 off", "3 on"], agent.Switchings);
    }

    [Fact]
    public async Task A_user_without_protection_switches_where_the_agent_lets_him()
    {
        await using var agent = await SnmpAgent.StartAsync();
        Assert.Equal(PowerState.Off, await Pdus.Hand().SetAsync(agent.Target("outlet=3", "plain", password: ""), PowerAction.Off, Deadline, Never));
    }

    [Fact]
    public async Task An_agent_that_started_anew_is_spoken_to_on()
    {
        await using var agent = await SnmpAgent.StartAsync();
        var (hand, target) = (Pdus.Hand(), As(agent, "sha256-aes"));
        Assert.Equal(PowerState.On, await hand.GetAsync(target, Never));
        await agent.StartAgainAsync();
        Assert.Equal(PowerState.Off, await hand.SetAsync(target, PowerAction.Off, Deadline, Never));
        await agent.StartAgainAsync();
        Assert.Equal(PowerState.Off, await hand.GetAsync(target, Never));
    }

    [Fact]
    public async Task Who_is_refused_is_told_why_and_the_right_password_works_at_once()
    {
        await using var agent = await SnmpAgent.StartAsync();
        var hand = Pdus.Hand();
        await Refused(hand, As(agent, "sha-aes", auth: "wrong-password"), "wrong authentication password of \"sha-aes\", or another protocol than sha1 there (wrongDigest)");
        // This agent says nothing of what it can't decrypt.
        var silent = await Assert.ThrowsAsync<PowerException>(() => Pdus.Hand(Pdus.Short).GetAsync(As(agent, "sha-aes", priv: "wrong-password"), Never));
        Assert.Equal(PowerFailure.Silent, silent.Failure);
        Assert.Contains("it says who it is and answers no question: a wrong privacy password of \"sha-aes\" looks like that, or another protocol than aes there", silent.Message, StringComparison.Ordinal);
        await Refused(hand, As(agent, "sha-aes") with { Username = "nobody" }, "it knows no user \"nobody\" (unknownUserName)");
        await Refused(hand, As(agent, "sha-aes") with { Settings = As(agent, "sha512").Settings }, "or another protocol than sha512 there (wrongDigest)");
        await Refused(hand, As(agent, "sha") with { Secrets = As(agent, "sha-aes").Secrets }, "the user \"sha\" is not set up there for authPriv (unsupportedSecurityLevel)");
        Assert.Equal(PowerState.On, await hand.GetAsync(As(agent, "sha-aes"), Never));

        var reader = As(agent, "sha-aes") with { Username = "reader" };
        Assert.Equal(PowerState.On, await hand.GetAsync(reader, Never));
        var readOnly = await Assert.ThrowsAsync<PowerException>(() => hand.SetAsync(reader, PowerAction.Off, Deadline, Never));
        Assert.Contains("the user \"reader\" may read outlet 3 and not switch it (noAccess)", readOnly.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_community_is_silence_and_the_sentence_says_so()
    {
        await using var agent = await SnmpAgent.StartAsync();
        var silent = await Assert.ThrowsAsync<PowerException>(() => Pdus.Hand(Pdus.Short).LookAsync(agent.Target("outlet=3", password: "wr0ng-community"), Never));
        Assert.Equal(PowerFailure.Silent, silent.Failure);
        Assert.Contains("a wrong community looks the same", silent.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wr0ng", silent.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_closed_port_and_a_name_without_an_address_are_said()
    {
        var closed = await Assert.ThrowsAsync<PowerException>(() => Pdus.Hand(Pdus.Short).GetAsync(Pdus.Target(Peer.FreeUdpPort(), "outlet=3", "", "public", ""), Never));
        Assert.Equal(PowerFailure.Silent, closed.Failure);
        Assert.Contains("the UDP port is closed: is SNMP switched on there?", closed.Message, StringComparison.Ordinal);
        var nameless = await Assert.ThrowsAsync<PowerException>(() => Pdus.Hand(Pdus.Short).GetAsync(Pdus.Target(161, "outlet=3", "", "public", "") with { Address = "pdu9.invalid" }, Never));
        Assert.Contains("its name has no address", nameless.Message, StringComparison.Ordinal);
    }

    private static async Task Refused(PowerHand hand, PowerTarget target, string why)
    {
        var refused = await Assert.ThrowsAsync<PowerException>(() => hand.GetAsync(target, Never));
        Assert.Equal(PowerFailure.Credentials, refused.Failure);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("-password", refused.Message, StringComparison.Ordinal);
    }
}

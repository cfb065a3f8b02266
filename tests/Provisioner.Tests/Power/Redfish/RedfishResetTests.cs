using System.Text;
using Provisioner.Domain.Power;
using Provisioner.Domain.Power.Redfish;

namespace Provisioner.Tests.Power.Redfish;

public sealed class RedfishResetTests
{
    private static RedfishReset Taking(params string[] allowed) => new("/redfish/v1/Systems/1/Actions/ComputerSystem.Reset", [.. allowed], null);

    [Theory]
    // iLO 4: no GracefulShutdown, so that the button asks.
    [InlineData("On ForceOff ForceRestart Nmi PushPowerButton", PowerAction.SoftOff, PowerState.On, "PushPowerButton")]
    [InlineData("On ForceOff ForceRestart Nmi PushPowerButton", PowerAction.On, PowerState.Off, "On")]
    [InlineData("ForceOn ForceOff", PowerAction.On, PowerState.Off, "ForceOn")]
    [InlineData("PushPowerButton ForceOff", PowerAction.On, PowerState.Off, "PushPowerButton")]
    [InlineData("On ForceOff GracefulShutdown", PowerAction.SoftOff, PowerState.On, "GracefulShutdown")]
    [InlineData("On ForceOff PowerCycle", PowerAction.Cycle, PowerState.On, "PowerCycle")]
    [InlineData("On ForceOff PowerCycle", PowerAction.Reset, PowerState.On, "PowerCycle")]
    [InlineData("On ForceOff ForceRestart PowerCycle", PowerAction.Reset, PowerState.On, "ForceRestart")]
    [InlineData("", PowerAction.Reset, PowerState.On, "ForceRestart")]
    [InlineData("", PowerAction.Off, PowerState.On, "ForceOff")]
    public void An_order_becomes_a_reset_type_that_is_taken(string allowed, PowerAction order, PowerState seen, string type) =>
        Assert.Equal(type, Taking(allowed.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Choose(order, seen));

    [Theory]
    // The button would switch a machine on that is off.
    [InlineData("On ForceOff PushPowerButton", PowerAction.SoftOff, PowerState.Off)]
    [InlineData("On ForceOff PushPowerButton", PowerAction.SoftOff, PowerState.Unknown)]
    [InlineData("PushPowerButton ForceOff", PowerAction.On, PowerState.On)]
    [InlineData("On GracefulShutdown", PowerAction.Off, PowerState.On)]
    [InlineData("On ForceOff GracefulRestart", PowerAction.Reset, PowerState.On)]
    public void What_would_do_something_else_is_not_chosen(string allowed, PowerAction order, PowerState seen) =>
        Assert.Null(Taking(allowed.Split(' ')).Choose(order, seen));

    [Fact]
    public void Orders_are_those_that_some_state_has_a_type_for() =>
        Assert.Equal([PowerAction.On, PowerAction.Off, PowerAction.SoftOff], Taking("On", "ForceOff", "PushPowerButton", "Nmi").Orders.Order());

    [Fact]
    public void An_ActionInfo_says_what_the_action_takes()
    {
        var info = Json("""{"Parameters":[{"Name":"Other","AllowableValues":["X"]},{"Name":"ResetType","Required":true,"AllowableValues":["On","ForceOff"]}]}""");
        Assert.Equal<string>(["On", "ForceOff"], new RedfishReset("/x", [], "/y").With(info).Allowed);
    }

    [Fact]
    public void A_service_from_before_Redfish_is_told_to_the_system_itself()
    {
        // iLO 4 RESTful API 2.00: AvailableActions with Capabilities.
        var reset = RedfishReset.Of("/rest/v1/Systems/1", Json("""{"AvailableActions":[{"Action":"Reset","Capabilities":[{"AllowableValues":["On","ForceOff"],"PropertyName":"ResetType"}]}]}"""));
        Assert.Equal(("/rest/v1/Systems/1", true), (reset!.Target, reset.BeforeRedfish));
        Assert.Equal<string>(["On", "ForceOff"], reset.Allowed);
    }

    [Fact]
    public void An_action_that_leads_elsewhere_is_none() =>
        Assert.Null(RedfishReset.Of("/x", Json("""{"Actions":{"#ComputerSystem.Reset":{"target":"//evil.example/reset"}}}""")));

    internal static RedfishResource Json(string text) => RedfishResource.TryParse(Encoding.UTF8.GetBytes(text), out var resource, out string? why) ? resource : throw new InvalidOperationException(why);
}

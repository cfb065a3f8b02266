using System.Net;
using Provisioner.Appliance.Machines;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Power;

namespace Provisioner.ApplianceTests.Web;

/// <summary>The form for power controllers on a machine's page.</summary>
public sealed class ControllerFormTests
{
    private static readonly string Ready = CardboardMachines.IdOf(MachineState.Ready);

    [Fact]
    public async Task A_controller_is_added_with_the_form_and_its_password_is_on_no_page()
    {
        await using var host = await WebHost.StartAsync();
        using var ada = await Visitor.SignedInAsync(host);
        var (_, page) = await ada.GetAsync($"/machines/{Ready}");
        Assert.Contains("Add controller", page);
        using var reply = await ada.PostAsync($"/machines/{Ready}/controllers", ("address", "10.77.0.99"), ("username", "root"), ("password", "very-secret-word"), ("kind", ""), ("settings", "system=2\n"), ("first", "yes"));
        Assert.Equal(HttpStatusCode.Found, reply.StatusCode);
        var wish = Assert.Single(host.The<CardboardRack>().ControllerWishes);
        Assert.Equal((null, "very-secret-word", "2", true), (wish.Kind, wish.Password, wish.Settings["system"], wish.First));
        Assert.DoesNotContain("very-secret", wish.ToString());
        (_, page) = await ada.GetAsync($"/machines/{Ready}");
        Assert.Contains("10.77.0.99", page);
        Assert.Contains("added by hand", page);
        Assert.DoesNotContain("very-secret-word", page);
        Assert.DoesNotContain("SEALED-CONTROLLER", page);

        using var removed = await ada.PostAsync($"/machines/{Ready}/controllers/remove", ("controller", "redfish"));
        Assert.Equal(HttpStatusCode.Found, removed.StatusCode);
        (_, page) = await ada.GetAsync($"/machines/{Ready}");
        Assert.DoesNotContain("Remove redfish", page);
    }

    [Fact]
    public async Task An_outlet_s_state_is_shown_as_the_outlet_s_and_a_second_password_stays_hidden()
    {
        await using var host = await WebHost.StartAsync();
        using var ada = await Visitor.SignedInAsync(host);
        await host.The<MachineBook>().ApplyAsync(Ready, new MachineChange.PowerRead(PowerReading.Seen(PowerState.On, DateTimeOffset.UtcNow, "pdu")), "test");
        var (_, page) = await ada.GetAsync($"/machines/{Ready}");
        Assert.Contains("On at its outlet", page, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("whether the machine itself runs, they can’t say", WebUtility.HtmlDecode(page));
        using var reply = await ada.PostAsync($"/machines/{Ready}/controllers", ("address", "10.77.0.99"), ("username", "ops"), ("password", "auth-password"), ("priv", "priv-password"), ("kind", ""), ("settings", "outlet=3,4\n"));
        Assert.Equal("priv-password", Assert.Single(host.The<CardboardRack>().ControllerWishes).Secrets["priv"]);
        Assert.DoesNotContain("priv-password", (await ada.GetAsync($"/machines/{Ready}")).Text);
    }

    [Fact]
    public async Task What_is_wrong_in_the_form_is_said()
    {
        await using var host = await WebHost.StartAsync();
        using var ada = await Visitor.SignedInAsync(host);
        await ada.GetAsync($"/machines/{Ready}");
        using var reply = await ada.PostAsync($"/machines/{Ready}/controllers", ("address", "a b"), ("port", "70000"), ("kind", "frob"), ("settings", "nonsense"));
        string said = WebUtility.HtmlDecode(await reply.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.BadRequest, reply.StatusCode);
        foreach (string part in new[] { "ddress has blanks", "number from 1 to 65535", "\"frob\" is no kind", "NAME=VALUE" }) Assert.Contains(part, said);
        Assert.Empty(host.The<CardboardRack>().ControllerWishes);
    }

    [Fact]
    public async Task The_page_says_how_old_the_power_state_is_and_why_it_is_unknown()
    {
        await using var host = await WebHost.StartAsync();
        using var ada = await Visitor.SignedInAsync(host);
        Assert.Contains("seen <time", (await ada.GetAsync($"/machines/{Ready}")).Text.Replace("\n", "", StringComparison.Ordinal));
        var (_, page) = await ada.GetAsync($"/machines/{CardboardMachines.IdOf(MachineState.FailedReleasing)}");
        Assert.Contains("no answer in 20 s", page);
        Assert.Contains("power unknown", page);
    }
}

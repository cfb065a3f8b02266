using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Provisioner.Domain.Power;
using static Provisioner.ApplianceTests.Power.Redfish.RedfishDrivers;

namespace Provisioner.ApplianceTests.Power.Redfish;

/// <summary>Services that lie, stall, break off, lead elsewhere, or are none.</summary>
public sealed class HostileRedfishTests
{
    [Fact]
    public async Task A_redirect_to_another_host_gets_neither_a_request_nor_a_password()
    {
        await using var other = await RedfishService.StartAsync();
        await using var service = await RedfishService.StartAsync();
        service.Before = http =>
        {
            (http.Response.StatusCode, http.Response.Headers.Location) = (307, $"{other.Url}redfish/v1/");
            return Task.FromResult(true);
        };
        await GetFailsAsync(service, PowerFailure.Untrusted, $"redirects /redfish/v1/ to https://127.0.0.1:{other.Port}, and passwords are not carried to another place");
        Assert.Empty(other.Heard);
    }

    [Fact]
    public async Task Links_of_bodies_that_lead_to_another_host_are_followed_here_or_not_at_all()
    {
        await using var other = await RedfishService.StartAsync();
        await using var service = await RedfishService.StartAsync();
        service.Before = async http =>
        {
            if (http.Request.Path != "/redfish/v1/Systems") return false;
            await http.Response.WriteAsync($$"""{"Members":[{"@odata.id":"{{other.Url}}redfish/v1/Systems/1"},{"@odata.id":"//127.0.0.1:{{other.Port}}/redfish/v1/Systems/1"}]}""");
            return true;
        };
        await using var driver = Driver();
        Assert.Equal(PowerState.Off, await driver.GetAsync(service.Target(), default));
        Assert.Empty(other.Heard);
    }

    [Fact]
    public async Task A_circle_of_redirects_ends()
    {
        await using var service = await RedfishService.StartAsync();
        service.Before = http =>
        {
            (http.Response.StatusCode, http.Response.Headers.Location) = (302, "/redfish/v1/again");
            return Task.FromResult(true);
        };
        await GetFailsAsync(service, PowerFailure.Garbled, "redirects more than 3 times");
    }

    [Fact]
    public async Task A_body_without_end_is_cut_off()
    {
        await using var service = await RedfishService.StartAsync();
        service.Before = Systems(async http =>
        {
            var piece = new byte[64 << 10];
            Array.Fill(piece, (byte)' ');
            while (!http.RequestAborted.IsCancellationRequested) await http.Response.Body.WriteAsync(piece, http.RequestAborted);
        });
        await GetFailsAsync(service, PowerFailure.Garbled, "the answer to GET /redfish/v1/Systems is longer than 1 MiB");
    }

    [Fact]
    public async Task A_body_that_trickles_ends_with_the_deadline()
    {
        await using var service = await RedfishService.StartAsync();
        service.Before = Systems(async http =>
        {
            while (!http.RequestAborted.IsCancellationRequested)
            {
                await http.Response.WriteAsync(" ", http.RequestAborted);
                await Task.Delay(200, http.RequestAborted);
            }
        });
        await using var driver = Driver(Short with { Answer = TimeSpan.FromSeconds(1) });
        await FailsAsync(PowerFailure.Silent, "the answer did not end within 1 s to GET /redfish/v1/Systems", () => driver.GetAsync(service.Target(), default));
    }

    [Theory]
    [InlineData("""{"Members":[{"@odata.id":"/redf""", "bytes, broken at line 1, byte ")]
    [InlineData("<html>Please log in</html>", "no whole JSON")]
    [InlineData("[1,2]", "a JSON array where an object was expected")]
    public async Task Bodies_that_are_no_resource_are_said_to_be_that(string body, string sentence)
    {
        await using var service = await RedfishService.StartAsync();
        service.Before = Systems(http => http.Response.WriteAsync(body));
        await GetFailsAsync(service, PowerFailure.Garbled, sentence);
    }

    [Fact]
    public async Task A_length_that_is_not_kept_is_said()
    {
        await using var service = await RedfishService.StartAsync();
        service.Before = Systems(async http =>
        {
            http.Response.ContentLength = 500;
            await http.Response.WriteAsync("{");
            await http.Response.Body.FlushAsync();
            http.Abort();
        });
        await using var driver = Driver();
        var failure = await Assert.ThrowsAsync<PowerException>(() => driver.GetAsync(service.Target(), default));
        Assert.True(failure.Failure is PowerFailure.Garbled or PowerFailure.Silent, failure.Message);
        Assert.Contains("broke", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slow_controller_is_waited_for()
    {
        await using var service = await RedfishService.StartAsync();
        service.Before = async _ =>
        {
            await Task.Delay(TimeSpan.FromSeconds(service.Heard.Count == 3 ? 9 : 0));
            return false;
        };
        await using var driver = Driver(Appliance.Power.Redfish.RedfishTimings.Default);
        Assert.Equal(PowerState.Off, await driver.GetAsync(service.Target(), default));
    }

    [Fact]
    public async Task A_silent_one_is_given_up_with_the_request_named()
    {
        await using var service = await RedfishService.StartAsync();
        service.Before = async http =>
        {
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
            return true;
        };
        await using var driver = Driver(Short with { Answer = TimeSpan.FromSeconds(1) });
        await FailsAsync(PowerFailure.Silent, "no answer within 1 s to GET /redfish/v1/", () => driver.GetAsync(service.Target(), default));
    }

    [Fact]
    public async Task Nobody_there_and_no_Redfish_there_are_said()
    {
        var service = await RedfishService.StartAsync();
        var target = service.Target();
        service.Before = http =>
        {
            http.Response.StatusCode = 404;
            return Task.FromResult(true);
        };
        await GetFailsAsync(service, PowerFailure.Garbled, "there is no Redfish service on it (HTTP 404 at /redfish/v1/)");
        await service.DisposeAsync();
        await GetFailsAsync(service, PowerFailure.Silent, "nobody listens on TCP ", target);
    }

    [Fact]
    public async Task Another_web_server_and_plain_HTTP_are_said()
    {
        await using var service = await RedfishService.StartAsync();
        service.Before = async http =>
        {
            await http.Response.WriteAsync("""{"hello":"world"}""");
            return true;
        };
        await GetFailsAsync(service, PowerFailure.Garbled, "what answers at /redfish/v1/ is no Redfish service");
        using var plain = new TcpListener(IPAddress.Loopback, 0);
        plain.Start();
        _ = AnswerPlainAsync(plain);
        await GetFailsAsync(service, PowerFailure.Garbled, "doesn't speak TLS", service.Target() with { Port = ((IPEndPoint)plain.LocalEndpoint).Port });
        await FailsAddressAsync("http://127.0.0.1", "over plain HTTP the password could be read on the way");
        await FailsAddressAsync("https://admin:secret@127.0.0.1", "the address is none");
        await FailsAddressAsync("not a host", "the address is none");

        async Task FailsAddressAsync(string address, string sentence)
        {
            await using var driver = Driver();
            var failure = await Assert.ThrowsAsync<PowerException>(() => driver.GetAsync(service.Target() with { Address = address }, default));
            Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
        }
    }

    private static async Task AnswerPlainAsync(TcpListener listener)
    {
        using var peer = await listener.AcceptSocketAsync();
        await peer.SendAsync("HTTP/1.0 400 Bad Request\r\n\r\n"u8.ToArray());
        await Task.Delay(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Not_now_is_asked_again_as_the_controller_asks_for_and_then_said()
    {
        int refusals = 2;
        await using var service = await RedfishService.StartAsync();
        service.Before = Systems(http =>
        {
            if (refusals-- <= 0) return service.Machine.Power is "" ? Task.CompletedTask : RedfishService.WriteAsync(http, 200, service.Resources.At(http.Request.Path.Value!)!);
            http.Response.Headers.RetryAfter = "1";
            http.Response.StatusCode = 503;
            return Task.CompletedTask;
        });
        await using var driver = Driver();
        Assert.Equal(PowerState.Off, await driver.GetAsync(service.Target(), default));
        refusals = 1000;
        await FailsAsync(PowerFailure.NotNow, "the controller refused /redfish/v1/Systems/1: HTTP 503 (not available just now)", () => driver.GetAsync(service.Target(), default));
        Assert.Equal(997, refusals);
    }

    [Fact]
    public async Task Yes_and_nothing_is_found_out()
    {
        await using var service = await RedfishService.StartAsync();
        service.Machine.LiesLeft = 1;
        await using var driver = Driver();
        var hand = Hand(driver);
        Assert.Equal(PowerState.On, await hand.SetAsync(service.Target(), PowerAction.On, TimeSpan.FromSeconds(10), default));
        service.Machine.LiesLeft = 1000;
        await FailsAsync(PowerFailure.Ignored, "said yes, but", () => hand.SetAsync(service.Target(), PowerAction.Off, TimeSpan.FromSeconds(1.5), default));
        service.Machine.LosesBoot = true;
        await FailsAsync(PowerFailure.Ignored, "the controller said yes to Pxe, Once, UEFI, but reads back None, Disabled, UEFI", () => driver.SetNextBootAsync(service.Target(), new(BootDevice.Pxe), default));
    }

    [Fact]
    public async Task A_state_that_is_not_said_is_no_state()
    {
        await using var service = await RedfishService.StartAsync();
        service.Machine.Power = "Unknown";
        await GetFailsAsync(service, PowerFailure.NotNow, "doesn't say just now whether the machine is on (PowerState Unknown)");
    }

    [Theory]
    [InlineData("generic")]
    [InlineData("AMI")]
    [InlineData("Lenovo")]
    [InlineData("Supermicro X11")]
    public async Task A_resource_that_changes_between_read_and_write_is_read_again(string face)
    {
        await using var service = await RedfishService.StartAsync(ServiceFace.Of(face));
        service.ChangesLeft = 1;
        await using var driver = Driver();
        await driver.SetNextBootAsync(service.Target(), new(BootDevice.Pxe), default);
        Assert.Equal("Pxe", service.Machine.BootTarget);
        Assert.Equal(2, service.Heard.Count(h => h.StartsWith("PATCH", StringComparison.Ordinal) && !(face == "AMI" && h.EndsWith("/Self", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task Tags_that_are_always_refused_are_left_out_at_last()
    {
        await using var service = await RedfishService.StartAsync();
        service.Before = http =>
        {
            if (http.Request.Method != "PATCH" || http.Request.Headers.IfMatch.Count == 0) return Task.FromResult(false);
            http.Response.StatusCode = 412;
            return Task.FromResult(true);
        };
        await using var driver = Driver();
        Assert.Null(await driver.SetNextBootAsync(service.Target(), new(BootDevice.Pxe), default));
    }

    [Fact]
    public async Task A_controller_that_restarts_in_the_middle_is_waited_for()
    {
        var service = await RedfishService.StartAsync();
        await using var driver = Driver();
        service.Machine.LiesLeft = 1;
        var order = Hand(driver).SetAsync(service.Target(), PowerAction.On, TimeSpan.FromSeconds(30), default);
        while (service.Machine.Orders.Count == 0) await Task.Delay(20);
        await service.DisposeAsync();
        // Up again, its sessions forgotten, its key kept.
        await using var back = await RedfishService.StartAsync(port: service.Port, certificate: service.Certificate);
        Assert.Equal(PowerState.On, await order);
        Assert.Equal(["On"], back.Machine.Orders);
        Assert.Equal(1, back.OpenSessions);
    }

    [Fact]
    public async Task Cancelling_ends_at_once()
    {
        await using var service = await RedfishService.StartAsync();
        service.Before = async http =>
        {
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
            return true;
        };
        await using var driver = Driver();
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(0.3));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => driver.GetAsync(service.Target(), soon.Token));
    }
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Provisioner.ApplianceTests.Servers;
using Provisioner.Domain.Power;
using Provisioner.Domain.Power.Redfish;
using static Provisioner.ApplianceTests.Power.Redfish.RedfishDrivers;

namespace Provisioner.ApplianceTests.Power.Redfish;

/// <summary>Passwords, certificates and TLS.</summary>
public sealed class RedfishTrustTests
{
    [Theory]
    [InlineData("generic", "user admin or the password is wrong: The service says ResourceAtUriUnauthorized")]
    [InlineData("iLO 4", "user admin or the password is wrong: UnauthorizedLoginAttempt (HTTP 400)")]
    public async Task A_wrong_password_is_said_and_not_sent_again_and_again(string face, string sentence)
    {
        await using var service = await RedfishService.StartAsync(ServiceFace.Of(face));
        await using var driver = Driver();
        var wrong = service.Target() with { Password = "wrong-password" };
        var failure = await FailsAsync(PowerFailure.Credentials, sentence, () => driver.GetAsync(wrong, default));
        Assert.DoesNotContain("wrong-password", failure.ToString(), StringComparison.Ordinal);
        for (int i = 0; i < 3; i++) await FailsAsync(PowerFailure.Credentials, "for controllers lock users out", () => driver.GetAsync(wrong, default));
        Assert.Single(service.Heard, h => h.StartsWith("POST", StringComparison.Ordinal));
        // A person who asks is not held up, and the right password is another one.
        await FailsAsync(PowerFailure.Credentials, "is wrong", () => driver.LookAsync(wrong, default));
        Assert.Equal(PowerState.Off, await driver.GetAsync(service.Target(), default));
    }

    [Fact]
    public async Task A_wrong_password_without_sessions_is_said_too()
    {
        await using var service = await RedfishService.StartAsync();
        service.HasSessions = false;
        await GetFailsAsync(service, PowerFailure.Credentials, "user admin or the password is wrong", service.Target() with { Password = "x" });
    }

    [Fact]
    public async Task A_password_that_a_controller_quotes_is_blotted_out()
    {
        await using var service = await RedfishService.StartAsync();
        service.Before = Systems(http => RedfishService.WriteAsync(http, 400, new System.Text.Json.Nodes.JsonObject { ["error"] = new System.Text.Json.Nodes.JsonObject { ["message"] = $"The value {RedfishService.Password} is odd" } }));
        await GetFailsAsync(service, PowerFailure.Refused, "The value ••• is odd");
    }

    [Fact]
    public async Task A_changed_certificate_is_not_trusted_until_a_person_says_so()
    {
        await using var service = await RedfishService.StartAsync();
        await using var driver = Driver();
        var target = service.Target();
        string first = (await driver.LookAsync(target, default)).Settings![CertificatePin.Setting];
        var pinned = target with { Settings = target.Settings.SetItem(CertificatePin.Setting, first) };
        Assert.Equal(PowerState.Off, await driver.GetAsync(pinned, default));
        service.ChangeCertificate();
        int heard = service.Heard.Count;
        var failure = await FailsAsync(PowerFailure.Untrusted, "another certificate (SHA-256 ", () => driver.GetAsync(pinned, default));
        Assert.Contains(service.Fingerprint, failure.Message, StringComparison.Ordinal);
        Assert.Contains(first, failure.Message, StringComparison.Ordinal);
        // Without a pin that was stored, the one that was seen holds as well.
        await FailsAsync(PowerFailure.Untrusted, "another certificate", () => driver.GetAsync(target, default));
        await FailsAsync(PowerFailure.Untrusted, "another certificate", () => driver.LookAsync(pinned, default));
        await FailsAsync(PowerFailure.Untrusted, "another certificate", () => driver.LookAsync(target, default));
        Assert.Equal(heard, service.Heard.Count);
        // Accepted by its fingerprint, or by a look that is told to.
        string second = service.Fingerprint.ToLowerInvariant().Replace(":", "", StringComparison.Ordinal);
        Assert.Equal(PowerState.Off, await driver.GetAsync(target with { Settings = target.Settings.SetItem(CertificatePin.Setting, second) }, default));
        service.ChangeCertificate();
        var anew = target with { Settings = target.Settings.SetItem(CertificatePin.Setting, CertificatePin.Next) };
        Assert.Equal(service.Fingerprint, (await driver.LookAsync(anew, default)).Settings![CertificatePin.Setting]);
    }

    [Fact]
    public async Task A_fingerprint_that_is_none_and_an_authority_that_does_not_vouch_are_said()
    {
        await using var service = await RedfishService.StartAsync();
        var target = service.Target();
        await GetFailsAsync(service, PowerFailure.Refused, "is no SHA-256 fingerprint", target with { Settings = target.Settings.SetItem("fingerprint", "AB:CD") });
        await GetFailsAsync(service, PowerFailure.Untrusted, "is not vouched for by an authority of this system", target with { Settings = target.Settings.SetItem("tls", "ca") });
        Assert.Empty(service.Heard);
    }

    [Fact]
    public async Task A_controller_with_old_TLS_is_said_to_be_that()
    {
        string folder = Directory.CreateTempSubdirectory("provisioner-tls-").FullName;
        int port = FreePort();
        Tool.Run("openssl", $"req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=old -keyout {folder}/key.pem -out {folder}/cert.pem", 30);
        using var old = Tool.Start("openssl", $"s_server -accept 127.0.0.1:{port} -key {folder}/key.pem -cert {folder}/cert.pem -tls1_1 -cipher ALL:@SECLEVEL=0 -quiet", _ => { });
        try
        {
            await using var service = await RedfishService.StartAsync();
            await WaitForAsync(port);
            await GetFailsAsync(service, PowerFailure.Cipher, "this appliance speaks TLS 1.2 and 1.3 with today's keys, and the controller's firmware is older", service.Target() with { Port = port });
        }
        finally
        {
            old.Kill();
            await old.WaitForExitAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }

    private static async Task WaitForAsync(int port)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException) when (watch.Elapsed < TimeSpan.FromSeconds(20))
            {
                await Task.Delay(50);
            }
        }
    }
}

using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Provisioner.Appliance.Power;
using Provisioner.Domain.Power;
using Provisioner.Wire;
using Provisioner.Wire.WakeOnLan;

namespace Provisioner.ApplianceTests.Power;

/// <summary>Controllers without a protocol of their own: a magic packet, somebody else's HTTP service, a person.</summary>
public sealed class PlainDriversTests : IDisposable
{
    private static readonly CancellationToken Never = CancellationToken.None;
    private readonly HttpListener _http = new();
    private readonly string _home;
    private readonly List<string> _asked = [];
    private string _state = "stopped";
    private int _status = 200;

    public PlainDriversTests()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        _home = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/racks/";
        free.Stop();
        _http.Prefixes.Add(_home);
        _http.Start();
        _ = Serve();
    }

    public void Dispose() => ((IDisposable)_http).Dispose();

    private async Task Serve()
    {
        try
        {
            while (true)
            {
                var call = await _http.GetContextAsync();
                string path = call.Request.Url!.AbsolutePath;
                lock (_asked) _asked.Add($"{call.Request.HttpMethod} {path}");
                bool known = call.Request.Headers["Authorization"] is "Bearer s3cret-token";
                if (path.EndsWith("/on", StringComparison.Ordinal) && known) _state = "running";
                if (path.EndsWith("/off", StringComparison.Ordinal) && known) _state = "stopped";
                call.Response.StatusCode = !known ? 401 : _status;
                if (_status == 302) call.Response.RedirectLocation = "http://127.0.0.1:1/elsewhere";
                call.Response.Close(Encoding.UTF8.GetBytes($$"""{"status": "{{_state}}"}"""), willBlock: false);
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // The test has ended.
        }
    }

    private PowerTarget Hook(string token = "s3cret-token", params (string Name, string Value)[] more) => new("node7", "webhook", _home, 0, "", "", "administrator", Uefi: false)
    {
        Settings = ImmutableSortedDictionary.CreateRange([new("on", "node7/on"), new("off", "node7/off"), new("query", "node7"), .. more.Select(m => KeyValuePair.Create(m.Name, m.Value))]),
        Secrets = ImmutableDictionary.CreateRange([KeyValuePair.Create("token", token)]),
    };

    private static PowerTarget Card(string address, int port, params (string Name, string Value)[] settings) => new("node7", "wol", address, port, "", "", "administrator", Uefi: false)
    {
        Settings = settings.ToImmutableSortedDictionary(s => s.Name, s => s.Value),
    };

    private static async Task<PowerException> Fails(Func<Task> deed) => await Assert.ThrowsAsync<PowerException>(deed);

    [Fact]
    public async Task A_webhook_switches_and_is_read_back()
    {
        var hand = Hands.Hand(new WebhookDriver());
        Assert.Equal(PowerState.On, await hand.SetAsync(Hook(), PowerAction.On, TimeSpan.FromSeconds(20), Never));
        Assert.Equal(PowerState.On, await hand.SetAsync(Hook(), PowerAction.Cycle, TimeSpan.FromSeconds(20), Never));
        Assert.Equal(PowerState.Off, await hand.SetAsync(Hook(), PowerAction.Off, TimeSpan.FromSeconds(20), Never));
        lock (_asked) Assert.Equal(["POST /racks/node7/on", "POST /racks/node7/off", "POST /racks/node7/on", "POST /racks/node7/off"], _asked.Where(a => a.StartsWith("POST", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_webhook_says_what_is_wrong_and_never_the_token()
    {
        var driver = new WebhookDriver();
        var wrong = await Fails(() => driver.GetAsync(Hook("another-token"), Never));
        Assert.Equal((PowerFailure.Credentials, $"read the power state of node7 via webhook {_home}: /racks/node7 refuses the user, password or token (401)"), (wrong.Failure, wrong.Message));
        Assert.Contains("matches both patterns", (await Fails(() => driver.GetAsync(Hook(more: ("on-pattern", "stopped")), Never))).Message, StringComparison.Ordinal);
        _state = "rebooting";
        Assert.Contains("matches neither pattern", (await Fails(() => driver.GetAsync(Hook(), Never))).Message, StringComparison.Ordinal);
        Assert.Contains("is no pattern", (await Fails(() => driver.GetAsync(Hook(more: ("off-pattern", "(")), Never))).Message, StringComparison.Ordinal);
        _status = 302;
        Assert.Equal(PowerFailure.Refused, (await Fails(() => driver.GiveAsync(Hook(), PowerAction.On, Never))).Failure);
        _http.Stop();
        Assert.Equal(PowerFailure.Silent, (await Fails(() => driver.GetAsync(Hook(), Never))).Failure);
    }

    [Fact]
    public async Task A_magic_packet_comes_three_times_and_only_wakes()
    {
        using var card = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var target = Card("127.0.0.1", ((IPEndPoint)card.Client.LocalEndPoint!).Port, ("mac", "52:54:00:12:34:56"));
        var driver = new WakeOnLanDriver();
        Assert.Equal(PowerState.Unknown, await Hands.Hand(driver).SetAsync(target, PowerAction.Cycle, TimeSpan.FromSeconds(5), Never));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        for (int i = 0; i < 3; i++) Assert.Equal(MagicPacket.For(MacAddress.Parse("52:54:00:12:34:56")), (await card.ReceiveAsync(patience.Token)).Buffer);
        Assert.Contains("can only switch on", (await Fails(() => driver.GiveAsync(target, PowerAction.Off, Never))).Message, StringComparison.Ordinal);
        Assert.Contains("belongs to no subnet", (await Fails(() => driver.LookAsync(Card("255.255.255.255", 9, ("mac", "52:54:00:12:34:56")), Never))).Message, StringComparison.Ordinal);
        Assert.Contains("the setting mac is missing", (await Fails(() => driver.LookAsync(Card("10.77.0.255", 9), Never))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_is_asked_and_nothing_is_believed()
    {
        var said = new List<string>();
        var hand = Hands.Hand(new ManualDriver((machine, text) => said.Add($"{machine}: {text}")));
        var target = new PowerTarget("node7", "manual", "rack 4, unit 12", 0, "", "", "administrator", Uefi: false);
        Assert.Equal(PowerState.Unknown, await hand.SetAsync(target, PowerAction.Cycle, TimeSpan.FromSeconds(5), Never));
        await hand.SetNextBootAsync(target, new(BootDevice.Pxe), Never);
        Assert.Equal(2, said.Count);
        Assert.Equal("node7: please switch it off and on again; only on, if it is off (rack 4, unit 12)", said[0]);
        Assert.Contains("boots from network", said[1], StringComparison.Ordinal);
    }
}

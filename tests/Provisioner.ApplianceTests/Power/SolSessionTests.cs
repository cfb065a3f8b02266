using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using Provisioner.Appliance.Power.Ipmi;
using Provisioner.Domain.Power;

namespace Provisioner.ApplianceTests.Power;

/// <summary>Serial over LAN against a BMC of ours, which ipmitool's and FreeIPMI's consoles work with, and against OpenIPMI's.</summary>
public sealed class SolSessionTests
{
    /// <summary>What the machine said so far; tests wait for words.</summary>
    internal sealed class Screen
    {
        private readonly StringBuilder _text = new();

        public void Show(ReadOnlyMemory<byte> characters)
        {
            lock (_text) _text.Append(Encoding.UTF8.GetString(characters.Span));
        }

        public string Text
        {
            get { lock (_text) return _text.ToString(); }
        }

        public async Task SeesAsync(string words, int seconds = 15)
        {
            for (var watch = Stopwatch.StartNew(); !Text.Contains(words, StringComparison.Ordinal);)
            {
                Assert.True(watch.Elapsed.TotalSeconds < seconds, $"\"{words}\" did not come within {seconds} s; there is: {Text}");
                await Task.Delay(20);
            }
        }
    }

    private static PowerTarget With(PowerTarget target, string quirks) => target with { Settings = ImmutableSortedDictionary<string, string>.Empty.Add("quirks", quirks) };

    [Theory]
    [InlineData((byte)17)]
    [InlineData((byte)3)]
    public async Task What_the_machine_prints_is_shown_and_what_is_typed_reaches_it(byte suite)
    {
        await using var bmc = new BmcSimulator { Suites = [suite] };
        await using var driver = new IpmiDriver(TimeProvider.System);
        var screen = new Screen();
        await using var console = await driver.OpenConsoleAsync(IpmiDriverTests.Target(bmc), take: false, screen.Show, default);
        bmc.Sol.Print("node7 login: ");
        await screen.SeesAsync("node7 login: ");
        console.Type("root\r"u8.ToArray());
        await screen.SeesAsync("login: root");
        Assert.Equal("root\r", bmc.Sol.Typed);
        console.Break();
        for (int i = 0; i < 200 && bmc.Sol.Breaks == 0; i++) await Task.Delay(20);
        Assert.Equal(1, bmc.Sol.Breaks);
    }

    [Fact]
    public async Task Commands_go_beside_it_and_it_is_free_again_once_it_was_closed()
    {
        await using var bmc = new BmcSimulator();
        await using var driver = new IpmiDriver(TimeProvider.System);
        var screen = new Screen();
        var console = await driver.OpenConsoleAsync(IpmiDriverTests.Target(bmc), take: false, screen.Show, default);
        Assert.Equal(PowerState.Off, await driver.GetAsync(IpmiDriverTests.Target(bmc), default));
        Assert.Equal(2, bmc.OpenSessions);
        Assert.True(bmc.Sol.Active);
        await console.DisposeAsync();
        Assert.False(bmc.Sol.Active);
        Assert.Equal(1, bmc.OpenSessions);
        Assert.Equal("the console was closed", await console.Ended);
    }

    [Fact]
    public async Task A_BMC_with_room_for_one_session_gives_commands_and_console_the_same_one()
    {
        await using var bmc = new BmcSimulator { MaxSessions = 1 };
        await using var driver = new IpmiDriver(TimeProvider.System);
        var target = With(IpmiDriverTests.Target(bmc), "one-session");
        await driver.GetAsync(target, default);
        var screen = new Screen();
        await using (var console = await driver.OpenConsoleAsync(target, take: false, screen.Show, default))
        {
            Assert.Equal(PowerState.Off, await driver.GetAsync(target, default));
            bmc.Sol.Print("still here");
            await screen.SeesAsync("still here");
            Assert.Equal(1, bmc.OpenSessions);
        }
        Assert.Equal(PowerState.Off, await driver.GetAsync(target, default));
    }

    [Fact]
    public async Task Output_that_is_lost_on_the_way_is_shown_once_when_it_is_sent_again()
    {
        await using var bmc = new BmcSimulator { Sol = { LosesOutput = 2 } };
        await using var driver = new IpmiDriver(TimeProvider.System);
        var screen = new Screen();
        await using var console = await driver.OpenConsoleAsync(IpmiDriverTests.Target(bmc), take: false, screen.Show, default);
        bmc.Sol.Print("one ");
        await screen.SeesAsync("one ");
        bmc.Sol.Print("two ");
        await screen.SeesAsync("two ");
        Assert.Equal("one two ", screen.Text);
    }

    [Fact]
    public async Task A_console_that_is_in_use_is_said_to_be_that_and_can_be_taken_over()
    {
        await using var bmc = new BmcSimulator();
        await using var driver = new IpmiDriver(TimeProvider.System);
        await using var other = await driver.OpenConsoleAsync(IpmiDriverTests.Target(bmc), take: false, new Screen().Show, default);
        var busy = await Assert.ThrowsAsync<PowerException>(() => driver.OpenConsoleAsync(IpmiDriverTests.Target(bmc), take: false, new Screen().Show, default));
        Assert.Equal("open the console of node7 via ipmi 127.0.0.1: the BMC refused Activate Payload: the console is in use in another session (completion code 0x80)", busy.Message);
        var screen = new Screen();
        await using var mine = await driver.OpenConsoleAsync(IpmiDriverTests.Target(bmc), take: true, screen.Show, default);
        bmc.Sol.Print("mine now");
        await screen.SeesAsync("mine now");
    }

    [Fact]
    public async Task A_BMC_that_restarts_ends_the_console_with_a_reason()
    {
        await using var bmc = new BmcSimulator();
        await using var driver = new IpmiDriver(TimeProvider.System);
        await using var console = await driver.OpenConsoleAsync(IpmiDriverTests.Target(bmc), take: false, new Screen().Show, default);
        bmc.Restart(TimeSpan.FromMinutes(5));
        console.Type("x"u8.ToArray());
        Assert.Equal("the BMC stopped answering what is typed", await console.Ended.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task A_BMC_that_speaks_IPMI_15_only_has_no_console()
    {
        await using var bmc = new BmcSimulator { Speaks15Only = true, Speaks15 = true };
        await using var driver = new IpmiDriver(TimeProvider.System);
        var refused = await Assert.ThrowsAsync<PowerException>(() => driver.OpenConsoleAsync(IpmiDriverTests.Target(bmc), take: false, new Screen().Show, default));
        Assert.Contains("IPMI 1.5 only, which has no Serial over LAN", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenIPMIs_console_is_a_terminal()
    {
        using var terminal = new SerialEcho();
        await using var sim = await IpmiSim.StartAsync(more: $"sol \"tcp:127.0.0.1:{terminal.Port}\" 115200");
        await using var driver = new IpmiDriver(TimeProvider.System);
        await terminal.ConnectedAsync();
        var screen = new Screen();
        await using var console = await driver.OpenConsoleAsync(sim.Target(), take: false, screen.Show, default);
        await terminal.SayAsync("node7 login: ");
        await screen.SeesAsync("node7 login: ");
        console.Type("secret\r"u8.ToArray());
        await screen.SeesAsync("secret\r");
        // More than one packet holds, both ways.
        string much = string.Concat(Enumerable.Range(0, 400).Select(i => $"{i} "));
        console.Type(Encoding.ASCII.GetBytes(much));
        await screen.SeesAsync(much);
    }

    [Fact]
    public async Task Ipmitools_console_and_ours_take_turns_at_OpenIPMIs_BMC()
    {
        using var terminal = new SerialEcho();
        await using var sim = await IpmiSim.StartAsync(more: $"sol \"tcp:127.0.0.1:{terminal.Port}\" 115200");
        await using var driver = new IpmiDriver(TimeProvider.System);
        await terminal.ConnectedAsync();
        var console = await driver.OpenConsoleAsync(sim.Target(), take: false, new Screen().Show, default);
        var (_, refused) = await Peer.RunAsync("ipmitool", "-I", "lanplus", "-C", "3", "-H", "127.0.0.1", "-p", $"{sim.Port}", "-U", "admin", "-P", "sixteen-octets-1", "sol", "activate");
        Assert.Contains("already active", refused, StringComparison.OrdinalIgnoreCase);
        await console.DisposeAsync();
        await using var again = await driver.OpenConsoleAsync(sim.Target(), take: false, new Screen().Show, default);
    }
}

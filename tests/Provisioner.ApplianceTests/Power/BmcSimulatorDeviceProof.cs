using System.Text.RegularExpressions;
using Provisioner.Wire.Ipmi;

namespace Provisioner.ApplianceTests.Power;

/// <summary>What else our simulator has is read by other people's consoles: sensors, event log, FRU, LAN, users, IPMI 1.5, a serial console.</summary>
public sealed partial class BmcSimulatorDeviceProof : IDisposable
{
    private readonly string _cache = Directory.CreateTempSubdirectory("freeipmi-").FullName;

    public void Dispose() => Directory.Delete(_cache, recursive: true);

    private static string[] Login(BmcSimulator bmc, params string[] more) =>
        ["-I", "lanplus", "-H", "127.0.0.1", "-p", $"{bmc.Port}", "-U", "admin", "-P", "a-password-of-20-oct", .. more];

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var (exit, output) = await Peer.RunAsync(program, arguments);
        Assert.True(exit == 0, $"{program} {string.Join(' ', arguments)}: {output}");
        return output;
    }

    private static Task<string> IpmitoolAsync(BmcSimulator bmc, params string[] command) => RunAsync("ipmitool", [.. Login(bmc, "-C", "17"), .. command]);

    private Task<string> FreeIpmiAsync(BmcSimulator bmc, string program, params string[] command) =>
        RunAsync(program, ["-D", "LAN_2_0", "-I", "17", "-h", $"127.0.0.1:{bmc.Port}", "-u", "admin", "-p", "a-password-of-20-oct", "-l", "ADMIN",
            .. program is "ipmi-sensors" or "ipmi-sel" or "ipmi-fru" ? new[] { "--sdr-cache-directory", _cache, "--quiet-cache" } : [], .. command]);

    [Fact]
    public async Task Both_read_the_same_sensors()
    {
        await using var bmc = new BmcSimulator();
        string ipmitool = await IpmitoolAsync(bmc, "sdr", "elist", "full"), freeipmi = await FreeIpmiAsync(bmc, "ipmi-sensors", "--no-header-output", "--comma-separated-output");
        foreach (var (name, reading) in new[] { ("Inlet Temp", "23"), ("CPU 1 Temp", "40"), ("Fan 1", "4320"), ("12V", "12"), ("Power Meter", "196") })
        {
            Assert.Matches($@"(?m)^{name} +\|.*\| {reading} ", ipmitool);
            Assert.Matches($@"(?m)^\d+,{name},[^,]*,{reading}\.00,", freeipmi);
        }
        Assert.Contains("Presence detected", await IpmitoolAsync(bmc, "sdr", "elist", "compact"), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("PS 1 Status", freeipmi, StringComparison.Ordinal);
        bmc.Records.All[0] = bmc.Records.All[0] with { Raw = 48 };
        Assert.Matches(@"Inlet Temp.*Upper Critical|Inlet Temp.*cr", await IpmitoolAsync(bmc, "sdr", "elist", "full"));
    }

    [Fact]
    public async Task Both_read_and_clear_the_event_log()
    {
        await using var bmc = new BmcSimulator();
        Assert.Equal(2, Lines(await IpmitoolAsync(bmc, "sel", "list")));
        Assert.Equal(2, Lines(await FreeIpmiAsync(bmc, "ipmi-sel", "--no-header-output")));
        Assert.Contains("Entries          : 2", await IpmitoolAsync(bmc, "sel", "info"), StringComparison.Ordinal);
        await IpmitoolAsync(bmc, "sel", "clear");
        Assert.Equal(0, bmc.Log.Count);
        bmc.Log.Add(0x04, 0x03, 0x01, 0x52, 0, 0);
        Assert.Contains("Fan", await IpmitoolAsync(bmc, "sel", "elist"), StringComparison.Ordinal);
        await FreeIpmiAsync(bmc, "ipmi-sel", "--clear");
        Assert.Equal(0, bmc.Log.Count);
    }

    [Fact]
    public async Task Both_read_the_FRU()
    {
        await using var bmc = new BmcSimulator(new BmcFace
        {
            Manufacturer = "HP",
            Product = "ProLiant DL360 G7",
            Serial = "CZJ0420XYZ",
        });
        string ipmitool = await IpmitoolAsync(bmc, "fru", "print", "0"), freeipmi = await FreeIpmiAsync(bmc, "ipmi-fru");
        foreach (string output in new[] { ipmitool, freeipmi })
        {
            Assert.Matches(@"Product Manufacturer(?: Name)? *: HP", output);
            Assert.Matches(@"Product Name *: ProLiant DL360 G7", output);
            Assert.Matches(@"Product Serial(?: Number)? *: CZJ0420XYZ", output);
            Assert.Contains("ProLiant DL360 G7 Board", output, StringComparison.Ordinal);
        }
        Assert.DoesNotContain("checksum", ipmitool + freeipmi, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Ipmitool_reads_and_sets_the_LAN()
    {
        await using var bmc = new BmcSimulator();
        string before = await IpmitoolAsync(bmc, "lan", "print", "1");
        Assert.Matches(@"IP Address Source *: Static Address", before);
        Assert.Matches(@"IP Address *: 192\.0\.2\.77", before);
        Assert.Matches(@"Default Gateway IP *: 192\.0\.2\.1", before);
        Assert.Matches(@"RMCP\+ Cipher Suites *: 3,17", before);
        await IpmitoolAsync(bmc, "lan", "set", "1", "ipaddr", "192.0.2.78");
        Assert.Equal([192, 0, 2, 78], bmc.Lan[3]);
        Assert.Contains("192.0.2.78", await FreeIpmiAsync(bmc, "ipmi-config", "--category=core", "--checkout", "--section=Lan_Conf"), StringComparison.Ordinal);
        Assert.Matches(@"Privilege Level Limit *: ADMINISTRATOR|Access Mode *: always available", await IpmitoolAsync(bmc, "channel", "info", "1"));
    }

    [Fact]
    public async Task A_user_that_ipmitool_makes_logs_in_with_freeipmi()
    {
        await using var bmc = new BmcSimulator();
        Assert.Matches(@"(?m)^2 +admin .*ADMINISTRATOR", await IpmitoolAsync(bmc, "user", "list", "1"));
        await IpmitoolAsync(bmc, "user", "set", "name", "5", "provisioner");
        await IpmitoolAsync(bmc, "user", "set", "password", "5", "sixteen-octets-1", "16");
        await IpmitoolAsync(bmc, "channel", "setaccess", "1", "5", "link=on", "ipmi=on", "callin=on", "privilege=3");
        await IpmitoolAsync(bmc, "user", "enable", "5");
        Assert.Contains(": off", await RunAsync("ipmipower", "-D", "LAN_2_0", "-I", "17", "-h", $"127.0.0.1:{bmc.Port}", "-u", "provisioner", "-p", "sixteen-octets-1", "-l", "OPERATOR", "--stat"),
            StringComparison.Ordinal);
        var (exit, refused) = await Peer.RunAsync("ipmipower", "-D", "LAN_2_0", "-I", "17", "-h", $"127.0.0.1:{bmc.Port}", "-u", "provisioner", "-p", "sixteen-octets-1", "-l", "ADMIN", "--stat");
        Assert.True(exit != 0 || refused.Contains("privilege", StringComparison.Ordinal), refused);
    }

    [Fact]
    public async Task A_user_without_the_right_reads_and_orders_nothing()
    {
        await using var bmc = new BmcSimulator();
        string[] reader = ["-I", "lanplus", "-C", "17", "-L", "USER", "-H", "127.0.0.1", "-p", $"{bmc.Port}", "-U", "reader", "-P", "readerpass123456"];
        Assert.Contains("is off", await RunAsync("ipmitool", [.. reader, "power", "status"]), StringComparison.Ordinal);
        var (exit, output) = await Peer.RunAsync("ipmitool", [.. reader, "power", "on"]);
        Assert.NotEqual(0, exit);
        Assert.Contains("Insufficient privilege level", output, StringComparison.Ordinal);
        Assert.Empty(bmc.Chassis.Orders);
    }

    [Fact]
    public async Task Ipmitool_lights_the_blue_light()
    {
        await using var bmc = new BmcSimulator();
        await IpmitoolAsync(bmc, "chassis", "identify", "force");
        Assert.True(bmc.Chassis.Lit);
        Assert.Matches("(?i)identify state *: indefinite", await FreeIpmiAsync(bmc, "ipmi-chassis", "--get-chassis-status") + await IpmitoolAsync(bmc, "chassis", "status"));
        await IpmitoolAsync(bmc, "chassis", "identify", "0");
        Assert.False(bmc.Chassis.Lit);
    }

    [Fact]
    public async Task A_key_of_the_BMC_is_wanted_by_it_and_known_to_both()
    {
        await using var bmc = new BmcSimulator { Kg = "twenty-octets-of-key"u8.ToArray() };
        string[] plain = Login(bmc, "-C", "17", "power", "status");
        Assert.Contains("is off", await RunAsync("ipmitool", ["-k", "twenty-octets-of-key", .. plain]), StringComparison.Ordinal);
        Assert.NotEqual(0, (await Peer.RunAsync("ipmitool", plain)).Exit);
        Assert.Contains(": off", await FreeIpmiAsync(bmc, "ipmipower", "-k", "twenty-octets-of-key", "--stat"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ipmitool_finds_the_best_cipher_suite_by_itself_where_the_BMC_lists_them()
    {
        await using var bmc = new BmcSimulator();
        Assert.Contains("is off", await RunAsync("ipmitool", Login(bmc, "power", "status")), StringComparison.Ordinal);
        Assert.Contains("open 17", bmc.Heard);
        bmc.Suites = [3];
        Assert.Contains("is off", await RunAsync("ipmitool", Login(bmc, "power", "status")), StringComparison.Ordinal);
        Assert.Contains("open 3", bmc.Heard);
        bmc.Suites = [0, 3, 17];
        Assert.Matches(@"(?m)^0 .*none +none +none", await IpmitoolAsync(bmc, "channel", "getciphers", "ipmi", "1"));
    }

    [Theory]
    [InlineData("8")]
    [InlineData("16")]
    [InlineData("2")]
    public async Task Freeipmi_speaks_the_other_cipher_suites_with_it(string suite)
    {
        await using var bmc = new BmcSimulator { Suites = [2, 8, 16, 17] };
        bmc.Users.Set(2, "admin", "sixteen-octets-1", PrivilegeLevel.Administrator);
        Assert.Contains(": off", await RunAsync("ipmipower", "-D", "LAN_2_0", "-I", suite, "-h", $"127.0.0.1:{bmc.Port}", "-u", "admin", "-p", "sixteen-octets-1", "-l", "ADMIN", "--stat"), StringComparison.Ordinal);
        Assert.Contains($"open {suite}", bmc.Heard);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Both_speak_IPMI_15_with_it(bool only)
    {
        await using var bmc = new BmcSimulator
        {
            Speaks15 = !only,
            Speaks15Only = only,
        };
        bmc.Users.Set(2, "admin", "sixteen-octets-1", PrivilegeLevel.Administrator);
        foreach (string authentication in new[] { "MD5", "PASSWORD" })
        {
            string[] lan = ["-I", "lan", "-A", authentication, "-H", "127.0.0.1", "-p", $"{bmc.Port}", "-U", "admin", "-P", "sixteen-octets-1"];
            await RunAsync("ipmitool", [.. lan, "power", "on"]);
            Assert.Contains("is on", await RunAsync("ipmitool", [.. lan, "power", "status"]), StringComparison.Ordinal);
            await RunAsync("ipmitool", [.. lan, "power", "off"]);
        }
        foreach (string authentication in new[] { "MD5", "STRAIGHT_PASSWORD_KEY" })
            Assert.Contains(": off", await RunAsync("ipmipower", "-D", "LAN", "-a", authentication, "-h", $"127.0.0.1:{bmc.Port}", "-u", "admin", "-p", "sixteen-octets-1", "-l", "ADMIN", "--stat"), StringComparison.Ordinal);
        Assert.Contains("activate", bmc.Heard);
        Assert.DoesNotContain("rakp1", bmc.Heard);
    }

    [Fact]
    public async Task A_person_types_into_the_serial_console_with_ipmitool()
    {
        await using var bmc = new BmcSimulator();
        bmc.Sol.LosesOutput = 1;
        bmc.Sol.Print("login: ");
        // script(1) gives it a terminal, which it wants.
        using var console = Peer.Start("script", "-qfec", $"ipmitool {string.Join(' ', Login(bmc, "-C", "17", "sol", "activate"))}", "/dev/null");
        var seen = new System.Text.StringBuilder();
        var reading = Task.Run(async () =>
        {
            var buffer = new char[256];
            for (int n; (n = await console.StandardOutput.ReadAsync(buffer)) > 0;) lock (seen) seen.Append(buffer, 0, n);
        });
        await UntilAsync(() => Seen(seen).Contains("login: ", StringComparison.Ordinal), () => Seen(seen));
        await console.StandardInput.WriteAsync("root\r");
        await console.StandardInput.FlushAsync();
        await UntilAsync(() => bmc.Sol.Typed.Contains("root", StringComparison.Ordinal), () => bmc.Sol.Typed);
        await UntilAsync(() => Seen(seen).Contains("root", StringComparison.Ordinal), () => Seen(seen));
        bmc.Sol.Print(string.Concat(Enumerable.Repeat("a line of the kernel's\r\n", 40)) + "end of it");
        await UntilAsync(() => Seen(seen).Contains("end of it", StringComparison.Ordinal), () => Seen(seen));
        Assert.Equal(40, KernelLine().Count(Seen(seen)));
        await console.StandardInput.WriteAsync("\r~.");
        await console.StandardInput.FlushAsync();
        await UntilAsync(() => !bmc.Sol.Active, () => Seen(seen));
        console.Kill(entireProcessTree: true);
        await reading;
    }

    [Fact]
    public async Task A_session_that_nobody_uses_is_forgotten()
    {
        await using var bmc = new BmcSimulator { SessionLife = TimeSpan.FromSeconds(0.3) };
        using var shell = Peer.Start("ipmitool", [.. Login(bmc, "-C", "17", "shell")]);
        await UntilAsync(() => bmc.OpenSessions == 1, () => "no session");
        await UntilAsync(() => bmc.OpenSessions == 0, () => "the session is still there");
        shell.Kill();
        await shell.WaitForExitAsync();
    }

    [Fact]
    public async Task Ipmitool_waits_for_a_slow_one_and_survives_lost_answers_and_replays()
    {
        await using var bmc = new BmcSimulator { MaxSessions = 50 };
        bmc.Slow(0.5);
        Assert.Contains("is off", await RunAsync("ipmitool", ["-N", "3", .. Login(bmc, "-C", "17", "power", "status")]), StringComparison.Ordinal);
        bmc.Slow(0).Drops(5);
        Assert.Contains("is off", await RunAsync("ipmitool", ["-N", "1", "-R", "4", .. Login(bmc, "-C", "17", "power", "status")]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_half_dead_one_gives_ipmitool_a_session_and_no_answer()
    {
        await using var bmc = new BmcSimulator();
        bmc.HalfDead();
        var (exit, _) = await Peer.RunAsync("ipmitool", ["-N", "1", "-R", "1", .. Login(bmc, "-C", "17", "power", "status")]);
        Assert.NotEqual(0, exit);
        Assert.Contains("rakp3", bmc.Heard);
    }

    private static int Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;

    private static string Seen(System.Text.StringBuilder seen)
    {
        lock (seen) return seen.ToString();
    }

    private static async Task UntilAsync(Func<bool> done, Func<string> seen)
    {
        using var time = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!done())
        {
            Assert.False(time.IsCancellationRequested, $"it never came; seen: {seen()}");
            await Task.Delay(20);
        }
    }

    [GeneratedRegex("a line of the kernel's")]
    private static partial Regex KernelLine();
}

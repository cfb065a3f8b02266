using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Provisioner.ApplianceTests.Serving;

public sealed class StartTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    private readonly string _folder = Directory.CreateTempSubdirectory("start-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Data => Path.Combine(_folder, "data");

    private static void AssertRefused(string sentence, params string[] arguments)
    {
        using var serve = ServeProcess.Start(ServeProcess.Binary, ["serve", .. arguments]);
        Assert.Equal(1, serve.WaitForExit(Soon));
        Assert.Contains(sentence, serve.Said);
        Assert.DoesNotContain("   at ", serve.Said); // no stack trace
    }

    [Fact]
    public void A_missing_interface_is_one_sentence_with_those_that_are_there() =>
        AssertRefused("there is no interface nosuch0; this machine has ", "--data", Data, "--http-port", $"{ServeProcess.FreePort()}", "--https-port", $"{ServeProcess.FreePort()}", "--interface", "nosuch0");

    [Fact]
    public void A_taken_port_is_one_sentence_with_the_cure()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        int port = ((IPEndPoint)taken.LocalEndPoint!).Port;
        AssertRefused($"TCP port {port} on 127.0.0.1 is taken by another program", "--data", Data, "--http-port", $"{port}", "--https-port", $"{ServeProcess.FreePort()}");
    }

    [Fact]
    public void A_data_folder_that_is_a_file_is_one_sentence()
    {
        File.WriteAllText(Data, "");
        AssertRefused($"the data folder {Data} can't be used", "--data", Data, "--http-port", $"{ServeProcess.FreePort()}", "--https-port", $"{ServeProcess.FreePort()}");
    }

    [Fact]
    public void A_store_that_is_no_database_is_one_sentence()
    {
        Directory.CreateDirectory(Data);
        File.WriteAllText(Path.Combine(Data, "provisioner.db"), new string('x', 8192));
        AssertRefused($"the store in {Data} can't be opened", "--data", Data, "--http-port", $"{ServeProcess.FreePort()}", "--https-port", $"{ServeProcess.FreePort()}");
    }

    [Fact]
    public void Flags_that_make_no_sense_are_told_all_at_once()
    {
        using var serve = ServeProcess.Start(ServeProcess.Binary, "serve", "--data", Data, "--range", "10.0.0.9-10.0.0.1", "--gateway", "nowhere", "--http-port", "99999");
        Assert.Equal(1, serve.WaitForExit(Soon));
        foreach (string fault in new[] { "--gateway nowhere", "--http-port 99999", "--range 10.0.0.9-10.0.0.1" }) Assert.Contains(fault, serve.Said);
    }

    [Fact]
    public void Two_appliances_do_not_share_a_data_folder()
    {
        using var first = ServeProcess.Serve(Data, ServeProcess.FreePort());
        AssertRefused("another appliance is running on it", "--data", Data, "--http-port", $"{ServeProcess.FreePort()}", "--https-port", $"{ServeProcess.FreePort()}");
    }

    [Fact]
    public void SIGTERM_stops_it_cleanly_and_soon()
    {
        using var serve = ServeProcess.Serve(Data, ServeProcess.FreePort());
        serve.AssertSays("choose one on the page, or start with --interface");
        serve.Signal("TERM");
        Assert.Equal(0, serve.WaitForExit(TimeSpan.FromSeconds(15)));
    }

    // The library's own limit of two seconds cut it off, with 143, on a machine that had no time for it.
    [Fact]
    public async Task SIGTERM_stops_it_cleanly_on_a_machine_that_is_too_busy_for_it_for_three_seconds()
    {
        using var serve = ServeProcess.Serve(Data, ServeProcess.FreePort());
        serve.Signal("TERM");
        serve.Signal("STOP");
        await Task.Delay(TimeSpan.FromSeconds(3));
        serve.Signal("CONT");
        Assert.Equal(0, serve.WaitForExit(TimeSpan.FromSeconds(15)));
    }

    // As the systemd unit starts it: nobody, with three capabilities.
    [Fact]
    public void It_serves_without_root_by_three_capabilities_alone()
    {
        string space = $"cap-{Environment.ProcessId}";
        Ip("netns", "add", space);
        try
        {
            Ip("-n", space, "link", "set", "lo", "up");
            Ip("-n", space, "link", "add", "rack0", "type", "veth", "peer", "name", "rack1");
            Ip("-n", space, "addr", "add", "10.99.1.1/24", "dev", "rack0");
            foreach (string end in new[] { "rack0", "rack1" }) Ip("-n", space, "link", "set", end, "up");
            Directory.CreateDirectory(Data);
            Run("chown", "-R", "nobody", _folder);
            // The test's own folder need not be readable by nobody: the program is copied to where it is.
            string program = Path.Combine(_folder, "program");
            Run("cp", "-r", AppContext.BaseDirectory, program);
            Run("chmod", "-R", "a+rX", program);
            const string caps = "+net_bind_service,+net_raw,+net_admin";
            using var serve = ServeProcess.Start("ip", "netns", "exec", space, "setpriv", "--reuid", "65534", "--clear-groups", "--bounding-set", $"-all,{caps}",
                "--inh-caps", $"-all,{caps}", "--ambient-caps", $"-all,{caps}", "--no-new-privs", Path.Combine(program, "provisioner"), "serve", "--data", Data, "--interface", "rack0");
            serve.AssertSays("serves rack0 (10.99.1.0/24)");
            Assert.DoesNotContain("warn:", serve.Said);
            string status = File.ReadAllText($"/proc/{serve.Id}/status");
            Assert.Contains("Uid:\t65534", status);
            // net_bind_service 10, net_admin 12, net_raw 13: capabilities(7).
            Assert.Equal(1ul << 10 | 1ul << 12 | 1ul << 13, ulong.Parse(status.Split('\n').Single(l => l.StartsWith("CapEff", StringComparison.Ordinal))[8..], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            serve.Signal("TERM");
            Assert.Equal(0, serve.WaitForExit(TimeSpan.FromSeconds(15)));
        }
        finally
        {
            Ip("netns", "del", space);
        }
    }

    private static void Ip(params string[] arguments) => Run("ip", arguments);

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {process.ExitCode}");
    }
}

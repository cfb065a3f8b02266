using System.Diagnostics;
using System.Text;
using Provisioner.ApplianceTests.Power;
using Provisioner.ApplianceTests.Serving;
using Provisioner.ApplianceTests.Web;

namespace Provisioner.ApplianceTests.Cli;

/// <summary><c>provisioner console</c> as a process of its own, with pipes and with a terminal, against a whole appliance and simulated BMCs.</summary>
public sealed class ConsoleCommandTests
{
    private static string[] Arguments(TestAppliance appliance, string machine, params string[] more) =>
        ["console", machine, "--url", appliance.Http.BaseAddress!.ToString(), "--data", appliance.Data, .. more];

    /// <summary>Reads what it says until these words came.</summary>
    private static async Task<string> SeesAsync(Process process, string words)
    {
        var (said, buffer) = (new StringBuilder(), new char[1024]);
        using var time = new CancellationTokenSource(TimeSpan.FromSeconds(40));
        while (!said.ToString().Contains(words, StringComparison.Ordinal))
        {
            int read = await process.StandardOutput.ReadAsync(buffer, time.Token);
            if (read == 0) Assert.Fail($"\"{words}\" did not come; there is: {said}{await process.StandardError.ReadToEndAsync(time.Token)}");
            said.Append(buffer, 0, read);
        }
        return said.ToString();
    }

    private static async Task TypeAsync(Process process, params byte[] octets)
    {
        await process.StandardInput.BaseStream.WriteAsync(octets);
        await process.StandardInput.BaseStream.FlushAsync();
    }

    private static async Task UntilAsync(Func<bool> met, string what)
    {
        for (int i = 0; i < 1000; i++)
        {
            if (met()) return;
            await Task.Delay(20);
        }
        Assert.Fail(what);
    }

    private static async Task<int> EndAsync(Process process)
    {
        using var time = new CancellationTokenSource(TimeSpan.FromSeconds(40));
        await process.WaitForExitAsync(time.Token);
        return process.ExitCode;
    }

    [Fact]
    public async Task A_console_is_watched_typed_into_broken_and_left()
    {
        await using var bmc = new BmcSimulator();
        await using var appliance = await TestAppliance.StartAsync();
        var machine = await ConsoleTests.AddAsync(appliance, bmc.Port);
        using var console = Peer.Start(ServeProcess.Binary, Arguments(appliance, machine.Name));
        await UntilAsync(() => bmc.Sol.Active, "the console was not opened");
        bmc.Sol.Print("SeaBIOS (version 1.16)\r\nlogin: ");
        await SeesAsync(console, "login: ");
        await TypeAsync(console, "root\r"u8.ToArray());
        await SeesAsync(console, "root");
        await TypeAsync(console, 0x1e);
        await UntilAsync(() => bmc.Sol.Breaks == 1, "the break did not come");
        Assert.Equal("root\r", bmc.Sol.Typed);
        await TypeAsync(console, 0x1d);
        Assert.Equal(0, await EndAsync(console));
        await UntilAsync(() => !bmc.Sol.Active, "the console was not closed");
    }

    [Fact]
    public async Task In_a_terminal_each_key_goes_out_by_itself_and_the_terminal_is_as_before_afterwards()
    {
        await using var bmc = new BmcSimulator { Sol = { Echoes = false } };
        await using var appliance = await TestAppliance.StartAsync();
        var machine = await ConsoleTests.AddAsync(appliance, bmc.Port);
        string command = string.Join(' ', Arguments(appliance, machine.Id).Prepend(ServeProcess.Binary).Select(a => $"'{a}'"));
        // script(1) gives it a terminal; what stty says before and after frames it.
        using var terminal = Peer.Start("script", "-qec", $"stty -a | grep -o -- '-*icanon'; {command}; echo ended $?; stty -a | grep -o -- '-*icanon'", "/dev/null");
        await UntilAsync(() => bmc.Sol.Active, "the console was not opened");
        bmc.Sol.Print("ready\r\n");
        Assert.Contains("icanon", await SeesAsync(terminal, "ready"), StringComparison.Ordinal);
        // Ctrl-C and a key without Enter are the machine's.
        await TypeAsync(terminal, 0x03, (byte)'x');
        await UntilAsync(() => bmc.Sol.Typed == "\u0003x", $"typed was: {bmc.Sol.Typed}");
        await TypeAsync(terminal, 0x1d);
        string after = await SeesAsync(terminal, "icanon");
        Assert.Contains("ended 0", after, StringComparison.Ordinal);
        Assert.DoesNotContain("-icanon", after, StringComparison.Ordinal);
        await EndAsync(terminal);
    }

    [Fact]
    public async Task A_console_that_cannot_be_had_says_why_and_ends()
    {
        await using var bmc = new BmcSimulator { Sol = { Enabled = false } };
        await using var appliance = await TestAppliance.StartAsync();
        var machine = await ConsoleTests.AddAsync(appliance, bmc.Port);
        await Fails(1, "Serial over LAN is switched off in its settings", Arguments(appliance, machine.Name));
        await Fails(1, "there is no such machine", Arguments(appliance, "nobody"));
        await Fails(2, "no appliance answers at 127.0.0.1:1", ["console", machine.Name, "--url", "http://127.0.0.1:1", "--data", appliance.Data]);

        static async Task Fails(int exit, string why, string[] arguments)
        {
            var (code, said) = await Peer.RunAsync(ServeProcess.Binary, arguments);
            Assert.True(code == exit && said.Contains(why, StringComparison.Ordinal), $"{code}: {said}");
        }
    }
}

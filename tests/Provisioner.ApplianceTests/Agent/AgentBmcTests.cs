using System.Diagnostics;
using System.Text;
using Provisioner.ApplianceTests.Power;

namespace Provisioner.ApplianceTests.Agent;

/// <summary>The agent's way to the BMC: its own shell functions, Debian's ipmitool and a BMC on a socket; only that it asks over the LAN and not in-band is of the test.</summary>
public sealed class AgentBmcTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("agent-bmc-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Library
    {
        get
        {
            for (string? at = AppContext.BaseDirectory; at is not null; at = Path.GetDirectoryName(at))
                if (Directory.Exists(Path.Combine(at, "pxe", "ramdisk"))) return Path.Combine(at, "pxe", "ramdisk", "root", "usr", "lib", "agent");
            throw new DirectoryNotFoundException("pxe/ramdisk is not above the tests");
        }
    }

    private async Task<string> ShellAsync(string script, BmcSimulator? bmc = null)
    {
        string text = $$"""
            run={{_folder}}; SYS={{_folder}}/sys; lan_pause=0.2
            say() { echo "say: $*"; }
            . {{Library}}/json.sh
            . {{Library}}/bmc.sh
            ipmi() { timeout 20 ipmitool -I lanplus -C 17 -H 127.0.0.1 -p {{bmc?.Port ?? 9}} -U admin -P a-password-of-20-oct "$@" 2>"$run/ipmi.err"; }
            {{script}}
            """;
        using var shell = Process.Start(new ProcessStartInfo("sh") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        await shell.StandardInput.WriteAsync(text);
        shell.StandardInput.Close();
        var errors = shell.StandardError.ReadToEndAsync();
        string said = await shell.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(120));
        await shell.WaitForExitAsync();
        return said + await errors;
    }

    private const string FindLan = "if find_lan; then echo \"channel $lan_channel address $lan_address\"; else echo \"reason: $reason\"; fi";

    [Fact]
    public async Task A_BMC_with_an_address_is_left_as_it_is()
    {
        await using var bmc = new BmcSimulator();
        Assert.Equal("channel 1 address 192.0.2.77\n", await ShellAsync(FindLan, bmc));
        Assert.Equal(1, bmc.Lan[4][0]);
    }

    [Fact]
    public async Task A_BMC_without_an_address_is_told_to_ask_DHCP_and_waited_for()
    {
        await using var bmc = new BmcSimulator();
        bmc.Lan[3] = [0, 0, 0, 0];
        var asked = Task.Run(async () =>
        {
            for (int i = 0; i < 1200 && bmc.Lan[4][0] != 2; i++) await Task.Delay(50);
            bmc.Lan[3] = [192, 0, 2, 78];
        });
        string said = await ShellAsync(FindLan, bmc);
        await asked;
        Assert.Contains("telling it to ask DHCP", said);
        Assert.EndsWith("channel 1 address 192.0.2.78\n", said);
        Assert.Equal(2, bmc.Lan[4][0]);
    }

    [Fact]
    public async Task A_BMC_that_gets_no_address_is_given_up_with_what_to_do()
    {
        await using var bmc = new BmcSimulator();
        bmc.Lan[3] = [0, 0, 0, 0];
        string said = await ShellAsync(FindLan, bmc);
        Assert.True(said.Contains("reason: the BMC has no network address (it asks DHCP on LAN channel 1 and got none in 45 seconds): connect its port", StringComparison.Ordinal), said);
    }

    [Fact]
    public async Task The_Redfish_host_interface_is_read_from_SMBIOS()
    {
        Type42(RedfishOverIp("bmc.rack.internal"));
        Assert.Equal("""{"address":"169.254.0.17","port":443,"hostname":"bmc.rack.internal"}""" + "\n", await ShellAsync("redfish_host"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(20)]
    [InlineData(60)]
    public async Task A_table_that_is_cut_short_says_nothing(int length)
    {
        Type42(RedfishOverIp("x")[..length]);
        Assert.Equal("", await ShellAsync("redfish_host"));
    }

    [Fact]
    public async Task Another_protocol_and_a_host_name_with_quotes_do_no_harm()
    {
        byte[] redfish = RedfishOverIp("b\"m\\c$(reboot)");
        Type42([42, (byte)(redfish[1] + 4), 0, 0, 64, 2, 4, 0, 2, 1, 2, 0xaa, 0xbb, .. redfish[9..]]);
        Assert.Equal("""{"address":"169.254.0.17","port":443,"hostname":"bmcreboot"}""" + "\n", await ShellAsync("redfish_host"));
    }

    private void Type42(byte[] raw)
    {
        string entry = Path.Combine(_folder, "sys", "firmware", "dmi", "entries", "42-0");
        Directory.CreateDirectory(entry);
        File.WriteAllBytes(Path.Combine(entry, "raw"), raw);
    }

    // SMBIOS 3.6 §7.43 and DSP0270 §8: header, interface type 40h with two bytes of its own, one protocol record.
    private static byte[] RedfishOverIp(string hostName)
    {
        byte[] record = new byte[91 + hostName.Length];
        (record[51], record[52], record[53], record[55]) = (1, 169, 254, 17);
        (record[84], record[85], record[90]) = (443 & 0xff, 443 >> 8, (byte)hostName.Length);
        Encoding.ASCII.GetBytes(hostName).CopyTo(record, 91);
        return [42, (byte)(11 + record.Length), 0, 0, 64, 2, 4, 0, 1, 4, (byte)record.Length, .. record, 0, 0];
    }
}

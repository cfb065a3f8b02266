using Provisioner.Domain.Power;

namespace Provisioner.ApplianceTests.Power.Pdu;

/// <summary>A second agent that is not ours: snmpsim (Debian 0.4.5, on pysnmp), with objects of a Raritan that keep what is written.</summary>
public sealed class SnmpsimTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static readonly CancellationToken Never = CancellationToken.None;

    [Theory]
    [InlineData("MD5", "DES")]
    [InlineData("SHA", "AES")]
    public async Task Outlets_of_snmpsim_are_read_and_switched(string auth, string priv)
    {
        string folder = Directory.CreateTempSubdirectory("snmpsim-").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "data"));
        // An APC MasterSwitch: what is written is what is read.
        await File.WriteAllTextAsync(Path.Combine(folder, "data", "public.snmprec"), "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.318.1.3.4.2\n1.3.6.1.4.1.318.1.1.4.4.2.1.3.3|2:writecache|value=1\n");
        int port = Peer.FreeUdpPort();
        // It gives root up, and wants a cache of its own.
        File.SetUnixFileMode(folder, (UnixFileMode)0x1ff);
        using var sim = Peer.Start("sh", "-c", $"exec snmpsimd --data-dir={folder}/data --cache-dir={folder}/cache --agent-udpv4-endpoint=127.0.0.1:{port} --process-user=nobody --process-group=nogroup "
            + $"--v3-user=ops --v3-auth-key={SnmpAgent.Auth} --v3-auth-proto={auth} --v3-priv-key={SnmpAgent.Priv} --v3-priv-proto={priv} >{folder}/log 2>&1");
        try
        {
            for (int i = 0; i < 400 && !File.ReadAllText("/proc/net/udp").Contains($":{port:X4} ", StringComparison.Ordinal) && !sim.HasExited; i++) await Task.Delay(50);
            Assert.False(sim.HasExited, await File.ReadAllTextAsync(Path.Combine(folder, "log")));
            var hand = Pdus.Hand();
            foreach (var target in new[]
            {
                Pdus.Target(port, "outlet=3 version=1", "", "public", ""), Pdus.Target(port, "outlet=3", "", "public", ""),
                Pdus.Target(port, $"outlet=3 context=public auth-protocol={auth} priv-protocol={priv}", "ops", SnmpAgent.Auth, $"priv={SnmpAgent.Priv}"),
            })
            {
                var abilities = await hand.LookAsync(target, Never);
                Assert.Equal("apc-masterswitch", abilities.Settings!["pdu"]);
                Assert.Equal(PowerState.Off, await hand.SetAsync(target, PowerAction.Off, Deadline, Never));
                Assert.Equal(PowerState.On, await hand.SetAsync(target, PowerAction.Cycle, Deadline, Never));
            }
        }
        finally
        {
            sim.Kill(entireProcessTree: true);
            await sim.WaitForExitAsync();
            Directory.Delete(folder, recursive: true);
        }
    }
}

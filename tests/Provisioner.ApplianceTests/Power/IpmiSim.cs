using System.Diagnostics;
using Provisioner.Domain.Power;

namespace Provisioner.ApplianceTests.Power;

/// <summary>OpenIPMI's BMC (Debian: openipmi 2.0.33) on loopback: cipher suite 3, power and boot device kept by a script.</summary>
internal sealed class IpmiSim : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ipmi-sim-").FullName;
    private readonly Process _process;

    private IpmiSim()
    {
        Port = Peer.FreeUdpPort();
        File.WriteAllText(Path.Combine(_folder, "power"), "0");
        File.WriteAllText(Path.Combine(_folder, "boot"), "default");
        File.WriteAllText(ScriptPath, Script);
        File.SetUnixFileMode(ScriptPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllText(Path.Combine(_folder, "lan.conf"), Configuration);
        File.WriteAllText(Path.Combine(_folder, "bmc.emu"), Commands);
        _process = Peer.Start("ipmi_sim", "-c", Path.Combine(_folder, "lan.conf"), "-f", Path.Combine(_folder, "bmc.emu"), "-s", _folder, "-n");
    }

    public int Port { get; }

    public string Boot => File.ReadAllText(Path.Combine(_folder, "boot")).Trim();

    private string ScriptPath => Path.Combine(_folder, "chassis");

    public static async Task<IpmiSim> StartAsync()
    {
        var sim = new IpmiSim();
        for (int i = 0; i < 50 && !File.ReadAllText("/proc/net/udp").Contains($":{sim.Port:X4} ", StringComparison.Ordinal); i++) await Task.Delay(100);
        return sim;
    }

    public PowerTarget Target(string username = "admin", string password = "sixteen-octets-1", string privilege = "administrator", bool uefi = false) =>
        new("node7", "ipmi", "127.0.0.1", Port, username, password, privilege, uefi);

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string Script => $"""
        #!/bin/sh
        cd {_folder}; shift; op=$1; shift
        if [ $op = get ]; then for what; do echo "$what:$(cat $what)"; done
        else while [ $# -ge 2 ]; do echo $2 > $1; shift 2; done; fi
        """;

    private string Configuration => $"""
        name "node7"
        set_working_mc 0x20
        startlan 1
          addr 127.0.0.1 {Port}
          priv_limit admin
          allowed_auths_callback none md2 md5 straight
          allowed_auths_user none md2 md5 straight
          allowed_auths_operator none md2 md5 straight
          allowed_auths_admin none md2 md5 straight
          guid a123456789abcdefa123456789abcdef
        endlan
        chassis_control "{ScriptPath} 0x20"
        user 2 true "admin" "sixteen-octets-1" admin 10 none md2 md5 straight
        user 3 true "oper" "operatorpass1234" operator 10 none md2 md5 straight

        """;

    private const string Commands = """
        mc_setbmc 0x20
        mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 674 0x100 persist_sdr
        sel_enable 0x20 1000 0x0a
        mc_enable 0x20

        """;
}

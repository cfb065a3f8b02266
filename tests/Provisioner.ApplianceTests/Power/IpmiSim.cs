using System.Diagnostics;
using Provisioner.Domain.Power;

namespace Provisioner.ApplianceTests.Power;

/// <summary>OpenIPMI's BMC (Debian: openipmi 2.0.33) on loopback: cipher suite 3, power and boot device kept by a script.</summary>
internal sealed class IpmiSim : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ipmi-sim-").FullName;
    private readonly Process _process;

    private readonly string _authentications;
    private readonly string _more;

    private IpmiSim(string authentications, string? emulation, string more)
    {
        (_authentications, _more) = (authentications, more);
        Port = Peer.FreeUdpPort();
        File.WriteAllText(Path.Combine(_folder, "lan"), "ip_addr:10.77.0.11\nip_addr_src:static\nmac_addr:52:54:0b:12:34:56\nsubnet_mask:255.255.255.0\ndefault_gw_ip_addr:10.77.0.1\ndefault_gw_mac_addr:00:00:00:00:00:00\nbackup_gw_ip_addr:0.0.0.0\nbackup_gw_mac_addr:00:00:00:00:00:00\n");
        Executable(LanPath, LanScript);
        File.WriteAllText(Path.Combine(_folder, "power"), "0");
        File.WriteAllText(Path.Combine(_folder, "boot"), "default");
        Executable(ScriptPath, Script);
        File.WriteAllText(Path.Combine(_folder, "lan.conf"), Configuration);
        File.WriteAllText(Path.Combine(_folder, "bmc.emu"), emulation ?? Commands);
        _process = Peer.Start("ipmi_sim", "-c", Path.Combine(_folder, "lan.conf"), "-f", Path.Combine(_folder, "bmc.emu"), "-s", _folder, "-n");
    }

    public int Port { get; }

    /// <summary>A BMC with sensors, entries in its log and an inventory.</summary>
    public static Task<IpmiSim> StartRichAsync(string more = "") =>
        StartAsync(emulation: File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", "ipmi", "rich-bmc.emu")), more: more);

    public string Boot => File.ReadAllText(Path.Combine(_folder, "boot")).Trim();

    private string LanPath => Path.Combine(_folder, "lan-program");

    private static void Executable(string path, string script)
    {
        File.WriteAllText(path, script);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private string LanScript => $"""
        #!/bin/sh
        cd {_folder}; op=$1; shift
        if [ $op = get ]; then for what; do grep "^$what:" lan; done
        elif [ $op = set ]; then while [ $# -ge 2 ]; do sed -i "s/^$1:.*/$1:$2/" lan; shift 2; done; fi
        """;

    private string ScriptPath => Path.Combine(_folder, "chassis");

    /// <param name="authentications">Of IPMI 1.5.</param>
    /// <param name="emulation">Sensors, event log, inventories; null for a BMC without them.</param>
    /// <param name="more">Lines for lan.conf.</param>
    public static async Task<IpmiSim> StartAsync(string authentications = "none md2 md5 straight", string? emulation = null, string more = "")
    {
        var sim = new IpmiSim(authentications, emulation, more);
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
          allowed_auths_callback {_authentications}
          allowed_auths_user {_authentications}
          allowed_auths_operator {_authentications}
          allowed_auths_admin {_authentications}
          guid a123456789abcdefa123456789abcdef
          lan_config_program "{LanPath}"
        endlan
        chassis_control "{ScriptPath} 0x20"
        {_more}
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

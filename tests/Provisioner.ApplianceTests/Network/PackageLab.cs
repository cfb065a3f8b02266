using System.Diagnostics;
using System.Text.Json.Nodes;
using Provisioner.ApplianceTests.Servers;

namespace Provisioner.ApplianceTests.Network;

/// <summary>
/// Three namespaces in a row: machines (c0), the real appliance (s0, s1), and an archive that only the appliance reaches: nginx at
/// 10.88.0.2, which the appliance's hosts file calls deb.debian.org and dl.rockylinux.org.
/// </summary>
internal sealed class PackageLab : IDisposable
{
    public const string Proxy = "http://10.77.0.1:8000";
    private readonly Namespaces _net = new();
    private readonly string _archive;
    private Process? _nginx;

    /// <param name="rate">Bytes a second that the archive sends at most, as nginx writes it.</param>
    public PackageLab(string rate = "0")
    {
        _archive = _net.ServerSide + "u";
        Tool.Run("ip", $"netns add {_archive}");
        Tool.Run("ip", $"-n {_archive} link set lo up");
        Tool.Run("ip", $"-n {_net.ServerSide} link add s1 type veth peer name u0 netns {_archive}");
        Tool.Run("ip", $"-n {_net.ServerSide} address add 10.88.0.1/24 dev s1");
        Tool.Run("ip", $"-n {_archive} address add 10.88.0.2/24 dev u0");
        Tool.Run("ip", $"-n {_net.ServerSide} link set s1 up");
        Tool.Run("ip", $"-n {_archive} link set u0 up");
        // "ip netns exec" lays these over /etc (ip-netns(8)).
        Directory.CreateDirectory(NsEtc);
        File.WriteAllText(Path.Combine(NsEtc, "hosts"), "127.0.0.1 localhost\n10.88.0.2 deb.debian.org dl.rockylinux.org\n");
        Directory.CreateDirectory(Root);
        Run($"chmod 755 {Folder} {Root}");
        File.WriteAllText(Path.Combine(Folder, "nginx.conf"), $$"""
            daemon off; master_process off; pid {{Folder}}/nginx.pid; error_log {{Folder}}/nginx.error; user root;
            events {}
            http {
              log_format asked '$request_method $host $uri $status range=$http_range conditional=$http_if_none_match';
              access_log {{Folder}}/asked asked; client_body_temp_path {{Folder}}/t1; proxy_temp_path {{Folder}}/t2; fastcgi_temp_path {{Folder}}/t3; uwsgi_temp_path {{Folder}}/t4; scgi_temp_path {{Folder}}/t5;
              limit_rate {{rate}};
              server { listen 80; root {{Root}}; }
            }
            """);
        StartArchive();
        Appliance = new Served(_net);
        Key = File.ReadAllText(Path.Combine(Appliance.Folder, "data", "admin.key")).Trim();
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("lab-").FullName;
    public string Root => Path.Combine(Folder, "root");
    public Served Appliance { get; }
    public string ArchiveSide => _archive;
    private string Key { get; set; }
    private string NsEtc => $"/etc/netns/{_net.ServerSide}";

    /// <summary>What the archive was asked since the last look.</summary>
    public string[] Asked()
    {
        string log = Path.Combine(Folder, "asked");
        string[] lines = File.Exists(log) ? File.ReadAllLines(log) : [];
        File.WriteAllText(log, "");
        return lines;
    }

    public void StartArchive()
    {
        _nginx = Tool.Start("ip", $"netns exec {_archive} nginx -e {Folder}/nginx.error -c {Folder}/nginx.conf", _ => { });
        for (int i = 0; Tool.Try("ip", $"netns exec {_archive} curl -sS -o /dev/null http://10.88.0.2/", 5).Exit != 0; i++)
        {
            Assert.True(i < 50, $"nginx does not answer: {(File.Exists($"{Folder}/nginx.error") ? File.ReadAllText($"{Folder}/nginx.error") : "")}");
            Thread.Sleep(100);
        }
        Asked();
    }

    public void StopArchive()
    {
        _nginx!.Kill(entireProcessTree: true);
        _nginx.WaitForExit();
    }

    public void PullCable() => Tool.Run("ip", $"-n {_archive} link set u0 down");

    public void PlugCable() => Tool.Run("ip", $"-n {_archive} link set u0 up");

    public Tool.Output OnMachine(string program, string arguments, int seconds = 60) => _net.OnClient(program, arguments, seconds);

    /// <summary>A program on a machine that goes on beside the test.</summary>
    public Process Start(string program, string arguments) => Tool.Start("ip", $"netns exec {_net.ClientSide} {program} {arguments}", _ => { });

    /// <summary>The appliance's API, as its own host sees it.</summary>
    public JsonNode Api(string path)
    {
        Key = File.ReadAllText(Path.Combine(Appliance.Folder, "data", "admin.key")).Trim();
        return JsonNode.Parse(Tool.Run("ip", $"netns exec {_net.ServerSide} curl -sS -H \"Authorization: Bearer {Key}\" http://127.0.0.1:5240/api/v1/{path}"))!;
    }

    public static string Run(string script, int seconds = 60)
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, "set -eu\n" + script);
        string said = Tool.Run("bash", file, seconds);
        File.Delete(file);
        return said;
    }

    public void Dispose()
    {
        Appliance.Dispose();
        if (_nginx is { HasExited: false }) StopArchive();
        Tool.Try("ip", $"netns del {_archive}", 60);
        _net.Dispose();
        Directory.Delete(NsEtc, recursive: true);
        Directory.Delete(Folder, recursive: true);
    }
}

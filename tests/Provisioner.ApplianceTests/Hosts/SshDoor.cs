using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Provisioner.ApplianceTests.Servers;

namespace Provisioner.ApplianceTests.Hosts;

/// <summary>OpenSSH's server on loopback, in the mount namespace of a libvirtd: what comes in by it finds that libvirtd's socket where any would be.</summary>
internal sealed class SshDoor : IDisposable
{
    private readonly string _folder;
    private readonly int _libvirtd;
    private Process? _process;

    public SshDoor(string folder, int libvirtd)
    {
        (_folder, _libvirtd) = (Directory.CreateDirectory(Path.Combine(folder, "ssh")).FullName, libvirtd);
        foreach (string key in new[] { "host", "key", "strange" })
            if (!File.Exists($"{_folder}/{key}")) Tool.Run("ssh-keygen", $"-q -t ed25519 -N \"\" -f {_folder}/{key}");
        File.Copy($"{_folder}/key.pub", $"{_folder}/authorized", overwrite: true);
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        Port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        Directory.CreateDirectory("/run/sshd");
        Open();
    }

    public int Port { get; }
    public string Key => $"{_folder}/key";
    public string StrangeKey => $"{_folder}/strange";
    public string KnownHosts => $"{_folder}/known";

    public void Open()
    {
        _process = Tool.Start("nsenter", $"-t {_libvirtd} -m /usr/sbin/sshd -D -f /dev/null -p {Port} -o ListenAddress=127.0.0.1 -o HostKey={_folder}/host -o AuthorizedKeysFile={_folder}/authorized -o StrictModes=no -o UsePAM=no -o PidFile=none", _ => { });
        var began = Stopwatch.StartNew();
        while (!Listens() && began.Elapsed < TimeSpan.FromSeconds(20)) Thread.Sleep(50);
    }

    /// <summary>Ends it, with all who came in.</summary>
    public void Cut()
    {
        _process!.Kill(entireProcessTree: true);
        _process.WaitForExit(10_000);
        _process.Dispose();
        _process = null;
    }

    public void Dispose()
    {
        if (_process is not null) Cut();
        // ssh has written its host key down, as told by no_verify.
        Tool.Try("ssh-keygen", $"-R [127.0.0.1]:{Port}", 10);
        Directory.Delete(_folder, recursive: true);
    }

    private bool Listens()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

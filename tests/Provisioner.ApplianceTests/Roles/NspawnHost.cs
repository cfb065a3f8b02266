using System.Diagnostics;

namespace Provisioner.ApplianceTests.Roles;

/// <summary>
/// A machine at native speed: a whole Debian under systemd-nspawn in a network namespace of its own, joined to us by a veth pair.
/// Everything that it is made of is gone after Dispose.
/// </summary>
internal sealed class NspawnHost : IDisposable
{
    public const string Mac = "52:54:00:5a:00:02";

    private static int _count;

    // Names of interfaces have 15 characters at most; two hosts may be up at once.
    private readonly int _number = Interlocked.Increment(ref _count);
    private readonly string _name;
    private readonly StreamWriter _console;
    private Process? _process;

    public NspawnHost(string folder, string morePackages = "")
    {
        _name = $"prv{Environment.ProcessId % 100_000}n{_number % 100}";
        Root = Path.Combine(folder, "root");
        _console = new StreamWriter(Path.Combine(folder, "console.log")) { AutoFlush = true };
        int subnet = (Environment.ProcessId + _number) % 250;
        (Ours, Theirs) = ($"10.78.{subnet}.1", $"10.78.{subnet}.2");
        Shell.Run("ip", "netns", "add", _name);
        Shell.Run("ip", "link", "add", $"{_name}h", "type", "veth", "peer", "name", "host0", "netns", _name);
        Shell.Run("ip", "addr", "add", $"{Ours}/24", "dev", $"{_name}h");
        Shell.Run("ip", "link", "set", $"{_name}h", "up");
        Shell.Run("ip", "-n", _name, "link", "set", "lo", "up");
        Shell.Run("ip", "-n", _name, "link", "set", "host0", "address", Mac);
        Shell.Run("ip", "-n", _name, "addr", "add", $"{Theirs}/24", "dev", "host0");
        Shell.Run("ip", "-n", _name, "link", "set", "host0", "up");
        HostRoot.Unpack(Root, morePackages);
        File.WriteAllText(In("/etc/machine-id"), "");
        // Its address is set from outside: there is no DHCP server here, and networkd would take it away.
        Shell.Run("systemctl", $"--root={Root}", "mask", "systemd-networkd.service", "systemd-networkd.socket");
    }

    public string Root { get; }

    /// <summary>Our address on its network.</summary>
    public string Ours { get; }

    /// <summary>Its address.</summary>
    public string Theirs { get; }

    /// <summary>The path from here of a path of its.</summary>
    public string In(string path) => Path.Join(Root, path);

    /// <summary>Switches it on.</summary>
    public void Boot()
    {
        var start = new ProcessStartInfo("systemd-nspawn",
            ["--quiet", "--register=no", "--keep-unit", "--console=pipe", "--capability=CAP_NET_ADMIN", "-D", Root, $"--network-namespace-path=/run/netns/{_name}", $"--machine={_name}", "-b"])
        { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        // Its network is its own, so are the kernel's settings of it.
        start.Environment["SYSTEMD_NSPAWN_API_VFS_WRITABLE"] = "network";
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Log(line.Data);
        _process.ErrorDataReceived += (_, line) => Log(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Runs a shell text in it while it is on.</summary>
    public (int Code, string Output) Enter(string script)
    {
        string children = File.ReadAllText($"/proc/{_process!.Id}/task/{_process.Id}/children");
        string leader = children.Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() ?? throw new InvalidOperationException($"{_name} is off: {Console}");
        return Shell.Try("nsenter", "--target", leader, "--mount", "--uts", "--ipc", "--net", "--pid", "--", "/usr/bin/env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "/bin/sh", "-c", script);
    }

    /// <summary>Waits until all its services had their turn.</summary>
    public void WaitUntilUp()
    {
        for (int i = 0; i < 600; i++)
        {
            if (File.Exists($"/proc/{_process!.Id}/task/{_process.Id}/children") && File.ReadAllText($"/proc/{_process.Id}/task/{_process.Id}/children").Length > 1
                && Enter("systemctl is-system-running").Output.Trim() is "running" or "degraded") return;
            Thread.Sleep(100);
        }
        throw new TimeoutException($"{_name} was not up after a minute: {Console}");
    }

    /// <summary>The end of what its console said.</summary>
    public string Console
    {
        get
        {
            lock (_console) _console.Flush();
            string[] lines = File.ReadAllLines(Path.Combine(Path.GetDirectoryName(Root)!, "console.log"));
            return string.Join('\n', lines.TakeLast(20));
        }
    }

    /// <summary>Pulls the plug: nothing in it gets to end its work.</summary>
    public void CutPower()
    {
        if (_process is not { HasExited: false } process) return;
        process.Kill(entireProcessTree: true);
        process.WaitForExit(TimeSpan.FromSeconds(10));
    }

    /// <summary>Runs a program in it while it is off.</summary>
    public (int Code, string Output) Run(params IEnumerable<string> command) =>
        Shell.Try("systemd-nspawn", ["--quiet", "--register=no", "--keep-unit", "--console=pipe", "-D", Root, $"--machine={_name}", .. command]);

    public void Dispose()
    {
        CutPower();
        Shell.Try("ip", "link", "del", $"{_name}h");
        Shell.Try("ip", "netns", "del", _name);
        lock (_console) _console.Dispose();
    }

    private void Log(string? line)
    {
        lock (_console) if (line is not null && _console.BaseStream.CanWrite) _console.WriteLine(line);
    }
}

using System.Diagnostics;

namespace Provisioner.ApplianceTests.Roles;

/// <summary>
/// A machine at native speed: a whole Debian under systemd-nspawn in a network namespace of its own, joined to us by a veth pair.
/// Everything that it is made of is gone after Dispose.
/// </summary>
internal sealed class NspawnHost : IDisposable
{
    public const string Mac = "52:54:00:5a:00:02";

    private static int _made;

    // Names of interfaces have 15 characters at most.
    private readonly string _name;
    private readonly StreamWriter _console;
    private Process? _process;

    /// <param name="folder">Where it is unpacked.</param>
    public NspawnHost(string folder)
    {
        int number = Interlocked.Increment(ref _made) % 26; // several run at a time
        _name = $"prv{Environment.ProcessId % 1_000_000}{(char)('a' + number)}";
        Directory.CreateDirectory(folder);
        Root = Path.Combine(folder, "root");
        _console = new StreamWriter(Path.Combine(folder, "console.log")) { AutoFlush = true };
        int subnet = (Environment.ProcessId + number) % 250;
        (Ours, Theirs) = ($"10.78.{subnet}.1", $"10.78.{subnet}.2");
        Shell.Run("ip", "netns", "add", _name);
        Shell.Run("ip", "link", "add", $"{_name}h", "type", "veth", "peer", "name", "host0", "netns", _name);
        Shell.Run("ip", "addr", "add", $"{Ours}/24", "dev", $"{_name}h");
        Shell.Run("ip", "link", "set", $"{_name}h", "up");
        Shell.Run("ip", "-n", _name, "link", "set", "lo", "up");
        Shell.Run("ip", "-n", _name, "link", "set", "host0", "address", Mac);
        Shell.Run("ip", "-n", _name, "addr", "add", $"{Theirs}/24", "dev", "host0");
        Shell.Run("ip", "-n", _name, "link", "set", "host0", "up");
        HostRoot.Unpack(Root);
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
            ["--quiet", "--register=no", "--keep-unit", "--console=pipe", "-D", Root, $"--network-namespace-path=/run/netns/{_name}", $"--machine={_name}", "-b"])
        { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Log(line.Data);
        _process.ErrorDataReceived += (_, line) => Log(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
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

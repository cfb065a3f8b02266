using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Provisioner.Benchmarks.Network;

/// <summary>A server that is measured: one of the peers, or the appliance. Processor time and memory are those of it and of all its children.</summary>
internal sealed class Peer : IDisposable
{
    private const double TicksPerSecond = 100; // USER_HZ of every Linux that .NET runs on, proc(5)
    private readonly Process _process;
    private readonly StringBuilder _said = new();

    public Peer(string name, string program, IEnumerable<string> arguments)
    {
        Name = name;
        _process = Ran.Start(program, arguments);
        _process.OutputDataReceived += (_, e) => Heard(e.Data);
        _process.ErrorDataReceived += (_, e) => Heard(e.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Name { get; }
    public bool HasExited => _process.HasExited;

    /// <summary>Its process; "ip netns exec" is replaced by the program, so the id is the program's own.</summary>
    public int Id => _process.Id;

    /// <summary>What it has said so far, on both outputs.</summary>
    public string Said
    {
        get { lock (_said) return _said.ToString(); }
    }

    /// <summary>Seconds of processor time so far, children's and ended children's among them: take it before and after.</summary>
    public double ProcessorSeconds => Tree().Sum(id => Ticks(id)) / TicksPerSecond;

    /// <summary>Resident memory in MiB.</summary>
    public double ResidentMebibytes => Tree().Sum(Resident) / 1024.0;

    /// <summary>Waits until something is true, asked every 50 ms.</summary>
    /// <exception cref="InvalidOperationException">it ended, or the deadline passed; with what it said.</exception>
    public Peer Until(Func<bool> ready, string what, double seconds = 20)
    {
        for (var clock = Stopwatch.StartNew(); !ready();)
        {
            if (_process.HasExited) throw new InvalidOperationException($"{Name} ended with {_process.ExitCode} before {what}; it said: {Said}");
            if (clock.Elapsed.TotalSeconds > seconds) throw new InvalidOperationException($"{Name}: not {what} in {seconds} s; it said: {Said}");
            Thread.Sleep(50);
        }
        return this;
    }

    /// <summary>Waits until it has said a word.</summary>
    public Peer UntilSays(string word, double seconds = 20) => Until(() => Said.Contains(word, StringComparison.Ordinal), $"saying \"{word}\"", seconds);

    /// <summary>Waits until a UDP or TCP port of its namespace is bound.</summary>
    public Peer UntilBound(int port, bool udp = true, double seconds = 20) => Until(() => IsBound(port, udp), $"bound to port {port}", seconds);

    /// <summary>SIGTERM, and after five seconds SIGKILL, to it and its children.</summary>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Process.Start("kill", ["-TERM", $"{_process.Id}"]).WaitForExit();
            if (!_process.WaitForExit(5000)) _process.Kill(entireProcessTree: true);
        }
        _process.WaitForExit();
    }

    private void Heard(string? line)
    {
        if (line is null) return;
        lock (_said)
            if (_said.Length < 100_000) _said.AppendLine(line);
    }

    private bool IsBound(int port, bool udp)
    {
        string wanted = $":{port:X4} ";
        foreach (string table in udp ? (string[])["udp", "udp6"] : ["tcp", "tcp6"])
        {
            string path = $"/proc/{_process.Id}/net/{table}";
            if (File.Exists(path) && File.ReadLines(path).Skip(1).Any(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1].EndsWith(wanted.TrimEnd(), StringComparison.Ordinal))) return true;
        }
        return false;
    }

    private List<int> Tree()
    {
        List<int> tree = [_process.Id];
        for (int i = 0; i < tree.Count; i++)
            foreach (string task in Folders($"/proc/{tree[i]}/task"))
                tree.AddRange(Read($"{task}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => int.Parse(id, CultureInfo.InvariantCulture)));
        return tree;
    }

    // proc(5): after the name in parentheses, field 3 comes first; 14 to 17 are utime, stime, cutime, cstime.
    private static double Ticks(int id)
    {
        string stat = Read($"/proc/{id}/stat");
        if (stat.Length == 0) return 0;
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return fields[11..15].Sum(f => double.Parse(f, CultureInfo.InvariantCulture));
    }

    private static double Resident(int id) =>
        Read($"/proc/{id}/status").Split('\n').FirstOrDefault(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)) is { } line
            ? double.Parse(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) : 0;

    // Children come and go while they are counted.
    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static string[] Folders(string path)
    {
        try
        {
            return Directory.GetDirectories(path);
        }
        catch (IOException)
        {
            return [];
        }
    }
}

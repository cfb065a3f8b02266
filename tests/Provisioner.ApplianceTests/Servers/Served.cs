using System.Diagnostics;
using System.Text;

namespace Provisioner.ApplianceTests.Servers;

/// <summary>The real process, <c>provisioner serve</c>, in the server's namespace.</summary>
internal sealed class Served : IDisposable
{
    private readonly Namespaces _net;
    private readonly string _range;
    private readonly StringBuilder _said = new();
    private Process? _process;

    /// <param name="range">Dynamic range.</param>
    public Served(Namespaces net, string range = "10.77.1.0-10.77.40.255")
    {
        (_net, _range) = (net, range);
        Folder = Directory.CreateTempSubdirectory("served-").FullName;
        foreach (string folder in (string[])["data", "boot", "images"]) Directory.CreateDirectory(Path.Combine(Folder, folder));
        Start();
    }

    public string Folder { get; }
    public string BootFiles => Path.Combine(Folder, "boot");

    /// <summary>What it has said so far.</summary>
    public string Said
    {
        get { lock (_said) return _said.ToString(); }
    }

    /// <summary>Starts it, on what it left behind, and waits until it is ready.</summary>
    public void Start()
    {
        string dll = Path.Combine(AppContext.BaseDirectory, "provisioner.dll");
        string arguments = $"--data {Folder}/data --boot-files {BootFiles} --images {Folder}/images --interface s0 --range {_range} --upstream-dns {Namespaces.Client}";
        var ready = new TaskCompletionSource();
        _process = Tool.Start("ip", $"netns exec {_net.ServerSide} dotnet {dll} serve {arguments}", line =>
        {
            lock (_said) _said.AppendLine(line);
            if (line.StartsWith("serves s0", StringComparison.Ordinal)) ready.TrySetResult();
        });
        Assert.True(ready.Task.Wait(TimeSpan.FromSeconds(20)), $"provisioner serve was not ready in 20 s; it said: {Said}");
    }

    /// <summary>kill -9, then a start on the same data. "ip netns exec" is replaced by the program: the id is its own.</summary>
    public void KillAndStart()
    {
        _process!.Kill();
        _process.WaitForExit();
        Start();
    }

    public bool IsAlive => _process is { HasExited: false };

    /// <summary>Resident memory in MiB.</summary>
    public long Memory
    {
        get
        {
            _process!.Refresh();
            return _process.WorkingSet64 >> 20;
        }
    }

    public void Dispose()
    {
        _process!.Kill();
        _process.WaitForExit();
        Directory.Delete(Folder, recursive: true);
    }
}

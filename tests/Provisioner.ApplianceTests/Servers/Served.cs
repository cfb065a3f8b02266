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
    /// <param name="mount">Called with the data folder before the first start: to mount something small on it.</param>
    public Served(Namespaces net, string range = "10.77.1.0-10.77.40.255", Action<string>? mount = null)
    {
        (_net, _range) = (net, range);
        Folder = Directory.CreateTempSubdirectory("served-").FullName;
        Directory.CreateDirectory(Data);
        mount?.Invoke(Data);
        foreach (string folder in (string[])["data", "boot", "images"]) Directory.CreateDirectory(Path.Combine(Folder, folder));
        Start();
    }

    public string Folder { get; }
    public string Data => Path.Combine(Folder, "data");
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
        Kill();
        Start();
    }

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
    }

    /// <summary>What the API says, asked with root's key from the appliance's own namespace.</summary>
    public string Api(string path, string more = "")
    {
        string key = File.ReadAllText(Path.Combine(Folder, "data/admin.key")).Trim();
        return Tool.Try("ip", $"netns exec {_net.ServerSide} curl -sS --max-time 10 {more} -H \"Authorization: Bearer {key}\" http://{Namespaces.Appliance}:5240{path}", 20).Text;
    }

    /// <summary>Makes something by the API; its words, which must not be a refusal.</summary>
    public string Post(string path, string json) => Send("POST", path, json);

    /// <summary>Changes something by the API.</summary>
    public string Patch(string path, string json) => Send("PATCH", path, json);

    private string Send(string method, string path, string json)
    {
        string body = Path.Combine(Folder, "body.json");
        File.WriteAllText(body, json);
        string said = Api(path, $"-X {method} -H Content-Type:application/json --data-binary @{body}");
        Assert.False(said.Contains("\"status\":4", StringComparison.Ordinal), $"{method} {path} {json}: {said}");
        return said;
    }

    /// <summary>What the API says once a word stands in it; fails after ten seconds.</summary>
    public string Until(string word, string path)
    {
        string said = "";
        for (int i = 0; i < 40; i++, Thread.Sleep(250))
            if ((said = Api(path)).Contains(word, StringComparison.Ordinal)) return said;
        throw new InvalidOperationException($"{path} did not say {word}: {said}");
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
        if (IsAlive) Kill();
        Directory.Delete(Folder, recursive: true);
    }
}

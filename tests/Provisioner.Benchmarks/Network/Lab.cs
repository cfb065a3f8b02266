using System.Net;
using System.Runtime.InteropServices;

namespace Provisioner.Benchmarks.Network;

/// <summary>
/// Two network namespaces with a cable between them: the server's side has "bs", 10.88.0.1/16, the clients' side "bc", 10.88.0.2/16.
/// Names are unique to this process; everything is taken away at the end, on Ctrl-C and on SIGTERM too. Needs root.
/// </summary>
internal sealed class Lab : IDisposable
{
    public const string ServerInterface = "bs";
    public static readonly IPAddress Server = IPAddress.Parse("10.88.0.1"), Client = IPAddress.Parse("10.88.0.2");
    public const string Subnet = "10.88.0.0/16", FirstOfRange = "10.88.1.0", LastOfRange = "10.88.254.255";
    private readonly string _server = $"bench{Environment.ProcessId}-srv", _client = $"bench{Environment.ProcessId}-cli";
    private readonly PosixSignalRegistration[] _signals;
    private readonly Lock _lock = new();
    private readonly List<Peer> _running = [];
    private bool _down;

    public Lab()
    {
        _signals = [.. ((PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP]).Select(s => PosixSignalRegistration.Create(s, Interrupted))];
        Folder = Directory.CreateTempSubdirectory("bench-network-").FullName;
        try
        {
            foreach (string name in (string[])[_server, _client])
            {
                Ip("netns", "add", name);
                Ip("-n", name, "link", "set", "lo", "up");
            }
            Ip("-n", _server, "link", "add", ServerInterface, "type", "veth", "peer", "name", "bc", "netns", _client);
            Ip("-n", _server, "address", "add", $"{Server}/16", "dev", ServerInterface);
            Ip("-n", _client, "address", "add", $"{Client}/16", "dev", "bc");
            Ip("-n", _server, "link", "set", ServerInterface, "up");
            Ip("-n", _client, "link", "set", "bc", "up");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>For configuration and data of the peers; goes away with the lab. Everybody may read it: peers drop root.</summary>
    public string Folder { get; }

    /// <summary>A folder or file name in <see cref="Folder"/> that nobody has used.</summary>
    public string Fresh(string name) => Path.Combine(Folder, $"{name}-{Interlocked.Increment(ref _fresh)}");
    private int _fresh;

    /// <summary>Starts a server on the server's side. It is stopped when the peer is disposed, at the latest with the lab.</summary>
    public Peer Start(string name, string program, params IEnumerable<string> arguments)
    {
        var peer = new Peer(name, "ip", ["netns", "exec", _server, program, .. arguments]);
        lock (_lock)
        {
            _running.RemoveAll(p => p.HasExited);
            _running.Add(peer);
        }
        return peer;
    }

    /// <summary>Runs a client to its end, or to the deadline.</summary>
    public Ran OnClient(TimeSpan deadline, string program, params IEnumerable<string> arguments) =>
        Ran.ToEnd(deadline, "ip", ["netns", "exec", _client, program, .. arguments]);

    /// <summary>Runs a half of the benchmark itself on the client's side, to its end or to the deadline.</summary>
    public Ran ItselfOnClient(TimeSpan deadline, params IEnumerable<string> arguments) =>
        Ran.ToEnd(deadline, "ip", ["netns", "exec", _client, .. Itself.With(arguments)]);

    /// <summary>Starts a client that the caller waits for: for many at once.</summary>
    public System.Diagnostics.Process StartOnClient(string program, params IEnumerable<string> arguments) =>
        Ran.Start("ip", ["netns", "exec", _client, program, .. arguments]);

    public void Dispose()
    {
        lock (_lock)
        {
            if (_down) return;
            _down = true;
            foreach (var peer in _running) peer.Dispose();
        }
        foreach (var signal in _signals) signal.Dispose();
        Ran.ToEnd(TimeSpan.FromSeconds(30), "ip", ["netns", "del", _client]);
        Ran.ToEnd(TimeSpan.FromSeconds(30), "ip", ["netns", "del", _server]);
        Directory.Delete(Folder, recursive: true);
    }

    private void Interrupted(PosixSignalContext context)
    {
        context.Cancel = true; // ours to end, after the cleaning
        Console.Error.WriteLine("bench: interrupted; taking the lab away");
        Dispose();
        Environment.Exit(130);
    }

    private static void Ip(params string[] arguments)
    {
        var ran = Ran.ToEnd(TimeSpan.FromSeconds(30), "ip", arguments);
        if (ran.Exit != 0) throw new InvalidOperationException($"ip {string.Join(' ', arguments)}: {ran.Text.Trim()} (network namespaces need root: sudo ./run bench network)");
    }
}

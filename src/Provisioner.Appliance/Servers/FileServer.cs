using System.Net.Sockets;
using Provisioner.Domain.Boot;
using Provisioner.Domain.Files;
using Provisioner.Domain.Networks;
using Provisioner.Wire;
using Provisioner.Wire.Http;

namespace Provisioner.Appliance.Servers;

/// <summary>
/// Kernels, ramdisks, boot programs and images over HTTP, by sendfile, on one thread of one interface: Kestrel copies each octet through the
/// process at six to ten times the CPU, and has no sendfile (dotnet/aspnetcore#18093). Who may: any machine of the served subnet
/// (<see cref="Web.Rule.OpenToMachines"/>); none of the files is secret. What: the list of <see cref="FileCatalog"/>.
/// </summary>
internal sealed class FileServer(ServedNetwork network, FileCatalog catalog, Func<Ipv4Address, bool> serves, FileSightings sightings, TimeProvider time) : IDisposable
{
    private const int MostConnections = 2048, MostOfOneClient = 128;
    // A connection's turn; nginx's sendfile_max_chunk is as long.
    private const long Turn = 2 << 20;
    // So many that they fill a link of 25 Gb/s twice over (15 do, seen with MAAS 3.5), so few that each gets a share it is done with soon.
    private const int MostReaders = 32;
    private const long SmallFile = 4 << 20;
    // 32 KiB/s for those that wait: EDK2 gives up after 5 s without an octet, the agent's curl after 15 s below 1,000 a second.
    private const long PacedTurn = 8 << 10;
    private const long ListenerKey = 0;
    private static readonly TimeSpan Sweep = TimeSpan.FromMilliseconds(250), Idle = TimeSpan.FromMilliseconds(500), Grace = TimeSpan.FromSeconds(5), Stop = TimeSpan.FromSeconds(1);
    private readonly ReaderQueue _queue = new(MostReaders, Grace);
    private readonly Dictionary<long, FileConnection> _connections = [];
    private readonly Dictionary<Ipv4Address, int> _ofClient = [];
    private readonly long _epoch = time.GetTimestamp();
    private Socket? _listener;
    private Epoll? _epoll;
    private Thread? _thread;
    private long _lastKey;
    private bool _deaf;
    private volatile bool _stopping;

    /// <summary>What the last connection that broke something broke: null, if we did our work.</summary>
    public Exception? LastFault { get; private set; }

    private TimeSpan Now => time.GetElapsedTime(_epoch);

    /// <summary>Opens the port and answers from now on.</summary>
    /// <exception cref="ServerStartException">port, interface or permission are missing; one sentence with the cure.</exception>
    public void Start()
    {
        _listener = ServerSockets.Tcp(network, network.FilePort, "HTTP for boot files and images", this);
        _listener.Blocking = false;
        _epoll = new Epoll();
        _epoll.Watch(NonBlocking.Number(_listener), ListenerKey, Epoll.Input);
        _thread = new Thread(Serve) { IsBackground = true, Name = $"files {network.Interface}" };
        _thread.Start();
    }

    public void Dispose()
    {
        if (_stopping) return;
        _stopping = true;
        _thread?.Join(Stop);
        foreach (var connection in _connections.Values) connection.Dispose();
        _epoll?.Dispose();
        _listener?.Dispose();
    }

    private void Serve()
    {
        Span<long> ready = stackalloc long[64];
        var nextSweep = TimeSpan.Zero;
        while (!_stopping)
        {
            int count = _epoll!.Wait(ready, _connections.Count == 0 ? Idle : Sweep);
            foreach (long key in ready[..count])
            {
                if (key == ListenerKey) Accept();
                else if (_connections.TryGetValue(key, out var connection)) Guarded(key, connection, swept: false);
            }
            if (Now < nextSweep) continue;
            nextSweep = Now + Sweep;
            _queue.Advance(Now);
            foreach (var (key, connection) in _connections) Guarded(key, connection, swept: true); // thinned out while it is walked
            if (_deaf) Listen(true);
        }
    }

    // One connection must never end a server.
    private void Guarded(long key, FileConnection connection, bool swept)
    {
        bool lives;
        try
        {
            lives = swept ? OnSweep(connection) : OnReady(connection);
            if (lives) Watch(key, connection);
        }
        catch (Exception e)
        {
            LastFault = e;
            lives = false;
        }
        if (!lives) End(key, connection);
    }

    private bool OnReady(FileConnection connection)
    {
        if (connection.Stage != FileStage.Sending) return connection.Receive(Now) && Continue(connection);
        return connection.Send(connection.IsPaced ? 0 : Turn) && Continue(connection);
    }

    private bool OnSweep(FileConnection connection)
    {
        if (connection.IsOverdue(Now)) return false;
        if (!connection.IsPaced) return true;
        connection.IsPaced = !_queue.IsAdmitted(connection.Client);
        return connection.Send(connection.IsPaced ? PacedTurn : Turn) && Continue(connection);
    }

    // As far as it goes without waiting: requests may stand behind one another.
    private bool Continue(FileConnection connection)
    {
        while (true)
        {
            if (connection.Stage == FileStage.Sending)
            {
                if (!connection.IsSent) return true;
                Finish(connection);
            }
            if (connection.Stage != FileStage.Reading) return true;
            if (!Answer(connection)) return true;
            if (!connection.Send(connection.IsPaced ? PacedTurn : Turn)) return false;
        }
    }

    /// <summary>Begins the answer to the next request; false where there is none yet.</summary>
    private bool Answer(FileConnection connection)
    {
        HttpRequestHead? request;
        try
        {
            request = connection.TakeRequest();
        }
        catch (WireException e)
        {
            Begin(connection, FileAnswer.Refuse(400, e.Message, time.GetUtcNow()), null);
            return true;
        }
        if (request is null) return false;
        if (!serves(connection.Client))
        {
            Begin(connection, FileAnswer.Refuse(403, $"{connection.Client} is in none of the served subnets", time.GetUtcNow()), null);
            return true;
        }
        var file = catalog.Open(request.Target, Now, out string why);
        Begin(connection, FileAnswer.For(request, file?.Facts, why, time.GetUtcNow()), file, isNews: !BootFileChoice.IsProbe(request.Target));
        return true;
    }

    private void Begin(FileConnection connection, FileAnswer answer, ServedFile? file, bool isNews = true)
    {
        connection.Begin(answer, file, Now);
        if (isNews && answer.Why.Length > 0) sightings.Refused(connection.Client, answer.Why);
        if (connection.Count < SmallFile) return;
        connection.IsQueued = true;
        if (_queue.Enter(connection.Client, Now) is { } before) sightings.Waits(connection.Client, file!.Url, _queue.Admitted, before);
        connection.IsPaced = !_queue.IsAdmitted(connection.Client);
    }

    private void Finish(FileConnection connection)
    {
        LeaveQueue(connection);
        if (connection.File is { } file) sightings.Ended(connection, file, Now);
        connection.Finish(Now);
    }

    private void LeaveQueue(FileConnection connection)
    {
        if (connection.IsQueued) _queue.Leave(connection.Client, Now);
        connection.IsQueued = false;
    }

    private void Watch(long key, FileConnection connection)
    {
        uint wanted = connection switch { { Stage: not FileStage.Sending } => Epoll.Input, { IsPaced: true } => Epoll.Nothing, _ => Epoll.Output };
        if (wanted == connection.Watched) return;
        connection.Watched = wanted;
        _epoll!.Change(connection.Socket, key, wanted);
    }

    private void Accept()
    {
        Span<byte> peer = stackalloc byte[16];
        for (int i = 0; i < 64; i++)
        {
            int socket = NonBlocking.Accept(NonBlocking.Number(_listener!), peer);
            if (socket == NonBlocking.Again) return;
            if (socket < 0)
            {
                Listen(false); // out of descriptors, most likely: again with the next sweep
                return;
            }
            Take(socket, Ipv4Address.FromBytes(peer[4..]));
        }
    }

    private void Take(int socket, Ipv4Address client)
    {
        if (_connections.Count >= MostConnections) EndIdle();
        if (_connections.Count >= MostConnections || _ofClient.GetValueOrDefault(client) >= MostOfOneClient)
        {
            NonBlocking.Close(socket);
            return;
        }
        _ofClient[client] = _ofClient.GetValueOrDefault(client) + 1;
        long key = ++_lastKey;
        _connections[key] = new(socket, client, Now);
        _epoll!.Watch(socket, key, Epoll.Input);
    }

    // Who waits for nothing makes room for who wants something.
    private void EndIdle()
    {
        var (key, idle) = _connections.Where(c => c.Value.IsIdle).OrderBy(c => c.Value.Deadline).FirstOrDefault();
        if (idle is not null) End(key, idle);
    }

    private void End(long key, FileConnection connection)
    {
        LeaveQueue(connection);
        if (connection.File is { } file) sightings.Ended(connection, file, Now);
        _connections.Remove(key);
        if (--_ofClient[connection.Client] == 0) _ofClient.Remove(connection.Client);
        _epoll!.Forget(connection.Socket);
        connection.Dispose();
    }

    private void Listen(bool on)
    {
        _deaf = !on;
        _epoll!.Change(NonBlocking.Number(_listener!), ListenerKey, on ? Epoll.Input : Epoll.Nothing);
    }
}

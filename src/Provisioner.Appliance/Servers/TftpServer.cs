using System.Net;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Provisioner.Domain.Events;
using Provisioner.Domain.Networks;
using Provisioner.Wire;
using Provisioner.Wire.Tftp;

namespace Provisioner.Appliance.Servers;

/// <summary>TFTP on port 69 of one interface: read-only, from an allow-list, all transfers in one table on one thread.</summary>
internal sealed class TftpServer(
    ServedNetwork network, BootFiles files, LeaseBook leases, Action<Sighting> note, TimeProvider time) : IDisposable
{
    private const int Port = 69, MostTransfers = 1024, MostOfOneClient = 256, LargestDatagram = 2048;
    private const long ListenerKey = 0;
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(500), Sweep = TimeSpan.FromMilliseconds(50), Stop = TimeSpan.FromSeconds(1);
    private readonly TftpSightings _sightings = new(leases, note, time);
    private readonly Dictionary<long, TftpTransfer> _transfers = [];
    private readonly Dictionary<IPEndPoint, long> _byClient = [];
    private readonly byte[] _buffer = new byte[LargestDatagram];
    private readonly long _epoch = time.GetTimestamp();
    private Socket? _listener;
    private Epoll? _epoll;
    private Thread? _thread;
    private long _lastKey;
    private volatile bool _stopping;

    /// <summary>What the last datagram that broke something broke: null, if we did our work.</summary>
    public Exception? LastFault { get; private set; }

    private TimeSpan Now => time.GetElapsedTime(_epoch);

    /// <summary>Opens the port and answers from now on.</summary>
    /// <exception cref="ServerStartException">port, interface or permission are missing; one sentence with the cure.</exception>
    public void Start()
    {
        _listener = ServerSockets.Udp(network, network.Address, Port, "TFTP");
        _listener.Blocking = false;
        _epoll = new Epoll();
        _epoll.Watch(NonBlocking.Number(_listener), ListenerKey, Epoll.Input);
        _thread = new Thread(Serve) { IsBackground = true, Name = $"tftp {network.Interface}" };
        _thread.Start();
    }

    public void Dispose()
    {
        if (_stopping) return;
        _stopping = true;
        _thread?.Join(Stop);
        foreach (var transfer in _transfers.Values) transfer.Dispose();
        _epoll?.Dispose();
        _listener?.Dispose();
    }

    private void Serve()
    {
        Span<long> ready = stackalloc long[64];
        var nextSweep = TimeSpan.Zero;
        while (!_stopping)
        {
            int count = _epoll!.Wait(ready, _transfers.Count == 0 ? Idle : Sweep);
            foreach (long key in ready[..count])
            {
                if (key == ListenerKey) Guard(Accept);
                else if (_transfers.TryGetValue(key, out var transfer)) Guard(() => Continue(key, transfer));
            }
            if (_transfers.Count == 0 || Now < nextSweep) continue;
            nextSweep = Now + Sweep;
            foreach (var (key, transfer) in _transfers.Where(t => t.Value.Sender.Deadline <= Now).ToArray()) Guard(() => Retry(key, transfer));
        }
    }

    // One datagram must never end a server.
    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e)
        {
            LastFault = e;
        }
    }

    private void Continue(long key, TftpTransfer transfer)
    {
        transfer.Receive(_buffer, Now);
        transfer.SendDue(_buffer, Now);
        EndIfOver(key, transfer);
    }

    private void Retry(long key, TftpTransfer transfer)
    {
        transfer.Sender.OnTime(Now);
        transfer.SendDue(_buffer, Now);
        EndIfOver(key, transfer);
    }

    private void Accept()
    {
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        int length;
        try
        {
            length = _listener!.ReceiveFrom(_buffer, ref from);
        }
        catch (SocketException)
        {
            return; // nothing there after all
        }
        var client = (IPEndPoint)from;
        if (!network.Subnet.Contains(Ipv4Address.From(client.Address))) return; // nobody is served outside, least of all a forged source
        try
        {
            switch (TftpCodec.Parse(_buffer.AsSpan(0, length)))
            {
                case TftpPacket.ReadRequest request: Begin(request, client); break;
                case TftpPacket.WriteRequest write: Refuse(client, TftpError.AccessViolation, write.FileName, "nothing can be written here"); break;
            }
        }
        catch (WireException)
        {
            // Not TFTP: as if it had not come.
        }
    }

    private void Begin(TftpPacket.ReadRequest request, IPEndPoint client)
    {
        // The same request again: ours is on its way, or its deadline will send it.
        if (_byClient.ContainsKey(client)) return;
        if (request.Mode != "octet")
        {
            Refuse(client, TftpError.IllegalOperation, request.FileName, $"mode {request.Mode} is not served, only octet");
            return;
        }
        if (_transfers.Count >= MostTransfers || _transfers.Values.Count(t => t.Client.Address.Equals(client.Address)) >= MostOfOneClient)
        {
            Refuse(client, TftpError.NotDefined, request.FileName, "too many transfers at once; try again");
            return;
        }
        var (file, name, why) = files.Open(request.FileName);
        if (file is null) Refuse(client, TftpError.FileNotFound, request.FileName, why);
        else Begin(request, client, file, name);
    }

    private void Begin(TftpPacket.ReadRequest request, IPEndPoint client, SafeFileHandle file, string name)
    {
        var socket = ServerSockets.Udp(network, network.Address, 0, "TFTP");
        socket.Blocking = false;
        socket.Connect(client);
        var transfer = new TftpTransfer(socket, client, (file, name), request, Now);
        _transfers[++_lastKey] = transfer;
        _byClient[client] = _lastKey;
        _epoll!.Watch(NonBlocking.Number(socket), _lastKey, Epoll.Input);
        transfer.SendDue(_buffer, Now);
    }

    private void EndIfOver(long key, TftpTransfer transfer)
    {
        if (transfer.Sender.State == TftpState.Sending) return;
        _transfers.Remove(key);
        _byClient.Remove(transfer.Client);
        _epoll!.Forget(NonBlocking.Number(transfer.Socket));
        transfer.Dispose();
        _sightings.Ended(transfer, transfer.Seconds(Now));
    }

    private void Refuse(IPEndPoint client, TftpError code, string asked, string why)
    {
        _sightings.Refused(client.Address, asked, why);
        try
        {
            int length = TftpCodec.Write(new TftpPacket.Error(code, why), _buffer);
            _listener!.SendTo(_buffer.AsSpan(0, length), client);
        }
        catch (SocketException)
        {
            // It will ask again.
        }
    }
}

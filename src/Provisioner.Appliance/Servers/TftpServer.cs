using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Provisioner.Domain.Networks;
using Provisioner.Wire;
using Provisioner.Wire.Tftp;

namespace Provisioner.Appliance.Servers;

/// <summary>TFTP on port 69 of one interface: read-only, from an allow-list, all transfers in one table on one thread.</summary>
internal sealed class TftpServer(ServedNetwork network, TftpTable table, TftpSightings sightings, TimeProvider time) : IDisposable
{
    private const int Port = 69, FewLines = 2, MostAtOnce = 64;
    private const long ListenerKey = 0;
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(500), Sweep = TimeSpan.FromMilliseconds(50), LookTime = TimeSpan.FromMicroseconds(30), Stop = TimeSpan.FromSeconds(1);
    private readonly Dictionary<long, TftpLine> _lines = [];
    private readonly byte[] _buffer = new byte[2048];
    private readonly byte[] _arena = new byte[70_000];
    private readonly long _epoch = time.GetTimestamp();
    private Socket? _listener;
    private Epoll? _epoll;
    private Thread? _thread;
    private int _sleeps, _inVain;
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
        _thread = ServerThread.Start($"tftp {network.Interface}", Serve);
    }

    public void Dispose()
    {
        if (_stopping) return;
        _stopping = true;
        _thread?.Join(Stop);
        foreach (var line in _lines.Values)
        {
            line.Dispose();
            line.Transfer.Dispose();
        }
        _epoll?.Dispose();
        _listener?.Dispose();
    }

    private void Serve()
    {
        Span<long> ready = stackalloc long[64];
        var nextSweep = TimeSpan.Zero;
        while (!_stopping)
        {
            int count = Wait(ready);
            var now = Now;
            foreach (long key in ready[..count])
            {
                if (key == ListenerKey) Accept(now);
                else if (_lines.TryGetValue(key, out var line)) Continue(line, now);
            }
            if (now < nextSweep) continue;
            nextSweep = now + Sweep;
            foreach (var line in _lines.Values) // thinned out while it is walked
                if (line.Transfer.Sender.Deadline <= now) Retry(line, now);
        }
    }

    // Lock step with a near client: its ACK is here before a sleep has begun, and looking costs less than being woken. A way that is longer
    // shows at once, and is looked at in vain ever more seldom.
    private int Wait(Span<long> ready)
    {
        if (_lines.Count is > 0 and <= FewLines && --_sleeps <= 0)
        {
            for (long began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < LookTime;)
            {
                if (_epoll!.Wait(ready, TimeSpan.Zero) is not (> 0 and var count)) continue;
                _inVain = 0;
                return count;
            }
            _inVain = Math.Min(_inVain + 1, 8);
            _sleeps = 1 << _inVain;
        }
        return _epoll!.Wait(ready, _lines.Count == 0 ? Idle : Sweep);
    }

    private void Continue(TftpLine line, TimeSpan now)
    {
        try
        {
            Take(line, now);
        }
        catch (Exception e) // one transfer must never end a server
        {
            Break(line, e);
            return;
        }
        if (line.Transfer.Sender.State != TftpState.Sending) End(line, now);
    }

    // Until there is something to answer: what lies behind it the next event or the deadline finds.
    private void Take(TftpLine line, TimeSpan now)
    {
        for (int i = 0; i < MostAtOnce && line.Receive(_buffer, now); i++)
            if (line.SendDue(_arena, now) || line.Transfer.Sender.State != TftpState.Sending) return;
    }

    private void Retry(TftpLine line, TimeSpan now)
    {
        try
        {
            Take(line, now);
            line.Transfer.Sender.OnTime(now);
            line.SendDue(_arena, now);
        }
        catch (Exception e)
        {
            Break(line, e);
            return;
        }
        if (line.Transfer.Sender.State != TftpState.Sending) End(line, now);
    }

    private void Accept(TimeSpan now)
    {
        try
        {
            var from = new SocketAddress(AddressFamily.InterNetwork);
            int length = _listener!.ReceiveFrom(_buffer, SocketFlags.None, from);
            var peer = from.Buffer.Span;
            Open(_buffer.AsSpan(0, length), new(Ipv4Address.FromBytes(peer[4..]), (ushort)(peer[2] << 8 | peer[3])), now);
        }
        catch (SocketException)
        {
            // nothing there after all, or no socket to be had: it will ask again
        }
        catch (Exception e)
        {
            LastFault = e;
        }
    }

    private void Open(ReadOnlySpan<byte> datagram, TftpClient client, TimeSpan now)
    {
        switch (table.Open(datagram, client, now))
        {
            case TftpOpening.Start(var transfer, var instead):
                if (instead is not null && _lines.TryGetValue(instead.Key, out var old)) Close(old);
                Begin(transfer, now);
                break;
            case TftpOpening.Refuse(var code, var asked, var why):
                sightings.Refused(client.Address, asked, why);
                int length = TftpCodec.Write(new TftpPacket.Error(code, why), _buffer);
                _listener!.SendTo(_buffer.AsSpan(0, length), new IPEndPoint(client.Address.ToIPAddress(), client.Port));
                break;
        }
    }

    private void Begin(TftpTransfer transfer, TimeSpan now)
    {
        TftpLine line;
        try
        {
            line = new(ServerSockets.UdpTo(network, new(transfer.Client.Address.ToIPAddress(), transfer.Client.Port), "TFTP"), transfer);
        }
        catch
        {
            table.End(transfer);
            throw;
        }
        _lines[transfer.Key] = line;
        _epoll!.Watch(line.Number, transfer.Key, Epoll.Input | Epoll.Once);
        line.SendDue(_arena, now);
        if (transfer.Sender.State != TftpState.Sending) End(line, now);
    }

    private void End(TftpLine line, TimeSpan now)
    {
        sightings.Ended(line.Transfer, line.Transfer.Seconds(now));
        Close(line);
    }

    private void Break(TftpLine line, Exception why)
    {
        LastFault = why;
        Close(line);
    }

    private void Close(TftpLine line)
    {
        _lines.Remove(line.Transfer.Key);
        _epoll!.Forget(line.Number);
        line.Dispose();
        table.End(line.Transfer);
    }
}

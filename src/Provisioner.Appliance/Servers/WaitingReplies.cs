using System.Diagnostics;
using Provisioner.Appliance.Store.Leases;
using Provisioner.Domain.Dhcp;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Appliance.Servers;

/// <summary>
/// Replies that may leave only when their leases are on disk. One thread syncs and sends, so that whoever receives never waits for a disk:
/// what came in while one sync was under way goes with the next. Under load there is at most one sync in two milliseconds, for many leases;
/// a single lease waits for nobody.
/// </summary>
internal sealed class WaitingReplies : IDisposable
{
    private const int Most = 16384; // a disk that stands still: clients ask again, and their leases are kept all the same
    private static readonly TimeSpan BetweenSyncs = TimeSpan.FromMilliseconds(2), Stop = TimeSpan.FromSeconds(2);
    private readonly LeaseBook _leases;
    private readonly Action<DhcpMessage, DhcpAnswer> _send;
    private readonly Action<DhcpMessage, string> _fail;
    private readonly Thread _thread;
    private readonly object _gate = new(); // Monitor, for its Wait
    private List<(DhcpMessage Message, DhcpAnswer Answer, LeaseCommit Commit)> _coming = [], _going = [];
    private bool _stopping;

    /// <param name="send">Sends a reply whose lease is on disk.</param>
    /// <param name="fail">Told of a reply that can't leave, with the reason.</param>
    public WaitingReplies(LeaseBook leases, string name, Action<DhcpMessage, DhcpAnswer> send, Action<DhcpMessage, string> fail)
    {
        (_leases, _send, _fail) = (leases, send, fail);
        _thread = new Thread(Run) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>Sends it as soon as its commit is durable. Never waits; from any thread.</summary>
    public void Add(DhcpMessage message, DhcpAnswer answer, LeaseCommit commit)
    {
        lock (_gate)
        {
            if (_coming.Count < Most)
            {
                _coming.Add((message, answer, commit));
                if (_coming.Count == 1) Monitor.Pulse(_gate);
                return;
            }
        }
        _fail(message, $"{Most} leases wait for the disk: it is too slow or stands still");
    }

    /// <summary>Sends what waits, and ends.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopping = true;
            Monitor.Pulse(_gate);
        }
        _thread.Join(Stop);
    }

    private void Run()
    {
        long last = 0;
        while (Take())
        {
            if (last != 0 && Stopwatch.GetElapsedTime(last) < BetweenSyncs)
            {
                Thread.Sleep(BetweenSyncs);
                TakeMore();
            }
            last = Stopwatch.GetTimestamp();
            foreach (var (message, answer, commit) in _going)
            {
                if (_leases.IsDurable(commit)) _send(message, answer);
                else _fail(message, $"the lease could not be written to disk, so nothing was promised: {commit.Why}");
            }
            _going.Clear();
        }
    }

    private bool Take()
    {
        lock (_gate)
        {
            while (_coming.Count == 0)
            {
                if (_stopping) return false;
                Monitor.Wait(_gate);
            }
            (_coming, _going) = (_going, _coming);
            return true;
        }
    }

    private void TakeMore()
    {
        lock (_gate)
        {
            _going.AddRange(_coming);
            _coming.Clear();
        }
    }
}

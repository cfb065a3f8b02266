using System.Collections.Concurrent;
using Provisioner.Appliance.Store;
using Provisioner.Domain.Hosts;
using Provisioner.Domain.Power;

namespace Provisioner.Appliance.Hosts;

/// <summary>The lines to all hosts: begun with the appliance, when a host is added or reached in another way, ended when it is removed.</summary>
internal sealed class HostWatch(HostBook book, HostMachines machines, SecretBox secrets, IEnumerable<IHypervisorKind> kinds) : IHostedService, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, HostLine> _lines = new();
    private readonly SemaphoreSlim _turn = new(1);
    private bool _ended;

    public Task StartAsync(CancellationToken cancel) => Task.WhenAll(book.All.Keys.Select(AgainAsync));

    public async Task StopAsync(CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            _ended = true;
            await Task.WhenAll(_lines.Keys.ToList().Select(EndAsync)).WaitAsync(cancel);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The connection to a host.</summary>
    /// <exception cref="HypervisorException">there is none; why.</exception>
    public Task<IHypervisor> ConnectionAsync(string host, CancellationToken cancel) => LineOf(host).ConnectionAsync(cancel);

    /// <summary>Looks at a host now.</summary>
    /// <exception cref="HypervisorException">it can't be spoken to.</exception>
    public Task RefreshAsync(string host, CancellationToken cancel) => LineOf(host).RefreshAsync(cancel);

    /// <summary>Connects once, for a host that is not in the book (yet): what it is.</summary>
    /// <exception cref="HypervisorException">it can't be connected to.</exception>
    public async Task<(string Product, string Fingerprint)> TryAsync(string kind, HostLogin login, CancellationToken cancel)
    {
        await using var connection = await KindOf(kind).OpenAsync(login, cancel);
        return (connection.Product, connection.Fingerprint);
    }

    // Whoever made it may end it more than once; a semaphore that nobody waits on holds nothing.
    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    /// <summary>Begins the line to a host anew, or ends it where the book has the host no more.</summary>
    public async Task AgainAsync(string host)
    {
        await _turn.WaitAsync();
        try
        {
            await EndAsync(host);
            if (!_ended && book.All.GetValueOrDefault(host) is { } there) _lines[host] = new HostLine(host, book, machines, secrets, KindOf(there.Kind));
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task EndAsync(string host)
    {
        if (_lines.TryRemove(host, out var line)) await line.DisposeAsync();
    }

    private HostLine LineOf(string host) =>
        _lines.TryGetValue(host, out var line) ? line : throw new HypervisorException(PowerFailure.Refused, "its host was removed from the appliance: add it again") { IsGone = true };

    private IHypervisorKind KindOf(string kind) => kinds.First(k => k.Kind == kind);
}

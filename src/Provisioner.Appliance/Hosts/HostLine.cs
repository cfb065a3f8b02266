using Provisioner.Appliance.Store;
using Provisioner.Domain.Hosts;
using Provisioner.Domain.Power;

namespace Provisioner.Appliance.Hosts;

/// <summary>
/// The line to one host: connects, watches, and when that breaks connects again after 1, 2, 4 … 60 s. Who has an order for one of its machines
/// uses the same connection.
/// </summary>
internal sealed class HostLine : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1), LongestPause = TimeSpan.FromSeconds(60);
    // ESXi locks a user out for 15 minutes after a few wrong passwords (Security.AccountLockFailures): no more often than that, but at once when somebody asks.
    private static readonly TimeSpan PauseAfterRefusal = TimeSpan.FromMinutes(15);
    private readonly string _id;
    private readonly HostBook _book;
    private readonly HostMachines _machines;
    private readonly SecretBox _secrets;
    private readonly IHypervisorKind _kind;
    private readonly CancellationTokenSource _end = new();
    private readonly SemaphoreSlim _poke = new(0, 1);
    private readonly Task _work;
    private volatile TaskCompletionSource<IHypervisor> _now = Fresh();
    private readonly Lock _asking = new();
    private TaskCompletionSource? _asked;
    private CancellationTokenSource? _waiting;

    public HostLine(string id, HostBook book, HostMachines machines, SecretBox secrets, IHypervisorKind kind)
    {
        (_id, _book, _machines, _secrets, _kind) = (id, book, machines, secrets, kind);
        _work = Task.Run(() => WorkAsync(_end.Token));
    }

    /// <summary>The connection. Where there is none at the moment, the attempt that is under way or next is waited for, for a short time.</summary>
    /// <exception cref="HypervisorException">there is none; why.</exception>
    public async Task<IHypervisor> ConnectionAsync(CancellationToken cancel)
    {
        try
        {
            return await _now.Task.WaitAsync(_book.All.GetValueOrDefault(_id)?.State is HostState.Unreachable ? FirstPause : HostTimes.Connect, cancel);
        }
        catch (TimeoutException)
        {
            throw new HypervisorException(PowerFailure.Silent, $"its host is unreachable: {_book.All.GetValueOrDefault(_id)?.WhyNot ?? "it is not connected yet"}");
        }
    }

    /// <summary>Looks at the host now: lists its machines anew, or connects without waiting for the next try.</summary>
    /// <exception cref="HypervisorException">that failed.</exception>
    public async Task RefreshAsync(CancellationToken cancel)
    {
        Task done;
        lock (_asking)
        {
            done = (_asked ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            _waiting?.Cancel();
            if (_poke.CurrentCount == 0) _poke.Release();
        }
        try
        {
            await done.WaitAsync(HostTimes.Call, cancel);
        }
        catch (TimeoutException)
        {
            throw new HypervisorException(PowerFailure.Silent, $"it did not answer within {HostTimes.Call.TotalSeconds:0} s");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _work;
        _end.Dispose();
        _poke.Dispose();
    }

    private async Task WorkAsync(CancellationToken end)
    {
        var pause = FirstPause;
        while (!end.IsCancellationRequested)
        {
            var failure = PowerFailure.Silent;
            try
            {
                await WatchAsync(() => pause = FirstPause, end);
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Whatever broke, the line goes on: a full disk, or an answer that nobody foresaw.
                if (e is HypervisorException { Failure: var f }) failure = f;
                await LostAsync(failure, e.Message);
            }
            if (!await PauseAsync(failure is PowerFailure.Credentials ? PauseAfterRefusal : pause, end)) return;
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task WatchAsync(Action well, CancellationToken end)
    {
        if (_book.All.GetValueOrDefault(_id) is not { } host) return;
        await using var connection = await _kind.OpenAsync(LoginOf(host, _secrets), end);
        while (true)
        {
            TaskCompletionSource? asked;
            lock (_asking) (asked, _asked) = (_asked, null);
            try
            {
                var machines = await connection.ListAsync(anew: asked is not null, end);
                await _machines.TakeAsync(_id, connection, machines, asked is not null, end);
            }
            catch (Exception e)
            {
                asked?.TrySetException(e);
                throw;
            }
            asked?.TrySetResult();
            well();
            _now.TrySetResult(connection);
            await WaitAsync(connection, end);
        }
    }

    // Until something happens there, or somebody asks here.
    private async Task WaitAsync(IHypervisor connection, CancellationToken end)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(end);
        lock (_asking)
        {
            if (_asked is not null) return;
            _waiting = waiting;
        }
        try
        {
            await connection.WaitAsync(waiting.Token);
        }
        catch (OperationCanceledException) when (!end.IsCancellationRequested)
        {
        }
        finally
        {
            lock (_asking) _waiting = null;
        }
    }

    private async Task LostAsync(PowerFailure failure, string why)
    {
        var (before, gone) = (_now, new HypervisorException(failure, why));
        _now = Fresh();
        before.TrySetException(gone);
        lock (_asking)
        {
            _asked?.TrySetException(gone);
            _asked = null;
        }
        await _book.LostAsync(_id, why);
        await _machines.LostAsync(_id, why);
    }

    // False at the end. Who asks ends it at once.
    private async Task<bool> PauseAsync(TimeSpan pause, CancellationToken end)
    {
        try
        {
            await _poke.WaitAsync(pause, end);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Opens the sealed password.</summary>
    /// <exception cref="HypervisorException">it can't be opened.</exception>
    public static HostLogin LoginOf(HypervisorHost host, SecretBox secrets)
    {
        try
        {
            return new(host.Address, host.Username, host.SealedPassword.Length > 0 ? secrets.Unseal(PurposeOf(host.Id), host.SealedPassword) : "", host.Fingerprint);
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            throw new HypervisorException(PowerFailure.Credentials, $"the password of the host {host.Name} can't be opened with this appliance's key: put the right key file back, or set the password again");
        }
    }

    /// <summary>What a host's password is sealed for.</summary>
    public static string PurposeOf(string id) => $"host/{id}";

    private static TaskCompletionSource<IHypervisor> Fresh() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

using Provisioner.Appliance.Hosts;
using Provisioner.Domain.Power;

namespace Provisioner.Appliance.Power.Libvirt;

/// <summary>
/// Runs a call of libvirt's, which may block for as long as a network does, on a thread of its own: whoever waits has a deadline, and a
/// call that never comes back costs its thread and nothing else. Threads of the pool would run out for everybody.
/// </summary>
internal static class OwnThread
{
    /// <summary>Runs it.</summary>
    /// <param name="what">What is done, for the error: <c>connecting</c>.</param>
    /// <param name="call">The call.</param>
    /// <param name="deadline">How long the caller waits.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <param name="late">What to do with a result that nobody waits for any more; also where the call failed (null).</param>
    /// <exception cref="HypervisorException">it took longer.</exception>
    public static async Task<T> RunAsync<T>(string what, Func<T> call, TimeSpan deadline, CancellationToken cancel, Action<T?>? late = null) where T : notnull
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        bool given = false;
        var turn = new Lock();
        new Thread(() =>
        {
            T? result = default;
            Exception? failed = null;
            try
            {
                result = call();
            }
            catch (Exception e)
            {
                failed = e;
            }
            lock (turn)
            {
                if (!given)
                {
                    given = true;
                    if (failed is null) done.SetResult(result!);
                    else done.SetException(failed);
                    return;
                }
            }
            late?.Invoke(result);
        }, 512 * 1024)
        { IsBackground = true, Name = $"libvirt {what}" }.Start();
        try
        {
            return await done.Task.WaitAsync(deadline, cancel);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException && !done.Task.IsCompleted)
        {
            lock (turn)
            {
                if (given) return done.Task.GetAwaiter().GetResult();
                given = true;
            }
            if (e is OperationCanceledException) throw;
            throw new HypervisorException(PowerFailure.Silent, $"{what} took longer than {deadline.TotalSeconds:0} s, and hangs");
        }
    }
}

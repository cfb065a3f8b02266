namespace Provisioner.Appliance.Servers;

/// <summary>Replies that are held back for ROMs that miss one which comes at once. Bounded: beyond <see cref="Most"/> they leave at once.</summary>
internal sealed class HeldReplies(TimeProvider time)
{
    public const int Most = 1024;
    private int _held;

    /// <summary>Sends later, once; false where it is to be sent now.</summary>
    public bool Hold(TimeSpan delay, Action send)
    {
        if (delay <= TimeSpan.Zero) return false;
        if (Interlocked.Increment(ref _held) > Most)
        {
            Interlocked.Decrement(ref _held);
            return false;
        }
        _ = SendLaterAsync(delay, send);
        return true;
    }

    private async Task SendLaterAsync(TimeSpan delay, Action send)
    {
        await Task.Delay(delay, time).ConfigureAwait(false);
        Interlocked.Decrement(ref _held);
        send();
    }
}

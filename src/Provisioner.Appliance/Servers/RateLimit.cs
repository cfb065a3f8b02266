namespace Provisioner.Appliance.Servers;

/// <summary>A token bucket.</summary>
internal sealed class RateLimit
{
    private readonly double _burst, _perSecond;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private double _tokens;
    private long _at;

    /// <param name="burst">Taken at once, at most.</param>
    /// <param name="perSecond">Taken in the long run.</param>
    public RateLimit(double burst, double perSecond, TimeProvider time)
    {
        (_burst, _perSecond, _time, _tokens) = (burst, perSecond, time, burst);
        _at = time.GetTimestamp();
    }

    /// <summary>One more is within the limit.</summary>
    public bool Takes()
    {
        lock (_lock)
        {
            long now = _time.GetTimestamp();
            _tokens = Math.Min(_burst, _tokens + _time.GetElapsedTime(_at, now).TotalSeconds * _perSecond);
            _at = now;
            if (_tokens < 1) return false;
            _tokens--;
            return true;
        }
    }
}

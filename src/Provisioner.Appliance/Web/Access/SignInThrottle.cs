using System.Net;

namespace Provisioner.Appliance.Web.Access;

/// <summary>
/// Slows guessing down: after five failures of one name from one address, or thirty of one address, each further one doubles the wait,
/// up to 15 minutes. The count is forgotten an hour after the last failure. Bounded: the one that has rested longest goes first.
/// </summary>
internal sealed class SignInThrottle(TimeProvider time)
{
    private const int Most = 10_000, FreeOfPair = 5, FreeOfAddress = 30;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15), Forgets = TimeSpan.FromHours(1);
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Address, string Name), (int Count, DateTimeOffset Last)> _failures = [];

    /// <summary>How long this name at this address has to wait; zero when it may try.</summary>
    public TimeSpan Wait(IPAddress? address, string name)
    {
        lock (_lock)
        {
            var pair = WaitOf(PairOf(address, name), FreeOfPair);
            var all = WaitOf(PairOf(address, ""), FreeOfAddress);
            return pair > all ? pair : all;
        }
    }

    public void Failed(IPAddress? address, string name)
    {
        lock (_lock)
        {
            Count(PairOf(address, name));
            Count(PairOf(address, ""));
        }
    }

    /// <summary>It was the person after all. The address keeps its count, so that a known account doesn't free it.</summary>
    public void Succeeded(IPAddress? address, string name)
    {
        lock (_lock) _failures.Remove(PairOf(address, name));
    }

    // An IPv6 host has a whole /64 to choose from.
    private static (string, string) PairOf(IPAddress? address, string name)
    {
        if (address is null) return ("", name);
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        byte[] bytes = address.GetAddressBytes();
        return (Convert.ToHexString(bytes.AsSpan(0, Math.Min(8, bytes.Length))), name);
    }

    private TimeSpan WaitOf((string, string) who, int free)
    {
        if (!_failures.TryGetValue(who, out var seen) || seen.Count < free) return TimeSpan.Zero;
        var wait = TimeSpan.FromSeconds(Math.Min(Math.Pow(2, Math.Min(seen.Count - free + 1, 20)), Longest.TotalSeconds));
        var left = seen.Last + wait - time.GetUtcNow();
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private void Count((string, string) who)
    {
        var now = time.GetUtcNow();
        var seen = _failures.GetValueOrDefault(who);
        if (_failures.Count >= Most && seen.Count == 0) _failures.Remove(_failures.MinBy(f => f.Value.Last).Key);
        _failures[who] = (now - seen.Last > Forgets ? 1 : seen.Count + 1, now);
    }
}

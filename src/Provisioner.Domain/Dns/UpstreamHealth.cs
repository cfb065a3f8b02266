using System.Net;

namespace Provisioner.Domain.Dns;

/// <summary>How an upstream server fares.</summary>
/// <param name="Failures">In a row.</param>
/// <param name="DownUntil">Not asked before that, while others can be; seconds since 1970.</param>
/// <param name="Milliseconds">How long its answers take, smoothed; 0 before the first.</param>
/// <param name="Answers">That it gave.</param>
/// <param name="LastFault">What the last failure was.</param>
public sealed record UpstreamState(IPEndPoint Server, int Failures, uint DownUntil, double Milliseconds, long Answers, string? LastFault);

/// <summary>Which upstream servers are asked, and in what order: in the order given, those that failed lately last. For several threads.</summary>
public sealed class UpstreamHealth
{
    private const int FailuresUntilDown = 2, LongestBreak = 60;
    private readonly Lock _lock = new();
    private readonly Dictionary<IPEndPoint, UpstreamState> _states = [];

    /// <summary>The order to ask them in.</summary>
    /// <param name="now">Seconds since 1970.</param>
    public IReadOnlyList<IPEndPoint> Order(IReadOnlyList<IPEndPoint> servers, uint now)
    {
        lock (_lock) return [.. servers.OrderBy(s => _states.TryGetValue(s, out var state) && state.DownUntil > now ? state.DownUntil : 0)];
    }

    /// <summary>How they fare.</summary>
    public IReadOnlyList<UpstreamState> Of(IReadOnlyList<IPEndPoint> servers)
    {
        lock (_lock) return [.. servers.Select(s => _states.GetValueOrDefault(s) ?? Fresh(s))];
    }

    /// <summary>One answered.</summary>
    public void Answered(IPEndPoint server, double milliseconds)
    {
        lock (_lock)
        {
            var before = _states.GetValueOrDefault(server) ?? Fresh(server);
            double smoothed = before.Milliseconds == 0 ? milliseconds : before.Milliseconds * 0.875 + milliseconds * 0.125; // RFC 6298 §2
            _states[server] = before with { Failures = 0, DownUntil = 0, Milliseconds = smoothed, Answers = before.Answers + 1 };
        }
    }

    /// <summary>One did not answer, or not with an answer. True when it is taken for down by that.</summary>
    public bool Failed(IPEndPoint server, string why, uint now)
    {
        lock (_lock)
        {
            var before = _states.GetValueOrDefault(server) ?? Fresh(server);
            int failures = before.Failures + 1;
            bool down = failures >= FailuresUntilDown;
            uint until = down ? now + (uint)Math.Min(LongestBreak, 1 << Math.Min(failures, 6)) : 0;
            _states[server] = before with { Failures = failures, DownUntil = until, LastFault = why };
            return failures == FailuresUntilDown;
        }
    }

    private static UpstreamState Fresh(IPEndPoint server) => new(server, 0, 0, 0, 0, null);
}

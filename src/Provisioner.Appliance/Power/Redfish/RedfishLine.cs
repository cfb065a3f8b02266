using System.Collections.Concurrent;
using Provisioner.Domain.Power;
using Provisioner.Domain.Power.Redfish;

namespace Provisioner.Appliance.Power.Redfish;

/// <summary>What was last seen of one machine of a controller.</summary>
internal sealed class RedfishView
{
    /// <summary>Where it is, once it was found.</summary>
    public string? Path { get; set; }

    /// <summary>The machine as it was last read, and when (a timestamp of the clock).</summary>
    public (RedfishSystem System, long At)? Seen { get; set; }

    /// <summary>The last progress of its start.</summary>
    public string? Progress { get; set; }
}

/// <summary>
/// All that is kept of one controller: its connection, its session, who it may be, and what was found there. One request at a time: their web servers
/// have little memory, and some answer two requests with each other's answers.
/// </summary>
internal sealed class RedfishLine : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly ConcurrentDictionary<string, RedfishView> _views = new();
    private readonly RedfishHttp _http;
    private readonly RedfishTimings _timings;
    private readonly TimeProvider _time;
    private long _usedAt;
    private RedfishRoot? _root;

    public RedfishLine(RedfishOrigin origin, string pin, bool byAuthority, RedfishTimings timings, TimeProvider time)
    {
        (_timings, _time) = (timings, time);
        Trust = new(pin, byAuthority);
        _http = new(origin, Trust, timings, time);
        Session = new(_http, timings, time);
        _usedAt = time.GetTimestamp();
    }

    public RedfishTrust Trust { get; }
    public RedfishSession Session { get; }

    /// <summary>What was found of the machine that is meant: a chassis' controller has several.</summary>
    public RedfishView ViewOf(SystemWanted wanted) => _views.GetOrAdd(wanted.InWords, _ => new());

    /// <summary>What its maker's service does otherwise, once it is known.</summary>
    public RedfishQuirks? Quirks { get; set; }

    /// <summary>Nobody spoke on it for so long.</summary>
    public TimeSpan Unused => _time.GetElapsedTime(_usedAt);

    /// <summary>The service root, read once: without a login (DSP0266 §13.2.2).</summary>
    public async Task<RedfishRoot> RootAsync(CancellationToken cancel)
    {
        if (_root is { } known) return known;
        var answer = await TurnAsync(() => _http.SendAsync(RedfishRequest.Get(RedfishPath.Root), null, null, cancel), cancel);
        if (answer.Status == 404) throw new RedfishFailure(PowerFailure.Garbled, "there is no Redfish service on it (HTTP 404 at /redfish/v1/): its firmware may be too old for it, and IPMI is left");
        // By the paper it is open to all; a service that wants a login even here says where sessions are made by name alone.
        if (answer.Status is 401 or 403) return _root = new("/redfish/v1/Systems", "/redfish/v1/Managers", "/redfish/v1/SessionService/Sessions", null);
        if (!answer.IsGood) throw Refusal(answer, "the service root");
        return _root = RedfishRoot.Of(answer.Resource(RedfishPath.Root)) ?? throw new RedfishFailure(PowerFailure.Garbled, "what answers at /redfish/v1/ is no Redfish service");
    }

    /// <summary>Reads a resource.</summary>
    /// <exception cref="RedfishFailure">it could not be read.</exception>
    public async Task<(RedfishResource Resource, RedfishAnswer Answer)> GetAsync(PowerTarget target, string path, CancellationToken cancel)
    {
        var answer = await SendAsync(target, RedfishRequest.Get(path), cancel);
        return answer.IsGood ? (answer.Resource(path), answer) : throw Refusal(answer, path);
    }

    /// <summary>Sends; "not now" is asked again as the controller asks for.</summary>
    /// <exception cref="RedfishFailure">there is no answer.</exception>
    public async Task<RedfishAnswer> SendAsync(PowerTarget target, RedfishRequest request, CancellationToken cancel)
    {
        var root = await RootAsync(cancel);
        for (int tries = 1; ; tries++)
        {
            RedfishAnswer? answer = null;
            try
            {
                answer = await TurnAsync(() => Session.SendAsync(target, root.Sessions, request, cancel), cancel);
            }
            catch (RedfishFailure busy) when (busy.Failure is PowerFailure.NotNow && tries < _timings.BusyTries)
            {
                // Nobody may log in just now.
            }
            if (answer is not null && (answer.Status is not (503 or 429) || tries >= _timings.BusyTries)) return answer;
            await Task.Delay(Pause(answer), _time, cancel);
        }
    }

    /// <summary>A refusal as a failure.</summary>
    public static RedfishFailure Refusal(RedfishAnswer answer, string what)
    {
        var error = RedfishError.Of(answer.Status, answer.Body);
        return new(error.Failure, $"the controller refused {what}: {error.InWords}", error);
    }

    public async ValueTask DisposeAsync()
    {
        await Session.CloseAsync();
        _http.Dispose();
    }

    private TimeSpan Pause(RedfishAnswer? answer)
    {
        var pause = answer?.RetryAfter ?? _timings.BusyPause;
        return pause <= TimeSpan.Zero ? _timings.BusyPause : pause < _timings.BusyPauseAtMost ? pause : _timings.BusyPauseAtMost;
    }

    private async Task<RedfishAnswer> TurnAsync(Func<Task<RedfishAnswer>> say, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            return await say();
        }
        finally
        {
            _usedAt = _time.GetTimestamp();
            _turn.Release();
        }
    }
}

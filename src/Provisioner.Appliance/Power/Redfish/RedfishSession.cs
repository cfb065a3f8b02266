using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Provisioner.Domain.Power;
using Provisioner.Domain.Power.Redfish;

namespace Provisioner.Appliance.Power.Redfish;

/// <summary>
/// A login at one controller (DSP0266 §13.3.4): one session, used for every request, renewed when the controller has forgotten it, logged out at the end.
/// Where no session can be had, each request carries the password (HTTP basic authentication, DSP0266 §13.3.3).
/// </summary>
internal sealed class RedfishSession(RedfishHttp http, RedfishTimings timings, TimeProvider time)
{
    private string? _token, _path, _basicWhy;
    private byte[] _login = [];
    private long _refusedAt, _basicSince;
    private RedfishFailure? _refused;

    /// <summary>A session is open.</summary>
    public bool IsOpen => _token is not null;

    /// <summary>Why each request carries the password; null where a session does.</summary>
    public string? BasicWhy => _basicWhy;

    /// <summary>Sends with a session, or with the password where there is none.</summary>
    /// <param name="sessions">Where sessions are made, or null.</param>
    /// <exception cref="RedfishFailure">there is no answer, or user and password were refused.</exception>
    public async Task<RedfishAnswer> SendAsync(PowerTarget target, string? sessions, RedfishRequest request, CancellationToken cancel)
    {
        byte[] login = SHA256.HashData(Encoding.UTF8.GetBytes($"{target.Username}\n{target.Password}"));
        if (!login.AsSpan().SequenceEqual(_login))
        {
            await CloseAsync();
            (_login, _refused, _basicWhy) = (login, null, null);
        }
        if (_refused is { } earlier && time.GetElapsedTime(_refusedAt) is var since && since < timings.AfterRefusedLogin)
            throw new RedfishFailure(earlier.Failure, string.Create(CultureInfo.InvariantCulture, $"{earlier.Message}; that was {since.TotalSeconds:0} s ago, and the same password is sent again after {timings.AfterRefusedLogin.TotalSeconds:0} s at the earliest, for controllers lock users out"), earlier.Error);
        if (_basicWhy is not null && time.GetElapsedTime(_basicSince) > timings.WithoutSession) _basicWhy = null;
        if (_token is null && _basicWhy is null) await OpenAsync(target, sessions, cancel);
        var answer = await http.SendAsync(request, Basic(target), _token, cancel);
        if (answer.Status != 401) return answer;
        if (_token is not null)
        {
            // The session is over: its time ran out, or the controller was restarted. The password is good until it is refused itself.
            _token = _path = null;
            await OpenAsync(target, sessions, cancel);
            answer = await http.SendAsync(request, Basic(target), _token, cancel);
            if (answer.Status != 401) return answer;
        }
        throw Refuse(RedfishError.Of(answer.Status, answer.Body), target);
    }

    /// <summary>A person asks: what was refused may be sent again.</summary>
    public void Forgive() => (_refused, _basicWhy) = (null, null);

    /// <summary>Logs out, if there is a session; a controller that doesn't answer ends it by itself.</summary>
    public async Task CloseAsync()
    {
        var (token, path) = (_token, _path);
        _token = _path = null;
        if (token is null || path is null) return;
        using var soon = new CancellationTokenSource(timings.Farewell, time);
        try
        {
            await http.SendAsync(new(HttpMethod.Delete, path), null, token, soon.Token);
        }
        catch (Exception e) when (e is RedfishFailure or OperationCanceledException)
        {
            // A courtesy that was not heard.
        }
    }

    private AuthenticationHeaderValue? Basic(PowerTarget target) =>
        _token is null ? new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{target.Username}:{target.Password}"))) : null;

    private async Task OpenAsync(PowerTarget target, string? sessions, CancellationToken cancel)
    {
        if (sessions is null)
        {
            UseBasic("the controller has no session service");
            return;
        }
        var body = RedfishRequest.With(HttpMethod.Post, sessions, new SessionBody(target.Username, target.Password), RedfishBodies.Default.SessionBody);
        var answer = await http.SendAsync(body, null, null, cancel);
        if (answer is { IsGood: true, Token: { Length: > 0 } token })
        {
            (_token, _path, _basicWhy) = (token, answer.Location ?? answer.ResourceIfAny.Path, null);
            return;
        }
        var error = RedfishError.Of(answer.Status, answer.Body);
        if (IsRefusal(error)) throw Refuse(error, target);
        if (answer.Status is 503 or 429 && !error.IsSessionLimit)
            throw new RedfishFailure(PowerFailure.NotNow, $"the controller lets nobody log in just now: {error.InWords}", error);
        UseBasic(answer.IsGood ? "the controller gave a session without a token" : error.IsSessionLimit ? "all of the controller's sessions are taken" : $"the controller gave no session: {error.InWords}");
    }

    // A wrong password is 401 by the paper, 400 with a name on iLO (UnauthorizedLoginAttempt), 403 on some.
    private static bool IsRefusal(RedfishError error) =>
        !error.IsSessionLimit && (error.Status is 401 or 403 || error.Says("UnauthorizedLoginAttempt") || error.Says("ResourceAtUriUnauthorized") || error.Says("PasswordChangeRequired"));

    private void UseBasic(string why) => (_basicWhy, _basicSince) = (why, time.GetTimestamp());

    private RedfishFailure Refuse(RedfishError error, PowerTarget target)
    {
        string why = error.Says("PasswordChangeRequired") ? error.InWords
            : error.Messages.IsEmpty ? $"user {target.Username} or the password is wrong (HTTP {error.Status})" : $"user {target.Username} or the password is wrong: {error.InWords}";
        (_refused, _refusedAt) = (new(PowerFailure.Credentials, why, error), time.GetTimestamp());
        return _refused;
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Provisioner.Domain.Power;

namespace Provisioner.Appliance.Power;

/// <summary>
/// Switches a machine by somebody else's HTTP service, as MAAS's webhook driver does: POST to switch, GET to ask, and two patterns that tell on from off in
/// the answer. Address: a base URI. Settings: <c>on</c>, <c>off</c>, <c>query</c> (URIs, relative to it), <c>on-pattern</c>, <c>off-pattern</c>, <c>fingerprint</c>
/// (SHA-256 of a certificate that no authority signed). User and password make basic authentication, the secret <c>token</c> a bearer token.
/// </summary>
internal sealed class WebhookDriver : IPowerDriver
{
    /// <summary>What MAAS's driver looks for.</summary>
    private const string DefaultOn = @"status.*\:.*running", DefaultOff = @"status.*\:.*stopped";
    private const int MostAnswer = 64 * 1024;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    public string Kind => "webhook";

    public async Task<ControllerAbilities> LookAsync(PowerTarget target, CancellationToken cancel)
    {
        Place(target, "on", PowerWords.Look);
        Place(target, "off", PowerWords.Look);
        bool asks = target.Settings.ContainsKey("query");
        if (asks) await GetAsync(target, cancel);
        return new()
        {
            Orders = ControllerKinds.Orders(Kind),
            ReadsState = asks,
            Notes = asks ? [] : ["without the setting query nobody can say whether the machine is on"],
        };
    }

    public async Task<PowerState> GetAsync(PowerTarget target, CancellationToken cancel)
    {
        if (!target.Settings.ContainsKey("query")) return PowerState.Unknown;
        string said = await SendAsync(HttpMethod.Get, "query", PowerWords.Read, target, cancel);
        bool on = Pattern(target, "on-pattern", DefaultOn).IsMatch(said), off = Pattern(target, "off-pattern", DefaultOff).IsMatch(said);
        return (on, off) switch
        {
            (true, false) => PowerState.On,
            (false, true) => PowerState.Off,
            _ => throw PowerException.Of(PowerFailure.Garbled, PowerWords.Read, target, $"its answer matches {(on ? "both patterns" : "neither pattern")}: see the settings on-pattern and off-pattern"),
        };
    }

    public Task GiveAsync(PowerTarget target, PowerAction order, CancellationToken cancel) =>
        order is PowerAction.On or PowerAction.Off
            ? SendAsync(HttpMethod.Post, order is PowerAction.On ? "on" : "off", PowerWords.Of(order), target, cancel)
            : throw PowerException.Of(PowerFailure.Refused, PowerWords.Of(order), target, "a webhook can switch on and off only");

    public Task<string?> SetNextBootAsync(PowerTarget target, NextBoot boot, CancellationToken cancel) =>
        throw PowerException.Of(PowerFailure.Refused, PowerWords.Of(boot.Device), target, "a webhook sets no boot device: put the network first in the machine's setup");

    private static async Task<string> SendAsync(HttpMethod method, string setting, string operation, PowerTarget target, CancellationToken cancel)
    {
        var place = Place(target, setting, operation);
        using var request = new HttpRequestMessage(method, place);
        if (target.Secrets.GetValueOrDefault("token") is { Length: > 0 } token) request.Headers.Authorization = new("Bearer", token);
        else if (target.Username.Length > 0) request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{target.Username}:{target.Password}")));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("*/*"));
        // A connection a call: orders are rare, and each controller has its own trust.
        using var http = new HttpClient(Handler(target)) { MaxResponseContentBufferSize = MostAnswer, Timeout = Deadline };
        try
        {
            using var answer = await http.SendAsync(request, cancel);
            return answer.StatusCode switch
            {
                HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => throw PowerException.Of(PowerFailure.Credentials, operation, target, $"{place.AbsolutePath} refuses the user, password or token ({(int)answer.StatusCode})"),
                _ when !answer.IsSuccessStatusCode => throw PowerException.Of(PowerFailure.Refused, operation, target, $"{place.AbsolutePath} answered {(int)answer.StatusCode}"),
                _ => await answer.Content.ReadAsStringAsync(cancel),
            };
        }
        catch (HttpRequestException e) when (e.InnerException is System.Security.Authentication.AuthenticationException)
        {
            throw PowerException.Of(PowerFailure.Untrusted, operation, target, "its certificate is signed by no authority that this host trusts, and is not the one of the setting fingerprint");
        }
        catch (HttpRequestException e)
        {
            throw PowerException.Of(e.HttpRequestError is HttpRequestError.ConfigurationLimitExceeded ? PowerFailure.Garbled : PowerFailure.Silent, operation, target, e.Message);
        }
        catch (TaskCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw PowerException.Of(PowerFailure.Silent, operation, target, $"no answer within {Deadline.TotalSeconds:0} s");
        }
    }

    // A redirect would carry orders, and perhaps the password, to a place that nobody named.
    private static SocketsHttpHandler Handler(PowerTarget target)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false };
        if (target.Settings.GetValueOrDefault("fingerprint", "").Replace(":", "", StringComparison.Ordinal) is { Length: > 0 } pinned)
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                certificate is not null && string.Equals(certificate.GetCertHashString(HashAlgorithmName.SHA256), pinned, StringComparison.OrdinalIgnoreCase);
        return handler;
    }

    private static Uri Place(PowerTarget target, string setting, string operation)
    {
        string said = target.Settings.GetValueOrDefault(setting, "");
        if (said.Length == 0) throw PowerException.Of(PowerFailure.Refused, operation, target, $"the setting {setting} is missing: the URI that does it, relative to the address");
        return Uri.TryCreate(target.Address, UriKind.Absolute, out var home) && home.Scheme is "http" or "https" && Uri.TryCreate(home, said, out var place) && place.Scheme is "http" or "https"
            ? place
            : throw PowerException.Of(PowerFailure.Refused, operation, target, $"\"{said}\" at {target.Address} is no http:// or https:// URI");
    }

    private static Regex Pattern(PowerTarget target, string setting, string usual)
    {
        string pattern = target.Settings.GetValueOrDefault(setting, usual);
        try
        {
            // Without backtracking: neither a pattern nor an answer can make it think for ever.
            return new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw PowerException.Of(PowerFailure.Refused, PowerWords.Read, target, $"the setting {setting} is no pattern: {e.Message}");
        }
    }
}

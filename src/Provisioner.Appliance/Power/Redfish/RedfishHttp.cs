using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Provisioner.Domain.Power;
using Provisioner.Domain.Power.Redfish;

namespace Provisioner.Appliance.Power.Redfish;

/// <summary>A request's head and body, ready to be sent, again if need be.</summary>
/// <param name="Method">GET, POST, PATCH, DELETE.</param>
/// <param name="Path">On the service's origin.</param>
internal sealed record RedfishRequest(HttpMethod Method, string Path)
{
    /// <summary>JSON, or null.</summary>
    public byte[]? Body { get; init; }
    /// <summary>If-Match, or null.</summary>
    public string? IfMatch { get; init; }

    public static RedfishRequest Get(string path) => new(HttpMethod.Get, path);

    public static RedfishRequest With<T>(HttpMethod method, string path, T body, JsonTypeInfo<T> type) => new(method, path) { Body = JsonSerializer.SerializeToUtf8Bytes(body, type) };

    /// <summary>Without the body: it may hold a password.</summary>
    public override string ToString() => $"{Method} {Path}";
}

/// <summary>
/// HTTP with one controller: one connection, a deadline on each request, bounds on what comes, and only the origin that was asked for.
/// It knows nothing of sessions.
/// </summary>
internal sealed class RedfishHttp : IDisposable
{
    private const int MostRedirects = 3;
    private static readonly ProductInfoHeaderValue Agent = new("provisioner", "1");
    private readonly HttpMessageInvoker _http;
    private readonly RedfishOrigin _origin;
    private readonly RedfishTrust _trust;
    private readonly RedfishTimings _timings;
    private readonly TimeProvider _time;

    public RedfishHttp(RedfishOrigin origin, RedfishTrust trust, RedfishTimings timings, TimeProvider time)
    {
        (_origin, _trust, _timings, _time) = (origin, trust, timings, time);
        _http = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = timings.Connect,
            // Controllers have small web servers: one request at a time, on one connection.
            MaxConnectionsPerServer = 1,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            MaxResponseHeadersLength = 64,
            ActivityHeadersPropagator = null,
            SslOptions = trust.Options,
        });
    }

    /// <summary>Sends, and reads the answer whole. Redirects are followed on the same origin only.</summary>
    /// <exception cref="RedfishFailure">there is no answer that could be used.</exception>
    public async Task<RedfishAnswer> SendAsync(RedfishRequest request, AuthenticationHeaderValue? password, string? token, CancellationToken cancel)
    {
        string path = request.Path;
        for (int redirects = 0; ; redirects++)
        {
            var answer = await AskAsync(request with { Path = path }, password, token, cancel);
            if (answer.Status is not (301 or 302 or 303 or 307 or 308)) return answer;
            if (redirects == MostRedirects) throw new RedfishFailure(PowerFailure.Garbled, $"the controller redirects more than {MostRedirects} times from {request.Path}");
            if (answer.Redirect is not { } to) throw new RedfishFailure(PowerFailure.Garbled, $"the controller redirects {request.Path} to nowhere");
            if (!_origin.IsSame(to))
                throw new RedfishFailure(PowerFailure.Untrusted, $"the controller redirects {request.Path} to {Shown(to)}, and passwords are not carried to another place: give that address if it is the controller's");
            path = RedfishPath.Of(to.PathAndQuery) ?? throw new RedfishFailure(PowerFailure.Garbled, $"the controller redirects {request.Path} to a path that is none");
            // RFC 9110 §15.4.4: the answer to what was done stands there. The others are asked again as they were: iLO 4 sends 308 for a missing slash.
            if (answer.Status == 303) request = RedfishRequest.Get(path);
        }
    }

    private async Task<RedfishAnswer> AskAsync(RedfishRequest request, AuthenticationHeaderValue? password, string? token, CancellationToken cancel)
    {
        using var message = Message(request, password, token);
        using var time = new CancellationTokenSource(_timings.Answer, _time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancel);
        bool answered = false;
        try
        {
            using var reply = await _http.SendAsync(message, end.Token);
            answered = true;
            return await ReadAsync(request, reply, end.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // The connect timeout of the handler comes as this too.
            throw new RedfishFailure(PowerFailure.Silent, time.IsCancellationRequested
                ? string.Create(CultureInfo.InvariantCulture, $"{(answered ? "the answer did not end" : "no answer")} within {_timings.Answer.TotalSeconds:0.#} s to {request}")
                : string.Create(CultureInfo.InvariantCulture, $"nobody answers on TCP {_origin.Url.Port} within {_timings.Connect.TotalSeconds:0.#} s"));
        }
        catch (HttpRequestException e)
        {
            throw Explain(request, e);
        }
        catch (IOException e)
        {
            throw new RedfishFailure(PowerFailure.Garbled, $"the controller broke off in the answer to {request} ({Inner(e)})");
        }
    }

    private HttpRequestMessage Message(RedfishRequest request, AuthenticationHeaderValue? password, string? token)
    {
        var message = new HttpRequestMessage(request.Method, _origin.At(request.Path)) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        message.Headers.UserAgent.Add(Agent);
        message.Headers.Accept.ParseAdd("application/json");
        // DSP0266 §6.5: required of requests by some services.
        message.Headers.Add("OData-Version", "4.0");
        if (token is not null) message.Headers.TryAddWithoutValidation("X-Auth-Token", token);
        else if (password is not null) message.Headers.Authorization = password;
        if (request.IfMatch is { } match) message.Headers.TryAddWithoutValidation("If-Match", match);
        if (request.Body is { } body)
        {
            message.Content = new ByteArrayContent(body);
            message.Content.Headers.ContentType = new("application/json");
        }
        return message;
    }

    private async Task<RedfishAnswer> ReadAsync(RedfishRequest request, HttpResponseMessage reply, CancellationToken cancel)
    {
        var body = await BodyAsync(request, reply, cancel);
        return new((int)reply.StatusCode, body)
        {
            ETag = Header(reply, "ETag"),
            Location = RedfishPath.Of(Header(reply, "Location")),
            Redirect = reply.Headers.Location is { } to ? Absolute(request, to) : null,
            Token = Header(reply, "X-Auth-Token") is { Length: <= 4096 } token ? token : null,
            RetryAfter = reply.Headers.RetryAfter is { } after ? after.Delta ?? after.Date - _time.GetUtcNow() : null,
            Allow = string.Join(",", reply.Content.Headers.Allow),
        };
    }

    private async Task<ReadOnlyMemory<byte>> BodyAsync(RedfishRequest request, HttpResponseMessage reply, CancellationToken cancel)
    {
        if (reply.Content.Headers.ContentLength > _timings.MostBytes) throw TooLong(request);
        await using var stream = await reply.Content.ReadAsStreamAsync(cancel);
        using var whole = new MemoryStream();
        var piece = new byte[16 << 10];
        while (await stream.ReadAsync(piece, cancel) is > 0 and int count)
        {
            if (whole.Length + count > _timings.MostBytes) throw TooLong(request);
            whole.Write(piece, 0, count);
        }
        return whole.ToArray();
    }

    private RedfishFailure TooLong(RedfishRequest request) => new(PowerFailure.Garbled, $"the answer to {request} is longer than {_timings.MostBytes >> 20} MiB");

    private Uri? Absolute(RedfishRequest request, Uri to) => to.IsAbsoluteUri ? to : Uri.TryCreate(_origin.At(request.Path), to, out var whole) ? whole : null;

    private static string? Header(HttpResponseMessage reply, string name) => reply.Headers.NonValidated.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    private RedfishFailure Explain(RedfishRequest request, HttpRequestException e)
    {
        string port = $"TCP {_origin.Url.Port}";
        return e.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => new(PowerFailure.Silent, $"the name {_origin.Url.Host} can't be resolved"),
            HttpRequestError.SecureConnectionError => _trust.Explain(e),
            HttpRequestError.ConnectionError when e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused } => new(PowerFailure.Silent, $"nobody listens on {port} (connection refused): is Redfish switched on there, and is the controller up?"),
            HttpRequestError.ConnectionError => new(PowerFailure.Silent, $"{port} can't be reached ({Inner(e)})"),
            // The connection was there and ended: the controller restarts, or its web server died of the request.
            HttpRequestError.ResponseEnded => new(PowerFailure.Silent, $"the controller broke off instead of answering {request}"),
            HttpRequestError.ConfigurationLimitExceeded => new(PowerFailure.Garbled, $"the head of the answer to {request} is too long"),
            HttpRequestError.InvalidResponse => new(PowerFailure.Garbled, $"the answer to {request} is no HTTP ({Inner(e)})"),
            _ => new(PowerFailure.Silent, $"the connection broke at {request} ({Inner(e)})"),
        };
    }

    private static string Inner(Exception e) => (e.InnerException?.Message ?? e.Message).TrimEnd('.');

    private static string Shown(Uri to) => to.GetLeftPart(UriPartial.Authority) is { Length: <= 100 } short_ ? short_ : "another place";

    public void Dispose() => _http.Dispose();
}

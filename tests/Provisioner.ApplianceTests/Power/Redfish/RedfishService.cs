using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Provisioner.Domain.Power;

namespace Provisioner.ApplianceTests.Power.Redfish;

/// <summary>
/// A Redfish service over HTTPS on loopback, built from the published papers (DSP0266 for the protocol, DSP0268 for names) and strict: an unknown
/// property, a wrong type, a value that isn't in its list, a missing login, an old ETag, another content type are refused. It has makers' faces
/// (<see cref="ServiceFace"/>), and can misbehave (<see cref="Before"/> and the others).
/// </summary>
internal sealed class RedfishService : IAsyncDisposable
{
    public const string User = "admin", Password = "a-password-nobody-sees";
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, byte> _sessions = new();
    private readonly ConcurrentDictionary<string, ConnectionContext> _connections = new();
    private int _sessionCount;

    private RedfishService(ServiceFace face, int systems, int port, X509Certificate2? certificate)
    {
        Face = face;
        Certificate = certificate ?? NewCertificate();
        Machines = [.. Enumerable.Range(1, systems).Select(n => new ServiceMachine(face, systems == 1 ? face.SystemId : $"Blade{n}", n))];
        Resources = new(face, Machines);
        Actions = new(this);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.AddServerHeader = false;
            k.Listen(IPAddress.Loopback, port, l =>
            {
                l.Use(next => async connection =>
                {
                    _connections[connection.ConnectionId] = connection;
                    try
                    {
                        await next(connection);
                    }
                    finally
                    {
                        _connections.TryRemove(connection.ConnectionId, out _);
                    }
                });
                l.Protocols = Microsoft.AspNetCore.Server.Kestrel.Core.HttpProtocols.Http1;
                l.UseHttps(h => h.ServerCertificateSelector = (_, _) => Certificate);
            });
        });
        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    public ServiceFace Face { get; }
    public ServiceMachine[] Machines { get; }
    public ServiceMachine Machine => Machines[0];
    public ServiceResources Resources { get; }
    public ServiceActions Actions { get; }
    public X509Certificate2 Certificate { get; private set; }
    public int Port { get; private set; }
    public Uri Url => new($"https://127.0.0.1:{Port}");

    /// <summary>"METHOD path" of each request, in order.</summary>
    public ConcurrentQueue<string> Heard { get; } = new();
    public int OpenSessions => _sessions.Count;
    public int MaxSessions { get; set; } = 8;
    public bool HasSessions { get; set; } = true;

    /// <summary>Does something else than answering; true: it did.</summary>
    public Func<HttpContext, Task<bool>>? Before { get; set; }

    /// <summary>Work is taken on as tasks that are over after so many looks; null: it is done at once.</summary>
    public int? TaskLooks { get; set; }
    public string TaskEnd { get; set; } = "Completed";

    /// <summary>The resource changes by itself between a read and the write that follows, so often.</summary>
    public int ChangesLeft { get; set; }
    public int Version { get; set; } = 1;

    public string Fingerprint => Domain.Power.Redfish.CertificatePin.Of(SHA256.HashData(Certificate.RawData));

    public static async Task<RedfishService> StartAsync(ServiceFace? face = null, int systems = 1, int port = 0, X509Certificate2? certificate = null)
    {
        var service = new RedfishService(face ?? ServiceFace.Generic, systems, port, certificate);
        await service._app.StartAsync();
        service.Port = new Uri(service._app.Urls.First()).Port;
        return service;
    }

    public PowerTarget Target(bool uefi = true) => new("node7", "redfish", "127.0.0.1", Port, User, Password, "administrator", uefi);

    /// <summary>Another certificate from now on; connections that are open end.</summary>
    public void ChangeCertificate()
    {
        Certificate = NewCertificate();
        HangUp();
    }

    public void ExpireSessions() => _sessions.Clear();

    public void HangUp()
    {
        foreach (var connection in _connections.Values) connection.Abort();
    }

    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _app.StopAsync(soon.Token);
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext http)
    {
        Heard.Enqueue($"{http.Request.Method} {http.Request.Path}{http.Request.QueryString}");
        http.Response.Headers["OData-Version"] = "4.0";
        try
        {
            if (Before is { } before && await before(http)) return;
            CheckHeaders(http);
            await RouteAsync(http);
        }
        catch (ServiceRefusal refusal)
        {
            await RefuseAsync(http, refusal);
        }
    }

    // DSP0266 §6.5 request headers, §13.2 who may do what without a login: the root, and making a session.
    private static void CheckHeaders(HttpContext http)
    {
        if (http.Request.Headers["OData-Version"] is [{ } version] && version != "4.0") throw new ServiceRefusal(412, "PreconditionFailed");
        string accept = http.Request.Headers.Accept.ToString();
        if (accept.Length > 0 && !accept.Contains("*/*", StringComparison.Ordinal) && !accept.Contains("application/json", StringComparison.Ordinal)) throw new ServiceRefusal(406, "GeneralError");
        if (http.Request.Method is "POST" or "PATCH" && http.Request.ContentLength is > 0 && http.Request.ContentType?.Split(';')[0].Trim() is not "application/json") throw new ServiceRefusal(415, "GeneralError");
    }

    private async Task RouteAsync(HttpContext http)
    {
        string path = http.Request.Path.Value!.TrimEnd('/'), method = http.Request.Method;
        if (path == "/redfish" && method == "GET")
        {
            await WriteAsync(http, 200, new JsonObject { ["v1"] = "/redfish/v1/" });
            return;
        }
        bool isLogin = path == $"{ServiceResources.Root}/SessionService/Sessions" && method == "POST";
        if (path != ServiceResources.Root && !isLogin) CheckLogin(http);
        // iLO 4: a resource without its slash is a redirect to the one with it.
        if (Face.SlashRedirect && !http.Request.Path.Value!.EndsWith('/') && Resources.At(path)?["@odata.id"]?.GetValue<string>() is { } whole && whole.EndsWith('/'))
        {
            (http.Response.StatusCode, http.Response.Headers.Location) = (308, whole);
            return;
        }
        if (isLogin) await LogInAsync(http);
        else if (method == "DELETE" && path.StartsWith($"{ServiceResources.Root}/SessionService/Sessions/", StringComparison.Ordinal)) LogOut(http, path);
        else if (method == "GET") await GetAsync(http, path);
        else await Actions.DoAsync(http, path, method);
    }

    private void CheckLogin(HttpContext http)
    {
        if (http.Request.Headers["X-Auth-Token"] is [{ Length: > 0 } token])
        {
            if (!_sessions.ContainsKey(token)) throw new ServiceRefusal(401, "NoValidSession");
            return;
        }
        string basic = $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"))}";
        if (http.Request.Headers.Authorization != basic) throw new ServiceRefusal(401, "ResourceAtUriUnauthorized", http.Request.Path, "basic");
    }

    private async Task LogInAsync(HttpContext http)
    {
        if (!HasSessions) throw new ServiceRefusal(405, "OperationNotAllowed");
        var body = await BodyAsync(http);
        ServiceRules.Check(body, new Dictionary<string, Holds> { ["UserName"] = Holds.Text.Required, ["Password"] = Holds.Text.Required }, isAction: false);
        if (body.GetProperty("UserName").GetString() != User || body.GetProperty("Password").GetString() != Password)
            throw Face.SlashRedirect ? new ServiceRefusal(400, "UnauthorizedLoginAttempt") : new ServiceRefusal(401, "ResourceAtUriUnauthorized", http.Request.Path, "it");
        if (_sessions.Count >= MaxSessions) throw new ServiceRefusal(503, "SessionLimitExceeded");
        string token = Convert.ToHexString(RandomNumberGenerator.GetBytes(16)), path = $"{ServiceResources.Root}/SessionService/Sessions/{Interlocked.Increment(ref _sessionCount)}_{token[..8]}";
        _sessions[token] = 0;
        http.Response.Headers["X-Auth-Token"] = token;
        // An absolute one, as many send it: by the name that the service has for itself.
        http.Response.Headers.Location = $"https://bmc.internal{path}";
        await WriteAsync(http, 201, ServiceResources.Resource("#Session.v1_7_0.Session", path, new() { ["UserName"] = User }));
    }

    private void LogOut(HttpContext http, string path)
    {
        string mark = path[^8..];
        if (_sessions.Keys.FirstOrDefault(t => t.StartsWith(mark, StringComparison.Ordinal)) is not { } token) throw new ServiceRefusal(404, "ResourceMissingAtURI", path);
        _sessions.TryRemove(token, out _);
        http.Response.StatusCode = 204;
    }

    private async Task GetAsync(HttpContext http, string path)
    {
        if (Actions.TaskAt(path) is { } task)
        {
            await task(http);
            return;
        }
        var resource = Resources.At(path) ?? throw new ServiceRefusal(404, "ResourceMissingAtURI", path);
        foreach (var (name, value) in http.Request.Query)
        {
            // DSP0266 §7.3: what begins with $ and is not supported is refused.
            if (name != "$expand" || !Face.CanExpand) throw new ServiceRefusal(501, "QueryNotSupported");
            if (value != ".($levels=1)" && value != ".") throw new ServiceRefusal(400, "QueryParameterValueFormatError", value!, name);
            if (resource["Members"] is JsonArray members) resource["Members"] = new JsonArray([.. members.Select(m => (JsonNode)Resources.At(m!["@odata.id"]!.GetValue<string>().TrimEnd('/'))!)]);
        }
        Tag(http, resource);
        await WriteAsync(http, 200, resource);
    }

    /// <summary>The ETag now, as If-Match has to have it.</summary>
    public string TagNow => Face.Tags is TagStyle.Weak or TagStyle.WeakInBodyOnly ? $"W/\"{Version:x8}\"" : $"\"{Version:x8}\"";

    private void Tag(HttpContext http, JsonObject resource)
    {
        if (Face.Tags is TagStyle.None) return;
        if (Face.Tags is not TagStyle.WeakInBodyOnly) http.Response.Headers.ETag = Face.Tags is TagStyle.QuotedTwice ? $"\"{TagNow}\"" : TagNow;
        resource["@odata.etag"] = TagNow;
    }

    public static async Task<JsonElement> BodyAsync(HttpContext http)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(http.Request.Body);
            return body.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw new ServiceRefusal(400, "MalformedJSON");
        }
    }

    public static Task WriteAsync(HttpContext http, int status, JsonNode body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json; charset=utf-8";
        return http.Response.WriteAsync(body.ToJsonString());
    }

    // DSP0266 §8.6; iLO 4 puts a list of its own beside it, iLO 5 leaves the text out.
    private Task RefuseAsync(HttpContext http, ServiceRefusal refusal)
    {
        if (refusal.Status == 401) http.Response.Headers.WWWAuthenticate = "Basic realm=\"Redfish\"";
        var message = new JsonObject { ["MessageId"] = $"Base.1.5.{refusal.Name}" };
        if (!Face.IdsOnly && !Face.OldErrors) message["Message"] = $"The service says {refusal.Name} of {string.Join(" and ", refusal.Arguments)}.";
        message["MessageArgs"] = new JsonArray([.. refusal.Arguments.Select(a => (JsonNode)a)]);
        if (refusal.Arguments is [.., var property] && refusal.Name.StartsWith("Property", StringComparison.Ordinal)) message["RelatedProperties"] = new JsonArray($"#/Boot/{property}");
        if (refusal is { Name: "ActionParameterMissing", Arguments: [var parameter] }) message["RelatedProperties"] = new JsonArray($"#/{parameter}");
        if (Face.OldErrors)
        {
            message["MessageID"] = $"Base.0.10.{refusal.Name}";
            message.Remove("MessageId");
            return WriteAsync(http, refusal.Status, new JsonObject { ["Type"] = "ExtendedError.0.9.6", ["Messages"] = new JsonArray(message) });
        }
        return WriteAsync(http, refusal.Status, new JsonObject { ["error"] = new JsonObject { ["code"] = $"Base.1.5.{refusal.Name}", ["message"] = "See the extended information.", ["@Message.ExtendedInfo"] = new JsonArray(message) } });
    }

    private static X509Certificate2 NewCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=bmc.internal", key, HashAlgorithmName.SHA256);
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}

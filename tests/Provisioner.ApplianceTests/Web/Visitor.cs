using System.Net;
using System.Text.RegularExpressions;
using Provisioner.Appliance.Web.Access;

namespace Provisioner.ApplianceTests.Web;

/// <summary>A browser without scripts: keeps cookies, follows nothing by itself, fills in forms as they stand on the page.</summary>
internal sealed partial class Visitor : IDisposable
{
    public const string Name = "ada", Password = "correct horse battery";
    private readonly HttpClientHandler _handler = new() { AllowAutoRedirect = false, UseCookies = true };
    private readonly HttpClient _http;

    public Visitor(WebHost host)
    {
        Host = host;
        _http = new HttpClient(_handler) { BaseAddress = host.Url, Timeout = TimeSpan.FromSeconds(20) };
    }

    public WebHost Host { get; }
    public CookieCollection Cookies => _handler.CookieContainer.GetCookies(Host.Url);

    /// <summary>A visitor who came by the one-time link and has an account and a session now.</summary>
    public static async Task<Visitor> SignedInAsync(WebHost host)
    {
        var visitor = new Visitor(host);
        string token = host.The<SignInLink>().Make();
        await visitor.GetAsync($"/sign-in?token={token}");
        using var reply = await visitor.PostAsync("/welcome", ("token", token), ("name", Name), ("password", Password), ("again", Password));
        Assert.Equal((HttpStatusCode.Found, "/"), (reply.StatusCode, reply.Headers.Location?.ToString()));
        return visitor;
    }

    /// <summary>The form token of the page that was seen last.</summary>
    public string FormToken { get; set; } = "";

    public async Task<(HttpStatusCode Status, string Text)> GetAsync(string path)
    {
        using var reply = await _http.GetAsync(path);
        string text = await reply.Content.ReadAsStringAsync();
        if (FormField().Match(text) is { Success: true } found) FormToken = found.Groups[1].Value;
        return (reply.StatusCode, text);
    }

    public Task<HttpResponseMessage> PostAsync(string path, params (string Name, string Value)[] fields) => PostFromAsync(null, path, fields);

    public async Task<HttpResponseMessage> PostFromAsync(string? origin, string path, params (string Name, string Value)[] fields)
    {
        var form = fields.Append((FormGuard.Field, FormToken)).Select(f => KeyValuePair.Create(f.Item1, f.Item2));
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(form) };
        request.Headers.Add("Origin", origin ?? Host.Url.ToString().TrimEnd('/'));
        return await _http.SendAsync(request);
    }

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => _http.SendAsync(request);

    public void Dispose()
    {
        _http.Dispose();
        _handler.Dispose();
    }

    [GeneratedRegex("name=\"_form\" value=\"([^\"]+)\"")]
    private static partial Regex FormField();
}

/// <summary>The system's clock, moved on.</summary>
internal sealed class MovedTime : TimeProvider
{
    public TimeSpan Ahead { get; set; }
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
}

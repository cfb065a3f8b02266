using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Provisioner.FirmwareTests.OpenStack;

/// <summary>A person with a password at OpenStack's HTTP APIs: signs in, finds services in the catalog, asks them.</summary>
internal sealed class Cloud : IDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(90) };
    private readonly Dictionary<string, string> _services = [];

    /// <summary>Signs in (Identity API v3, POST /auth/tokens).</summary>
    /// <param name="identity">http://…:5000/v3.</param>
    /// <param name="user">The account.</param>
    /// <param name="password">Its password.</param>
    /// <param name="project">The project.</param>
    /// <param name="address">Addresses of hosts by name: the catalog names hosts that this machine doesn't know.</param>
    public static async Task<Cloud> SignInAsync(string identity, string user, string password, string project, Func<string, string> address)
    {
        var cloud = new Cloud();
        var credentials = JsonContent.Create(new
        {
            auth = new
            {
                identity = new { methods = new[] { "password" }, password = new { user = new { name = user, domain = new { name = "Default" }, password } } },
                scope = new { project = new { name = project, domain = new { name = "Default" } } },
            },
        });
        // With its length: what comes in chunks the uWSGI of Debian's keystone takes for an empty body.
        await credentials.LoadIntoBufferAsync();
        using var reply = await cloud._http.PostAsync($"{identity}/auth/tokens", credentials);
        string text = await reply.Content.ReadAsStringAsync();
        if (!reply.IsSuccessStatusCode) throw new Xunit.Sdk.XunitException($"no token for {user}: {(int)reply.StatusCode} {text}");
        cloud._http.DefaultRequestHeaders.Add("X-Auth-Token", reply.Headers.GetValues("X-Subject-Token").Single());
        foreach (var service in JsonNode.Parse(text)!["token"]!["catalog"]!.AsArray())
        {
            string? url = (string?)service!["endpoints"]!.AsArray().FirstOrDefault(e => (string)e!["interface"]! == "public")?["url"];
            if (url is not null) cloud._services[(string)service["type"]!] = new UriBuilder(url) { Host = address(new Uri(url).Host) }.Uri.ToString().TrimEnd('/');
        }
        return cloud;
    }

    public async Task<JsonNode> GetAsync(string service, string path) => JsonNode.Parse(await SendAsync(HttpMethod.Get, service, path, null))!;

    public async Task<JsonNode> PostAsync(string service, string path, string json) =>
        JsonNode.Parse(await SendAsync(HttpMethod.Post, service, path, new StringContent(json, Encoding.UTF8, "application/json")))!;

    public Task<string> PutAsync(string service, string path, byte[] content) => SendAsync(HttpMethod.Put, service, path, new ByteArrayContent(content));

    public async Task<byte[]> FetchAsync(string service, string path) => await _http.GetByteArrayAsync($"{_services[service]}{path}");

    /// <summary>A server's floating address: Compute learns from Networking a moment later than who asked for it that it has one.</summary>
    public async Task<string> FloatingAsync(string name, string network, TimeSpan limit)
    {
        for (var began = Stopwatch.StartNew(); began.Elapsed < limit; await Task.Delay(1000))
        {
            var server = (await GetAsync("compute", "/servers/detail"))["servers"]!.AsArray().Single(s => (string)s!["name"]! == name)!;
            if (server["addresses"]?[network]?.AsArray().FirstOrDefault(a => (string)a!["OS-EXT-IPS:type"]! == "floating") is { } floating) return (string)floating["addr"]!;
        }
        throw new Xunit.Sdk.XunitException($"{name} has no floating address in {network} after {limit.TotalSeconds:0} s");
    }

    public void Dispose() => _http.Dispose();

    private async Task<string> SendAsync(HttpMethod method, string service, string path, HttpContent? content)
    {
        using var request = new HttpRequestMessage(method, $"{_services[service]}{path}") { Content = content };
        using var reply = await _http.SendAsync(request);
        string text = await reply.Content.ReadAsStringAsync();
        return reply.IsSuccessStatusCode ? text : throw new Xunit.Sdk.XunitException($"{method} {service} {path}: {(int)reply.StatusCode} {text}");
    }
}

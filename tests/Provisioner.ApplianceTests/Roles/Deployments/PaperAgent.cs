using System.Net;
using System.Text;

namespace Provisioner.ApplianceTests.Roles.Deployments;

/// <summary>An agent of paper: it speaks the real protocol over TLS, with the token of its adoption, and says of each step what it is told to say.</summary>
internal sealed class PaperAgent(Uri hosts, string id, string name, string token) : IDisposable
{
    private readonly HttpClient _http = new(new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator }) { BaseAddress = hosts, Timeout = TimeSpan.FromSeconds(40) };

    public string Id => id;
    public string Name => name;

    /// <summary>Scripts that it was given, in order.</summary>
    public List<string> Scripts { get; } = [];

    /// <summary>Adopts a machine and calls home for it.</summary>
    public static async Task<PaperAgent> AdoptAsync(TestAppliance appliance, string name, string address, params string[] tags)
    {
        Assert.IsType<Appliance.Machines.Applied.Ok>(await appliance.Book.AdoptAsync(name, tags, "test"));
        var machine = appliance.Book.Find(name)!;
        string script = appliance.Get<Appliance.Roles.SeedWriter>().InstallScript(machine, machine.Deployment!, "127.0.0.1");
        var agent = new PaperAgent(appliance.Hosts, machine.Id, name, script.Split("Bearer ")[1].Split('"')[0]);
        Assert.Equal(HttpStatusCode.NoContent, (await agent.CallAsync(HttpMethod.Post, "home", new FormUrlEncodedContent([new("uptime", "9"), new("facts", $"name {name}\nos debian 12\naddress eth0 {address}/24\n")]))).Status);
        return agent;
    }

    public async Task<(HttpStatusCode Status, string Text)> CallAsync(HttpMethod method, string path, HttpContent? body = null, string? machine = null)
    {
        using var request = new HttpRequestMessage(method, $"/hosts/v1/{machine ?? id}/{path}") { Content = body };
        request.Headers.Authorization = new("Bearer", token);
        using var reply = await _http.SendAsync(request);
        return (reply.StatusCode, await reply.Content.ReadAsStringAsync());
    }

    /// <summary>The script that it is given now; null for none.</summary>
    public async Task<string?> WorkAsync(int wait = 0)
    {
        var (status, text) = await CallAsync(HttpMethod.Get, $"work?wait={wait}");
        if (status is HttpStatusCode.NoContent or HttpStatusCode.Unauthorized) return null;
        Assert.Equal(HttpStatusCode.OK, status);
        Scripts.Add(text);
        return text;
    }

    /// <summary>Reports on a step; gives the next one's script.</summary>
    public async Task<string?> ReportAsync(string script, string verdict = "changed", int exit = 0, string said = "changed something\n", string output = "", string? machine = null)
    {
        var (status, text) = await CallAsync(HttpMethod.Post, $"result?key={KeyOf(script)}&verdict={verdict}&exit={exit}&seconds=0.1", new FormUrlEncodedContent([new("said", said), new("output", output)]), machine);
        if (status == HttpStatusCode.OK) Scripts.Add(text);
        return status == HttpStatusCode.OK ? text : null;
    }

    public static string KeyOf(string script) => Header(script, "key");

    public static string Header(string script, string name) => script.Split('\n').First(l => l.StartsWith($"#: {name} ", StringComparison.Ordinal))[(name.Length + 4)..];

    /// <summary>Which step it is: the key's node.</summary>
    public static string NodeOf(string script) => KeyOf(script).Split('.', 5)[4].Replace('_', '/');

    /// <summary>What a step says on descriptor 3 to export a value.</summary>
    public static string Export(string name, string value) => $"export {name} {Convert.ToBase64String(Encoding.UTF8.GetBytes(value))}\n";

    public void Dispose() => _http.Dispose();
}

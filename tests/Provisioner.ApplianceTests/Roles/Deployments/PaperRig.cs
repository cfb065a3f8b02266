using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Provisioner.Appliance.Roles.Deployments;

namespace Provisioner.ApplianceTests.Roles.Deployments;

/// <summary>A whole appliance with the small catalog, and agents of paper.</summary>
internal sealed class PaperRig : IAsyncDisposable
{
    private readonly string _folder;
    private readonly List<PaperAgent> _agents = [];

    private PaperRig(TestAppliance appliance, string folder) => (Appliance, _folder) = (appliance, folder);

    public TestAppliance Appliance { get; }
    public DeploymentBook Book => Appliance.Get<DeploymentBook>();
    public BundleDeployment Pair => Book.Find("pair")!;

    public static async Task<PaperRig> StartAsync()
    {
        string folder = Directory.CreateTempSubdirectory("deployment-test-").FullName;
        var rig = new PaperRig(await TestAppliance.StartAsync(catalog: SmallCatalog.In(folder)), folder);
        rig.SignIn();
        return rig;
    }

    public async Task RestartAsync()
    {
        await Appliance.RestartAsync();
        SignIn();
    }

    public async Task<PaperAgent> AdoptAsync(string name, string address, params string[] tags)
    {
        var agent = await PaperAgent.AdoptAsync(Appliance, name, address, tags);
        _agents.Add(agent);
        return agent;
    }

    /// <summary>Asks the API; the answer must have this status.</summary>
    public async Task<JsonNode?> AskAsync(HttpMethod method, string path, int status, object? body = null)
    {
        using var request = new HttpRequestMessage(method, $"/api/v1/{path}") { Content = body is null ? null : JsonContent.Create(body) };
        using var reply = await Appliance.Http.SendAsync(request);
        string text = await reply.Content.ReadAsStringAsync();
        Assert.True((int)reply.StatusCode == status, $"{method} {path}: {(int)reply.StatusCode} {text}");
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }

    public Task<JsonNode?> DeployAsync(string? bundle = null) => AskAsync(HttpMethod.Post, "deployments", 202, new { bundle = bundle ?? SmallCatalog.Bundle, file = "pair.yaml" });

    public Task<JsonNode?> OrderAsync(string verb, int status = 202) => AskAsync(HttpMethod.Post, $"deployments/pair/{verb}", status);

    /// <summary>Waits until the deployment is so.</summary>
    public async Task<BundleDeployment> UntilAsync(Func<BundleDeployment, bool> so, string what = "")
    {
        for (long began = Environment.TickCount64; Environment.TickCount64 - began < 30_000; await Task.Delay(20))
            if (Book.Find("pair") is { } d && so(d)) return d;
        throw new TimeoutException($"{what}: {Pair.Stage} {Pair.Why} {string.Join(", ", Pair.Applied?.Nodes.Select(n => $"{n.Key} {n.Value.Status}") ?? [])}");
    }

    /// <summary>Waits for an event on any timeline.</summary>
    public async Task ToldAsync(string kind, string text = "")
    {
        for (long began = Environment.TickCount64; Environment.TickCount64 - began < 10_000; await Task.Delay(20))
            if (Appliance.Book.Events(null, 0, 1000).Any(e => e.Kind == kind && e.Text.Contains(text, StringComparison.Ordinal))) return;
        throw new TimeoutException($"no {kind} {text}: {string.Join('\n', Appliance.Book.Events(null, 0, 1000).Select(e => $"{e.Kind} {e.Text}"))}");
    }

    public Task<BundleDeployment> UntilAsync(DeploymentStage stage) => UntilAsync(d => d.Stage == stage && d.Active is null == stage is not DeploymentStage.Running, $"{stage}");

    /// <summary>Has all agents do what they are given until nothing is left; says of each step what <paramref name="say"/> says.</summary>
    public async Task RunAllAsync(Func<PaperAgent, string, (string Verdict, string Said)>? say = null)
    {
        await UntilAsync(d => d.Active is not null, "a run");
        for (int idle = 0; Pair.Active is not null && idle < 100;)
        {
            bool any = false;
            foreach (var agent in _agents)
            {
                for (string? script = await agent.WorkAsync(); script is not null; any = true)
                {
                    var (verdict, said) = say?.Invoke(agent, script) ?? Good(script);
                    script = await agent.ReportAsync(script, verdict, verdict == "failed" ? 1 : 0, said);
                }
            }
            idle = any ? 0 : idle + 1;
            if (!any) await Task.Delay(50);
        }
        Assert.Null(Pair.Active);
    }

    /// <summary>A change, with the export where the step has one.</summary>
    public static (string, string) Good(string script) =>
        ("changed", PaperAgent.NodeOf(script).EndsWith("/settle", StringComparison.Ordinal) ? "changed a ticket\n" + PaperAgent.Export("ticket", "T-4711") : "changed something\n");

    private void SignIn()
    {
        Appliance.Http.DefaultRequestHeaders.Authorization = new("Bearer", Appliance.Key);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var agent in _agents) agent.Dispose();
        await Appliance.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

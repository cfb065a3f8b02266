using System.Collections.Immutable;
using System.Text.Json;
using Provisioner.Appliance.Store;
using Provisioner.Domain.Bundles;
using Provisioner.Domain.Roles;
using Provisioner.Domain.Store;

namespace Provisioner.Appliance.Roles.Deployments;

/// <summary>
/// Deployments as documents. A step's report changes one node of thousands, so each node is a document of its own and only what changed is
/// written: <c>deployments/NAME</c>, <c>deployment-nodes/NAME/apply|look/NODE</c>, and what steps found out, sealed, <c>deployment-facts/NAME/apply|look</c>.
/// </summary>
internal sealed class DeploymentStore(IStore store, SecretBox secrets)
{
    private const string Deployments = "deployments", Nodes = "deployment-nodes", Facts = "deployment-facts";
    private readonly Dictionary<(string, string), long> _versions = [];

    /// <summary>All that are there. Called once, at start.</summary>
    public IEnumerable<BundleDeployment> Load()
    {
        var nodes = store.Load(Nodes).Select(Known).ToLookup(d => RunOf(d.Id));
        var facts = store.Load(Facts).Select(Known).ToDictionary(d => d.Id, d => d.Json);
        foreach (var document in store.Load(Deployments).Select(Known).ToList())
        {
            var deployment = JsonSerializer.Deserialize(document.Json, StoreJson.Default.BundleDeployment)!;
            yield return deployment with { Applied = State(deployment.Name, deployment.Apply, "apply"), Looked = State(deployment.Name, deployment.Look, "look") };
        }

        RunState? State(string name, RunInfo? run, string which) => run is null ? null : new RunState
        {
            Run = run.Run,
            Mode = run.Mode,
            Nodes = nodes[$"{name}/{which}"].ToImmutableSortedDictionary(d => d.Id[(name.Length + which.Length + 2)..], d => JsonSerializer.Deserialize(d.Json, StoreJson.Default.NodeState)!),
            Facts = facts.TryGetValue($"{name}/{which}", out string? box) ? Unseal(name, which, box) : ImmutableSortedDictionary<string, string>.Empty,
        };
    }

    /// <summary>What is to be written where one record takes another's place (null: there is none before, or none after). In the order of changes.</summary>
    public StoreBatch Difference(BundleDeployment? before, BundleDeployment? after)
    {
        var put = new List<Document>();
        var delete = new List<(string, string)>();
        string name = (after ?? before!).Name;
        if (after is null) Drop(Deployments, name, delete);
        else if (before is null || !Same(before, after)) put.Add(Next(Deployments, name, JsonSerializer.Serialize(after, StoreJson.Default.BundleDeployment)));
        Difference(name, "apply", before?.Applied, after?.Applied, put, delete);
        Difference(name, "look", before?.Looked, after?.Looked, put, delete);
        return new(put, delete, []);
    }

    /// <summary>Has it written.</summary>
    public Task CommitAsync(StoreBatch batch) => batch.Put.Count + batch.Delete.Count == 0 ? Task.CompletedTask : store.CommitAsync(batch);

    /// <summary>Why nothing can be written now, or null.</summary>
    public string? Suspended => store.Suspended;

    private static bool Same(BundleDeployment before, BundleDeployment after) =>
        before with { Applied = null, Looked = null } == after with { Applied = null, Looked = null };

    private void Difference(string name, string which, RunState? before, RunState? after, List<Document> put, List<(string, string)> delete)
    {
        if (ReferenceEquals(before, after)) return;
        var was = before?.Nodes ?? ImmutableSortedDictionary<string, NodeState>.Empty;
        var now = after?.Nodes ?? ImmutableSortedDictionary<string, NodeState>.Empty;
        if (!ReferenceEquals(was, now))
        {
            foreach (var (node, state) in now)
                if (!was.TryGetValue(node, out var old) || !ReferenceEquals(old, state)) put.Add(Next(Nodes, $"{name}/{which}/{node}", JsonSerializer.Serialize(state, StoreJson.Default.NodeState)));
            foreach (string node in was.Keys.Where(n => !now.ContainsKey(n))) Drop(Nodes, $"{name}/{which}/{node}", delete);
        }
        var facts = after?.Facts ?? ImmutableSortedDictionary<string, string>.Empty;
        if (ReferenceEquals(before?.Facts, facts)) return;
        if (facts.IsEmpty) Drop(Facts, $"{name}/{which}", delete);
        else put.Add(Next(Facts, $"{name}/{which}", JsonSerializer.Serialize(Seal(name, which, facts), StoreJson.Default.String)));
    }

    private string Seal(string name, string which, ImmutableSortedDictionary<string, string> facts) =>
        secrets.Seal($"deployment/{name}/{which}/facts", JsonSerializer.Serialize(facts, StoreJson.Default.ImmutableSortedDictionaryStringString));

    private ImmutableSortedDictionary<string, string> Unseal(string name, string which, string json) => JsonSerializer.Deserialize(
        secrets.Unseal($"deployment/{name}/{which}/facts", JsonSerializer.Deserialize(json, StoreJson.Default.String)!), StoreJson.Default.ImmutableSortedDictionaryStringString)!;

    private Document Known(Document document)
    {
        _versions[(document.Collection, document.Id)] = document.Version;
        return document;
    }

    private Document Next(string collection, string id, string json)
    {
        long version = _versions.GetValueOrDefault((collection, id)) + 1;
        _versions[(collection, id)] = version;
        return new(collection, id, version, json);
    }

    private void Drop(string collection, string id, List<(string, string)> delete)
    {
        if (_versions.Remove((collection, id))) delete.Add((collection, id));
    }

    // "zed/apply/glance/0/database" is of "zed/apply".
    private static string RunOf(string id) => id[..id.IndexOf('/', id.IndexOf('/') + 1)];
}

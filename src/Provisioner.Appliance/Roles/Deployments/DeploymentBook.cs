using System.Collections.Immutable;
using Provisioner.Domain.Store;

namespace Provisioner.Appliance.Roles.Deployments;

/// <summary>
/// All deployments, and the only writer of them. A change is decided under one lock, committed, and answered when it is on disk. Readers take
/// <see cref="All"/>, an immutable snapshot.
/// </summary>
internal sealed class DeploymentBook
{
    private readonly DeploymentStore _store;
    private readonly Lock _lock = new();
    private volatile ImmutableSortedDictionary<string, BundleDeployment> _all;
    private volatile ImmutableDictionary<string, string> _byMachine = ImmutableDictionary<string, string>.Empty;

    public DeploymentBook(DeploymentStore store)
    {
        _store = store;
        _all = store.Load().ToImmutableSortedDictionary(d => d.Name, d => d, StringComparer.Ordinal);
        foreach (var deployment in _all.Values) _byMachine = Placed(_byMachine, null, deployment);
    }

    /// <summary>All deployments by name.</summary>
    public ImmutableSortedDictionary<string, BundleDeployment> All => _all;

    /// <summary>A deployment, or null.</summary>
    public BundleDeployment? Find(string name) => _all.GetValueOrDefault(name);

    /// <summary>The deployment that a machine stands in, or null.</summary>
    public BundleDeployment? Of(string machine) => _byMachine.TryGetValue(machine, out string? name) ? Find(name) : null;

    /// <summary>
    /// Changes a deployment; completes when it is on disk. The function is given the present record (null: there is none) and gives the next one
    /// (the same: nothing changes; null: it goes) with what the caller is told.
    /// </summary>
    /// <exception cref="StoreSuspendedException">the store can't be written.</exception>
    public async Task<T> ChangeAsync<T>(string name, Func<BundleDeployment?, (BundleDeployment? Next, T Told)> change)
    {
        Task commit;
        T told;
        lock (_lock)
        {
            var before = Find(name);
            (var after, told) = change(before);
            if (ReferenceEquals(before, after)) return told;
            if (_store.Suspended is { } full) throw new StoreSuspendedException(full);
            _all = after is null ? _all.Remove(name) : _all.SetItem(name, after);
            if (!ReferenceEquals(before?.Placement, after?.Placement)) _byMachine = Placed(_byMachine, before, after);
            commit = _store.CommitAsync(_store.Difference(before, after));
        }
        await commit;
        return told;
    }

    private static ImmutableDictionary<string, string> Placed(ImmutableDictionary<string, string> all, BundleDeployment? before, BundleDeployment? after) => all
        .RemoveRange((before?.Machines ?? []).Where(id => all.GetValueOrDefault(id) == before!.Name))
        .SetItems((after?.Machines ?? []).Select(id => KeyValuePair.Create(id, after!.Name)));
}

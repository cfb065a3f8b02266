using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Provisioner.Appliance.Serving;
using Provisioner.Domain.Packages;
using Provisioner.Domain.Store;

namespace Provisioner.Appliance.Packages;

/// <summary>What may be fetched: the archives of the catalog, and those that operators added; and whether installed machines are told of the cache.</summary>
internal sealed class PackageSettings
{
    private const string Collection = "settings", Id = "packages";
    private readonly SemaphoreSlim _turn = new(1);
    private readonly IStore _store;
    private Saved _saved;
    private long _version;

    /// <param name="catalog">The catalog's folder.</param>
    /// <param name="store">Where additions are kept.</param>
    /// <exception cref="StartException">the catalog's file of archives can't be used.</exception>
    public PackageSettings(string catalog, IStore store)
    {
        (_store, WellKnown) = (store, Read(Path.Combine(catalog, "archives.yaml")));
        var document = store.Load(Collection).FirstOrDefault(d => d.Id == Id);
        _version = document?.Version ?? 0;
        _saved = document is null ? new([], true) : JsonSerializer.Deserialize(document.Json, PackageSettingsJson.Default.Saved)!;
        Rules = Make();
    }

    /// <summary>The catalog's archives.</summary>
    public ImmutableArray<Archive> WellKnown { get; }

    /// <summary>The operators' archives.</summary>
    public ImmutableArray<Archive> Added => _saved.Archives;

    /// <summary>All together; an operator's archive counts before one of the catalog.</summary>
    public ArchiveRules Rules { get; private set; }

    /// <summary>Machines that are installed get the cache as their proxy.</summary>
    public bool Machines => _saved.Machines;

    /// <summary>Adds an archive, or replaces the operators' of the same name. Null, or why not.</summary>
    public Task<string?> PutAsync(Archive archive) => SaveAsync(saved =>
        (saved with { Archives = [.. saved.Archives.Where(a => a.Name != archive.Name), archive] },
            saved.Archives.Length >= 500 ? "500 archives were added, and more are not possible" : null));

    /// <summary>Takes an operators' archive away. Null, or why not.</summary>
    public Task<string?> RemoveAsync(string name) => SaveAsync(saved => (saved with { Archives = [.. saved.Archives.Where(a => a.Name != name)] },
        saved.Archives.Any(a => a.Name == name) ? null : WellKnown.Any(a => a.Name == name) ? $"{name} stands in the catalog: take it out of archives.yaml and restart" : $"there is no archive \"{name}\""));

    /// <summary>Whether machines that are installed from now on get the cache as their proxy.</summary>
    public Task TellMachinesAsync(bool tell) => SaveAsync(saved => (saved with { Machines = tell }, null));

    private async Task<string?> SaveAsync(Func<Saved, (Saved, string?)> change)
    {
        await _turn.WaitAsync();
        try
        {
            var (saved, refusal) = change(_saved);
            if (refusal is not null) return refusal;
            if (_store.Suspended is { } full) throw new StoreSuspendedException(full);
            await _store.CommitAsync(StoreBatch.Of(new Document(Collection, Id, _version + 1, JsonSerializer.Serialize(saved, PackageSettingsJson.Default.Saved))));
            (_saved, _version) = (saved, _version + 1);
            Rules = Make();
            return null;
        }
        finally
        {
            _turn.Release();
        }
    }

    private ArchiveRules Make() => new([.. _saved.Archives, .. WellKnown.Where(w => _saved.Archives.All(a => a.Name != w.Name))]);

    private static ImmutableArray<Archive> Read(string path)
    {
        try
        {
            if (!File.Exists(path)) return []; // a catalog of roles alone: operators add what is wanted
            var file = ArchiveFile.Read(Path.GetFileName(path), File.ReadAllText(path));
            return file.Faults.IsEmpty ? file.Archives : throw new StartException($"archives that can't be used:\n  {string.Join("\n  ", file.Faults)}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"{path} can't be read ({e.Message}): make it readable, or name another catalog with --catalog", e);
        }
    }

    internal sealed record Saved(ImmutableArray<Archive> Archives, bool Machines);
}

[JsonSerializable(typeof(PackageSettings.Saved))]
internal sealed partial class PackageSettingsJson : JsonSerializerContext;

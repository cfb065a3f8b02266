using System.Text.Json;
using System.Text.Json.Serialization;
using Provisioner.Domain.Networks;
using Provisioner.Domain.Store;
using Provisioner.Wire;

namespace Provisioner.Appliance.Store.Leases;

/// <summary>
/// Leases of version 0.1 stand in the store's collection "leases", a document an address. They are taken over once, whole or not at all, and
/// then deleted there; a start that is cut off between the two deletes them at the next.
/// </summary>
internal static class LeaseMigration
{
    private const string Collection = "leases";

    /// <summary>Takes them over where the journal is new; says how many, 0 for none.</summary>
    /// <exception cref="IOException">the journal could not be written: nothing was taken, nothing deleted.</exception>
    public static async Task<int> RunAsync(IStore store, LeaseJournal journal)
    {
        var documents = store.Load(Collection);
        if (documents.Count == 0) return 0;
        int taken = 0;
        if (journal.IsNew)
        {
            var leases = documents.Select(d => JsonSerializer.Deserialize(d.Json, StoredLeaseJson.Default.StoredLease)!.ToLease()).ToList();
            journal.Import(leases);
            taken = leases.Count;
        }
        await store.CommitAsync(new([], [.. documents.Select(d => (Collection, d.Id))], []));
        return taken;
    }
}

/// <summary>A lease as version 0.1 kept it.</summary>
internal sealed record StoredLease(string Mac, string Address, LeaseState State, DateTimeOffset Since, DateTimeOffset Until)
{
    public Lease ToLease() => new(MacAddress.Parse(Mac), Ipv4Address.Parse(Address), State, Since, Until);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(StoredLease))]
internal sealed partial class StoredLeaseJson : JsonSerializerContext;

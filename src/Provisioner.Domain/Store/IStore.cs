using Provisioner.Domain.Events;

namespace Provisioner.Domain.Store;

/// <summary>A JSON document with an id and a version. Versions count up from 1; a write names the version that it replaces.</summary>
/// <param name="Collection"><c>machines</c>, <c>leases</c>, <c>settings</c>, <c>accounts</c> …</param>
/// <param name="Id">Id, unique in the collection.</param>
/// <param name="Version">Version of this text.</param>
/// <param name="Json">The text.</param>
public sealed record Document(string Collection, string Id, long Version, string Json);

/// <summary>
/// The durable copy of the model. Reads happen in memory, from the model; this is loaded at start and written at each change.
/// No SQL stands outside its implementation.
/// </summary>
public interface IStore
{
    /// <summary>All documents of a collection, in no order. Called at start.</summary>
    IReadOnlyList<Document> Load(string collection);

    /// <summary>
    /// Writes all of a batch or nothing, and completes when it is on disk. Batches that wait together share one commit.
    /// </summary>
    /// <exception cref="StoreConflictException">a document had another version than the one that was to be replaced.</exception>
    Task CommitAsync(StoreBatch batch);

    /// <summary>Why nothing can be written now, for a person: what is committed meanwhile waits. Null while all is well.</summary>
    string? Suspended => null;

    /// <summary>Events of a machine (of all with null) after a sequence number, oldest first.</summary>
    IReadOnlyList<TimelineEvent> Events(string? machine, long after, int limit);

    /// <summary>The last events of a machine (of all with null), oldest first.</summary>
    IReadOnlyList<TimelineEvent> LastEvents(string? machine, int limit);
}

/// <summary>What one commit writes.</summary>
/// <param name="Put">Documents to write; <see cref="Document.Version"/> is the new version, the one before must stand (1: none may stand).</param>
/// <param name="Delete">Documents to delete, without a look at their version.</param>
/// <param name="Events">Events to append; numbered by who made them.</param>
public sealed record StoreBatch(
    IReadOnlyList<Document> Put, IReadOnlyList<(string Collection, string Id)> Delete, IReadOnlyList<TimelineEvent> Events)
{
    /// <summary>Nothing.</summary>
    public static readonly StoreBatch Empty = new([], [], []);
    /// <summary>Only events.</summary>
    public static StoreBatch Of(params IReadOnlyList<TimelineEvent> events) => Empty with { Events = events };
    /// <summary>Only one document.</summary>
    public static StoreBatch Of(Document put) => Empty with { Put = [put] };
}

/// <summary>Somebody else wrote the document in the meantime.</summary>
/// <param name="collection">Its collection.</param>
/// <param name="id">Its id.</param>
public sealed class StoreConflictException(string collection, string id)
    : Exception($"{collection}/{id} was changed in the meantime: read it again and repeat");

/// <summary>The store can't be written, and whoever asks for a change is told so at once instead of being kept waiting.</summary>
/// <param name="full">What <see cref="IStore.Suspended"/> says.</param>
public sealed class StoreSuspendedException(string full) : IOException(Sentence(full))
{
    /// <summary>The sentence for whoever asked.</summary>
    public static string Sentence(string full) => $"nothing can be changed while the store can't be written ({full}): make room on the appliance's disk";
}

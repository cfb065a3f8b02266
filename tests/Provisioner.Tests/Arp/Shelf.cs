using System.Collections.Concurrent;
using Provisioner.Domain.Events;
using Provisioner.Domain.Store;

namespace Provisioner.Tests.Arp;

/// <summary>A store in memory that takes everything.</summary>
internal sealed class Shelf : IStore
{
    public ConcurrentDictionary<string, Document> Documents { get; } = new();

    public IReadOnlyList<Document> Load(string collection) => [.. Documents.Values];

    public Task CommitAsync(StoreBatch batch)
    {
        foreach (var document in batch.Put) Documents[document.Id] = document;
        return Task.CompletedTask;
    }

    public IReadOnlyList<TimelineEvent> Events(string? machine, long after, int limit) => [];

    public IReadOnlyList<TimelineEvent> LastEvents(string? machine, int limit) => [];
}

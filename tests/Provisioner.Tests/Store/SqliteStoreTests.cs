using Provisioner.Appliance.Store;
using Provisioner.Domain.Events;
using Provisioner.Domain.Store;

namespace Provisioner.Tests.Store;

public sealed class SqliteStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("store-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static StoreBatch Put(string id, long version, string json = "{}") => StoreBatch.Of(new Document("things", id, version, json));

    private static TimelineEvent Told(long seq, string machine) => new(seq, machine, DateTimeOffset.UnixEpoch, "test.told", $"event {seq}");

    [Fact]
    public async Task What_was_acknowledged_is_there_after_reopening()
    {
        using (var store = new SqliteStore(_folder))
        {
            await store.CommitAsync(Put("a", 1, """{"x":1}"""));
            await store.CommitAsync(Put("a", 2, """{"x":2}"""));
            await store.CommitAsync(StoreBatch.Of(Told(1, "m"), Told(2, "n")));
        }
        using var again = new SqliteStore(_folder);
        Assert.Equal(new Document("things", "a", 2, """{"x":2}"""), Assert.Single(again.Load("things")));
        Assert.Equal(2, again.LastSeq);
        Assert.Equal("event 1", Assert.Single(again.Events("m", 0, 10)).Text);
        Assert.Equal(2, Assert.Single(again.LastEvents(null, 1)).Seq);
    }

    [Fact]
    public async Task A_stale_version_fails_alone_and_leaves_nothing_half_done()
    {
        using var store = new SqliteStore(_folder);
        await store.CommitAsync(Put("a", 1));
        var bad = store.CommitAsync(new StoreBatch([new("things", "b", 1, "{}"), new("things", "a", 1, "{}")], [], [Told(1, "m")]));
        var good = store.CommitAsync(Put("c", 1));
        await Assert.ThrowsAsync<StoreConflictException>(() => bad);
        await good;
        Assert.Equal(["a", "c"], store.Load("things").Select(d => d.Id).Order());
        Assert.Empty(store.Events(null, 0, 10));
    }

    [Fact]
    public async Task Thousands_that_wait_together_share_commits()
    {
        using var store = new SqliteStore(_folder);
        await Task.WhenAll(Enumerable.Range(0, 5000).Select(i => store.CommitAsync(Put($"d{i}", 1))));
        Assert.Equal(5000, store.Load("things").Count);
    }

    [Fact]
    public void Nobody_else_can_read_the_file()
    {
        using var store = new SqliteStore(_folder);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_folder, "provisioner.db")));
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused()
    {
        File.WriteAllText(Path.Combine(_folder, "provisioner.db"), new string('x', 8192));
        Assert.Throws<Microsoft.Data.Sqlite.SqliteException>(() => new SqliteStore(_folder));
    }
}

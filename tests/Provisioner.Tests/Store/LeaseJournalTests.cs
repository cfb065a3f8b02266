using Provisioner.Appliance.Store.Leases;
using Provisioner.Domain.Events;
using Provisioner.Domain.Networks;
using Provisioner.Domain.Store;
using Provisioner.Tests.Dhcp;
using Provisioner.Wire;

namespace Provisioner.Tests.Store;

public sealed class LeaseJournalTests
{
    private readonly string _folder = Journals.Folder();

    [Fact]
    public void What_is_durable_is_there_after_a_restart_and_the_last_word_counts()
    {
        using (var journal = Journals.Open(_folder))
        {
            Keep(journal, Lease(1), Lease(2), Lease(1) with { State = LeaseState.Released });
            Keep(journal, Lease(3));
        }
        using var again = Journals.Open(_folder);
        Assert.Equal([Lease(1) with { State = LeaseState.Released }, Lease(2), Lease(3)], again.All.OrderBy(l => l.Address));
        Assert.Empty(again.Remarks);
    }

    [Fact]
    public void A_record_s_octets_are_these()
    {
        var octets = new byte[LeaseRecord.PutLength];
        var lease = new Lease(MacAddress.Parse("52:54:00:12:34:56"), Rack.Ip("10.77.0.100"), LeaseState.Bound, Rack.Noon, Rack.Noon.AddHours(1));
        Assert.Equal(octets.Length, LeaseRecord.Write(lease, octets));
        Assert.Equal("1c000000" + "cab2aebc" + "0101" + "525400123456" + "64004d0a" + "00e003f8c647df08" + "0048c859cf47df08", Convert.ToHexStringLower(octets));
        Assert.True(LeaseRecord.TryRead(octets, out var record, out int length));
        Assert.Equal((new LeaseRecord.Put(lease), octets.Length), (record, length));
        for (int i = 0; i < octets.Length; i++)
        {
            octets[i] ^= 0x10;
            Assert.False(LeaseRecord.TryRead(octets, out _, out _), $"octet {i} was changed and nobody saw it");
            octets[i] ^= 0x10;
        }
    }

    [Fact]
    public void A_journal_that_is_cut_anywhere_gives_what_stands_before_the_cut()
    {
        using (var journal = Journals.Open(_folder)) Keep(journal, [.. Enumerable.Range(1, 5).Select(Lease)]);
        byte[] whole = File.ReadAllBytes(Directory.GetFiles(_folder).Single());
        int first = whole.Length - 5 * LeaseRecord.PutLength;
        for (int cut = 0; cut < whole.Length; cut++)
        {
            string folder = Journals.Folder();
            File.WriteAllBytes(Path.Combine(folder, "00000001.journal"), whole[..cut]);
            var replay = LeaseReplay.Of(folder);
            int expected = Math.Max(0, cut - first) / LeaseRecord.PutLength;
            Assert.Equal(expected, replay.Leases.Count);
            Assert.False(replay.IsDamaged);
            bool isTorn = cut is not 0 and not 8 && (cut < first || (cut - first) % LeaseRecord.PutLength != 0);
            Assert.Equal(isTorn, replay.Remarks.Length == 1);
        }
    }

    [Fact]
    public void A_torn_tail_is_told_once_and_what_comes_after_the_next_start_is_kept()
    {
        using (var journal = Journals.Open(_folder)) Keep(journal, Lease(1));
        File.AppendAllBytes(Directory.GetFiles(_folder).Single(), [0x1c, 0, 0, 0, 1, 2, 3]);
        using (var journal = Journals.Open(_folder))
        {
            Assert.Contains("half a write", Assert.Single(journal.Remarks), StringComparison.Ordinal);
            Keep(journal, Lease(2));
        }
        using var again = Journals.Open(_folder);
        Assert.Equal(2, again.All.Count);
        Assert.Empty(again.Remarks);
    }

    [Fact]
    public void Damage_in_the_middle_costs_only_what_it_hit_and_is_told()
    {
        using (var journal = Journals.Open(_folder)) Keep(journal, [.. Enumerable.Range(1, 100).Select(Lease)]);
        string path = Directory.GetFiles(_folder).Single();
        byte[] octets = File.ReadAllBytes(path);
        octets.AsSpan(octets.Length / 2, 50).Clear();
        File.WriteAllBytes(path, octets);
        var replay = LeaseReplay.Of(_folder);
        Assert.True(replay.IsDamaged);
        Assert.InRange(replay.Leases.Count, 97, 98);
        Assert.Contains("look at the disk", Assert.Single(replay.Remarks), StringComparison.Ordinal);
    }

    [Fact]
    public void Noise_is_no_lease_and_ends()
    {
        var random = new Random(3);
        for (int i = 0; i < 300; i++)
        {
            var octets = new byte[random.Next(400)];
            random.NextBytes(octets);
            string folder = Journals.Folder();
            File.WriteAllBytes(Path.Combine(folder, "00000001.snapshot"), octets);
            Assert.Empty(LeaseReplay.Of(folder).Leases);
        }
    }

    [Fact]
    public void Files_of_a_later_version_are_refused_with_the_cure()
    {
        var octets = new byte[64];
        int length = LeaseRecord.Write(new LeaseRecord.Begin(LeaseRecord.Format + 1, default), octets);
        File.WriteAllBytes(Path.Combine(_folder, "00000001.journal"), [.. LeaseReplay.Magic, .. octets.AsSpan(0, length)]);
        Assert.Contains("later version (format 2, this one reads 1): start that version", Assert.Throws<InvalidDataException>(() => Journals.Open(_folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_who_write_at_once_share_commits_and_all_are_kept()
    {
        using (var journal = Journals.Open(_folder))
            await Task.WhenAll(Enumerable.Range(0, 8).Select(t => Task.Run(() =>
            {
                for (int i = 0; i < 200; i++) Keep(journal, Lease(t * 200 + i + 1));
            })));
        using var again = Journals.Open(_folder);
        Assert.Equal(1600, again.All.Count);
    }

    [Fact]
    public void It_tidies_itself_up_while_it_goes_on()
    {
        using (var journal = Journals.Open(_folder))
            for (int round = 0; round < 20; round++)
                Keep(journal, [.. Enumerable.Range(1, 20_000).Select(n => Lease(n) with { Until = Rack.Noon.AddMinutes(round) })]);
        Assert.False(File.Exists(Path.Combine(_folder, "00000001.journal")));
        Assert.Single(Directory.GetFiles(_folder, "*.snapshot"));
        using var again = Journals.Open(_folder);
        Assert.Equal(20_000, again.All.Count);
        Assert.All(again.All, l => Assert.Equal(Rack.Noon.AddMinutes(19), l.Until));
        Assert.Empty(again.Remarks);
    }

    [Fact]
    public void Five_hundred_restarts_leave_a_handful_of_files()
    {
        for (int i = 1; i <= 500; i++)
            using (var journal = Journals.Open(_folder)) Keep(journal, Lease(i));
        Assert.True(Directory.GetFiles(_folder).Length <= 12);
        using var again = Journals.Open(_folder);
        Assert.Equal(500, again.All.Count);
    }

    [Fact]
    public void A_disk_that_refuses_is_told_once_and_is_used_again_without_a_restart()
    {
        using var journal = Journals.Open(_folder);
        List<string> told = [];
        List<Lease> back = [];
        (journal.Told, journal.RolledBack) = ((text, bad) => told.Add($"{bad}: {text}"), back.AddRange);
        using (Journals.Refusing(_folder))
        {
            var commit = journal.Append(Lease(1));
            Assert.False(journal.IsDurable(commit));
            Assert.NotEmpty(commit.Why);
            Assert.False(journal.IsDurable(journal.Append(Lease(2))));
            Assert.False(journal.IsWritable());
            Assert.Equal([Lease(1), Lease(2)], back);
            Assert.Empty(journal.All);
        }
        Assert.True(SpinWait.SpinUntil(journal.IsWritable, LeaseJournal.BetweenTries * 10));
        Keep(journal, Lease(3));
        Assert.Collection(told, t => Assert.StartsWith("True: leases can't be written", t, StringComparison.Ordinal), t => Assert.StartsWith("False: leases can be written", t, StringComparison.Ordinal));
        Assert.Equal([Lease(3)], Journals.Open(_folder).All);
    }

    [Fact]
    public async Task Leases_of_version_0_1_are_taken_over_once()
    {
        var store = new OldStore();
        using (var journal = Journals.Open(_folder))
        {
            Assert.Equal(1, await LeaseMigration.RunAsync(store, journal));
            Assert.Equal(("10.77.1.7", LeaseState.Bound), (journal.All.Single().Address.ToString(), journal.All.Single().State));
            Keep(journal, journal.All.Single() with { State = LeaseState.Released });
        }
        Assert.Equal("10.77.1.7", Assert.Single(store.Deleted));
        using var again = Journals.Open(_folder);
        Assert.Equal(0, await LeaseMigration.RunAsync(store, again)); // as if the deletion had been cut off
        Assert.Equal(LeaseState.Released, again.All.Single().State);
    }

    private static void Keep(LeaseJournal journal, params Lease[] leases)
    {
        LeaseCommit? commit = null;
        foreach (var lease in leases) commit = journal.Append(lease);
        Assert.True(journal.IsDurable(commit!), commit!.Why);
    }

    private static Lease Lease(int n) => new(Rack.Mac(n), new(0x0a4d0000 + (uint)n), LeaseState.Bound, Rack.Noon, Rack.Noon.AddHours(1));

    private sealed class OldStore : IStore
    {
        public List<string> Deleted { get; } = [];
        public IReadOnlyList<Document> Load(string collection) =>
            [new("leases", "10.77.1.7", 3, """{"mac":"52:54:00:00:00:01","address":"10.77.1.7","state":"Bound","since":"2026-01-01T00:00:00+00:00","until":"2026-02-01T00:00:00+00:00"}""")];
        public Task CommitAsync(StoreBatch batch)
        {
            if (Deleted.Count == 0) Deleted.AddRange(batch.Delete.Select(d => d.Id));
            return Task.CompletedTask;
        }
        public IReadOnlyList<TimelineEvent> Events(string? machine, long after, int limit) => [];
        public IReadOnlyList<TimelineEvent> LastEvents(string? machine, int limit) => [];
    }
}

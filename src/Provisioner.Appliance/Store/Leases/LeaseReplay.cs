using System.Collections.Immutable;
using System.Globalization;
using Provisioner.Domain.Networks;
using Provisioner.Wire;

namespace Provisioner.Appliance.Store.Leases;

/// <summary>What the lease files say, read in their order: the newest snapshot, then every journal since.</summary>
/// <param name="Leases">By address: the last word on each.</param>
/// <param name="Mark">The newest clock mark.</param>
/// <param name="LastNumber">The highest number of a file; the next one is higher.</param>
/// <param name="Journals">How many journals were read.</param>
/// <param name="Octets">Octets of those journals that say something.</param>
/// <param name="Remarks">What a person should know: a torn tail (a power cut), or damage, one sentence each.</param>
/// <param name="IsDamaged">A record in the middle was unreadable: a disk that loses data.</param>
internal sealed record LeaseReplay(
    Dictionary<Ipv4Address, Lease> Leases, ClockMark? Mark, long LastNumber, int Journals, long Octets, ImmutableArray<string> Remarks, bool IsDamaged)
{
    public const string SnapshotEnding = ".snapshot", JournalEnding = ".journal", UnfinishedEnding = ".tmp";
    public static ReadOnlySpan<byte> Magic => "PRVLEASE"u8;

    /// <summary>Reads a folder that is there. Changes nothing on disk.</summary>
    /// <exception cref="InvalidDataException">a file was written by a later version.</exception>
    /// <exception cref="IOException">a file can't be read.</exception>
    public static LeaseReplay Of(string folder)
    {
        var numbered = Directory.EnumerateFiles(folder).Select(path => (Path: path, Number: NumberOf(path))).Where(f => f.Number > 0).ToList();
        var snapshot = numbered.Where(f => f.Path.EndsWith(SnapshotEnding, StringComparison.Ordinal)).OrderBy(f => f.Number).LastOrDefault();
        var journals = numbered.Where(f => f.Path.EndsWith(JournalEnding, StringComparison.Ordinal) && f.Number >= snapshot.Number).OrderBy(f => f.Number).ToList();
        var reading = new Reading();
        if (snapshot.Path is not null) reading.Take(snapshot.Path, isSnapshot: true);
        foreach (var journal in journals) reading.Take(journal.Path, isSnapshot: false);
        return new(reading.Leases, reading.Mark, numbered.Select(f => f.Number).DefaultIfEmpty(0).Max(), journals.Count, reading.Octets,
            [.. reading.Remarks], reading.IsDamaged);
    }

    /// <summary>The number in a file's name, <c>00000012.journal</c>; 0 for files that are none of ours.</summary>
    public static long NumberOf(string path) =>
        Path.GetExtension(path) is SnapshotEnding or JournalEnding && long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0;

    private sealed class Reading
    {
        public readonly Dictionary<Ipv4Address, Lease> Leases = [];
        public readonly List<string> Remarks = [];
        public ClockMark? Mark;
        public long Octets;
        public bool IsDamaged;

        public void Take(string path, bool isSnapshot)
        {
            var octets = File.ReadAllBytes(path).AsSpan();
            int written = octets.TrimEnd((byte)0).Length; // behind it is room that was made ahead
            string name = Path.GetFileName(path);
            int at = octets.StartsWith(Magic) ? Magic.Length : 0, lost = 0, lostAt = 0;
            bool ended = false;
            if (!isSnapshot) Octets += written;
            while (at < written)
            {
                if (!LeaseRecord.TryRead(octets[at..], out var record, out int length))
                {
                    if (lost == 0) lostAt = at;
                    lost++;
                    at++; // the next sound record is looked for octet by octet: a hole must not cost what stands behind it
                    continue;
                }
                if (lost > 0) Damaged($"{name}: {lost} octets at {lostAt} can't be read; the leases behind them were found again");
                lost = 0;
                at += length;
                ended |= Apply(record, name);
            }
            if (lost > 0) Torn(name, lost, lostAt, isSnapshot);
            else if (isSnapshot && !ended) Damaged($"{name} ends too early: leases may be missing; let machines renew before addresses are given by hand");
        }

        private bool Apply(LeaseRecord record, string name)
        {
            switch (record)
            {
                case LeaseRecord.Put(var lease):
                    Leases[lease.Address] = lease;
                    break;
                case LeaseRecord.Forget(var address):
                    Leases.Remove(address);
                    break;
                case LeaseRecord.Begin(var format, var mark):
                    if (format > LeaseRecord.Format)
                        throw new InvalidDataException($"{name} was written by a later version (format {format}, this one reads {LeaseRecord.Format}): start that version, or name another data folder");
                    Mark = mark;
                    break;
                case LeaseRecord.End:
                    return true;
            }
            return false;
        }

        // A journal's tail that was being written when the power went was acknowledged to nobody.
        private void Torn(string name, int lost, int at, bool isSnapshot)
        {
            if (isSnapshot) Damaged($"{name}: its last {lost} octets can't be read");
            else Remarks.Add($"{name}: its last {lost} octets, from {at}, are half a write: it was cut off before it was acknowledged, so nothing is lost");
        }

        private void Damaged(string sentence)
        {
            IsDamaged = true;
            Remarks.Add($"{sentence}; look at the disk (smartctl -a, dmesg)");
        }
    }
}

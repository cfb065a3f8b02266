namespace Provisioner.Domain.Dns;

/// <summary>Something that stands in a <see cref="NameTable{T}"/>.</summary>
public interface INamed
{
    /// <summary>Its name on the wire, in lower case.</summary>
    ReadOnlySpan<byte> Lower { get; }
    /// <summary><see cref="Wire.Dns.DnsNameHash"/> of that.</summary>
    uint Hash { get; }
}

/// <summary>
/// An immutable dictionary by name, looked up straight from a packet's octets: three steps, no allocation. A change copies two arrays of 256
/// references and one short list, whatever its size; a <see cref="Draft"/> copies each of them once for many changes.
/// </summary>
/// <remarks>Names are put in by people and by machines' records, never by who asks: its hash needs no secret.</remarks>
public sealed class NameTable<T> where T : class, INamed
{
    private const int Fan = 256;
    /// <summary>Nothing.</summary>
    public static readonly NameTable<T> Empty = new(new T[Fan][][], 0);
    private readonly T[]?[]?[] _root;

    private NameTable(T[]?[]?[] root, int count) => (_root, Count) = (root, count);

    /// <summary>Entries.</summary>
    public int Count { get; }

    /// <summary>What has this name, or null.</summary>
    public T? Find(uint hash, ReadOnlySpan<byte> lower)
    {
        if (_root[hash >> 24]?[hash >> 16 & 255] is not { } list) return null;
        foreach (var entry in list)
            if (entry.Hash == hash && entry.Lower.SequenceEqual(lower)) return entry;
        return null;
    }

    /// <summary>All entries, in no order.</summary>
    public IEnumerable<T> All => _root.Where(m => m is not null).SelectMany(m => m!).Where(l => l is not null).SelectMany(l => l!);

    /// <summary>Changes to be made together.</summary>
    public sealed class Draft(NameTable<T> from)
    {
        private readonly T[]?[]?[] _root = [.. from._root];
        private readonly bool[] _mine = new bool[Fan];
        private int _count = from.Count;

        /// <summary>What has this name now, or null.</summary>
        public T? Find(uint hash, ReadOnlySpan<byte> lower)
        {
            if (_root[hash >> 24]?[hash >> 16 & 255] is not { } list) return null;
            foreach (var entry in list)
                if (entry.Hash == hash && entry.Lower.SequenceEqual(lower)) return entry;
            return null;
        }

        /// <summary>Puts it in the place of what had its name.</summary>
        public void Set(T entry)
        {
            var middle = Middle(entry.Hash);
            ref var list = ref middle[entry.Hash >> 16 & 255];
            int at = IndexOf(list, entry.Hash, entry.Lower);
            if (at < 0)
            {
                list = [.. list ?? [], entry];
                _count++;
                return;
            }
            list = [.. list!];
            list[at] = entry;
        }

        /// <summary>Takes out what has this name.</summary>
        public void Remove(uint hash, ReadOnlySpan<byte> lower)
        {
            var middle = Middle(hash);
            ref var list = ref middle[hash >> 16 & 255];
            int at = IndexOf(list, hash, lower);
            if (at < 0) return;
            list = list!.Length == 1 ? null : [.. list[..at], .. list[(at + 1)..]];
            _count--;
        }

        /// <summary>The table with the changes; the draft may go on.</summary>
        public NameTable<T> Done()
        {
            Array.Clear(_mine);
            return new([.. _root], _count);
        }

        private T[]?[] Middle(uint hash)
        {
            uint at = hash >> 24;
            if (_mine[at]) return _root[at]!;
            _mine[at] = true;
            var mine = new T[]?[Fan];
            _root[at]?.CopyTo(mine, 0);
            return _root[at] = mine;
        }

        private static int IndexOf(T[]? list, uint hash, ReadOnlySpan<byte> lower)
        {
            for (int i = 0; i < list?.Length; i++)
                if (list[i].Hash == hash && list[i].Lower.SequenceEqual(lower)) return i;
            return -1;
        }
    }
}

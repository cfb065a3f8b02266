using System.Buffers.Binary;
using System.Globalization;

namespace Provisioner.Tests.Fuzz;

/// <summary>
/// Octets that are nearly right: seeds of one protocol, spoiled. The same seed gives the same octets on every machine, so a run that
/// breaks something is found again by its number. Allocates nothing a run.
/// </summary>
/// <param name="seed">Of the sequence.</param>
/// <param name="seeds">Packets that are right, at least one.</param>
/// <param name="most">Longest result, octets.</param>
internal sealed class Mutator(int seed, byte[][] seeds, int most = 1500)
{
    private static readonly ushort[] Edges = [0, 1, 2, 3, 4, 63, 64, 127, 128, 192, 254, 255, 256, 511, 512, 1023, 32767, 32768, 49152, 65534, 65535];
    private readonly Random _random = new(seed);
    private readonly byte[] _buffer = new byte[most];
    private readonly byte[] _spare = new byte[most];
    private int _length;

    /// <summary>Runs of a fuzz test: <paramref name="usual"/>, or what PROVISIONER_FUZZ_RUNS says.</summary>
    public static int Runs(int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable("PROVISIONER_FUZZ_RUNS"), NumberStyles.None, CultureInfo.InvariantCulture, out int runs) ? runs : usual;

    /// <summary>Chance from the same sequence, for what else a test decides by it.</summary>
    public Random Chance => _random;

    /// <summary>A seed as it is, one time in sixteen; else spoiled in one to four ways. Good until the next call.</summary>
    public Span<byte> Next() => Next(seeds[_random.Next(seeds.Length)]);

    /// <summary>The given octets, spoiled as <see cref="Next()"/> does. Good until the next call.</summary>
    public Span<byte> Next(ReadOnlySpan<byte> from)
    {
        _length = Math.Min(from.Length, most);
        from[.._length].CopyTo(_buffer);
        if (_random.Next(16) > 0)
            for (int ways = _random.Next(1, 5); ways > 0; ways--) Spoil();
        return _buffer.AsSpan(0, _length);
    }

    private void Spoil()
    {
        switch (_random.Next(_length == 0 ? 7 : 0, 9))
        {
            case 0: _buffer[At()] ^= (byte)(1 << _random.Next(8)); break;
            case 1: _buffer[At()] = (byte)_random.Next(256); break;
            case 2: _length = _random.Next(_length + 1); break;
            case 3: SetLength(); break;
            case 4: Repeat(); break;
            case 5: Cut(); break;
            case 6: Blank(); break;
            case 7: Splice(); break;
            default: Grow(); break;
        }
    }

    // A count or length field, wherever one may be: an edge, or what is really left there, or one more or less.
    private void SetLength()
    {
        int at = At();
        int left = _length - at;
        int value = _random.Next(4) switch { 0 => left, 1 => left - 1, 2 => left + 1, _ => Edges[_random.Next(Edges.Length)] };
        if (left >= 2 && _random.Next(2) == 0) BinaryPrimitives.WriteUInt16BigEndian(_buffer.AsSpan(at), (ushort)value);
        else _buffer[at] = (byte)value;
    }

    // One piece many times over: options without end, labels without end.
    private void Repeat()
    {
        int at = At();
        int count = _random.Next(1, Math.Min(32, _length - at) + 1);
        for (int times = _random.Next(1, 64); times > 0 && _length + count <= most; times--) Insert(at, _buffer.AsSpan(at, count));
    }

    private void Cut()
    {
        int at = At();
        int count = _random.Next(1, _length - at + 1);
        _buffer.AsSpan(at + count, _length - at - count).CopyTo(_buffer.AsSpan(at));
        _length -= count;
    }

    private void Blank()
    {
        int at = At();
        _buffer.AsSpan(at, _random.Next(1, Math.Min(64, _length - at) + 1)).Fill((byte)(_random.Next(2) * 255));
    }

    // The head of this one and the tail of another.
    private void Splice()
    {
        var other = seeds[_random.Next(seeds.Length)].AsSpan();
        int keep = _random.Next(_length + 1);
        var tail = other[_random.Next(other.Length + 1)..];
        tail = tail[..Math.Min(tail.Length, most - keep)];
        tail.CopyTo(_buffer.AsSpan(keep));
        _length = keep + tail.Length;
    }

    private void Grow()
    {
        int count = Math.Min(_random.Next(1, 64), most - _length);
        _random.NextBytes(_buffer.AsSpan(_length, count));
        _length += count;
    }

    private void Insert(int at, ReadOnlySpan<byte> piece)
    {
        piece.CopyTo(_spare);
        _buffer.AsSpan(at, _length - at).CopyTo(_buffer.AsSpan(at + piece.Length));
        _spare.AsSpan(0, piece.Length).CopyTo(_buffer.AsSpan(at));
        _length += piece.Length;
    }

    private int At() => _random.Next(_length);
}

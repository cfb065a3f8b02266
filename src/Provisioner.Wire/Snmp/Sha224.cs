using System.Buffers.Binary;
using System.Numerics;

namespace Provisioner.Wire.Snmp;

/// <summary>SHA-224 (FIPS 180-4 §5.3.2, §6.3), which .NET has not: SHA-256 from other first words, cut short. For RFC 7860's usmHMAC128SHA224 alone.</summary>
internal static class Sha224
{
    private const int Block = 64, Length = 28;

    // FIPS 180-4 §5.3.2.
    private static readonly uint[] First = [0xc1059ed8, 0x367cd507, 0x3070dd17, 0xf70e5939, 0xffc00b31, 0x68581511, 0x64f98fa7, 0xbefa4fa4];
    private static readonly uint[] Constants = [.. Primes(64).Select(CubeRootBits)];

    public static byte[] Hash(ReadOnlySpan<byte> data)
    {
        Span<uint> state = stackalloc uint[8];
        First.CopyTo(state);
        int whole = data.Length / Block * Block;
        for (int at = 0; at < whole; at += Block) Compress(state, data.Slice(at, Block));
        // One bit, zeros, and the length in bits: one block, or two.
        Span<byte> last = stackalloc byte[2 * Block];
        last.Clear();
        var rest = data[whole..];
        rest.CopyTo(last);
        last[rest.Length] = 0x80;
        int end = rest.Length + 9 > Block ? 2 * Block : Block;
        BinaryPrimitives.WriteUInt64BigEndian(last[(end - 8)..], (ulong)data.Length * 8);
        for (int at = 0; at < end; at += Block) Compress(state, last.Slice(at, Block));
        var hash = new byte[Length];
        for (int i = 0; i < Length / 4; i++) BinaryPrimitives.WriteUInt32BigEndian(hash.AsSpan(4 * i), state[i]);
        return hash;
    }

    /// <summary>RFC 2104.</summary>
    public static byte[] Hmac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data)
    {
        Span<byte> inner = stackalloc byte[Block], outer = stackalloc byte[Block];
        inner.Clear();
        (key.Length > Block ? Hash(key) : key).CopyTo(inner);
        inner.CopyTo(outer);
        for (int i = 0; i < Block; i++) (inner[i], outer[i]) = ((byte)(inner[i] ^ 0x36), (byte)(outer[i] ^ 0x5c));
        return Hash([.. outer, .. Hash([.. inner, .. data])]);
    }

    // FIPS 180-4 §6.2.2.
    private static void Compress(Span<uint> state, ReadOnlySpan<byte> block)
    {
        Span<uint> w = stackalloc uint[64];
        for (int t = 0; t < 16; t++) w[t] = BinaryPrimitives.ReadUInt32BigEndian(block[(4 * t)..]);
        for (int t = 16; t < 64; t++)
        {
            uint s0 = BitOperations.RotateRight(w[t - 15], 7) ^ BitOperations.RotateRight(w[t - 15], 18) ^ w[t - 15] >> 3;
            uint s1 = BitOperations.RotateRight(w[t - 2], 17) ^ BitOperations.RotateRight(w[t - 2], 19) ^ w[t - 2] >> 10;
            w[t] = w[t - 16] + s0 + w[t - 7] + s1;
        }
        uint a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
        for (int t = 0; t < 64; t++)
        {
            uint one = h + (BitOperations.RotateRight(e, 6) ^ BitOperations.RotateRight(e, 11) ^ BitOperations.RotateRight(e, 25)) + (e & f ^ ~e & g) + Constants[t] + w[t];
            uint two = (BitOperations.RotateRight(a, 2) ^ BitOperations.RotateRight(a, 13) ^ BitOperations.RotateRight(a, 22)) + (a & b ^ a & c ^ b & c);
            (h, g, f, e, d, c, b, a) = (g, f, e, d + one, c, b, a, one + two);
        }
        (state[0], state[1], state[2], state[3]) = (state[0] + a, state[1] + b, state[2] + c, state[3] + d);
        (state[4], state[5], state[6], state[7]) = (state[4] + e, state[5] + f, state[6] + g, state[7] + h);
    }

    private static IEnumerable<int> Primes(int count) => Enumerable.Range(2, 400).Where(n => Enumerable.Range(2, n - 2).All(d => n % d != 0)).Take(count);

    // FIPS 180-4 §4.2.2: the first 32 bits behind the point of the cube roots of the first 64 primes.
    private static uint CubeRootBits(int prime)
    {
        var wanted = (BigInteger)prime << 96;
        BigInteger least = 0, most = (BigInteger)8 << 32;
        while (most - least > 1)
        {
            var middle = (least + most) / 2;
            if (middle * middle * middle <= wanted) least = middle;
            else most = middle;
        }
        return (uint)(least & uint.MaxValue);
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Provisioner.ApplianceTests.Power;

/// <summary>A cipher suite's three algorithms by their numbers: IPMI 2.0 §22.15.2, tables 13-17 to 13-19, 22-20.</summary>
internal sealed record SimulatedSuite(byte Id, byte Authentication, byte Integrity, byte Confidentiality)
{
    public static readonly SimulatedSuite[] All =
    [
        new(0, 0, 0, 0), new(1, 1, 0, 0), new(2, 1, 1, 0), new(3, 1, 1, 1), new(6, 2, 0, 0), new(7, 2, 2, 0), new(8, 2, 2, 1),
        new(15, 3, 0, 0), new(16, 3, 4, 0), new(17, 3, 4, 1),
    ];

    /// <summary>Octets of the integrity check value in RAKP 4: §13.28.1.</summary>
    public int CheckLength => Authentication switch { 0 => 0, 1 => 12, _ => 16 };

    /// <summary>Octets of the code at a datagram's end: §13.28.4.</summary>
    public int CodeLength => Integrity switch { 0 => 0, 1 => 12, _ => 16 };

    public byte[] Prove(byte[] key, params ReadOnlySpan<byte[]> parts) => Authentication == 0 ? [] : Hash(Authentication, key, [.. Flat(parts)]);

    public byte[] Sign(byte[] k1, ReadOnlySpan<byte> datagram) => Integrity == 0 ? [] : Hash(Integrity, k1, datagram)[..CodeLength];

    private static byte[] Hash(byte algorithm, byte[] key, ReadOnlySpan<byte> data) => algorithm switch
    {
        1 => HMACSHA1.HashData(key, data),
        2 => HMACMD5.HashData(key, data),
        _ => HMACSHA256.HashData(key, data),
    };

    private static byte[] Flat(ReadOnlySpan<byte[]> parts)
    {
        var all = new List<byte>();
        foreach (byte[] part in parts) all.AddRange(part);
        return [.. all];
    }
}

/// <summary>The BMC's end of an established RMCP+ session: §13.6, §13.28.4, §13.29, §13.31, §13.32.</summary>
internal sealed class SimulatedSeal : IDisposable
{
    private readonly SimulatedSuite _suite;
    private readonly uint _consoleId;
    private readonly byte[] _k1;
    private readonly Aes _aes = Aes.Create();
    private readonly HashSet<uint> _taken = [];
    private uint _highest;
    private uint _sent;

    public SimulatedSeal(SimulatedSuite suite, byte[] sik, uint consoleId)
    {
        (_suite, _consoleId) = (suite, consoleId);
        _k1 = suite.Prove(sik, Enumerable.Repeat((byte)1, 20).ToArray());
        byte[] k2 = suite.Prove(sik, Enumerable.Repeat((byte)2, 20).ToArray());
        if (suite.Confidentiality == 1) _aes.Key = k2[..16];
    }

    /// <summary>The payload, or null: not signed by the other end, seen before, or not whole.</summary>
    public byte[]? Open(ReadOnlySpan<byte> datagram)
    {
        int length = BinaryPrimitives.ReadUInt16LittleEndian(datagram[14..]);
        if (datagram.Length < 16 + length + _suite.CodeLength) return null;
        if (!_suite.Sign(_k1, datagram[4..^_suite.CodeLength]).AsSpan().SequenceEqual(datagram[^_suite.CodeLength..])) return null;
        if (!Take(BinaryPrimitives.ReadUInt32LittleEndian(datagram[10..]))) return null;
        var payload = datagram.Slice(16, length);
        if (_suite.Confidentiality == 0) return payload.ToArray();
        if (length < 32 || length % 16 != 0) return null;
        byte[] clear = _aes.DecryptCbc(payload[16..], payload[..16], PaddingMode.None);
        return clear[^1] < 16 ? clear[..^(clear[^1] + 1)] : null;
    }

    public byte[] Seal(byte type, ReadOnlySpan<byte> payload)
    {
        byte[] hidden = _suite.Confidentiality == 0 ? payload.ToArray() : Hide(payload);
        bool signs = _suite.Integrity != 0;
        int pad = signs ? -(12 + hidden.Length + 2) & 3 : 0;
        var datagram = new byte[16 + hidden.Length + (signs ? pad + 2 : 0)];
        datagram[0] = 0x06;
        datagram[2] = 0xff;
        datagram[3] = 0x07;
        datagram[4] = 0x06;
        datagram[5] = (byte)(type | (signs ? 0x40 : 0) | (_suite.Confidentiality != 0 ? 0x80 : 0));
        BinaryPrimitives.WriteUInt32LittleEndian(datagram.AsSpan(6), _consoleId);
        BinaryPrimitives.WriteUInt32LittleEndian(datagram.AsSpan(10), ++_sent);
        BinaryPrimitives.WriteUInt16LittleEndian(datagram.AsSpan(14), (ushort)hidden.Length);
        hidden.CopyTo(datagram, 16);
        if (!signs) return datagram;
        datagram.AsSpan(16 + hidden.Length, pad).Fill(0xff);
        datagram[^2] = (byte)pad;
        datagram[^1] = 0x07;
        return [.. datagram, .. _suite.Sign(_k1, datagram.AsSpan(4))];
    }

    public void Dispose() => _aes.Dispose();

    private byte[] Hide(ReadOnlySpan<byte> payload)
    {
        int pad = (16 - (payload.Length + 1) % 16) % 16;
        var clear = new byte[payload.Length + pad + 1];
        payload.CopyTo(clear);
        for (int i = 0; i < pad; i++) clear[payload.Length + i] = (byte)(i + 1);
        clear[^1] = (byte)pad;
        byte[] vector = RandomNumberGenerator.GetBytes(16);
        return [.. vector, .. _aes.EncryptCbc(clear, vector, PaddingMode.None)];
    }

    // §6.12.13: 16 behind and 16 ahead of the highest, each once.
    private bool Take(uint number)
    {
        if (number == 0 || number + 16 <= _highest || number > _highest + 16 || !_taken.Add(number)) return false;
        if (number > _highest) _highest = number;
        if (_taken.Count > 64) _taken.RemoveWhere(n => n + 32 < _highest);
        return true;
    }
}

using System.Buffers.Binary;
using Provisioner.Wire.Ipmi;

namespace Provisioner.ApplianceTests.Power;

/// <summary>The system event log: IPMI 2.0 §31, §32.1.</summary>
internal sealed class SimulatedLog
{
    private const int Room = 512;
    private readonly List<byte[]> _entries = [];
    private ushort _reservation, _lastId;
    private uint _added, _erased;
    private TimeSpan _off;

    public SimulatedLog()
    {
        Add(0x07, 0x10, 0x6f, 0x07, 0xff, 0xff, DateTimeOffset.UnixEpoch.AddSeconds(1_700_000_000));
        Add(0x01, 0x01, 0x01, 0x59, 0x2d, 0x2a, DateTimeOffset.UnixEpoch.AddSeconds(1_700_000_060));
    }

    public int Count => _entries.Count;

    /// <summary>A platform event of a sensor.</summary>
    public void Add(byte sensorType, byte number, byte eventType, byte data1, byte data2, byte data3, DateTimeOffset? at = null)
    {
        uint when = (uint)(at ?? DateTimeOffset.UtcNow + _off).ToUnixTimeSeconds();
        AddRecord([0, 0, 0x02, .. BitConverter.GetBytes(when), 0x20, 0x00, 0x04, sensorType, number, eventType, data1, data2, data3]);
    }

    public (byte, byte[]) Do(byte command, byte[] data) => (command, data.Length) switch
    {
        (0x40, _) => (CompletionCode.Ok, [0x51, .. U16(_entries.Count), .. U16((Room - _entries.Count) * 16), .. BitConverter.GetBytes(_added), .. BitConverter.GetBytes(_erased), 0x0b]),
        (0x41, _) => (CompletionCode.Ok, [.. U16(Room), 16, 0, .. U16(Room - _entries.Count), .. U16(Room - _entries.Count), 1]),
        (0x42, _) => (CompletionCode.Ok, U16(++_reservation)),
        (0x43, 6) => Entry(data),
        (0x44, 16) => (CompletionCode.Ok, U16(AddRecord(data))),
        (0x46, 4) => Delete(data),
        (0x47, 6) => Clear(data),
        (0x48, _) => (CompletionCode.Ok, BitConverter.GetBytes((uint)(DateTimeOffset.UtcNow + _off).ToUnixTimeSeconds())),
        (0x49, 4) => SetTime(data),
        (0x5c, _) => (CompletionCode.Ok, [0, 0]),
        (0x43 or 0x44 or 0x46 or 0x47 or 0x49, _) => (0xc7, []),
        _ => (CompletionCode.InvalidCommand, []),
    };

    private ushort AddRecord(byte[] record)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(record, ++_lastId);
        if (_entries.Count < Room) _entries.Add(record);
        _added = (uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        return _lastId;
    }

    private (byte, byte[]) Entry(byte[] data)
    {
        int id = BinaryPrimitives.ReadUInt16LittleEndian(data.AsSpan(2));
        int at = id switch { 0 => 0, 0xffff => _entries.Count - 1, _ => _entries.FindIndex(e => BinaryPrimitives.ReadUInt16LittleEndian(e) == id) };
        if (at < 0 || at >= _entries.Count) return (0xcb, []);
        byte[] next = at + 1 < _entries.Count ? _entries[at + 1][..2] : [0xff, 0xff];
        return (CompletionCode.Ok, [.. next, .. _entries[at].Skip(data[4]).Take(data[5])]);
    }

    private (byte, byte[]) Delete(byte[] data)
    {
        int id = BinaryPrimitives.ReadUInt16LittleEndian(data.AsSpan(2));
        int at = _entries.FindIndex(e => BinaryPrimitives.ReadUInt16LittleEndian(e) == id);
        if (at < 0) return (0xcb, []);
        _entries.RemoveAt(at);
        return (CompletionCode.Ok, U16(id));
    }

    private (byte, byte[]) Clear(byte[] data)
    {
        if (BinaryPrimitives.ReadUInt16LittleEndian(data) != _reservation) return (0xc5, []);
        if (!data.AsSpan(2, 3).SequenceEqual("CLR"u8)) return (0xcc, []);
        if (data[5] == 0xaa)
        {
            _entries.Clear();
            _erased = (uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        }
        return (CompletionCode.Ok, [0x01]);
    }

    private (byte, byte[]) SetTime(byte[] data)
    {
        _off = DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadUInt32LittleEndian(data)) - DateTimeOffset.UtcNow;
        return (CompletionCode.Ok, []);
    }

    private static byte[] U16(int number) => [(byte)number, (byte)(number >> 8)];
}

using System.Text;
using Provisioner.Wire.Ipmi;

namespace Provisioner.ApplianceTests.Power;

/// <summary>A sensor and its reading: IPMI 2.0 §35, §43.1, §43.2.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="Type">Sensor type: table 42-3.</param>
/// <param name="Unit">Base unit: table 43-15; 0 for a discrete one.</param>
/// <param name="Raw">Raw reading.</param>
/// <param name="M">A raw step in units, times ten to <paramref name="Exponent"/>.</param>
/// <param name="Exponent">Result's exponent.</param>
/// <param name="High">Raw upper non-critical, critical and non-recoverable thresholds; empty for none.</param>
/// <param name="States">A discrete one's states.</param>
internal sealed record SimulatedSensor(byte Number, string Name, byte Type, byte Unit, byte Raw, sbyte M = 1, sbyte Exponent = 0, byte[]? High = null, ushort States = 0)
{
    /// <summary>Says that it is not scanned, and has a reading all the same.</summary>
    public bool SaysUnscanned { get; init; }

    /// <summary>Discrete by its record's type, with an analog reading.</summary>
    public bool DiscreteWithReading { get; init; }
}

/// <summary>The sensors and their records (SDR): IPMI 2.0 §33, §35, §43.</summary>
internal sealed class SimulatedSensors
{
    private const ushort End = 0xffff;
    private readonly List<byte[]> _records = [];
    private ushort _reservation;

    public SimulatedSensors(BmcFace face)
    {
        All =
        [
            new(0x01, "Inlet Temp", 0x01, 0x01, 23, High: [42, 47, 50]),
            new(0x02, "CPU 1 Temp", 0x01, 0x01, 40, High: [70, 80, 90]) { SaysUnscanned = face.SensorsSayUnscanned },
            new(0x03, "Fan 1", 0x04, 0x12, 72, M: 60),
            new(0x04, "12V", 0x02, 0x04, 200, M: 6, Exponent: -2),
            new(0x05, "Power Meter", 0x0b, 0x06, 98, M: 2) { DiscreteWithReading = face.DiscreteReadings },
            new(0x06, "PS 1 Status", 0x08, 0x00, 0, States: 0x0001),
        ];
        _records.Add(Controller());
        foreach (var sensor in All) _records.Add(sensor.Unit == 0 ? Compact(sensor) : Full(sensor));
        _records.Add(FruLocator());
        for (int i = 0; i < _records.Count; i++) (_records[i][0], _records[i][1]) = ((byte)(i + 1), 0);
    }

    public List<SimulatedSensor> All { get; }

    /// <summary>Get Sensor Reading and Get Sensor Thresholds.</summary>
    public (byte, byte[]) Sensor(byte command, byte[] data)
    {
        if (data.Length == 0) return (0xc7, []);
        if (All.Find(s => s.Number == data[0]) is not { } sensor) return (0xcb, []);
        return command switch
        {
            // 0xc0: events and scanning are on; 0x80: scanning is said to be off.
            0x2d when sensor.Unit == 0 => (CompletionCode.Ok, [0, 0xc0, (byte)sensor.States, (byte)(0x80 | sensor.States >> 8)]),
            0x2d => (CompletionCode.Ok, [sensor.Raw, (byte)(sensor.SaysUnscanned ? 0x80 : 0xc0), Compared(sensor), 0x80]),
            0x27 when sensor.High is { } high => (CompletionCode.Ok, [0x38, 0, 0, 0, high[0], high[1], high[2]]),
            0x27 when sensor.Unit != 0 => (CompletionCode.Ok, [0, 0, 0, 0, 0, 0, 0]),
            0x29 => (CompletionCode.Ok, [0xc0, 0, 0, 0, 0]),
            0x25 => (CompletionCode.Ok, [1, 1]),
            _ => (CompletionCode.InvalidCommand, []),
        };
    }

    /// <summary>The repository's commands.</summary>
    public (byte, byte[]) Repository(byte command, byte[] data) => (command, data.Length) switch
    {
        (0x20, _) => (CompletionCode.Ok, [0x51, (byte)_records.Count, 0, 0xff, 0xff, 0x10, 0, 0, 0, 0x10, 0, 0, 0, 0x02]),
        (0x21, _) => (CompletionCode.Ok, [0, 0, 0, 0, 0, 0, 0, 0, 0]),
        (0x22, _) => (CompletionCode.Ok, [(byte)++_reservation, (byte)(_reservation >> 8)]),
        (0x23, 6) => Record(data),
        (0x23, _) => (0xc7, []),
        _ => (CompletionCode.InvalidCommand, []),
    };

    private (byte, byte[]) Record(byte[] data)
    {
        int id = data[2] | data[3] << 8, offset = data[4], count = data[5];
        int at = id switch { 0 => 0, End => _records.Count - 1, _ => id - 1 };
        if (at < 0 || at >= _records.Count) return (0xcb, []);
        if (offset > 0 && (data[0] | data[1] << 8) != _reservation) return (0xc5, []);
        byte[] next = at + 1 < _records.Count ? [(byte)(at + 2), 0] : [0xff, 0xff];
        byte[] part = [.. _records[at].Skip(offset).Take(count == 0xff ? 255 : count)];
        // Some BMCs cannot return a long record at once (§33.12): 0xca.
        return part.Length > 48 ? (0xca, []) : (CompletionCode.Ok, [.. next, .. part]);
    }

    private static byte Compared(SimulatedSensor sensor) =>
        (byte)(sensor.High is { } high ? 0xc0 | (sensor.Raw >= high[0] ? 8 : 0) | (sensor.Raw >= high[1] ? 16 : 0) | (sensor.Raw >= high[2] ? 32 : 0) : 0xc0);

    private static byte[] Full(SimulatedSensor s)
    {
        byte entity = (byte)(s.Type == 0x04 ? 29 : s.Type == 0x01 && s.Number == 2 ? 3 : 7), readable = (byte)(s.High is null ? 0 : 0x38);
        byte[] high = s.High ?? [0, 0, 0];
        byte capabilities = (byte)(s.High is null ? 0x40 : 0x44), eventType = (byte)(s.DiscreteWithReading ? 0x6f : 0x01);
        byte[] body =
        [
            0x20, 0, s.Number, entity, 1, 0x7f, capabilities, s.Type, eventType, 0, 0, 0, 0, readable, 0, 0, s.Unit, 0, 0, (byte)s.M, 0, 0, 0, 0, (byte)((s.Exponent & 0x0f) << 4),
            0, s.Raw, 255, 0, 255, 0, high[2], high[1], high[0], 0, 0, 0, 1, 1, 0, 0, 0, .. Name(s.Name),
        ];
        return Whole(0x01, body);
    }

    private static byte[] Compact(SimulatedSensor s) =>
        Whole(0x02, [0x20, 0, s.Number, 10, 1, 0x67, 0x40, s.Type, 0x6f, 0x0f, 0, 0x0f, 0, 0x0f, 0, 0xc0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, .. Name(s.Name)]);

    private static byte[] Controller() => Whole(0x12, [0x20, 0, 0, 0xbf, 0, 0, 0, 6, 1, 0, .. Name("BMC")]);

    private static byte[] FruLocator() => Whole(0x11, [0x20, 0, 0x80, 0, 0, 0x10, 0, 7, 1, 0, .. Name("System Board")]);

    private static byte[] Name(string name) => [(byte)(0xc0 | name.Length), .. Encoding.ASCII.GetBytes(name)];

    private static byte[] Whole(byte type, byte[] body) => [0, 0, 0x51, type, (byte)body.Length, .. body];
}

namespace Provisioner.Wire.Ipmi;

/// <summary>Whose a sensor is.</summary>
/// <param name="Owner">Address of the controller that has it; 0x20 is the BMC.</param>
/// <param name="Lun">Bits 0 and 1 of the owner's LUN.</param>
/// <param name="Number">Its number there.</param>
public readonly record struct SensorKey(byte Owner, byte Lun, byte Number)
{
    /// <summary>The BMC's own, on its first LUN: those that can be asked for without a bridge.</summary>
    public bool IsBmc => Owner == 0x20 && Lun == 0;
}

/// <summary>What a sensor is part of: IPMI 2.0 table 43-13.</summary>
/// <param name="Id">Kind of thing: 3 processor, 10 power supply.</param>
/// <param name="Instance">Which of that kind.</param>
public readonly record struct Entity(byte Id, byte Instance);

/// <summary>A record of the sensor repository: IPMI 2.0 §43.</summary>
/// <param name="Id">Its number in the repository.</param>
/// <param name="Name">Id string.</param>
public abstract record SdrRecord(ushort Id, string Name)
{
    /// <summary>Octets of a record's header: id, version, type, length.</summary>
    public const int HeaderLength = 5;

    /// <summary>A sensor that reads states or values.</summary>
    /// <param name="Id">Its number in the repository.</param>
    /// <param name="Name">Id string.</param>
    /// <param name="Key">Whose it is.</param>
    /// <param name="Entity">What it is part of.</param>
    /// <param name="Type">Sensor type: table 42-3.</param>
    /// <param name="EventType">Event/reading type: table 42-1; 1 is a threshold.</param>
    /// <param name="Unit">Its unit; without meaning for states.</param>
    /// <param name="Analog">How its octets become values, or null for states alone.</param>
    public sealed record Sensor(ushort Id, string Name, SensorKey Key, Entity Entity, byte Type, byte EventType, SensorUnit Unit, AnalogSensor? Analog)
        : SdrRecord(Id, Name);

    /// <summary>A sensor that only sends events.</summary>
    /// <param name="Id">Its number in the repository.</param>
    /// <param name="Name">Id string.</param>
    /// <param name="Key">Whose it is.</param>
    /// <param name="Entity">What it is part of.</param>
    /// <param name="Type">Sensor type: table 42-3.</param>
    /// <param name="EventType">Event/reading type: table 42-1.</param>
    public sealed record EventOnly(ushort Id, string Name, SensorKey Key, Entity Entity, byte Type, byte EventType) : SdrRecord(Id, Name);

    /// <summary>Where the inventory of a part is.</summary>
    /// <param name="Id">Its number in the repository.</param>
    /// <param name="Name">Id string.</param>
    /// <param name="Controller">Address of the controller that has it.</param>
    /// <param name="Fru">FRU number there.</param>
    /// <param name="Logical">It is read by Read FRU Data; else it is a chip on a bus.</param>
    /// <param name="Entity">What it is of.</param>
    public sealed record FruLocator(ushort Id, string Name, byte Controller, byte Fru, bool Logical, Entity Entity) : SdrRecord(Id, Name);

    /// <summary>Anything else, with its record type.</summary>
    /// <param name="Id">Its number in the repository.</param>
    /// <param name="Name">Empty.</param>
    /// <param name="RecordType">Record type: table 43-1 and on.</param>
    public sealed record Other(ushort Id, string Name, byte RecordType) : SdrRecord(Id, Name);

    /// <summary>Reads a whole record.</summary>
    /// <exception cref="WireException">truncated.</exception>
    public static SdrRecord Parse(ReadOnlySpan<byte> record)
    {
        var reader = new IpmiReader(record, "sensor record");
        ushort id = reader.U16("record id");
        reader.Skip(1, "SDR version");
        byte type = reader.U8("record type");
        int length = reader.U8("record length");
        var body = reader.Rest();
        // Some BMCs count too much in the header: what is there is what is there.
        if (body.Length > length) body = body[..length];
        return type switch
        {
            0x01 => Full(id, body),
            0x02 => Compact(id, body),
            0x03 => Event(id, body),
            0x11 => Locator(id, body),
            _ => new Other(id, "", type),
        };
    }

    private static Sensor Full(ushort id, ReadOnlySpan<byte> body)
    {
        var reader = new IpmiReader(body, "full sensor record");
        var (key, entity, type, eventType) = Head(ref reader);
        byte readable = ReadMasks(ref reader);
        var unit = SensorUnit.Read(ref reader, out var format);
        var linearization = (Linearization)(reader.U8("linearization") & 0x7f);
        var factors = SensorFactors.Parse(reader.Take(6, "factors"));
        reader.Skip(6, "nominal readings");
        byte[] thresholds = reader.Take(6, "thresholds").ToArray();
        reader.Skip(2, "hysteresis");
        reader.Skip(3, "reserved and OEM");
        // The record has them from upper non-recoverable down to lower non-critical; Get Sensor Thresholds from lower non-critical up.
        byte[] ordered = [thresholds[5], thresholds[4], thresholds[3], thresholds[2], thresholds[1], thresholds[0]];
        var analog = format == AnalogFormat.None ? null : new AnalogSensor(format, linearization, factors, readable, ordered);
        return new(id, ReadName(ref reader), key, entity, type, eventType, unit, analog);
    }

    private static Sensor Compact(ushort id, ReadOnlySpan<byte> body)
    {
        var reader = new IpmiReader(body, "compact sensor record");
        var (key, entity, type, eventType) = Head(ref reader);
        ReadMasks(ref reader);
        var unit = SensorUnit.Read(ref reader, out _);
        reader.Skip(2, "record sharing");
        reader.Skip(2, "hysteresis");
        reader.Skip(4, "reserved and OEM");
        return new(id, ReadName(ref reader), key, entity, type, eventType, unit, null);
    }

    private static EventOnly Event(ushort id, ReadOnlySpan<byte> body)
    {
        var reader = new IpmiReader(body, "event-only record");
        var (key, entity) = Place(ref reader);
        byte type = reader.U8("sensor type");
        byte eventType = reader.U8("event type");
        reader.Skip(4, "record sharing");
        return new(id, ReadName(ref reader), key, entity, type, (byte)(eventType & 0x7f));
    }

    private static FruLocator Locator(ushort id, ReadOnlySpan<byte> body)
    {
        var reader = new IpmiReader(body, "FRU locator");
        byte controller = reader.U8("device access address");
        byte fru = reader.U8("FRU device id");
        bool logical = (reader.U8("access") & 0x80) != 0;
        reader.Skip(4, "channel and device type");
        var entity = new Entity(reader.U8("entity id"), reader.U8("entity instance"));
        reader.Skip(1, "OEM");
        return new(id, ReadName(ref reader), controller, fru, logical, entity);
    }

    private static (SensorKey, Entity, byte Type, byte EventType) Head(ref IpmiReader reader)
    {
        var (key, entity) = Place(ref reader);
        reader.Skip(2, "initialization and capabilities");
        byte type = reader.U8("sensor type");
        return (key, entity, type, (byte)(reader.U8("event type") & 0x7f));
    }

    private static (SensorKey, Entity) Place(ref IpmiReader reader)
    {
        byte owner = reader.U8("sensor owner");
        byte lun = (byte)(reader.U8("owner LUN") & 3);
        return (new(owner, lun, reader.U8("sensor number")), new(reader.U8("entity id"), (byte)(reader.U8("entity instance") & 0x7f)));
    }

    // Assertion and deassertion events, then which thresholds can be read (low octet).
    private static byte ReadMasks(ref IpmiReader reader)
    {
        reader.Skip(4, "event masks");
        return (byte)(reader.Take(2, "reading mask")[0] & 0x3f);
    }

    private static string ReadName(ref IpmiReader reader)
    {
        byte kind = reader.U8("id string type and length");
        var rest = reader.Rest();
        return IpmiText.Of(kind >> 6 == 0 ? 3 : kind >> 6, rest[..Math.Min(rest.Length, kind & 0x1f)]);
    }
}

namespace Provisioner.Wire.Ipmi;

/// <summary>An entry of the event log: IPMI 2.0 §32, 16 octets.</summary>
/// <param name="Id">Its number.</param>
public abstract record SelRecord(ushort Id)
{
    private const int Length = 16;

    /// <summary>Octets that the specification leaves to sensor, event and maker.</summary>
    /// <param name="Id">Its number.</param>
    /// <param name="Time">Seconds since 1970 by the BMC's clock; up to 0x20000000 seconds since the BMC's start, 0xffffffff unknown (§37).</param>
    /// <param name="Generator">Who saw it: an address (bit 0 clear) or a software id, and a channel.</param>
    /// <param name="Revision">Format of the event: 4 for IPMI 1.5 and 2.0.</param>
    /// <param name="SensorType">Table 42-3.</param>
    /// <param name="Sensor">Sensor number.</param>
    /// <param name="Deasserted">The event is over.</param>
    /// <param name="EventType">Table 42-1.</param>
    /// <param name="Data">Three octets; the lowest four bits of the first are the offset in the event type's table.</param>
    public sealed record Event(ushort Id, uint Time, ushort Generator, byte Revision, byte SensorType, byte Sensor, bool Deasserted, byte EventType,
        ReadOnlyMemory<byte> Data) : SelRecord(Id)
    {
        /// <summary>Which event of its type.</summary>
        public int Offset => Data.Span[0] & 0x0f;
    }

    /// <summary>A maker's own, with a time.</summary>
    /// <param name="Id">Its number.</param>
    /// <param name="Time">As in an event.</param>
    /// <param name="RecordType">0xc0 to 0xdf.</param>
    /// <param name="Manufacturer">IANA enterprise number.</param>
    /// <param name="Data">Six octets.</param>
    public sealed record OemTimed(ushort Id, uint Time, byte RecordType, int Manufacturer, ReadOnlyMemory<byte> Data) : SelRecord(Id);

    /// <summary>A maker's own, without a time.</summary>
    /// <param name="Id">Its number.</param>
    /// <param name="RecordType">0xe0 to 0xff, or one that the specification does not name.</param>
    /// <param name="Data">Thirteen octets.</param>
    public sealed record Oem(ushort Id, byte RecordType, ReadOnlyMemory<byte> Data) : SelRecord(Id);

    /// <summary>Reads an entry.</summary>
    /// <exception cref="WireException">truncated.</exception>
    public static SelRecord Parse(ReadOnlySpan<byte> record)
    {
        var reader = new IpmiReader(new IpmiReader(record, "event log entry").Take(Length, "record"), "event log entry");
        ushort id = reader.U16("record id");
        byte type = reader.U8("record type");
        return type switch
        {
            0x02 => ReadEvent(id, ref reader),
            >= 0xc0 and <= 0xdf => new OemTimed(id, reader.U32("time"), type, reader.U16("manufacturer") | reader.U8("manufacturer") << 16, reader.Rest().ToArray()),
            _ => new Oem(id, type, reader.Rest().ToArray()),
        };
    }

    private static Event ReadEvent(ushort id, ref IpmiReader reader)
    {
        uint time = reader.U32("time");
        ushort generator = reader.U16("generator id");
        byte revision = reader.U8("event message revision");
        byte sensorType = reader.U8("sensor type");
        byte sensor = reader.U8("sensor number");
        byte kind = reader.U8("event type");
        return new(id, time, generator, revision, sensorType, sensor, (kind & 0x80) != 0, (byte)(kind & 0x7f), reader.Rest().ToArray());
    }
}

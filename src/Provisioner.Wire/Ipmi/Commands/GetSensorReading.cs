namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Get Sensor Reading: IPMI 2.0 §35.14.</summary>
/// <param name="Sensor">Its number.</param>
public sealed record GetSensorReading(byte Sensor) : IIpmiCommand<SensorReading>
{
    /// <inheritdoc/>
    public string Name => "Get Sensor Reading";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.Sensor;

    /// <inheritdoc/>
    public byte Command => 0x2d;

    /// <inheritdoc/>
    public byte[] ToBytes() => [Sensor];

    /// <inheritdoc/>
    public SensorReading Read(ReadOnlySpan<byte> data)
    {
        var reader = new IpmiReader(data, Name);
        byte raw = reader.U8("sensor reading");
        byte flags = reader.U8("reading flags");
        int states = reader.Left > 0 ? reader.U8("states") : 0;
        if (reader.Left > 0) states |= (reader.U8("states") & 0x7f) << 8;
        return new(raw, (flags & 0x20) != 0, (flags & 0x40) != 0, (ushort)states);
    }
}

/// <summary>What a sensor reads now.</summary>
/// <param name="Raw">The reading before it is converted.</param>
/// <param name="Unavailable">It is not to be believed: the machine is off, or the sensor starts.</param>
/// <param name="Scanning">The sensor is read at all.</param>
/// <param name="States">Discrete: one bit a state that holds. Threshold: bits 0 to 5, which thresholds are passed.</param>
public sealed record SensorReading(byte Raw, bool Unavailable, bool Scanning, ushort States);

namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Get Sensor Thresholds: IPMI 2.0 §35.9.</summary>
/// <param name="Sensor">Its number.</param>
public sealed record GetSensorThresholds(byte Sensor) : IIpmiCommand<RawThresholds>
{
    /// <inheritdoc/>
    public string Name => "Get Sensor Thresholds";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.Sensor;

    /// <inheritdoc/>
    public byte Command => 0x27;

    /// <inheritdoc/>
    public byte[] ToBytes() => [Sensor];

    /// <inheritdoc/>
    public RawThresholds Read(ReadOnlySpan<byte> data)
    {
        var reader = new IpmiReader(data, Name);
        return new(reader.U8("readable thresholds"), reader.Take(6, "thresholds").ToArray());
    }
}

/// <summary>A sensor's thresholds before they are converted: lower non-critical, critical, non-recoverable, then the upper ones.</summary>
/// <param name="Readable">Bits 0 to 5: which of them there are.</param>
/// <param name="Values">Six readings.</param>
public sealed record RawThresholds(byte Readable, ReadOnlyMemory<byte> Values);

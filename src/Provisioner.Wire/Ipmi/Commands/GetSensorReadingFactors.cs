namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Get Sensor Reading Factors: IPMI 2.0 §35.5. For sensors whose factors change with the reading.</summary>
/// <param name="Sensor">Its number.</param>
/// <param name="Raw">The reading that they are wanted for.</param>
public sealed record GetSensorReadingFactors(byte Sensor, byte Raw) : IIpmiCommand<SensorFactors>
{
    /// <inheritdoc/>
    public string Name => "Get Sensor Reading Factors";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.Sensor;

    /// <inheritdoc/>
    public byte Command => 0x23;

    /// <inheritdoc/>
    public byte[] ToBytes() => [Sensor, Raw];

    /// <inheritdoc/>
    public SensorFactors Read(ReadOnlySpan<byte> data)
    {
        var reader = new IpmiReader(data, Name);
        reader.Skip(1, "next reading");
        return SensorFactors.Parse(reader.Take(6, "factors"));
    }
}

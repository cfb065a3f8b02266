namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Reserve SDR Repository (IPMI 2.0 §33.11), or Reserve Device SDR Repository (§35.4). Without a reservation only whole records may be read.</summary>
/// <param name="Device">Of the BMC's own sensors.</param>
public sealed record ReserveSdrRepository(bool Device = false) : IIpmiCommand<ushort>
{
    /// <inheritdoc/>
    public string Name => "Reserve SDR Repository";

    /// <inheritdoc/>
    public NetFn NetFn => Device ? NetFn.Sensor : NetFn.Storage;

    /// <inheritdoc/>
    public byte Command => 0x22;

    /// <inheritdoc/>
    public byte[] ToBytes() => [];

    /// <inheritdoc/>
    public ushort Read(ReadOnlySpan<byte> data) => new IpmiReader(data, Name).U16("reservation id");
}

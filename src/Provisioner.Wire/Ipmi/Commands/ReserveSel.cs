namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Reserve SEL: IPMI 2.0 §31.4. So that a log is cleared as it was read: an entry that comes between cancels the reservation.</summary>
public sealed record ReserveSel : IIpmiCommand<ushort>
{
    /// <inheritdoc/>
    public string Name => "Reserve SEL";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.Storage;

    /// <inheritdoc/>
    public byte Command => 0x42;

    /// <inheritdoc/>
    public byte[] ToBytes() => [];

    /// <inheritdoc/>
    public ushort Read(ReadOnlySpan<byte> data) => new IpmiReader(data, Name).U16("reservation id");
}

namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Clear SEL: IPMI 2.0 §31.9. Answers whether it is done.</summary>
/// <param name="Reservation">From Reserve SEL.</param>
/// <param name="Begin">Begin it; else ask how far it is.</param>
public sealed record ClearSel(ushort Reservation, bool Begin) : IIpmiCommand<bool>
{
    /// <inheritdoc/>
    public string Name => "Clear SEL";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.Storage;

    /// <inheritdoc/>
    public byte Command => 0x47;

    /// <inheritdoc/>
    public byte[] ToBytes() => [(byte)Reservation, (byte)(Reservation >> 8), (byte)'C', (byte)'L', (byte)'R', (byte)(Begin ? 0xaa : 0x00)];

    /// <inheritdoc/>
    public bool Read(ReadOnlySpan<byte> data) => (new IpmiReader(data, Name).U8("erasure progress") & 0x0f) == 1;
}

namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Get SEL Time: IPMI 2.0 §31.10. The BMC's clock, seconds since 1970.</summary>
public sealed record GetSelTime : IIpmiCommand<uint>
{
    /// <inheritdoc/>
    public string Name => "Get SEL Time";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.Storage;

    /// <inheritdoc/>
    public byte Command => 0x48;

    /// <inheritdoc/>
    public byte[] ToBytes() => [];

    /// <inheritdoc/>
    public uint Read(ReadOnlySpan<byte> data) => new IpmiReader(data, Name).U32("time");
}

namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Get SEL Info: IPMI 2.0 §31.2.</summary>
public sealed record GetSelInfo : IIpmiCommand<SelInfo>
{
    /// <inheritdoc/>
    public string Name => "Get SEL Info";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.Storage;

    /// <inheritdoc/>
    public byte Command => 0x40;

    /// <inheritdoc/>
    public byte[] ToBytes() => [];

    /// <inheritdoc/>
    public SelInfo Read(ReadOnlySpan<byte> data)
    {
        var reader = new IpmiReader(data, Name);
        reader.Skip(1, "SEL version");
        ushort entries = reader.U16("entries");
        ushort free = reader.U16("free octets");
        uint added = reader.U32("last addition");
        uint erased = reader.U32("last erasure");
        return new(entries, free, added, erased, (reader.U8("operation support") & 0x80) != 0);
    }
}

/// <summary>The state of the event log.</summary>
/// <param name="Entries">How many there are.</param>
/// <param name="Free">Octets that are free; 0xffff for that many or more.</param>
/// <param name="Added">Time of the last addition, seconds as <see cref="SelRecord"/> has them.</param>
/// <param name="Erased">Time of the last erasure.</param>
/// <param name="Overflow">Entries were lost because it was full.</param>
public sealed record SelInfo(ushort Entries, ushort Free, uint Added, uint Erased, bool Overflow);

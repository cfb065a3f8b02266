namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Get FRU Inventory Area Info: IPMI 2.0 §34.1.</summary>
/// <param name="Fru">Its number; 0 is the machine's own.</param>
public sealed record GetFruInventoryAreaInfo(byte Fru) : IIpmiCommand<FruAreaInfo>
{
    /// <inheritdoc/>
    public string Name => "Get FRU Inventory Area Info";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.Storage;

    /// <inheritdoc/>
    public byte Command => 0x10;

    /// <inheritdoc/>
    public byte[] ToBytes() => [Fru];

    /// <inheritdoc/>
    public FruAreaInfo Read(ReadOnlySpan<byte> data)
    {
        var reader = new IpmiReader(data, Name);
        ushort size = reader.U16("area size");
        return new(size, (reader.U8("access") & 1) != 0);
    }
}

/// <summary>A FRU inventory's size.</summary>
/// <param name="Size">Octets.</param>
/// <param name="ByWords">Offset and count are in words of two octets.</param>
public sealed record FruAreaInfo(ushort Size, bool ByWords);

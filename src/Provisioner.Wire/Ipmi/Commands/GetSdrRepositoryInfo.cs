namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Get SDR Repository Info: IPMI 2.0 §33.9.</summary>
public sealed record GetSdrRepositoryInfo : IIpmiCommand<SdrRepositoryInfo>
{
    /// <inheritdoc/>
    public string Name => "Get SDR Repository Info";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.Storage;

    /// <inheritdoc/>
    public byte Command => 0x20;

    /// <inheritdoc/>
    public byte[] ToBytes() => [];

    /// <inheritdoc/>
    public SdrRepositoryInfo Read(ReadOnlySpan<byte> data)
    {
        var reader = new IpmiReader(data, Name);
        reader.Skip(1, "SDR version");
        ushort records = reader.U16("record count");
        reader.Skip(2, "free space");
        return new(records, reader.U32("last addition"), reader.U32("last erasure"));
    }
}

/// <summary>The repository of sensor records.</summary>
/// <param name="Records">How many there are.</param>
/// <param name="Added">Time of the last addition: another one means other records.</param>
/// <param name="Erased">Time of the last erasure.</param>
public sealed record SdrRepositoryInfo(ushort Records, uint Added, uint Erased);

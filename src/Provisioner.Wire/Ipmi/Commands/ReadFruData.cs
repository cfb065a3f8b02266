namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Read FRU Data: IPMI 2.0 §34.2.</summary>
/// <param name="Fru">Its number.</param>
/// <param name="Offset">From where; in words where the area says so.</param>
/// <param name="Count">How many.</param>
public sealed record ReadFruData(byte Fru, ushort Offset, byte Count) : IIpmiCommand<ReadOnlyMemory<byte>>
{
    /// <inheritdoc/>
    public string Name => "Read FRU Data";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.Storage;

    /// <inheritdoc/>
    public byte Command => 0x11;

    /// <inheritdoc/>
    public byte[] ToBytes() => [Fru, (byte)Offset, (byte)(Offset >> 8), Count];

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Read(ReadOnlySpan<byte> data)
    {
        var reader = new IpmiReader(data, Name);
        reader.Skip(1, "count returned");
        // Some BMCs count wrongly: what is there is what is there.
        return reader.Rest().ToArray();
    }

    /// <inheritdoc/>
    public string Explain(byte code) => code switch
    {
        0x81 => CompletionCode.Numbered("the FRU is busy", code),
        _ => CompletionCode.Describe(code),
    };
}

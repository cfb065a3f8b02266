namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Get SEL Entry: IPMI 2.0 §31.5.</summary>
/// <param name="Record">Which; 0 is the first, 0xffff the last.</param>
public sealed record GetSelEntry(ushort Record) : IIpmiCommand<SelPart>
{
    /// <summary>The id after the last record.</summary>
    public const ushort End = 0xffff;

    /// <inheritdoc/>
    public string Name => "Get SEL Entry";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.Storage;

    /// <inheritdoc/>
    public byte Command => 0x43;

    /// <inheritdoc/>
    public byte[] ToBytes() => [0, 0, (byte)Record, (byte)(Record >> 8), 0, 0xff];

    /// <inheritdoc/>
    public SelPart Read(ReadOnlySpan<byte> data)
    {
        var reader = new IpmiReader(data, Name);
        return new(reader.U16("next record id"), SelRecord.Parse(reader.Rest()));
    }
}

/// <summary>An entry of the event log.</summary>
/// <param name="Next">The record after it; <see cref="GetSelEntry.End"/> where there is none.</param>
/// <param name="Record">The entry.</param>
public sealed record SelPart(ushort Next, SelRecord Record);

namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Get SDR (IPMI 2.0 §33.12), or Get Device SDR (§35.3) of a BMC that has no repository.</summary>
/// <param name="Reservation">From Reserve SDR Repository; 0 for a whole record.</param>
/// <param name="Record">Which; 0 is the first.</param>
/// <param name="Offset">From where in it.</param>
/// <param name="Count">How many octets; 0xff for all.</param>
/// <param name="Device">Of the BMC's own sensors.</param>
public sealed record GetSdr(ushort Reservation, ushort Record, byte Offset, byte Count, bool Device = false) : IIpmiCommand<SdrPart>
{
    /// <summary>The id after the last record.</summary>
    public const ushort End = 0xffff;

    /// <inheritdoc/>
    public string Name => Device ? "Get Device SDR" : "Get SDR";

    /// <inheritdoc/>
    public NetFn NetFn => Device ? NetFn.Sensor : NetFn.Storage;

    /// <inheritdoc/>
    public byte Command => (byte)(Device ? 0x21 : 0x23);

    /// <inheritdoc/>
    public byte[] ToBytes() => [(byte)Reservation, (byte)(Reservation >> 8), (byte)Record, (byte)(Record >> 8), Offset, Count];

    /// <inheritdoc/>
    public SdrPart Read(ReadOnlySpan<byte> data)
    {
        var reader = new IpmiReader(data, Name);
        return new(reader.U16("next record id"), reader.Rest().ToArray());
    }
}

/// <summary>A part of a sensor record.</summary>
/// <param name="Next">The record after it; <see cref="GetSdr.End"/> where there is none.</param>
/// <param name="Octets">The part.</param>
public sealed record SdrPart(ushort Next, ReadOnlyMemory<byte> Octets);

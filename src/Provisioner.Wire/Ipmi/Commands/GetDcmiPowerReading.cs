namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Get Power Reading: DCMI 1.5 §6.6.1.</summary>
public sealed record GetDcmiPowerReading : IIpmiCommand<DcmiPowerReading>
{
    private const byte Dcmi = 0xdc;

    /// <inheritdoc/>
    public string Name => "Get Power Reading";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.Group;

    /// <inheritdoc/>
    public byte Command => 0x02;

    /// <inheritdoc/>
    public byte[] ToBytes() => [Dcmi, 1, 0, 0];

    /// <inheritdoc/>
    public DcmiPowerReading Read(ReadOnlySpan<byte> data)
    {
        var reader = new IpmiReader(data, Name);
        if (reader.U8("group") != Dcmi) throw new WireException($"{Name}: not a DCMI answer");
        ushort now = reader.U16("current power");
        ushort least = reader.U16("minimum power");
        ushort most = reader.U16("maximum power");
        ushort average = reader.U16("average power");
        reader.Skip(8, "time");
        return new(now, least, most, average, (reader.U8("state") & 0x40) != 0);
    }
}

/// <summary>What a machine takes, in watts; least, most and average over the BMC's own period.</summary>
/// <param name="Now">Now.</param>
/// <param name="Least">At least.</param>
/// <param name="Most">At most.</param>
/// <param name="Average">On average.</param>
/// <param name="Measuring">It is measured; else the numbers mean nothing.</param>
public sealed record DcmiPowerReading(ushort Now, ushort Least, ushort Most, ushort Average, bool Measuring);

namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Get LAN Configuration Parameters: IPMI 2.0 §23.2.</summary>
/// <param name="Channel">The LAN channel; 0x0e for the one that the question comes by.</param>
/// <param name="Parameter">Which.</param>
public sealed record GetLanConfiguration(byte Channel, LanParameter Parameter) : IIpmiCommand<ReadOnlyMemory<byte>>
{
    /// <inheritdoc/>
    public string Name => "Get LAN Configuration Parameters";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.Transport;

    /// <inheritdoc/>
    public byte Command => 0x02;

    /// <inheritdoc/>
    public byte[] ToBytes() => [Channel, (byte)Parameter, 0, 0];

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Read(ReadOnlySpan<byte> data)
    {
        var reader = new IpmiReader(data, Name);
        reader.Skip(1, "parameter revision");
        return reader.Rest().ToArray();
    }

    /// <inheritdoc/>
    public string Explain(byte code) => code switch
    {
        0x80 => CompletionCode.Numbered($"the BMC has no parameter {Parameter}", code),
        _ => CompletionCode.Describe(code),
    };
}

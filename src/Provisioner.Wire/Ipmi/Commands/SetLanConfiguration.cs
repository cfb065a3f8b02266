namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Set LAN Configuration Parameters: IPMI 2.0 §23.1.</summary>
/// <param name="Channel">The LAN channel.</param>
/// <param name="Parameter">Which.</param>
/// <param name="Value">Its data.</param>
public sealed record SetLanConfiguration(byte Channel, LanParameter Parameter, ReadOnlyMemory<byte> Value) : IIpmiCommand<Accepted>
{
    /// <inheritdoc/>
    public string Name => "Set LAN Configuration Parameters";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.Transport;

    /// <inheritdoc/>
    public byte Command => 0x01;

    /// <inheritdoc/>
    public byte[] ToBytes() => [Channel, (byte)Parameter, .. Value.Span];

    /// <inheritdoc/>
    public Accepted Read(ReadOnlySpan<byte> data) => default;

    /// <inheritdoc/>
    public string Explain(byte code) => code switch
    {
        0x80 => CompletionCode.Numbered($"the BMC has no parameter {Parameter}", code),
        0x81 => CompletionCode.Numbered("another console is changing the LAN settings", code),
        0x82 => CompletionCode.Numbered($"the parameter {Parameter} can only be read", code),
        0x83 => CompletionCode.Numbered($"the parameter {Parameter} can only be written", code),
        _ => CompletionCode.Describe(code),
    };
}

namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Deactivate Payload: IPMI 2.0 §24.2. Ends Serial over LAN, in whichever session it is.</summary>
/// <param name="Instance">Which console, from 1.</param>
public sealed record DeactivatePayload(byte Instance) : IIpmiCommand<Accepted>
{
    /// <inheritdoc/>
    public string Name => "Deactivate Payload";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.App;

    /// <inheritdoc/>
    public byte Command => 0x49;

    /// <inheritdoc/>
    public byte[] ToBytes() => [(byte)PayloadType.Sol, Instance, 0, 0, 0, 0];

    /// <inheritdoc/>
    public Accepted Read(ReadOnlySpan<byte> data) => default;

    /// <inheritdoc/>
    public string Explain(byte code) => code switch
    {
        0x80 => CompletionCode.Numbered("no console is open", code),
        0x81 => CompletionCode.Numbered("Serial over LAN is switched off in its settings", code),
        _ => CompletionCode.Describe(code),
    };
}

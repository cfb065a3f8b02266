namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Activate Payload: IPMI 2.0 §24.1. Begins Serial over LAN in this session.</summary>
/// <param name="Instance">Which console, from 1.</param>
/// <param name="Encrypted">Its packets are encrypted.</param>
public sealed record ActivatePayload(byte Instance, bool Encrypted) : IIpmiCommand<ActivePayload>
{
    private const byte Sol = (byte)PayloadType.Sol;

    /// <inheritdoc/>
    public string Name => "Activate Payload";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.App;

    /// <inheritdoc/>
    public byte Command => 0x48;

    /// <inheritdoc/>
    public byte[] ToBytes() => [Sol, Instance, (byte)((Encrypted ? 0x80 : 0) | 0x40), 0, 0, 0];

    /// <inheritdoc/>
    public ActivePayload Read(ReadOnlySpan<byte> data)
    {
        var reader = new IpmiReader(data, Name);
        reader.Skip(4, "auxiliary data");
        return new(reader.U16("inbound payload size"), reader.U16("outbound payload size"), reader.U16("UDP port"));
    }

    /// <inheritdoc/>
    public string Explain(byte code) => code switch
    {
        0x80 => CompletionCode.Numbered("the console is in use in another session", code),
        0x81 => CompletionCode.Numbered("Serial over LAN is switched off in its settings", code),
        0x82 => CompletionCode.Numbered("no more consoles can be opened", code),
        0x83 => CompletionCode.Numbered("it does not open an encrypted console", code),
        0x84 => CompletionCode.Numbered("it opens encrypted consoles only", code),
        _ => CompletionCode.Describe(code),
    };
}

/// <summary>What was agreed on.</summary>
/// <param name="InboundSize">The longest payload to the BMC, octets with the 4 of its header.</param>
/// <param name="OutboundSize">The longest payload from the BMC.</param>
/// <param name="Port">The UDP port that it is spoken on.</param>
public sealed record ActivePayload(ushort InboundSize, ushort OutboundSize, ushort Port);

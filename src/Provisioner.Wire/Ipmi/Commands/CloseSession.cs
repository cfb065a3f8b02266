using System.Buffers.Binary;

namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Close Session: IPMI 2.0 §22.19. A BMC has few sessions; one that is not closed is held for 60 seconds.</summary>
/// <param name="SessionId">The BMC's id of the session.</param>
public sealed record CloseSession(uint SessionId) : IIpmiCommand<Accepted>
{
    /// <inheritdoc/>
    public string Name => "Close Session";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.App;

    /// <inheritdoc/>
    public byte Command => 0x3c;

    /// <inheritdoc/>
    public byte[] ToBytes()
    {
        var data = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(data, SessionId);
        return data;
    }

    /// <inheritdoc/>
    public Accepted Read(ReadOnlySpan<byte> data) => default;

    /// <inheritdoc/>
    public string Explain(byte code) => code switch
    {
        0x87 => CompletionCode.Numbered("there is no session of that id", code),
        0x88 => CompletionCode.Numbered("there is no session of that handle", code),
        _ => CompletionCode.Describe(code),
    };
}

namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Set Channel Access: IPMI 2.0 §22.22.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Access">How it may be used.</param>
/// <param name="Present">Holds now and until a restart; else is kept for the restart.</param>
public sealed record SetChannelAccess(byte Channel, ChannelAccess Access, bool Present) : IIpmiCommand<Accepted>
{
    /// <inheritdoc/>
    public string Name => "Set Channel Access";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.App;

    /// <inheritdoc/>
    public byte Command => 0x40;

    /// <inheritdoc/>
    public byte[] ToBytes()
    {
        int which = Present ? 0x80 : 0x40;
        int mode = (Access.Alerts ? 0 : 0x20) | (Access.PerMessage ? 0 : 0x10) | (Access.UserLevel ? 0 : 0x08) | (byte)Access.Mode;
        return [Channel, (byte)(which | mode), (byte)(which | (byte)Access.Limit)];
    }

    /// <inheritdoc/>
    public Accepted Read(ReadOnlySpan<byte> data) => default;

    /// <inheritdoc/>
    public string Explain(byte code) => code switch
    {
        0x82 => CompletionCode.Numbered("the channel does not have that setting", code),
        0x83 => CompletionCode.Numbered("the channel does not have that access mode", code),
        _ => CompletionCode.Describe(code),
    };
}

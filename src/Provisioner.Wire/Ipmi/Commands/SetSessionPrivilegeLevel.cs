namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Set Session Privilege Level: IPMI 2.0 §22.18. A session begins as User and is raised by it.</summary>
/// <param name="Level">The level wanted.</param>
public sealed record SetSessionPrivilegeLevel(PrivilegeLevel Level) : IIpmiCommand<PrivilegeLevel>
{
    /// <inheritdoc/>
    public string Name => "Set Session Privilege Level";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.App;

    /// <inheritdoc/>
    public byte Command => 0x3b;

    /// <inheritdoc/>
    public byte[] ToBytes() => [(byte)Level];

    /// <inheritdoc/>
    public PrivilegeLevel Read(ReadOnlySpan<byte> data) => (PrivilegeLevel)(new IpmiReader(data, Name).U8("new privilege level") & 0x0f);

    /// <inheritdoc/>
    public string Explain(byte code) => code switch
    {
        0x80 => CompletionCode.Numbered($"the user may not be {Level.ToString().ToLowerInvariant()}", code),
        0x81 => CompletionCode.Numbered($"the channel or the user is limited below {Level.ToString().ToLowerInvariant()}", code),
        0x82 => CompletionCode.Numbered("user-level authentication cannot be switched off", code),
        _ => CompletionCode.Describe(code),
    };
}

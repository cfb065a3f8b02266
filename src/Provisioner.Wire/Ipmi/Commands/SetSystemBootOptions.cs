namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Set System Boot Options: IPMI 2.0 §28.12.</summary>
/// <param name="Option">Which parameter.</param>
/// <param name="Data">Its data.</param>
public sealed record SetSystemBootOptions(BootOption Option, ReadOnlyMemory<byte> Data) : IIpmiCommand<Accepted>
{
    /// <summary>Begins a change: other consoles are told to wait.</summary>
    public static SetSystemBootOptions Begin => new(BootOption.SetInProgress, new byte[] { 0x01 });

    /// <summary>Makes a change hold, on BMCs that keep it back until then.</summary>
    public static SetSystemBootOptions Commit => new(BootOption.SetInProgress, new byte[] { 0x02 });

    /// <summary>Ends a change.</summary>
    public static SetSystemBootOptions Complete => new(BootOption.SetInProgress, new byte[] { 0x00 });

    /// <summary>"The BIOS has not handled the boot flags yet": mask and data as ipmitool sends them.</summary>
    public static SetSystemBootOptions Unacknowledge => new(BootOption.BootInfoAcknowledge, new byte[] { 0x01, 0x01 });

    /// <summary>Boot flags are not to lapse 60 seconds after they were set: a slow power-off takes longer (parameter 3, bit 3).</summary>
    public static SetSystemBootOptions KeepFlags => new(BootOption.ValidBitClearing, new byte[] { 0x08 });

    /// <summary>Sets the boot flags.</summary>
    public static SetSystemBootOptions Flags(BootFlags flags) => new(BootOption.BootFlags, flags.ToBytes());

    /// <inheritdoc/>
    public string Name => "Set System Boot Options";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.Chassis;

    /// <inheritdoc/>
    public byte Command => 0x08;

    /// <inheritdoc/>
    public byte[] ToBytes() => [(byte)Option, .. Data.Span];

    /// <inheritdoc/>
    public Accepted Read(ReadOnlySpan<byte> data) => default;

    /// <inheritdoc/>
    public string Explain(byte code) => code switch
    {
        0x80 => CompletionCode.Numbered($"the BMC has no parameter {Option}", code),
        0x81 => CompletionCode.Numbered("another console is changing the boot options", code),
        0x82 => CompletionCode.Numbered($"the parameter {Option} can only be read", code),
        _ => CompletionCode.Describe(code),
    };
}

namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Get System Boot Options, of the boot flags: IPMI 2.0 §28.13.</summary>
public sealed record GetSystemBootOptions : IIpmiCommand<BootFlags>
{
    /// <inheritdoc/>
    public string Name => "Get System Boot Options";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.Chassis;

    /// <inheritdoc/>
    public byte Command => 0x09;

    /// <inheritdoc/>
    public byte[] ToBytes() => [(byte)BootOption.BootFlags, 0, 0];

    /// <inheritdoc/>
    public BootFlags Read(ReadOnlySpan<byte> data)
    {
        var reader = new IpmiReader(data, Name);
        reader.Skip(1, "parameter version");
        byte option = reader.U8("parameter");
        if ((option & 0x7f) != (byte)BootOption.BootFlags) throw new WireException($"{Name}: parameter {option & 0x7f}, wants 5 (boot flags)");
        // Bit 7 marks a parameter that the BMC or a user has locked: its data are not to be believed.
        var flags = BootFlags.Parse(reader.Rest());
        return (option & 0x80) != 0 ? flags with { Valid = false } : flags;
    }

    /// <inheritdoc/>
    public string Explain(byte code) => code == 0x80 ? CompletionCode.Numbered("the BMC has no boot flags", code) : CompletionCode.Describe(code);
}

namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Chassis Identify: IPMI 2.0 §28.5. The light by which a machine is found in the rack.</summary>
/// <param name="Seconds">How long; 0 switches it off.</param>
/// <param name="Forced">On until it is switched off; BMCs of version 1.5 do not have it.</param>
public sealed record ChassisIdentify(byte Seconds, bool Forced = false) : IIpmiCommand<Accepted>
{
    /// <inheritdoc/>
    public string Name => "Chassis Identify";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.Chassis;

    /// <inheritdoc/>
    public byte Command => 0x04;

    /// <inheritdoc/>
    public byte[] ToBytes() => Forced ? [Seconds, 1] : [Seconds];

    /// <inheritdoc/>
    public Accepted Read(ReadOnlySpan<byte> data) => default;
}

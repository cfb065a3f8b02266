namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Set User Access: IPMI 2.0 §22.26.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="User">Its number, from 1.</param>
/// <param name="Privilege">The highest level.</param>
/// <param name="Messaging">IPMI messages over this channel.</param>
public sealed record SetUserAccess(byte Channel, byte User, PrivilegeLevel Privilege, bool Messaging) : IIpmiCommand<Accepted>
{
    /// <inheritdoc/>
    public string Name => "Set User Access";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.App;

    /// <inheritdoc/>
    public byte Command => 0x43;

    /// <inheritdoc/>
    public byte[] ToBytes() => [(byte)(0x80 | (Messaging ? 0x10 : 0) | Channel & 0x0f), User, (byte)Privilege];

    /// <inheritdoc/>
    public Accepted Read(ReadOnlySpan<byte> data) => default;
}

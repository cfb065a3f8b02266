namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Get User Access: IPMI 2.0 §22.27.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="User">Its number, from 1.</param>
public sealed record GetUserAccess(byte Channel, byte User) : IIpmiCommand<UserAccess>
{
    /// <inheritdoc/>
    public string Name => "Get User Access";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.App;

    /// <inheritdoc/>
    public byte Command => 0x44;

    /// <inheritdoc/>
    public byte[] ToBytes() => [Channel, User];

    /// <inheritdoc/>
    public UserAccess Read(ReadOnlySpan<byte> data)
    {
        var reader = new IpmiReader(data, Name);
        byte most = reader.U8("number of users");
        reader.Skip(1, "enabled users");
        reader.Skip(1, "fixed names");
        byte access = reader.U8("channel access");
        // Bits 7 and 6 of the enabled users: 01 enabled, 10 disabled, 00 not said (IPMI 2.0 errata).
        bool? enabled = (data[1] >> 6) switch { 1 => true, 2 => false, _ => null };
        return new(most & 0x3f, enabled, (PrivilegeLevel)(access & 0x0f), (access & 0x10) != 0, (access & 0x20) != 0);
    }
}

/// <summary>What a user may do on a channel.</summary>
/// <param name="MaxUsers">How many the BMC has room for.</param>
/// <param name="Enabled">The user may log in at all; null where the BMC does not say.</param>
/// <param name="Privilege">The highest level; 0x0f for no access.</param>
/// <param name="Messaging">IPMI messages over this channel.</param>
/// <param name="LinkAuthentication">May authenticate a link (PPP).</param>
public sealed record UserAccess(int MaxUsers, bool? Enabled, PrivilegeLevel Privilege, bool Messaging, bool LinkAuthentication)
{
    /// <summary>"No access" as a level: table 22-32.</summary>
    public const PrivilegeLevel NoAccess = (PrivilegeLevel)0x0f;
}

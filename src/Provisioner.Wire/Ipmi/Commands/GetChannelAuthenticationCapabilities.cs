using System.Collections.Immutable;

namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Get Channel Authentication Capabilities: IPMI 2.0 §22.13. Asked outside of a session, of the channel that the question comes by.</summary>
/// <param name="Privilege">The level that a session is wanted for.</param>
public sealed record GetChannelAuthenticationCapabilities(PrivilegeLevel Privilege) : IIpmiCommand<ChannelAuthenticationCapabilities>
{
    private const byte ThisChannel = 0x0e;
    private const byte ExtendedData = 0x80;

    /// <summary>Asks for what IPMI 2.0 added.</summary>
    public bool Extended { get; init; } = true;

    /// <inheritdoc/>
    public string Name => "Get Channel Authentication Capabilities";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.App;

    /// <inheritdoc/>
    public byte Command => 0x38;

    /// <inheritdoc/>
    public byte[] ToBytes() => [(byte)((Extended ? ExtendedData : 0) | ThisChannel), (byte)Privilege];

    /// <inheritdoc/>
    public ChannelAuthenticationCapabilities Read(ReadOnlySpan<byte> data)
    {
        var reader = new IpmiReader(data, Name);
        byte channel = reader.U8("channel number");
        byte types = reader.U8("authentication type support");
        byte status = reader.U8("authentication status");
        // Without bit 7 of the types the octet after it is reserved: the BMC is of version 1.5.
        byte extended = (types & ExtendedData) != 0 ? reader.U8("extended capabilities") : (byte)0;
        return new(channel, (extended & 0x02) != 0, (status & 0x20) != 0, (status & 0x01) != 0)
        {
            Authentications = [.. Enum.GetValues<LanAuthentication>().Where(type => (types >> (byte)type & 1) != 0)],
            PerMessageOff = (status & 0x10) != 0,
        };
    }
}

/// <summary>What a channel offers.</summary>
/// <param name="Channel">Its number.</param>
/// <param name="Ipmi20">RMCP+ is spoken.</param>
/// <param name="TwoKey">K_g is set to something other than zeros: logging in wants that key too.</param>
/// <param name="Anonymous">A user without name and password may log in.</param>
public sealed record ChannelAuthenticationCapabilities(byte Channel, bool Ipmi20, bool TwoKey, bool Anonymous)
{
    /// <summary>The authentications of 1.5 sessions.</summary>
    public ImmutableArray<LanAuthentication> Authentications { get; init; } = [];

    /// <summary>Only Activate Session is signed, and nothing after it.</summary>
    public bool PerMessageOff { get; init; }
}

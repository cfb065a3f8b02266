namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Get Channel Access: IPMI 2.0 §22.23.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Present">What holds now; else what is kept for a restart.</param>
public sealed record GetChannelAccess(byte Channel, bool Present) : IIpmiCommand<ChannelAccess>
{
    /// <inheritdoc/>
    public string Name => "Get Channel Access";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.App;

    /// <inheritdoc/>
    public byte Command => 0x41;

    /// <inheritdoc/>
    public byte[] ToBytes() => [Channel, (byte)(Present ? 0x80 : 0x40)];

    /// <inheritdoc/>
    public ChannelAccess Read(ReadOnlySpan<byte> data)
    {
        var reader = new IpmiReader(data, Name);
        byte mode = reader.U8("access mode");
        return new((ChannelMode)(mode & 7), (PrivilegeLevel)(reader.U8("privilege limit") & 0x0f), (mode & 0x20) == 0, (mode & 0x10) == 0, (mode & 0x08) == 0);
    }
}

/// <summary>When a channel listens: IPMI 2.0 table 6-4.</summary>
public enum ChannelMode : byte
{
    /// <summary>Never.</summary>
    Disabled = 0,
    /// <summary>While the machine is off or in its firmware.</summary>
    PreBoot = 1,
    /// <summary>Always.</summary>
    Always = 2,
    /// <summary>Always; a serial port is shared with the machine.</summary>
    Shared = 3,
}

/// <summary>How a channel may be used.</summary>
/// <param name="Mode">When it listens.</param>
/// <param name="Limit">The highest level over it.</param>
/// <param name="Alerts">It sends alerts (PEF).</param>
/// <param name="PerMessage">IPMI 1.5: each message is signed.</param>
/// <param name="UserLevel">IPMI 1.5: messages of level User are signed too.</param>
public sealed record ChannelAccess(ChannelMode Mode, PrivilegeLevel Limit, bool Alerts, bool PerMessage, bool UserLevel);

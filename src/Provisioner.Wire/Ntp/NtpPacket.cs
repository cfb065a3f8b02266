namespace Provisioner.Wire.Ntp;

/// <summary>Leap indicator, RFC 5905 figure 9.</summary>
public enum NtpLeap : byte
{
    /// <summary>No warning.</summary>
    None = 0,
    /// <summary>The last minute of the day has 61 seconds.</summary>
    Insert = 1,
    /// <summary>The last minute of the day has 59 seconds.</summary>
    Delete = 2,
    /// <summary>The clock is not in step: nobody should take its time.</summary>
    Unknown = 3,
}

/// <summary>Association mode, RFC 5905 figure 10; those that a server of clients meets.</summary>
public enum NtpMode : byte
{
    /// <summary>Asks.</summary>
    Client = 3,
    /// <summary>Answers.</summary>
    Server = 4,
}

/// <summary>The header of an NTP message, RFC 5905 §7.3. Extension fields and keys that follow it are not read: nothing here has keys.</summary>
public sealed record NtpPacket
{
    /// <summary>Leap indicator.</summary>
    public NtpLeap Leap { get; init; }
    /// <summary>Version, 1 to 4.</summary>
    public int Version { get; init; } = 4;
    /// <summary>Mode; numbers that have no name here are kept.</summary>
    public NtpMode Mode { get; init; }
    /// <summary>Hops from a reference clock, 1 to 15; 0 is "unspecified": 16 on paper, and a kiss-o'-death with its code in <see cref="ReferenceId"/>.</summary>
    public byte Stratum { get; init; }
    /// <summary>Interval between messages, log₂ seconds.</summary>
    public sbyte Poll { get; init; }
    /// <summary>Precision of the clock, log₂ seconds.</summary>
    public sbyte Precision { get; init; }
    /// <summary>Round trip to the reference clock, 16.16 seconds.</summary>
    public uint RootDelay { get; init; }
    /// <summary>Most that the clock may be off besides, 16.16 seconds.</summary>
    public uint RootDispersion { get; init; }
    /// <summary>Who its time is from: an IPv4 address, or four letters at stratum 0 and 1.</summary>
    public uint ReferenceId { get; init; }
    /// <summary>When the clock was last set or found in step.</summary>
    public NtpTimestamp Reference { get; init; }
    /// <summary>The client's <see cref="Transmit"/>, given back.</summary>
    public NtpTimestamp Origin { get; init; }
    /// <summary>When the request came in.</summary>
    public NtpTimestamp Receive { get; init; }
    /// <summary>When this message left.</summary>
    public NtpTimestamp Transmit { get; init; }
}

namespace Provisioner.Wire.Ntp;

/// <summary>A point of time as NTP writes it: seconds since 1900 in 32 bits, and 32 bits of fraction (RFC 5905 §6). Zero is "unknown".</summary>
/// <param name="Value">All 64 bits. The seconds start again at 0 in 2036; the other side takes the era that is nearest to its own clock.</param>
public readonly record struct NtpTimestamp(ulong Value)
{
    private static readonly DateTimeOffset Epoch = new(1900, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A time, to a tenth of a microsecond.</summary>
    public static NtpTimestamp From(DateTimeOffset time)
    {
        var ticks = (UInt128)(time - Epoch).Ticks;
        return new((ulong)((ticks << 32) / TimeSpan.TicksPerSecond));
    }

    /// <summary>Seconds of the era, and their fraction in hexadecimal.</summary>
    public override string ToString() => $"{Value >> 32}.{Value & 0xffffffff:x8}";
}

using Provisioner.Wire.Ntp;

namespace Provisioner.Domain.Ntp;

/// <summary>What the host's kernel says of its own clock.</summary>
/// <param name="InStep">A time daemon keeps it, and the kernel still believes so (no STA_UNSYNC).</param>
/// <param name="Leap">A leap second at the end of the day.</param>
/// <param name="MaximumError">Most that it may be off by then (<c>maxerror</c>: half the round trip to the daemon's source and all dispersion, growing 0.5 ms a second).</param>
/// <param name="At">When that was read.</param>
public sealed record HostClock(bool InStep, NtpLeap Leap, TimeSpan MaximumError, DateTimeOffset At);

/// <summary>How much the appliance's time is worth, as it tells machines.</summary>
/// <param name="Leap">Leap indicator.</param>
/// <param name="Stratum">Stratum; 0 for none.</param>
/// <param name="ReferenceId">Reference id.</param>
/// <param name="RootDispersion">Most that it may be off.</param>
/// <param name="InWords">The same for a person.</param>
public sealed record TimeQuality(NtpLeap Leap, byte Stratum, uint ReferenceId, TimeSpan RootDispersion, string InWords)
{
    /// <summary>
    /// Stratum when the host's clock is in step. The kernel doesn't tell through how many hops: public servers are 1 to 3, so that a host that
    /// they keep is 2 to 4.
    /// </summary>
    public const byte StratumInStep = 5;

    /// <summary>Stratum when it is not: chrony's default for <c>local</c>. Every server with a source of its own is better, and clients take that.</summary>
    public const byte StratumAlone = 10;

    /// <summary>
    /// A clock that may be off by more counts as alone. It is also the dispersion then told: nobody knows the true one, and this is about the most
    /// that clients still take (ntpd 1.5 s, chronyd 3 s, systemd-timesyncd 5 s).
    /// </summary>
    public static readonly TimeSpan MostInStep = TimeSpan.FromSeconds(1);

    // The year before this server was written: a clock that reads less was never set (flat battery, no RTC).
    private static readonly DateTimeOffset NeverSet = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private const uint OwnDaemon = 0x7f000001, OwnClock = 0x7f7f0101, Init = 0x494e4954; // 127.0.0.1; 127.127.1.1, ntpd's and chrony's "local clock"; "INIT"

    /// <summary>
    /// Decides. A rack without a way out needs one time more than it needs the true one: clusters, certificates and logs want machines to
    /// agree, and a clock nobody corrects is still one clock for all. So an unkept clock is served too, but as what it is, by stratum 10 and
    /// "local clock"; a machine that knows any better server prefers that. Only a clock that was plainly never set is not: taking it would move
    /// machines with good clocks of their own into the past, where every certificate is not valid yet. It says leap 3 and stratum 0 (16).
    /// </summary>
    public static TimeQuality Of(HostClock clock) => clock switch
    {
        _ when clock.At < NeverSet => new(NtpLeap.Unknown, 0, Init, TimeSpan.FromSeconds(16), $"the host's clock was never set, it says {clock.At:yyyy-MM-dd}: no time is given until it is"),
        { InStep: true } when clock.MaximumError <= MostInStep => new(clock.Leap, StratumInStep, OwnDaemon, clock.MaximumError, $"stratum {StratumInStep}, the host's clock is in step"),
        _ => new(NtpLeap.None, StratumAlone, OwnClock, MostInStep, $"stratum {StratumAlone}: nothing keeps the host's clock in step, so machines have one time, but perhaps not the true one; let chrony keep it, or name servers with --ntp"),
    };
}

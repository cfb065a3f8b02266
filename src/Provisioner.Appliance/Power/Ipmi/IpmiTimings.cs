using System.Collections.Immutable;

namespace Provisioner.Appliance.Power.Ipmi;

/// <summary>Every wait of the driver.</summary>
internal sealed record IpmiTimings
{
    public static readonly IpmiTimings Default = new();

    /// <summary>Each try of a handshake's message: 6.5 s until a BMC is called silent.</summary>
    public ImmutableArray<TimeSpan> HandshakeTries { get; init; } = [Seconds(1), Seconds(1.5), Seconds(2), Seconds(2)];

    /// <summary>
    /// Each try in a session: shorter, because a BMC that was restarted is silent to its old session, and because repetitions in a
    /// session confuse some BMCs (gebn/bmc_exporter #29): a new session is the better repetition.
    /// </summary>
    public ImmutableArray<TimeSpan> SessionTries { get; init; } = [Seconds(1), Seconds(1.5), Seconds(2)];

    /// <summary>Between "busy" and the next try, and how often.</summary>
    public ImmutableArray<TimeSpan> BusyPauses { get; init; } = [Seconds(0.2), Seconds(0.5), Seconds(1)];

    /// <summary>An unused session is closed: above a poll's 30 s, below the 60 ± 3 s after which a BMC drops it (IPMI 2.0 §6.12.15).</summary>
    public TimeSpan Idle { get; init; } = Seconds(40);

    /// <summary>One command with all its tries, a new session and the wait for other commands to the same BMC.</summary>
    public TimeSpan Command { get; init; } = Seconds(25);

    /// <summary>The same, of a BMC that takes up to 10 s for an answer: a handshake has seven.</summary>
    public TimeSpan SlowCommand { get; init; } = Seconds(85);

    /// <summary>A list: sensors, event log, inventories.</summary>
    public TimeSpan List { get; init; } = Seconds(120);

    /// <summary>Close Session is a courtesy: so long is its answer waited for.</summary>
    public TimeSpan Farewell { get; init; } = Seconds(0.5);

    /// <summary>For a BMC that takes up to 10 s for an answer.</summary>
    public IpmiTimings ForSlow() => this with
    {
        HandshakeTries = [Seconds(12), Seconds(6)],
        SessionTries = [Seconds(12), Seconds(6)],
    };

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}

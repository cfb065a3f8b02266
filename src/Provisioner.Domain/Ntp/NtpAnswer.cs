using Provisioner.Wire;
using Provisioner.Wire.Ntp;

namespace Provisioner.Domain.Ntp;

/// <summary>What is said to an NTP message: the server's side of SNTP, RFC 5905 §14.</summary>
public static class NtpAnswer
{
    private const uint Rate = 0x52415445; // "RATE", RFC 5905 §7.4
    private const sbyte Precision = -20; // a microsecond, about what a datagram's way to a thread varies by

    /// <summary>Decides; null is silence: it asks nothing that is served, or asks too often.</summary>
    /// <param name="request">What came.</param>
    /// <param name="allowed">What the client may have.</param>
    /// <param name="clock">The host's clock.</param>
    /// <param name="received">When it came.</param>
    public static NtpPacket? For(NtpPacket request, NtpAllowance allowed, HostClock clock, DateTimeOffset received)
    {
        // Modes 6 and 7 (ntpq, ntpdc) made servers into amplifiers; symmetric peers we are none; 4 and 5 would answer an answer.
        if (request.Mode != NtpMode.Client || allowed == NtpAllowance.Silence) return null;
        return allowed == NtpAllowance.Kiss ? Kiss(request) : Time(request, TimeQuality.Of(clock), clock.At, received);
    }

    private static NtpPacket Time(NtpPacket request, TimeQuality quality, DateTimeOffset reference, DateTimeOffset received) => Head(request) with
    {
        Leap = quality.Leap,
        Stratum = quality.Stratum,
        RootDispersion = NtpCodec.Short(quality.RootDispersion),
        ReferenceId = quality.ReferenceId,
        Reference = quality.Stratum == 0 ? default : NtpTimestamp.From(reference),
        Receive = NtpTimestamp.From(received),
    };

    // §7.4: the client is to slow down; no time is told.
    private static NtpPacket Kiss(NtpPacket request) => Head(request) with { Leap = NtpLeap.Unknown, ReferenceId = Rate, Receive = request.Transmit, Transmit = request.Transmit };

    private static NtpPacket Head(NtpPacket request) => new()
    {
        Version = request.Version,
        Mode = NtpMode.Server,
        Poll = request.Poll,
        Precision = Precision,
        Origin = request.Transmit,
    };
}

/// <summary>What a client may have.</summary>
public enum NtpAllowance
{
    /// <summary>The time.</summary>
    Time,
    /// <summary>To be told that it asks too often.</summary>
    Kiss,
    /// <summary>Nothing.</summary>
    Silence,
}

/// <summary>
/// How often each client asks. A burst of <see cref="Burst"/> is a chronyd or ntpdate at its start, several times over; in the long run one in two
/// seconds, the least that a client should leave between two (RFC 5905 §14). A fixed number of places: clients that meet on one push each other out, which costs
/// nothing but strictness. Not safe for threads.
/// </summary>
public sealed class NtpClients
{
    /// <summary>Answers at once.</summary>
    public const double Burst = 24;

    private const double PerSecond = 0.5, SecondsBetweenKisses = 8;
    private const int Places = 8192;
    private readonly (Ipv4Address Address, float Tokens, double At, double Kissed)[] _places = new (Ipv4Address, float, double, double)[Places];

    /// <summary>One more request of a client.</summary>
    /// <param name="now">Time since any point that stays the same.</param>
    public NtpAllowance Take(Ipv4Address client, TimeSpan now)
    {
        double at = now.TotalSeconds;
        ref var place = ref _places[(client.Value * 2654435761u) >> 19];
        if (place.Address != client) place = (client, (float)Burst, at, double.NegativeInfinity);
        double tokens = Math.Min(Burst, place.Tokens + Math.Max(0, at - place.At) * PerSecond);
        (place.At, place.Tokens) = (at, (float)(tokens >= 1 ? tokens - 1 : tokens));
        if (tokens >= 1) return NtpAllowance.Time;
        if (at - place.Kissed < SecondsBetweenKisses) return NtpAllowance.Silence;
        place.Kissed = at;
        return NtpAllowance.Kiss;
    }
}

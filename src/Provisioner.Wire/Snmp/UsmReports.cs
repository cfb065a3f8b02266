namespace Provisioner.Wire.Snmp;

/// <summary>What an agent reports of a message: the counters of RFC 3414 §5, usmStats.</summary>
public enum UsmReport
{
    /// <summary>None of these.</summary>
    Other = 0,
    /// <summary>The user is not set up for this level.</summary>
    UnsupportedSecurityLevel = 1,
    /// <summary>Boots or time are not the engine's.</summary>
    NotInTimeWindow = 2,
    /// <summary>There is no such user.</summary>
    UnknownUserName = 3,
    /// <summary>The message is for another engine.</summary>
    UnknownEngineId = 4,
    /// <summary>The signature is wrong.</summary>
    WrongDigest = 5,
    /// <summary>It could not be decrypted.</summary>
    DecryptionError = 6,
}

/// <summary>Counters as reports.</summary>
public static class UsmReports
{
    // usmStats, with one more number for the counter and 0 for its instance.
    private static readonly Oid Stats = Oid.Parse("1.3.6.1.6.3.15.1.1");

    /// <summary>Which one a counter is.</summary>
    public static UsmReport Of(Oid counter) =>
        counter.IsWithin(Stats) && counter.Numbers[Stats.Numbers.Length..] is [>= 1 and <= 6 and var number, ..] ? (UsmReport)number : UsmReport.Other;

    /// <summary>The counter of a report.</summary>
    public static Oid CounterOf(UsmReport report) => Oid.Parse($"{Stats}.{(int)report}.0");
}

using System.Globalization;
using System.Text.Json.Serialization;

namespace Provisioner.Domain.Power;

/// <summary>What is known of a machine's power, with the time that it was seen at; never guessed.</summary>
/// <param name="State">What was last read. It is the present state only while <see cref="Error"/> is null: see <see cref="Now"/>.</param>
/// <param name="SeenAt">When it was read; null if never.</param>
/// <param name="Error">Why it could not be read the last time that it was tried, or null.</param>
public sealed record PowerReading(PowerState State, DateTimeOffset? SeenAt, string? Error)
{
    /// <summary>Never read.</summary>
    public static readonly PowerReading Never = new(PowerState.Unknown, null, null);

    /// <summary>How it failed the last time, or null.</summary>
    public PowerFailure? Failure { get; init; }

    /// <summary>Since when it can't be read, or null.</summary>
    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>When it was tried in vain the last time, or null.</summary>
    public DateTimeOffset? FailedAt { get; init; }

    /// <summary>It is the state of the outlets that feed the machine: on, the machine may be off all the same.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool AtOutlet { get; init; }

    /// <summary>The present state as far as anybody can say: unknown where the last try to read it failed.</summary>
    [JsonIgnore]
    public PowerState Now => Error is null ? State : PowerState.Unknown;

    /// <summary>When this was last read or tried.</summary>
    [JsonIgnore]
    public DateTimeOffset? TouchedAt => SeenAt > FailedAt || FailedAt is null ? SeenAt : FailedAt;

    /// <summary>A reading that went well.</summary>
    public static PowerReading Seen(PowerState state, DateTimeOffset at) => new(state, at, null);

    /// <summary>The same, by a controller of this kind.</summary>
    public static PowerReading Seen(PowerState state, DateTimeOffset at, string kind) => Seen(state, at) with { AtOutlet = ControllerKinds.IsOutlet(kind) };

    /// <summary>A try that failed.</summary>
    public static PowerReading Failed(PowerException failure, DateTimeOffset at) =>
        new(PowerState.Unknown, null, failure.Message) { Failure = failure.Failure, FailingSince = at, FailedAt = at };

    /// <summary>This, followed by a newer one: a failed try leaves what was seen before, and the time since when nobody can say.</summary>
    public PowerReading Then(PowerReading next) => next.Error is null
        ? next
        : next with { State = State, SeenAt = SeenAt, AtOutlet = AtOutlet, FailingSince = Error is null ? next.FailingSince : FailingSince ?? next.FailingSince };

    /// <summary>For a person: <c>on, seen 12 s ago</c>; <c>on at its outlet, seen 12 s ago</c>; <c>unknown since 3 min (was on): …</c>; <c>never seen</c>.</summary>
    public string InWords(DateTimeOffset now) => this switch
    {
        { Error: { } error } => $"unknown{(FailingSince is { } since ? $" for {Age(now - since)}" : "")}{(SeenAt is null ? "" : $" (was {PowerWords.Of(State)}, seen {Age(now - SeenAt.Value)} ago)")}: {error}",
        { SeenAt: { } at } => $"{PowerWords.Of(State)}{(AtOutlet ? " at its outlet" : "")}, seen {Age(now - at)} ago",
        _ => "never seen",
    };

    /// <summary>A length of time in one unit: <c>12 s</c>, <c>3 min</c>, <c>5 h</c>, <c>2 days</c>.</summary>
    public static string Age(TimeSpan age) => string.Create(CultureInfo.InvariantCulture, $"{age switch
    {
        { TotalSeconds: < 120 } => $"{Math.Max(0, (long)age.TotalSeconds)} s",
        { TotalMinutes: < 120 } => $"{(long)age.TotalMinutes} min",
        { TotalHours: < 48 } => $"{(long)age.TotalHours} h",
        _ => $"{(long)age.TotalDays} days",
    }}");
}

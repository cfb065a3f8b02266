namespace Provisioner.Appliance.Power;

/// <summary>Every wait of power orders above the drivers.</summary>
internal sealed record PowerTimings
{
    public static readonly PowerTimings Default = new();

    /// <summary>Between two looks at the state, at first; it grows by half.</summary>
    public TimeSpan LookAgain { get; init; } = TimeSpan.FromSeconds(0.2);

    /// <summary>Between two looks at the state, at most.</summary>
    public TimeSpan LookAgainAtMost { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>An order that is not followed is given again: some BMCs say yes to "on" and do nothing so soon after "off".</summary>
    public TimeSpan RepeatOrder { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Off, before on again: "at least one second" for a power cycle (IPMI 2.0 §28.3).</summary>
    public TimeSpan OffBeforeOn { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Before the same is tried again after it was ignored, or was not to be had just then.</summary>
    public TimeSpan BeforeAgain { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>So long what a controller said that it can do is believed.</summary>
    public TimeSpan Abilities { get; init; } = TimeSpan.FromHours(1);

    /// <summary>One call of a driver, whatever its own waits: a driver that hangs holds nobody up for longer.</summary>
    public TimeSpan Call { get; init; } = TimeSpan.FromSeconds(90);
}

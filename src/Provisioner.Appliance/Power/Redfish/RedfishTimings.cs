namespace Provisioner.Appliance.Power.Redfish;

/// <summary>Every wait of the driver, and every bound.</summary>
internal sealed record RedfishTimings
{
    public static readonly RedfishTimings Default = new();

    /// <summary>TCP, until a controller is called silent.</summary>
    public TimeSpan Connect { get; init; } = Seconds(6);

    /// <summary>One request until its answer's last byte: controllers that take 9 s are ordinary, those that take 20 s are restarting.</summary>
    public TimeSpan Answer { get; init; } = Seconds(20);

    /// <summary>"Not now" (503, 429) is asked again after what it says (Retry-After), this long at most, and this often.</summary>
    public TimeSpan BusyPause { get; init; } = Seconds(1);
    public TimeSpan BusyPauseAtMost { get; init; } = Seconds(10);
    public int BusyTries { get; init; } = 3;

    /// <summary>An unused session is logged out: above a poll's 30 s, below the 5 min after which most services forget it. They have few (iDRAC: 8).</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(4);

    /// <summary>Logging out is a courtesy.</summary>
    public TimeSpan Farewell { get; init; } = Seconds(3);

    /// <summary>A password that was refused is not sent again by itself for so long: controllers lock users and addresses out for repeating it.</summary>
    public TimeSpan AfterRefusedLogin { get; init; } = Seconds(60);

    /// <summary>Where no session could be had, one is asked for again.</summary>
    public TimeSpan WithoutSession { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>What was read of a system is good for an order that follows at once.</summary>
    public TimeSpan Fresh { get; init; } = Seconds(5);

    /// <summary>What was written is looked for so long: iDRAC 8 shows a boot override seconds after it took it.</summary>
    public TimeSpan ReadBack { get; init; } = Seconds(20);
    public TimeSpan LookAgain { get; init; } = Seconds(0.5);
    public TimeSpan LookAgainAtMost { get; init; } = Seconds(3);

    /// <summary>A controller's task (a configuration job of an iDRAC takes half a minute and more).</summary>
    public TimeSpan Task { get; init; } = Seconds(60);

    /// <summary>A reset's task is only watched for a refusal: its effect is read back by the one who ordered it.</summary>
    public TimeSpan ResetTask { get; init; } = Seconds(4);

    /// <summary>All of an inventory.</summary>
    public TimeSpan Inventory { get; init; } = TimeSpan.FromMinutes(2);
    public int InventoryRequests { get; init; } = 250;

    /// <summary>A body; the largest resources seen are registries of 1 MB, which are not read.</summary>
    public int MostBytes { get; init; } = 2 << 20;

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}

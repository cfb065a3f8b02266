namespace Provisioner.Appliance.Power.Ipmi;

/// <summary>Every wait of a console.</summary>
internal sealed record SolTimings
{
    /// <summary>One try of a packet to the BMC.</summary>
    public TimeSpan PacketTry { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a packet is sent.</summary>
    public int PacketTries { get; init; } = 6;

    /// <summary>Until a BMC that takes no characters is tried again.</summary>
    public TimeSpan Hold { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>One try of a command.</summary>
    public TimeSpan AskTry { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often a command is sent.</summary>
    public int AskTries { get; init; } = 4;

    /// <summary>After so long a silence the BMC is asked whether it is there.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Closing is a courtesy.</summary>
    public TimeSpan Farewell { get; init; } = TimeSpan.FromSeconds(1);
}

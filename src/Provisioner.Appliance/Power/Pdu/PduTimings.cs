using System.Collections.Immutable;

namespace Provisioner.Appliance.Power.Pdu;

/// <summary>Every wait of the driver.</summary>
internal sealed record PduTimings
{
    public static readonly PduTimings Default = new();

    /// <summary>Each try of a question: 6 s until a PDU is called silent. Their processors are slow, and busy with their own pages.</summary>
    public ImmutableArray<TimeSpan> Tries { get; init; } = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3)];

    /// <summary>One order or reading with all its questions, and the wait for those of other machines at the same PDU.</summary>
    public TimeSpan Command { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>What is known of an agent is forgotten when it was not used for so long.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(10);
}

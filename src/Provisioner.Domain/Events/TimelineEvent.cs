namespace Provisioner.Domain.Events;

/// <summary>How much a person should care.</summary>
public enum Level
{
    /// <summary>The ordinary course.</summary>
    Info,
    /// <summary>Worth a look; the walk goes on.</summary>
    Warning,
    /// <summary>Something ended here.</summary>
    Error,
}

/// <summary>One thing that happened to a machine, as the timeline shows it.</summary>
/// <param name="Seq">Number in order of recording, over all machines, from 1; 0 before it is recorded.</param>
/// <param name="Machine">Machine id; empty for the appliance itself.</param>
/// <param name="At">When it happened, by the appliance's clock.</param>
/// <param name="Kind">Dotted, stable, for programs: <c>dhcp.offer</c>, <c>tftp.sent</c>, <c>power.on</c>, <c>state.ready</c>, <c>image.written</c>, <c>role.step</c>.</param>
/// <param name="Text">One sentence for a person.</param>
/// <param name="Level">How much to care.</param>
/// <param name="Bytes">Bytes moved, where that is the point.</param>
/// <param name="Seconds">How long it took, where that is the point.</param>
/// <param name="By">Who caused it: <c>machine</c>, <c>appliance</c>, <c>agent</c>, or a user's name.</param>
public sealed record TimelineEvent(
    long Seq, string Machine, DateTimeOffset At, string Kind, string Text,
    Level Level = Level.Info, long? Bytes = null, double? Seconds = null, string By = "appliance");

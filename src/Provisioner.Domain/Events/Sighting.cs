using Provisioner.Wire;

namespace Provisioner.Domain.Events;

/// <summary>
/// Something that a server saw of a MAC address, before anybody knows whether a machine goes with it. <c>MachineBook</c> puts it onto the
/// machine's timeline; of strangers it keeps the last few, so that an enlisted machine's timeline starts with its first DISCOVER.
/// </summary>
/// <param name="Mac">Whose it was.</param>
/// <param name="At">When, by the appliance's clock.</param>
/// <param name="Kind">As in <see cref="TimelineEvent.Kind"/>.</param>
/// <param name="Text">One sentence for a person.</param>
/// <param name="Level">How much to care.</param>
/// <param name="Bytes">Bytes moved, where that is the point.</param>
/// <param name="Seconds">How long it took, where that is the point.</param>
public sealed record Sighting(
    MacAddress Mac, DateTimeOffset At, string Kind, string Text, Level Level = Level.Info, long? Bytes = null, double? Seconds = null);

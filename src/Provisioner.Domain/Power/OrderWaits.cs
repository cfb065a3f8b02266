using System.Globalization;
using Provisioner.Domain.Hardware;

namespace Provisioner.Domain.Power;

/// <summary>How long an order is followed up: the usual waits, and what hardware, the kind of controller or a person wants otherwise.</summary>
/// <param name="Deadline">Until the state has to agree.</param>
/// <param name="RepeatOrder">So long an order that is not followed yet is left alone before it is given again.</param>
/// <param name="OffBeforeOn">How long the machine stays off in a cycle.</param>
public sealed record OrderWaits(TimeSpan Deadline, TimeSpan RepeatOrder, TimeSpan OffBeforeOn)
{
    /// <summary>The controller's setting for <see cref="OffBeforeOn"/>, seconds: what a person set counts.</summary>
    public const string OffSetting = "off-seconds";

    private const int MostOff = 120;

    /// <summary>These waits, for one controller; half a sentence where its setting is no number of seconds.</summary>
    /// <param name="kind">The controller's kind.</param>
    /// <param name="waits">What the profile of its hardware says.</param>
    /// <param name="setting">The setting <c>off-seconds</c>, or null.</param>
    public (OrderWaits Waits, string? Fault) For(string kind, HardwareWaits waits, string? setting)
    {
        var off = waits.OffBeforeOn ?? ControllerKinds.OffBeforeOn(kind) ?? OffBeforeOn;
        if (setting is not null)
        {
            if (!double.TryParse(setting, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds) || seconds > MostOff) return (this, $"off-seconds \"{setting}\" is no number of seconds from 0 to {MostOff}");
            off = TimeSpan.FromSeconds(seconds);
        }
        // A state that takes its time is not found ignored before that; a controller that restarts with its machine is away meanwhile.
        return (new(Longest(Deadline, waits.Follow, waits.Restart) + off, Longest(RepeatOrder, waits.Follow), off), null);
    }

    private static TimeSpan Longest(TimeSpan usual, params ReadOnlySpan<TimeSpan?> others)
    {
        foreach (var other in others)
            if (other > usual) usual = other.Value;
        return usual;
    }
}

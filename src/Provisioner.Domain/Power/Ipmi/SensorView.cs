using System.Collections.Immutable;
using System.Globalization;
using Provisioner.Wire.Ipmi;
using Provisioner.Wire.Ipmi.Commands;

namespace Provisioner.Domain.Power.Ipmi;

/// <summary>A sensor as a person reads it.</summary>
/// <param name="Name">The BMC's name for it.</param>
/// <param name="Number">Its number.</param>
/// <param name="Type">What it measures: <c>temperature</c>.</param>
/// <param name="Entity">What it is part of: <c>3.1</c> is the first processor (table 43-13).</param>
/// <param name="Value">Its value; null where it reads states, or nothing now.</param>
/// <param name="Unit">The value's unit: <c>degrees C</c>.</param>
/// <param name="States">What holds, in words: <c>present</c>, <c>above upper critical</c>.</param>
/// <param name="Health">How bad that is; null where it can't be read.</param>
/// <param name="Thresholds">Its thresholds in its unit, by their names.</param>
public sealed record SensorView(string Name, byte Number, string Type, string Entity, double? Value, string Unit, ImmutableArray<string> States, Health? Health,
    ImmutableSortedDictionary<string, double> Thresholds)
{
    private static readonly ImmutableArray<string> ThresholdNames =
        ["lowerNonCritical", "lowerCritical", "lowerNonRecoverable", "upperNonCritical", "upperCritical", "upperNonRecoverable"];

    /// <summary>Puts a sensor's record and its reading together.</summary>
    /// <param name="sensor">The record.</param>
    /// <param name="reading">The reading; null where the BMC gave none.</param>
    /// <param name="factors">The factors of this reading, for a sensor whose factors change; null for those of the record.</param>
    /// <param name="thresholds">As they were read; null for those of the record.</param>
    public static SensorView Of(SdrRecord.Sensor sensor, SensorReading? reading, SensorFactors? factors = null, RawThresholds? thresholds = null)
    {
        bool readable = reading is { Unavailable: false, Scanning: true };
        double? value = readable && sensor.Analog is { } analog ? Rounded(analog.ValueOf(reading!.Raw, factors)) : null;
        var states = readable ? StatesOf(sensor, reading!.States) : [];
        return new(sensor.Name, sensor.Key.Number, SensorWords.TypeName(sensor.Type), $"{sensor.Entity.Id}.{sensor.Entity.Instance}", value,
            sensor.Analog is null ? "" : sensor.Unit.ToString(), [.. states.Select(state => state.Words)],
            readable ? states.Select(state => state.Health).DefaultIfEmpty(Ipmi.Health.Ok).Max() : null, ThresholdsOf(sensor, thresholds));
    }

    /// <summary>In one line: <c>CPU temp: 41 degrees C</c>.</summary>
    public override string ToString() => Health is null ? $"{Name}: not readable now"
        : $"{Name}: {string.Join(", ", (string[])[.. Value is { } v ? [string.Create(CultureInfo.InvariantCulture, $"{v} {Unit}").TrimEnd()] : Array.Empty<string>(), .. States])}";

    private static List<(string Words, Health Health)> StatesOf(SdrRecord.Sensor sensor, ushort states)
    {
        bool threshold = sensor.EventType == SensorWords.Threshold;
        return [.. Enumerable.Range(0, threshold ? 6 : 15).Where(bit => (states >> bit & 1) != 0)
            .Select(bit => threshold ? SensorWords.PassedThreshold(bit) : SensorWords.State(sensor.EventType, sensor.Type, bit))];
    }

    private static ImmutableSortedDictionary<string, double> ThresholdsOf(SdrRecord.Sensor sensor, RawThresholds? read)
    {
        if (sensor is not { EventType: SensorWords.Threshold, Analog: { IsNonLinear: false } analog }) return ImmutableSortedDictionary<string, double>.Empty;
        var (readable, values) = read is null ? (analog.Readable, analog.Thresholds) : (read.Readable, read.Values);
        return Enumerable.Range(0, 6).Where(i => (readable >> i & 1) != 0)
            .ToImmutableSortedDictionary(i => ThresholdNames[i], i => Rounded(analog.ValueOf(values.Span[i])) ?? 0, StringComparer.Ordinal);
    }

    // A sensor has 8 bits: what comes after six digits is arithmetic. JSON has no NaN and no infinity.
    private static double? Rounded(double value) =>
        double.IsFinite(value) ? double.Parse(value.ToString("G6", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : null;
}

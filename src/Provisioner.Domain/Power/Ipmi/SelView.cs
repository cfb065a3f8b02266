using System.Globalization;
using Provisioner.Wire.Ipmi;

namespace Provisioner.Domain.Power.Ipmi;

/// <summary>An entry of a BMC's event log as a person reads it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="At">When, by the BMC's clock; null where that was not set.</param>
/// <param name="Sensor">The sensor's name, or what is known of it.</param>
/// <param name="Text">One sentence: <c>CPU temp (temperature): upper critical going high, read 95 degrees C, threshold 90 degrees C</c>.</param>
/// <param name="Health">How bad it is.</param>
public sealed record SelView(ushort Id, DateTimeOffset? At, string Sensor, string Text, Health Health)
{
    private const byte SensorInCode = 0x40;

    /// <summary>Puts an entry into words.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="sensors">The sensors' records, for names and values; may be empty.</param>
    public static SelView Of(SelRecord entry, IReadOnlyDictionary<SensorKey, SdrRecord> sensors) => entry switch
    {
        SelRecord.Event e => OfEvent(e, sensors),
        SelRecord.OemTimed o => new(o.Id, TimeOf(o.Time), "", $"OEM record 0x{o.RecordType:x2} of manufacturer {o.Manufacturer}: {Convert.ToHexStringLower(o.Data.Span)}", Health.Ok),
        SelRecord.Oem o => new(o.Id, null, "", $"OEM record 0x{o.RecordType:x2}: {Convert.ToHexStringLower(o.Data.Span)}", Health.Ok),
        _ => throw new ArgumentOutOfRangeException(nameof(entry)),
    };

    private static SelView OfEvent(SelRecord.Event e, IReadOnlyDictionary<SensorKey, SdrRecord> sensors)
    {
        // Bit 0 of the generator marks software (BIOS, OS): its sensor numbers are its own.
        bool software = (e.Generator & 1) != 0;
        var known = software ? null : sensors.GetValueOrDefault(new SensorKey((byte)e.Generator, (byte)(e.Generator >> 8 & 3), e.Sensor));
        string type = SensorWords.TypeName(e.SensorType);
        string sensor = known?.Name is { Length: > 0 } name ? name : $"sensor 0x{e.Sensor:x2}";
        var (words, health) = e.EventType switch
        {
            SensorWords.Threshold => SensorWords.ThresholdEvent(e.Offset),
            >= 0x70 => ($"OEM event {Convert.ToHexStringLower(e.Data.Span)}", Health.Ok),
            _ => SensorWords.State(e.EventType, e.SensorType, e.Offset),
        };
        string more = e.EventType == SensorWords.Threshold ? Values(e, known as SdrRecord.Sensor) : More(e);
        string who = software ? $" by software 0x{e.Generator >> 1 & 0x7f:x2}" : "";
        return new(e.Id, TimeOf(e.Time), sensor, $"{sensor} ({type}){who}: {words}{(e.Deasserted ? " is over" : "")}{more}", e.Deasserted ? Health.Ok : health);
    }

    // Table 29-6, threshold: bits 7 and 6 of data 1 say that data 2 is the reading, bits 5 and 4 that data 3 is the threshold.
    private static string Values(SelRecord.Event e, SdrRecord.Sensor? sensor)
    {
        if (sensor?.Analog is not { IsNonLinear: false } analog) return "";
        string unit = sensor.Unit.ToString();
        string reading = (e.Data.Span[0] & 0xc0) == 0x40 ? $", read {Number(analog, e.Data.Span[1], unit)}" : "";
        return reading + ((e.Data.Span[0] & 0x30) == 0x10 ? $", threshold {Number(analog, e.Data.Span[2], unit)}" : "");
    }

    private static string More(SelRecord.Event e) => (e.Data.Span[0] & 0xf0) == 0 || e.Data.Span[1] == 0xff && e.Data.Span[2] == 0xff ? ""
        : (e.Data.Span[0] & 0xc0) == SensorInCode && e.EventType != SensorWords.SensorSpecific && (e.Data.Span[1] & 0x0f) != 0x0f ? $", was {SensorWords.State(e.EventType, e.SensorType, e.Data.Span[1] & 0x0f).Words}"
        : $" (data {e.Data.Span[1]:x2} {e.Data.Span[2]:x2})";

    private static string Number(AnalogSensor analog, byte raw, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{analog.ValueOf(raw):G6} {unit}").TrimEnd();

    /// <summary>§37: up to 0x20000000 is the time since the BMC's start, all ones is unknown.</summary>
    public static DateTimeOffset? TimeOf(uint seconds) => seconds is <= 0x20000000 or 0xffffffff ? null : DateTimeOffset.FromUnixTimeSeconds(seconds);
}

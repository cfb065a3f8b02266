namespace Provisioner.Wire.Ipmi;

/// <summary>A sensor's unit: IPMI 2.0 table 43-1 (sensor units 1 to 3) and table 43-15.</summary>
/// <param name="Percent">It is a percentage.</param>
/// <param name="Rate">Per time: 0 none, 1 µs, 2 ms, 3 s, 4 minute, 5 hour, 6 day.</param>
/// <param name="Modifier">0 none, 1 base/modifier, 2 base·modifier.</param>
/// <param name="Base">Base unit.</param>
/// <param name="ModifierUnit">Modifier unit.</param>
public readonly record struct SensorUnit(bool Percent, byte Rate, byte Modifier, byte Base, byte ModifierUnit)
{
    private static readonly string[] Names =
    [
        "", "degrees C", "degrees F", "degrees K", "Volts", "Amps", "Watts", "Joules", "Coulombs", "VA", "Nits", "lumen", "lux", "Candela", "kPa", "PSI",
        "Newton", "CFM", "RPM", "Hz", "microsecond", "millisecond", "second", "minute", "hour", "day", "week", "mil", "inches", "feet", "cu in", "cu feet",
        "mm", "cm", "m", "cu cm", "cu m", "liters", "fluid ounce", "radians", "steradians", "revolutions", "cycles", "gravities", "ounce", "pound", "ft-lb",
        "oz-in", "gauss", "gilberts", "henry", "millihenry", "farad", "microfarad", "ohms", "siemens", "mole", "becquerel", "PPM", "", "decibels", "dBA", "dBC",
        "gray", "sievert", "color temp deg K", "bit", "kilobit", "megabit", "gigabit", "byte", "kilobyte", "megabyte", "gigabyte", "word", "dword", "qword",
        "line", "hit", "miss", "retry", "reset", "overflow", "underrun", "collision", "packets", "messages", "characters", "error", "correctable error",
        "uncorrectable error", "fatal error", "grams",
    ];

    private static readonly string[] Rates = ["", " per microsecond", " per millisecond", " per second", " per minute", " per hour", " per day", ""];

    internal static SensorUnit Read(ref IpmiReader reader, out AnalogFormat format)
    {
        byte first = reader.U8("sensor units 1");
        format = (AnalogFormat)(first >> 6);
        return new((first & 1) != 0, (byte)(first >> 3 & 7), (byte)(first >> 1 & 3), reader.U8("base unit"), reader.U8("modifier unit"));
    }

    /// <summary>In words: <c>degrees C</c>, <c>RPM</c>, <c>percent</c>, <c>Watts per hour</c>; empty for a number without a unit.</summary>
    public override string ToString()
    {
        string unit = Name(Base);
        if (Modifier == 1 && Name(ModifierUnit).Length > 0) unit = $"{unit}/{Name(ModifierUnit)}";
        if (Modifier == 2 && Name(ModifierUnit).Length > 0) unit = $"{unit}*{Name(ModifierUnit)}";
        if (Percent) unit = unit.Length > 0 ? $"percent {unit}" : "percent";
        return unit + Rates[Rate & 7];
    }

    private static string Name(byte unit) => unit < Names.Length ? Names[unit] : $"unit {unit}";
}

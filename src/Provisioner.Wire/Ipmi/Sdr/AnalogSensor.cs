namespace Provisioner.Wire.Ipmi;

/// <summary>How a sensor's octets become values: IPMI 2.0 §36.3, table 43-1.</summary>
/// <param name="Format">How an octet is a number.</param>
/// <param name="Linearization">The function after the factors.</param>
/// <param name="Factors">The factors.</param>
/// <param name="Readable">Bits 0 to 5: which thresholds there are, lower non-critical first.</param>
/// <param name="Thresholds">Six thresholds, before they are converted, lower non-critical first.</param>
public sealed record AnalogSensor(AnalogFormat Format, Linearization Linearization, SensorFactors Factors, byte Readable, ReadOnlyMemory<byte> Thresholds)
{
    /// <summary>The factors are wanted anew for each reading.</summary>
    public bool IsNonLinear => Linearization >= Linearization.NonLinear;

    /// <summary>The value of an octet; NaN where the function has none.</summary>
    /// <param name="raw">The reading.</param>
    /// <param name="factors">The factors of this reading; null for those of the record.</param>
    public double ValueOf(byte raw, SensorFactors? factors = null)
    {
        double y = (factors ?? Factors).Linear(Number(raw));
        return Linearization switch
        {
            Linearization.Ln => Math.Log(y),
            Linearization.Log10 => Math.Log10(y),
            Linearization.Log2 => Math.Log2(y),
            Linearization.E => Math.Exp(y),
            Linearization.Exp10 => Math.Pow(10, y),
            Linearization.Exp2 => Math.Pow(2, y),
            Linearization.Reciprocal => 1 / y,
            Linearization.Square => y * y,
            Linearization.Cube => y * y * y,
            Linearization.SquareRoot => Math.Sqrt(y),
            Linearization.CubeRoot => Math.Cbrt(y),
            _ => y,
        };
    }

    private int Number(byte raw) => Format switch
    {
        AnalogFormat.TwosComplement => (sbyte)raw,
        AnalogFormat.OnesComplement => raw < 0x80 ? raw : raw - 0xff,
        _ => raw,
    };
}

namespace Provisioner.Wire.Ipmi;

/// <summary>
/// What makes a reading a value: y = L((M·x + B·10^K1)·10^K2), IPMI 2.0 §36.3. L is the linearization, which stands in the sensor's record.
/// </summary>
/// <param name="M">Factor, 10 bits, signed.</param>
/// <param name="B">Offset, 10 bits, signed.</param>
/// <param name="BExponent">K1, 4 bits, signed.</param>
/// <param name="ResultExponent">K2, 4 bits, signed.</param>
public sealed record SensorFactors(int M, int B, int BExponent, int ResultExponent)
{
    /// <summary>Six octets, as they stand in a full sensor record and in Get Sensor Reading Factors.</summary>
    /// <exception cref="WireException">truncated.</exception>
    public static SensorFactors Parse(ReadOnlySpan<byte> octets)
    {
        var f = new IpmiReader(octets, "sensor factors").Take(6, "factors");
        return new(Signed(f[0] | (f[1] & 0xc0) << 2, 10), Signed(f[2] | (f[3] & 0xc0) << 2, 10), Signed(f[5] & 0x0f, 4), Signed(f[5] >> 4, 4));
    }

    /// <summary>The value of a reading, before linearization.</summary>
    /// <param name="raw">The reading, signed where the record says so.</param>
    public double Linear(int raw) => (M * (double)raw + B * Math.Pow(10, BExponent)) * Math.Pow(10, ResultExponent);

    private static int Signed(int value, int bits) => (value & 1 << (bits - 1)) != 0 ? value - (1 << bits) : value;
}

/// <summary>How a reading's octet is a number: IPMI 2.0 table 43-1, sensor units 1, bits 7 and 6.</summary>
public enum AnalogFormat : byte
{
    /// <summary>0 to 255.</summary>
    Unsigned = 0,
    /// <summary>One's complement.</summary>
    OnesComplement = 1,
    /// <summary>Two's complement.</summary>
    TwosComplement = 2,
    /// <summary>It is not a number.</summary>
    None = 3,
}

/// <summary>The function after the factors: IPMI 2.0 table 43-1, linearization.</summary>
public enum Linearization : byte
{
    /// <summary>None.</summary>
    Linear = 0,
    /// <summary>Natural logarithm.</summary>
    Ln = 1,
    /// <summary>Logarithm to base 10.</summary>
    Log10 = 2,
    /// <summary>Logarithm to base 2.</summary>
    Log2 = 3,
    /// <summary>e to its power.</summary>
    E = 4,
    /// <summary>10 to its power.</summary>
    Exp10 = 5,
    /// <summary>2 to its power.</summary>
    Exp2 = 6,
    /// <summary>Reciprocal.</summary>
    Reciprocal = 7,
    /// <summary>Square.</summary>
    Square = 8,
    /// <summary>Cube.</summary>
    Cube = 9,
    /// <summary>Square root.</summary>
    SquareRoot = 10,
    /// <summary>Cube root.</summary>
    CubeRoot = 11,
    /// <summary>The factors change with the reading: Get Sensor Reading Factors has them.</summary>
    NonLinear = 0x70,
}

using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Provisioner.Wire.Snmp;

/// <summary>An object identifier: up to 128 numbers of 32 bits (RFC 2578 §3.5). Equal where the numbers are.</summary>
public sealed class Oid : IEquatable<Oid>
{
    /// <summary>The most numbers: RFC 2578 §3.5.</summary>
    public const int MaxLength = 128;

    private readonly uint[] _numbers;

    internal Oid(ReadOnlySpan<uint> numbers) => _numbers = numbers.ToArray();

    /// <summary>The numbers.</summary>
    public ReadOnlySpan<uint> Numbers => _numbers;

    /// <summary>Reads <c>1.3.6.1</c> or <c>.1.3.6.1</c>; two numbers at least, of which the first is 0 to 2 and the second below 40 under 0 and 1 (X.690 §8.19.4).</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Oid? oid)
    {
        oid = null;
        string[] parts = (text ?? "").TrimStart('.').Split('.');
        if (parts.Length is < 2 or > MaxLength) return false;
        var numbers = new uint[parts.Length];
        for (int i = 0; i < parts.Length; i++)
            if (!uint.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i])) return false;
        if (!IsRoot(numbers[0], numbers[1])) return false;
        oid = new(numbers);
        return true;
    }

    /// <summary>Reads one that stands in the program.</summary>
    /// <exception cref="WireException">it is none.</exception>
    public static Oid Parse(string text) => TryParse(text, out var oid) ? oid : throw new WireException($"\"{text}\" is no object identifier such as 1.3.6.1.2.1.1.2.0");

    internal static bool IsRoot(uint first, uint second) => first <= 2 && (first == 2 ? second <= uint.MaxValue - 80 : second < 40);

    /// <summary>It is this one, or below it.</summary>
    public bool IsWithin(Oid above) => _numbers.AsSpan().StartsWith(above._numbers);

    /// <inheritdoc/>
    public bool Equals(Oid? other) => other is not null && _numbers.AsSpan().SequenceEqual(other._numbers);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Oid);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (uint number in _numbers) hash.Add(number);
        return hash.ToHashCode();
    }

    /// <summary><c>1.3.6.1.2.1.1.2.0</c></summary>
    public override string ToString() => string.Join('.', _numbers);
}

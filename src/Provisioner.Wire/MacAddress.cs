using System.Globalization;

namespace Provisioner.Wire;

/// <summary>A 48-bit IEEE 802 MAC address. Written in lower case with colons: <c>52:54:00:12:34:56</c>.</summary>
/// <param name="Value">The address as a number, first octet most significant; the upper 16 bits are zero.</param>
public readonly record struct MacAddress(ulong Value) : IComparable<MacAddress>
{
    /// <summary>Octets in an address.</summary>
    public const int Length = 6;

    /// <summary>Reads six octets in wire order.</summary>
    /// <exception cref="ArgumentException">fewer than six octets were given.</exception>
    public static MacAddress FromBytes(ReadOnlySpan<byte> octets)
    {
        if (octets.Length < Length) throw new ArgumentException($"a MAC address has 6 octets, not {octets.Length}", nameof(octets));
        ulong value = 0;
        foreach (byte octet in octets[..Length]) value = value << 8 | octet;
        return new(value);
    }

    /// <summary>Reads <c>aa:bb:cc:dd:ee:ff</c>, <c>aa-bb-…</c> (iPXE's hexhyp, pxelinux) or twelve digits without separators.</summary>
    public static bool TryParse(string? text, out MacAddress mac)
    {
        mac = default;
        if (text is null || text.Length is not (12 or 17)) return false;
        Span<char> digits = stackalloc char[12];
        int n = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text.Length == 17 && i % 3 == 2)
            {
                if (text[i] is not (':' or '-')) return false;
                continue;
            }
            digits[n++] = text[i];
        }
        if (!ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value)) return false;
        mac = new(value);
        return true;
    }

    /// <summary>Reads what <see cref="TryParse"/> reads.</summary>
    /// <exception cref="FormatException">the text is not a MAC address.</exception>
    public static MacAddress Parse(string text) =>
        TryParse(text, out var mac) ? mac : throw new FormatException($"\"{text}\" is not a MAC address such as 52:54:00:12:34:56");

    /// <summary>Writes six octets in wire order.</summary>
    public void WriteTo(Span<byte> destination)
    {
        for (int i = 0; i < Length; i++) destination[i] = (byte)(Value >> (8 * (Length - 1 - i)));
    }

    /// <summary>The address with hyphens, as in boot paths: <c>52-54-00-12-34-56</c>.</summary>
    public string ToHyphens() => ToString().Replace(':', '-');

    /// <inheritdoc/>
    public int CompareTo(MacAddress other) => Value.CompareTo(other.Value);

    /// <summary>The address with colons.</summary>
    public override string ToString() => string.Create(17, Value, static (span, value) =>
    {
        const string hex = "0123456789abcdef";
        for (int i = 0; i < Length; i++)
        {
            int octet = (int)(value >> (8 * (Length - 1 - i))) & 0xff;
            span[i * 3] = hex[octet >> 4];
            span[i * 3 + 1] = hex[octet & 15];
            if (i < Length - 1) span[i * 3 + 2] = ':';
        }
    });
}

using System.Text;

namespace Provisioner.Wire.Ipmi;

/// <summary>Text under a type/length octet: IPMI 2.0 §43.15 (sensor records), Platform Management FRU 1.0 rev 1.3 §13 (inventories).</summary>
internal static class IpmiText
{
    private const string Bcd = "0123456789 -.:,_";

    /// <summary>The text of octets of a type: 0 binary or Unicode, 1 BCD plus, 2 six-bit ASCII, 3 eight-bit ASCII and Latin 1.</summary>
    public static string Of(int type, ReadOnlySpan<byte> octets) => Printable(type switch
    {
        1 => BcdPlus(octets),
        2 => SixBit(octets),
        _ => Encoding.Latin1.GetString(octets),
    });

    private static string BcdPlus(ReadOnlySpan<byte> octets)
    {
        var text = new StringBuilder(octets.Length * 2);
        foreach (byte octet in octets) text.Append(Bcd[octet >> 4]).Append(Bcd[octet & 0x0f]);
        return text.ToString();
    }

    // Four characters in three octets, the first in the lowest bits.
    private static string SixBit(ReadOnlySpan<byte> octets)
    {
        var text = new StringBuilder(octets.Length * 4 / 3);
        for (int bit = 0; bit + 6 <= octets.Length * 8; bit += 6)
        {
            int pair = octets[bit / 8] | (bit / 8 + 1 < octets.Length ? octets[bit / 8 + 1] << 8 : 0);
            text.Append((char)(' ' + (pair >> bit % 8 & 0x3f)));
        }
        return text.ToString();
    }

    // Boards are padded with blanks and zeros; control characters would reach terminals.
    private static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)).Trim();
}

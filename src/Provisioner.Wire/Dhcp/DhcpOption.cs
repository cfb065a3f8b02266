using System.Buffers.Binary;
using System.Text;

namespace Provisioner.Wire.Dhcp;

/// <summary>One option, joined from its parts if it came in several (RFC 3396).</summary>
/// <param name="Code">Its code; numbers that have no name here are kept.</param>
/// <param name="Value">Its octets, of any length: the codec splits what is longer than 255.</param>
public readonly record struct DhcpOption(DhcpOptionCode Code, ReadOnlyMemory<byte> Value)
{
    /// <summary>An option of one octet.</summary>
    public static DhcpOption Of(DhcpOptionCode code, byte value) => new(code, new[] { value });

    /// <summary>An option of 32 bits: a time in seconds.</summary>
    public static DhcpOption Of(DhcpOptionCode code, uint value)
    {
        var octets = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(octets, value);
        return new(code, octets);
    }

    /// <summary>An option that is one address, or a list of them.</summary>
    public static DhcpOption Of(DhcpOptionCode code, params ReadOnlySpan<Ipv4Address> addresses)
    {
        var octets = new byte[addresses.Length * Ipv4Address.Length];
        for (int i = 0; i < addresses.Length; i++) addresses[i].WriteTo(octets.AsSpan(i * Ipv4Address.Length));
        return new(code, octets);
    }

    /// <summary>An option of ASCII text, without a NUL at its end (RFC 2132 §2).</summary>
    public static DhcpOption Of(DhcpOptionCode code, string text) => new(code, Encoding.ASCII.GetBytes(text));
}

/// <summary>The options of a message, each code once.</summary>
/// <param name="items">Options; of two with one code the first is found.</param>
public sealed class DhcpOptions(IReadOnlyList<DhcpOption> items)
{
    /// <summary>No options.</summary>
    public static readonly DhcpOptions None = new([]);

    /// <summary>All of them, in no promised order.</summary>
    public IReadOnlyList<DhcpOption> Items { get; } = items;

    /// <summary>The octets of an option, or null without it. Empty options exist.</summary>
    public ReadOnlyMemory<byte>? Find(DhcpOptionCode code)
    {
        foreach (var option in Items)
            if (option.Code == code) return option.Value;
        return null;
    }

    /// <summary>An option that is an address, or null without it. Its length was checked when it was parsed.</summary>
    public Ipv4Address? Address(DhcpOptionCode code) =>
        Find(code) is { Length: >= Ipv4Address.Length } value ? Ipv4Address.FromBytes(value.Span) : null;

    /// <summary>An option of 16 bits, the first of them where it is a list; null without it.</summary>
    public ushort? UInt16(DhcpOptionCode code) =>
        Find(code) is { Length: >= 2 } value ? BinaryPrimitives.ReadUInt16BigEndian(value.Span) : null;

    /// <summary>An option of 32 bits, null without it.</summary>
    public uint? UInt32(DhcpOptionCode code) =>
        Find(code) is { Length: >= 4 } value ? BinaryPrimitives.ReadUInt32BigEndian(value.Span) : null;

    /// <summary>An option of text up to its first NUL (old ROMs send one), null without it. Octets outside printable ASCII become '?'.</summary>
    public string? Text(DhcpOptionCode code) => Find(code) is { } value ? DhcpText.Read(value.Span) : null;
}

/// <summary>Text fields of BOOTP: ASCII up to a NUL.</summary>
internal static class DhcpText
{
    internal static string Read(ReadOnlySpan<byte> octets)
    {
        int end = octets.IndexOf((byte)0);
        if (end >= 0) octets = octets[..end];
        return string.Create(octets.Length, octets, static (text, from) =>
        {
            for (int i = 0; i < from.Length; i++) text[i] = from[i] is >= 0x20 and < 0x7f ? (char)from[i] : '?';
        });
    }
}

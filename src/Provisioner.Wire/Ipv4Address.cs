using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Provisioner.Wire;

/// <summary>An IPv4 address as a number: compared, counted and hashed without an allocation.</summary>
/// <param name="Value">The address in host order: 10.0.0.1 is 0x0a000001.</param>
public readonly record struct Ipv4Address(uint Value) : IComparable<Ipv4Address>
{
    /// <summary>Octets in an address.</summary>
    public const int Length = 4;

    /// <summary>0.0.0.0: none, or a client that has no address yet.</summary>
    public static readonly Ipv4Address Any;

    /// <summary>255.255.255.255, RFC 919 §7.</summary>
    public static readonly Ipv4Address LimitedBroadcast = new(0xffffffff);

    /// <summary>Reads four octets in wire order.</summary>
    /// <exception cref="ArgumentException">fewer than four octets were given.</exception>
    public static Ipv4Address FromBytes(ReadOnlySpan<byte> octets) =>
        octets.Length >= Length
            ? new(BinaryPrimitives.ReadUInt32BigEndian(octets))
            : throw new ArgumentException($"an IPv4 address has 4 octets, not {octets.Length}", nameof(octets));

    /// <summary>Takes the framework's address.</summary>
    /// <exception cref="ArgumentException">it is not IPv4.</exception>
    public static Ipv4Address From(IPAddress address)
    {
        Span<byte> octets = stackalloc byte[16];
        return address.TryWriteBytes(octets, out int written) && written == Length
            ? FromBytes(octets)
            : throw new ArgumentException($"{address} is not an IPv4 address", nameof(address));
    }

    /// <summary>Reads dotted decimal, four parts, nothing else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Ipv4Address address)
    {
        address = default;
        if (text is null) return false;
        var parts = text.Split('.');
        if (parts.Length != Length) return false;
        uint value = 0;
        foreach (var part in parts)
        {
            if (part.Length is 0 or > 3 || !part.All(char.IsAsciiDigit) || !byte.TryParse(part, out byte octet)) return false;
            value = value << 8 | octet;
        }
        address = new(value);
        return true;
    }

    /// <summary>Reads what <see cref="TryParse"/> reads.</summary>
    /// <exception cref="FormatException">the text is not an IPv4 address.</exception>
    public static Ipv4Address Parse(string text) =>
        TryParse(text, out var address) ? address : throw new FormatException($"\"{text}\" is not an IPv4 address such as 10.77.0.1");

    /// <summary>Writes four octets in wire order.</summary>
    public void WriteTo(Span<byte> destination) => BinaryPrimitives.WriteUInt32BigEndian(destination, Value);

    /// <summary>The framework's address.</summary>
    public IPAddress ToIPAddress()
    {
        Span<byte> octets = stackalloc byte[Length];
        WriteTo(octets);
        return new IPAddress(octets);
    }

    /// <inheritdoc/>
    public int CompareTo(Ipv4Address other) => Value.CompareTo(other.Value);

    /// <summary>Dotted decimal.</summary>
    public override string ToString() => $"{Value >> 24}.{Value >> 16 & 255}.{Value >> 8 & 255}.{Value & 255}";
}

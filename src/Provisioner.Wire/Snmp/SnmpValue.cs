using System.Buffers.Binary;
using System.Text;

namespace Provisioner.Wire.Snmp;

/// <summary>Types of values, by their tag: RFC 2578 §2 and RFC 3416 §3.</summary>
public enum SnmpType : byte
{
    /// <summary>INTEGER, Integer32.</summary>
    Integer = 0x02,
    /// <summary>OCTET STRING.</summary>
    Octets = 0x04,
    /// <summary>Without a value: in questions.</summary>
    Null = 0x05,
    /// <summary>OBJECT IDENTIFIER.</summary>
    Oid = 0x06,
    /// <summary>IpAddress.</summary>
    IpAddress = 0x40,
    /// <summary>Counter32.</summary>
    Counter32 = 0x41,
    /// <summary>Gauge32, Unsigned32.</summary>
    Gauge32 = 0x42,
    /// <summary>TimeTicks, hundredths of seconds.</summary>
    TimeTicks = 0x43,
    /// <summary>Opaque.</summary>
    Opaque = 0x44,
    /// <summary>Counter64; not in version 1.</summary>
    Counter64 = 0x46,
    /// <summary>The agent has no such object (instead of a value; not in version 1).</summary>
    NoSuchObject = 0x80,
    /// <summary>It has the object, and not this instance: no such outlet.</summary>
    NoSuchInstance = 0x81,
    /// <summary>Nothing comes after it.</summary>
    EndOfMibView = 0x82,
}

/// <summary>A value: its type, and its octets as they are on the wire.</summary>
/// <param name="Type">The type.</param>
/// <param name="Octets">Content octets, without tag and length.</param>
public sealed record SnmpValue(SnmpType Type, ReadOnlyMemory<byte> Octets)
{
    /// <summary>None: what a question has.</summary>
    public static readonly SnmpValue Null = new(SnmpType.Null, default);

    /// <summary>The object or the instance is not there.</summary>
    public bool IsMissing => Type is SnmpType.NoSuchObject or SnmpType.NoSuchInstance or SnmpType.EndOfMibView;

    /// <summary>An INTEGER.</summary>
    public static SnmpValue Of(int number) => new(SnmpType.Integer, Ber.IntegerOctets(number));

    /// <summary>Text, UTF-8.</summary>
    public static SnmpValue Of(string text) => new(SnmpType.Octets, Encoding.UTF8.GetBytes(text));

    /// <summary>An object identifier.</summary>
    public static SnmpValue Of(Oid oid) => new(SnmpType.Oid, Ber.OidOctets(oid));

    /// <summary>The number; null where it is none.</summary>
    public long? Number => Type switch
    {
        SnmpType.Integer => Signed(Octets.Span),
        SnmpType.Counter32 or SnmpType.Gauge32 or SnmpType.TimeTicks => Unsigned(Octets.Span),
        _ => null,
    };

    /// <summary>The text of an OCTET STRING without its control characters, at most 255 letters; null where it is none.</summary>
    public string? Text => Type is SnmpType.Octets ? new([.. Encoding.UTF8.GetString(Octets.Span[..Math.Min(Octets.Length, 255)]).Where(c => !char.IsControl(c))]) : null;

    /// <summary>The object identifier; null where it is none.</summary>
    /// <exception cref="WireException">it is not well formed.</exception>
    public Oid? Oid => Type is SnmpType.Oid ? Ber.ReadOid(Octets.Span, "a value") : null;

    private static long? Signed(ReadOnlySpan<byte> octets)
    {
        if (octets.Length is 0 or > 8) return null;
        long number = (sbyte)octets[0];
        foreach (byte octet in octets[1..]) number = number << 8 | octet;
        return number;
    }

    // Some agents leave out the zero octet that keeps the sign off.
    private static long? Unsigned(ReadOnlySpan<byte> octets)
    {
        if (octets is [0, .. var rest]) octets = rest;
        if (octets.Length > 4) return null;
        Span<byte> four = stackalloc byte[4];
        four.Clear();
        octets.CopyTo(four[(4 - octets.Length)..]);
        return BinaryPrimitives.ReadUInt32BigEndian(four);
    }
}

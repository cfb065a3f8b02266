namespace Provisioner.Wire.Snmp;

/// <summary>The part of ASN.1's basic encoding (X.690) that SNMP uses: definite lengths, tags of one octet (RFC 3417 §8). Writing.</summary>
internal static class Ber
{
    public const byte Integer = 0x02, OctetString = 0x04, Sequence = 0x30;

    /// <summary>Tag, length, and the parts one after the other.</summary>
    public static byte[] Of(byte tag, params ReadOnlySpan<byte[]> parts)
    {
        int length = 0;
        foreach (byte[] part in parts) length += part.Length;
        byte[] head = length switch
        {
            < 0x80 => [tag, (byte)length],
            < 0x100 => [tag, 0x81, (byte)length],
            < 0x10000 => [tag, 0x82, (byte)(length >> 8), (byte)length],
            _ => throw new WireException($"an SNMP message of {length} octets is more than a datagram holds"),
        };
        var whole = new byte[head.Length + length];
        head.CopyTo(whole, 0);
        int at = head.Length;
        foreach (byte[] part in parts)
        {
            part.CopyTo(whole, at);
            at += part.Length;
        }
        return whole;
    }

    public static byte[] Of(int number) => Of(Integer, IntegerOctets(number));

    public static byte[] Of(ReadOnlySpan<byte> octets) => Of(OctetString, octets.ToArray());

    public static byte[] Of(SnmpValue value) => Of((byte)value.Type, value.Octets.ToArray());

    public static byte[] Of(Oid oid) => Of((byte)SnmpType.Oid, OidOctets(oid));

    /// <summary>Two's complement in as few octets as hold it: X.690 §8.3.</summary>
    public static byte[] IntegerOctets(int number)
    {
        int count = 4;
        // An octet that only repeats the sign of the next one is left out.
        while (count > 1 && (number >> (8 * (count - 1) - 1)) is 0 or -1) count--;
        var octets = new byte[count];
        for (int i = 0; i < count; i++) octets[i] = (byte)(number >> (8 * (count - 1 - i)));
        return octets;
    }

    /// <summary>The first two numbers in one, each in groups of seven bits: X.690 §8.19.</summary>
    public static byte[] OidOctets(Oid oid)
    {
        var octets = new List<byte>(oid.Numbers.Length + 4);
        Add(oid.Numbers[0] * 40UL + oid.Numbers[1]);
        foreach (uint number in oid.Numbers[2..]) Add(number);
        return [.. octets];

        void Add(ulong number)
        {
            int groups = 1;
            while (number >> (7 * groups) != 0) groups++;
            for (int g = groups - 1; g >= 0; g--) octets.Add((byte)(number >> (7 * g) & 0x7f | (g > 0 ? 0x80u : 0)));
        }
    }

    /// <summary>The content octets of an object identifier.</summary>
    /// <exception cref="WireException">a number ends too soon or is too large, or there are too many.</exception>
    public static Oid ReadOid(ReadOnlySpan<byte> octets, string field)
    {
        if (octets.IsEmpty) throw new WireException($"{field}: an object identifier of 0 octets");
        Span<uint> numbers = stackalloc uint[Oid.MaxLength];
        int count = 0;
        ulong number = 0;
        for (int i = 0; i < octets.Length; i++)
        {
            number = number << 7 | (uint)(octets[i] & 0x7f);
            if (number > uint.MaxValue) throw new WireException($"{field}: an object identifier has a number of more than 32 bits");
            if ((octets[i] & 0x80) != 0) continue;
            if (count == Oid.MaxLength) throw new WireException($"{field}: an object identifier of more than {Oid.MaxLength} numbers");
            if (count == 0)
            {
                numbers[count++] = (uint)Math.Min(number / 40, 2);
                numbers[count++] = (uint)(number - 40 * numbers[0]);
            }
            else numbers[count++] = (uint)number;
            number = 0;
        }
        if ((octets[^1] & 0x80) != 0) throw new WireException($"{field}: an object identifier ends within a number");
        return new(numbers[..count]);
    }
}

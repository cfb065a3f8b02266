namespace Provisioner.Wire.Snmp;

/// <summary>Reads BER front to back, and knows where in the datagram it stands; what is missing is named. It never goes into itself: the caller says how deep.</summary>
internal ref struct BerReader
{
    private readonly ReadOnlySpan<byte> _whole;
    private readonly string _message;
    private readonly int _end;
    private int _at;

    public BerReader(ReadOnlySpan<byte> whole, string message) : this(whole, message, 0, whole.Length) { }

    private BerReader(ReadOnlySpan<byte> whole, string message, int at, int end)
    {
        _whole = whole;
        (_message, _at, _end) = (message, at, end);
    }

    public readonly bool AtEnd => _at == _end;

    /// <summary>Where the next octet stands in the datagram.</summary>
    public readonly int At => _at;

    /// <summary>The tag of what comes next.</summary>
    public readonly byte Peek(string field) => _at < _end ? _whole[_at] : throw new WireException($"{_message}: {field} is missing");

    /// <summary>Goes into a field with this tag; this reader goes on behind it.</summary>
    public BerReader Enter(byte tag, string field)
    {
        byte found = Peek(field);
        if (found != tag) throw new WireException($"{_message}: {field} has tag 0x{found:x2}, wants 0x{tag:x2}");
        _at++;
        int length = Length(field);
        var inside = new BerReader(_whole, _message, _at, _at + length);
        _at += length;
        return inside;
    }

    public ReadOnlySpan<byte> Octets(string field, byte tag = Ber.OctetString) => Enter(tag, field).Rest();

    /// <summary>All that is left.</summary>
    public ReadOnlySpan<byte> Rest()
    {
        var rest = _whole[_at.._end];
        _at = _end;
        return rest;
    }

    public int Int32(string field)
    {
        var octets = Octets(field, Ber.Integer);
        // Version 1 agents are seen that write 00 ff ff ff ff: five octets.
        if (octets.Length is 0 or > 5) throw new WireException($"{_message}: {field} is a number of {octets.Length} octets");
        long number = (sbyte)octets[0];
        foreach (byte octet in octets[1..]) number = number << 8 | octet;
        return number is >= int.MinValue and <= int.MaxValue ? (int)number : throw new WireException($"{_message}: {field} is {number}, more than 32 bits hold");
    }

    public Oid Oid(string field) => Ber.ReadOid(Octets(field, (byte)SnmpType.Oid), $"{_message}: {field}");

    public readonly void End(string field)
    {
        if (!AtEnd) throw new WireException($"{_message}: {_end - _at} octets after {field}");
    }

    private int Length(string field)
    {
        int first = Next(field);
        if (first < 0x80) return Within(first, field);
        // RFC 3417 §8: the indefinite form (0x80) is not used. Agents write more octets of length than are needed.
        int count = first & 0x7f;
        if (count is 0 or > 4) throw new WireException($"{_message}: the length of {field} takes {count} octets");
        long length = 0;
        for (; count > 0; count--) length = length << 8 | (byte)Next(field);
        return Within(length, field);
    }

    private readonly int Within(long length, string field) =>
        length <= _end - _at ? (int)length : throw new WireException($"{_message}: {field} has {length} octets and {_end - _at} are left");

    private int Next(string field) => _at < _end ? _whole[_at++] : throw new WireException($"{_message}: ends in the length of {field}");
}

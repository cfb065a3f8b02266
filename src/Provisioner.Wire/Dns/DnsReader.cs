using System.Buffers.Binary;

namespace Provisioner.Wire.Dns;

/// <summary>Reads a message front to back; names may point backwards.</summary>
internal ref struct DnsReader(ReadOnlySpan<byte> message)
{
    private const int SoaNumbers = 20;
    private readonly ReadOnlySpan<byte> _message = message;
    private int _at;

    internal readonly bool AtEnd => _at >= _message.Length;

    internal ushort U16(string field) => BinaryPrimitives.ReadUInt16BigEndian(Take(2, field));

    internal uint U32(string field) => BinaryPrimitives.ReadUInt32BigEndian(Take(4, field));

    internal ReadOnlySpan<byte> Take(int length, string field)
    {
        if (length > _message.Length - _at) throw new WireException($"DNS {field} is cut short at octet {_message.Length}");
        var taken = _message.Slice(_at, length);
        _at += length;
        return taken;
    }

    // RFC 1035 §4.1.4. Each pointer must go further back than the one before: no loop can be written that way.
    internal DnsName Name()
    {
        Span<byte> wire = stackalloc byte[DnsName.MaximumLength];
        int length = 0, at = _at, limit = _at;
        bool jumped = false;
        while (true)
        {
            if (at >= _message.Length) throw new WireException("DNS name is cut short");
            int label = _message[at];
            if ((label & 0xc0) == 0xc0)
            {
                if (at + 1 >= _message.Length) throw new WireException("DNS name pointer is cut short");
                int target = (label & 0x3f) << 8 | _message[at + 1];
                if (target >= limit) throw new WireException($"DNS name pointer at {at} leads to {target}, not back");
                if (!jumped) _at = at + 2;
                jumped = true;
                at = limit = target;
                continue;
            }
            if (label > DnsName.MaximumLabel) throw new WireException($"DNS label type {label >> 6} is not known");
            if (at + 1 + label > _message.Length) throw new WireException("DNS label is cut short");
            if (length + 1 + label > DnsName.MaximumLength - (label == 0 ? 0 : 1)) throw new WireException($"DNS name is longer than {DnsName.MaximumLength} octets");
            _message.Slice(at, label + 1).CopyTo(wire[length..]);
            length += label + 1;
            at += label + 1;
            if (label != 0) continue;
            if (!jumped) _at = at;
            return DnsName.FromWire(wire[..length]);
        }
    }

    internal List<DnsRecord> Records(int count)
    {
        var records = new List<DnsRecord>();
        for (int i = 0; i < count; i++) records.Add(Record());
        return records;
    }

    internal readonly void End()
    {
        if (_at != _message.Length) throw new WireException($"DNS message goes on for {_message.Length - _at} octets after its last record");
    }

    private DnsRecord Record()
    {
        var name = Name();
        var type = (DnsType)U16("TYPE");
        ushort @class = U16("CLASS");
        uint ttl = U32("TTL");
        int length = U16("RDLENGTH");
        if (length > _message.Length - _at) throw new WireException($"DNS {type} record has {length} octets of data, {_message.Length - _at} are left");
        int end = _at + length;
        var data = Data(type, end);
        return DnsRdata.Fault(type, data) is not { } wanted ? new(name, type, @class, ttl, data) : throw new WireException($"data of a DNS {type} record is not {wanted}");
    }

    // Names in it are written out, so that it can be passed on by itself.
    private byte[] Data(DnsType type, int end)
    {
        var (before, names) = DnsRdata.Layout(type);
        if (names == 0) return Take(end - _at, "RDATA").ToArray();
        var data = new List<byte>(end - _at + 64);
        data.AddRange(Take(before, "RDATA"));
        for (int i = 0; i < names; i++) data.AddRange(Name().Wire.Span);
        if (_at > end) throw new WireException($"names in a DNS {type} record go on after its end");
        if (end - _at != (type == DnsType.Soa ? SoaNumbers : 0)) throw new WireException($"data of a DNS {type} record has {end - _at} octets after its names");
        data.AddRange(Take(end - _at, "RDATA"));
        return [.. data];
    }
}

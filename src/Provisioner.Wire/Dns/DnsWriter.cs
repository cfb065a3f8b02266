using System.Buffers.Binary;

namespace Provisioner.Wire.Dns;

/// <summary>Writes a message front to back, pointing back to names that were written before.</summary>
internal ref struct DnsWriter(Span<byte> destination)
{
    private const int FurthestPointer = 0x3fff;
    private readonly Span<byte> _destination = destination;
    private readonly Dictionary<DnsName, int> _written = [];

    internal int Length { get; private set; }

    /// <summary>Something didn't fit: what was written is no message.</summary>
    internal bool Overflowed { get; private set; }

    internal void U16(ushort value)
    {
        if (Room(2) is { Length: > 0 } to) BinaryPrimitives.WriteUInt16BigEndian(to, value);
    }

    internal void U32(uint value)
    {
        if (Room(4) is { Length: > 0 } to) BinaryPrimitives.WriteUInt32BigEndian(to, value);
    }

    internal void Bytes(scoped ReadOnlySpan<byte> octets)
    {
        if (Room(octets.Length) is { Length: > 0 } to) octets.CopyTo(to);
    }

    internal void Name(DnsName name)
    {
        for (var rest = name; rest is not null; rest = rest.Parent)
        {
            if (rest.Labels == 0) break;
            if (_written.TryGetValue(rest, out int at))
            {
                U16((ushort)(0xc000 | at));
                return;
            }
            if (Length <= FurthestPointer) _written[rest] = Length;
            var wire = rest.Wire.Span;
            Bytes(wire[..(wire[0] + 1)]);
        }
        Bytes([0]);
    }

    internal void Record(DnsRecord record)
    {
        Name(record.Name);
        U16((ushort)record.Type);
        U16(record.Class);
        U32(record.Ttl);
        int lengthAt = Length;
        U16(0);
        Data(record.Data);
        if (!Overflowed) BinaryPrimitives.WriteUInt16BigEndian(_destination[lengthAt..], (ushort)(Length - lengthAt - 2));
    }

    // Only the types of RFC 1035 may hold compressed names (RFC 3597 §4); all that are written here are of those.
    private void Data(DnsData data)
    {
        switch (data)
        {
            case DnsData.V4(var address):
                U32(address.Value);
                break;
            case DnsData.V6(var address):
                Bytes(address.AsSpan());
                break;
            case DnsData.Host(var name):
                Name(name);
                break;
            case DnsData.Soa soa:
                Name(soa.PrimaryServer);
                Name(soa.Mailbox);
                foreach (uint value in (ReadOnlySpan<uint>)[soa.Serial, soa.Refresh, soa.Retry, soa.Expire, soa.Minimum]) U32(value);
                break;
            case DnsData.Txt(var strings):
                foreach (var text in strings)
                {
                    Bytes([(byte)text.Length]);
                    Bytes(text.Span);
                }
                break;
            case DnsData.Opaque(var octets):
                Bytes(octets.Span);
                break;
        }
    }

    private Span<byte> Room(int length)
    {
        if (Overflowed || length > _destination.Length - Length)
        {
            Overflowed = true;
            return default;
        }
        var room = _destination.Slice(Length, length);
        Length += length;
        return room;
    }
}

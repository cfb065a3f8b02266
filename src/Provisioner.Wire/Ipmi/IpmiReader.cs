using System.Buffers.Binary;

namespace Provisioner.Wire.Ipmi;

/// <summary>Reads a message front to back; what is missing is named. IPMI sends the least significant octet first (IPMI 2.0 §13.6).</summary>
internal ref struct IpmiReader(ReadOnlySpan<byte> bytes, string message)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly int Left => _rest.Length;

    public byte U8(string field) => Take(1, field)[0];

    public ushort U16(string field) => BinaryPrimitives.ReadUInt16LittleEndian(Take(2, field));

    public uint U32(string field) => BinaryPrimitives.ReadUInt32LittleEndian(Take(4, field));

    public ReadOnlySpan<byte> Take(int count, string field)
    {
        if (_rest.Length < count) throw new WireException($"{message}: ends in {field}, which wants {count} octets and has {_rest.Length}");
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    public void Skip(int count, string field) => Take(count, field);

    public ReadOnlySpan<byte> Rest()
    {
        var rest = _rest;
        _rest = [];
        return rest;
    }
}

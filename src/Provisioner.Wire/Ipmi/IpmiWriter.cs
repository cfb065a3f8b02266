using System.Buffers.Binary;

namespace Provisioner.Wire.Ipmi;

/// <summary>Writes a message as its field list, least significant octet first (IPMI 2.0 §13.6). A message that does not fit is a fault of ours.</summary>
internal ref struct IpmiWriter(Span<byte> room)
{
    private readonly Span<byte> _room = room;

    public int Length { get; private set; }

    public readonly ReadOnlySpan<byte> Written => _room[..Length];

    public void U8(int value) => _room[Length++] = (byte)value;

    public void U16(int value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_room[Length..], (ushort)value);
        Length += 2;
    }

    public void U32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_room[Length..], value);
        Length += 4;
    }

    public void Bytes(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_room[Length..]);
        Length += bytes.Length;
    }

    public void Zeros(int count)
    {
        _room.Slice(Length, count).Clear();
        Length += count;
    }

    public readonly byte[] ToArray() => Written.ToArray();
}

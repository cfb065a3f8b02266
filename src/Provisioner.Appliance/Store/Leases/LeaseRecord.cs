using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using Provisioner.Domain.Networks;
using Provisioner.Wire;

namespace Provisioner.Appliance.Store.Leases;

/// <summary>
/// One record of a lease file. On disk: length of the payload (32 bits), CRC-32C of length and payload (32 bits), payload; all little-endian.
/// The payload's first octet says what it is. A reader takes payloads that are longer than it knows, and skips kinds that it doesn't know:
/// a field more is no new format.
/// </summary>
internal abstract record LeaseRecord
{
    /// <summary>The format that is written. A file of a higher one is refused.</summary>
    public const int Format = 1;
    /// <summary>Octets before the payload.</summary>
    public const int HeaderLength = 8;
    /// <summary>No payload is longer: what claims to be is damage.</summary>
    public const int MostPayload = 1024;

    private const int LeaseLength = 28, BeginLength = 39, EndLength = 9, ForgetLength = 5;
    private const byte LeaseKind = 1, BeginKind = 2, EndKind = 3, ForgetKind = 4;

    private LeaseRecord()
    {
    }

    /// <summary>A lease as it stands from now on, in place of what stood on its address.</summary>
    public sealed record Put(Lease Lease) : LeaseRecord;
    /// <summary>Nothing is known of the address any more.</summary>
    public sealed record Forget(Ipv4Address Address) : LeaseRecord;
    /// <summary>First in every file.</summary>
    public sealed record Begin(int WrittenFormat, ClockMark Mark) : LeaseRecord;
    /// <summary>Last in a snapshot, with the number of leases before it.</summary>
    public sealed record End(long Count) : LeaseRecord;
    /// <summary>Of a kind that a later version writes.</summary>
    public sealed record Unknown(byte Kind) : LeaseRecord;

    /// <summary>Octets that <see cref="Write(Lease, Span{byte})"/> needs.</summary>
    public const int PutLength = HeaderLength + LeaseLength;

    /// <summary>Writes a lease; returns the octets written. Allocates nothing.</summary>
    public static int Write(Lease lease, Span<byte> to)
    {
        var payload = to.Slice(HeaderLength, LeaseLength);
        payload[0] = LeaseKind;
        payload[1] = (byte)lease.State;
        lease.Mac.WriteTo(payload[2..]);
        BinaryPrimitives.WriteUInt32LittleEndian(payload[8..], lease.Address.Value);
        BinaryPrimitives.WriteInt64LittleEndian(payload[12..], lease.Since.UtcTicks);
        BinaryPrimitives.WriteInt64LittleEndian(payload[20..], lease.Until.UtcTicks);
        return Seal(to, LeaseLength);
    }

    /// <summary>Writes any other record; returns the octets written.</summary>
    public static int Write(LeaseRecord record, Span<byte> to)
    {
        var payload = to[HeaderLength..];
        switch (record)
        {
            case Put(var lease):
                return Write(lease, to);
            case Forget(var address):
                payload[0] = ForgetKind;
                BinaryPrimitives.WriteUInt32LittleEndian(payload[1..], address.Value);
                return Seal(to, ForgetLength);
            case Begin(var format, var mark):
                payload[0] = BeginKind;
                BinaryPrimitives.WriteUInt16LittleEndian(payload[1..], (ushort)format);
                BinaryPrimitives.WriteInt64LittleEndian(payload[3..], mark.Time.UtcTicks);
                BinaryPrimitives.WriteInt64LittleEndian(payload[11..], mark.SinceBoot.Ticks);
                mark.Boot.TryWriteBytes(payload[19..]);
                payload[35..BeginLength].Clear();
                return Seal(to, BeginLength);
            case End(var count):
                payload[0] = EndKind;
                BinaryPrimitives.WriteInt64LittleEndian(payload[1..], count);
                return Seal(to, EndLength);
            default:
                throw new ArgumentException($"{record} is not written by this version", nameof(record));
        }
    }

    /// <summary>Reads the record at the front of <paramref name="from"/>; false where none stands there whole and sound.</summary>
    /// <param name="length">Its octets on disk.</param>
    public static bool TryRead(ReadOnlySpan<byte> from, [NotNullWhen(true)] out LeaseRecord? record, out int length)
    {
        (record, length) = (null, 0);
        if (from.Length < HeaderLength + 1) return false;
        uint wanted = BinaryPrimitives.ReadUInt32LittleEndian(from);
        if (wanted is 0 or > MostPayload || from.Length < HeaderLength + (int)wanted) return false;
        var payload = from.Slice(HeaderLength, (int)wanted);
        if (BinaryPrimitives.ReadUInt32LittleEndian(from[4..]) != Checksum(wanted, payload)) return false;
        record = Read(payload);
        length = HeaderLength + (int)wanted;
        return record is not null;
    }

    private static LeaseRecord? Read(ReadOnlySpan<byte> payload) => payload[0] switch
    {
        LeaseKind => payload.Length >= LeaseLength ? ReadLease(payload) : null,
        ForgetKind => payload.Length >= ForgetLength ? new Forget(new(BinaryPrimitives.ReadUInt32LittleEndian(payload[1..]))) : null,
        EndKind => payload.Length >= EndLength ? new End(BinaryPrimitives.ReadInt64LittleEndian(payload[1..])) : null,
        BeginKind => payload.Length >= BeginLength && Time(payload[3..]) is { } time
            ? new Begin(BinaryPrimitives.ReadUInt16LittleEndian(payload[1..]), new(time, new(BinaryPrimitives.ReadInt64LittleEndian(payload[11..])), new(payload.Slice(19, 16)))) : null,
        var other => new Unknown(other),
    };

    private static Put? ReadLease(ReadOnlySpan<byte> payload) =>
        Enum.IsDefined((LeaseState)payload[1]) && Time(payload[12..]) is { } since && Time(payload[20..]) is { } until
            ? new(new(MacAddress.FromBytes(payload[2..]), new(BinaryPrimitives.ReadUInt32LittleEndian(payload[8..])), (LeaseState)payload[1], since, until)) : null;

    private static DateTimeOffset? Time(ReadOnlySpan<byte> from)
    {
        long ticks = BinaryPrimitives.ReadInt64LittleEndian(from);
        return ticks >= 0 && ticks <= DateTimeOffset.MaxValue.Ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;
    }

    private static int Seal(Span<byte> to, int payloadLength)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(to, (uint)payloadLength);
        BinaryPrimitives.WriteUInt32LittleEndian(to[4..], Checksum((uint)payloadLength, to.Slice(HeaderLength, payloadLength)));
        return HeaderLength + payloadLength;
    }

    // CRC-32C with the usual inversions, so that zeros are not their own checksum.
    private static uint Checksum(uint length, ReadOnlySpan<byte> payload)
    {
        uint crc = BitOperations.Crc32C(~0u, length);
        for (; payload.Length >= 8; payload = payload[8..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(payload));
        foreach (byte octet in payload) crc = BitOperations.Crc32C(crc, octet);
        return ~crc;
    }
}

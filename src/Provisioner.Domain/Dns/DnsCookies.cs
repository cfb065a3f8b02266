using System.Buffers.Binary;
using System.Security.Cryptography;
using Provisioner.Wire;
using Provisioner.Wire.Dns;

namespace Provisioner.Domain.Dns;

/// <summary>
/// Server cookies as RFC 9018 makes them: who shows one that was made for its address has received an answer there, so it is no forged source.
/// </summary>
/// <param name="secret">16 octets of chance, known to nobody else.</param>
public sealed class DnsCookies(byte[] secret)
{
    /// <summary>Octets of a client's cookie.</summary>
    public const int ClientLength = 8;
    /// <summary>Octets of both.</summary>
    public const int Length = 24;
    private const uint MostAge = 3600, MostAhead = 300; // RFC 9018 §4.3

    /// <summary>Writes client's and server's cookie for an answer.</summary>
    /// <param name="now">Seconds since 1970.</param>
    public void Write(ReadOnlySpan<byte> cookie, Ipv4Address client, uint now, Span<byte> to)
    {
        cookie[..ClientLength].CopyTo(to);
        to[8..12].Clear();
        to[8] = 1; // version
        BinaryPrimitives.WriteUInt32BigEndian(to[12..], now);
        BinaryPrimitives.WriteUInt64LittleEndian(to[16..], Hash(to[..16], client));
    }

    /// <summary>The cookie that came was made here, for this address, not long ago.</summary>
    public bool IsOurs(ReadOnlySpan<byte> cookie, Ipv4Address client, uint now)
    {
        if (cookie.Length != Length || cookie[8] != 1) return false;
        uint age = now - BinaryPrimitives.ReadUInt32BigEndian(cookie[12..]);
        if (age > MostAge && age <= uint.MaxValue - MostAhead) return false;
        Span<byte> hash = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(hash, Hash(cookie[..16], client));
        return CryptographicOperations.FixedTimeEquals(hash, cookie[16..]);
    }

    private ulong Hash(ReadOnlySpan<byte> head, Ipv4Address client)
    {
        Span<byte> message = stackalloc byte[16 + Ipv4Address.Length];
        head.CopyTo(message);
        client.WriteTo(message[16..]);
        return SipHash.Of(secret, message);
    }
}

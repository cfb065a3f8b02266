using System.Security.Cryptography;
using System.Text;

namespace Provisioner.Wire.Snmp;

/// <summary>How messages are signed: RFC 3414 §6 and §7, RFC 7860 §4.</summary>
public enum UsmAuth
{
    /// <summary>Not at all.</summary>
    None,
    /// <summary>HMAC-MD5-96.</summary>
    Md5,
    /// <summary>HMAC-SHA-96.</summary>
    Sha1,
    /// <summary>HMAC-128-SHA-224.</summary>
    Sha224,
    /// <summary>HMAC-192-SHA-256.</summary>
    Sha256,
    /// <summary>HMAC-256-SHA-384.</summary>
    Sha384,
    /// <summary>HMAC-384-SHA-512.</summary>
    Sha512,
}

/// <summary>Signatures, and keys out of passwords.</summary>
public static class UsmAuths
{
    /// <summary>A password's least length, characters: RFC 3414 §11.2.</summary>
    public const int LeastPassword = 8;

    private const int Stretched = 1 << 20;

    /// <summary>Octets of the signature: RFC 3414 §6.1 and §7.1, RFC 7860 §4.1.</summary>
    public static int SignatureLength(this UsmAuth auth) => auth switch
    {
        UsmAuth.None => 0,
        UsmAuth.Md5 or UsmAuth.Sha1 => 12,
        UsmAuth.Sha224 => 16,
        UsmAuth.Sha256 => 24,
        UsmAuth.Sha384 => 32,
        _ => 48,
    };

    /// <summary>The signature of a message whose signature field is zeros.</summary>
    public static byte[] Sign(this UsmAuth auth, ReadOnlySpan<byte> key, ReadOnlySpan<byte> message) => (auth switch
    {
        UsmAuth.Md5 => HMACMD5.HashData(key, message),
        UsmAuth.Sha1 => HMACSHA1.HashData(key, message),
        UsmAuth.Sha224 => Sha224.Hmac(key, message),
        UsmAuth.Sha256 => HMACSHA256.HashData(key, message),
        UsmAuth.Sha384 => HMACSHA384.HashData(key, message),
        UsmAuth.Sha512 => HMACSHA512.HashData(key, message),
        _ => [],
    })[..auth.SignatureLength()];

    /// <summary>The hash of the password repeated to 2^20 octets: RFC 3414 §2.6 and A.2. It takes milliseconds.</summary>
    /// <exception cref="WireException">the password is too short.</exception>
    public static byte[] KeyOf(this UsmAuth auth, string password)
    {
        byte[] octets = Encoding.UTF8.GetBytes(password);
        if (octets.Length < LeastPassword) throw new WireException($"a password of SNMPv3 has {LeastPassword} characters at least");
        var stretched = new byte[Stretched];
        for (int at = 0; at < Stretched; at += octets.Length) octets.AsSpan(0, Math.Min(octets.Length, Stretched - at)).CopyTo(stretched.AsSpan(at));
        return auth.Hash(stretched);
    }

    /// <summary>The key for one engine, so that one agent's key opens no other: RFC 3414 §2.6, A.2.</summary>
    public static byte[] Localize(this UsmAuth auth, ReadOnlySpan<byte> key, ReadOnlySpan<byte> engineId) => auth.Hash([.. key, .. engineId, .. key]);

    private static byte[] Hash(this UsmAuth auth, ReadOnlySpan<byte> data) => auth switch
    {
        UsmAuth.Md5 => MD5.HashData(data),
        UsmAuth.Sha1 => SHA1.HashData(data),
        UsmAuth.Sha224 => Sha224.Hash(data),
        UsmAuth.Sha256 => SHA256.HashData(data),
        UsmAuth.Sha384 => SHA384.HashData(data),
        UsmAuth.Sha512 => SHA512.HashData(data),
        _ => throw new ArgumentOutOfRangeException(nameof(auth), auth, "no hash without a signature"),
    };
}

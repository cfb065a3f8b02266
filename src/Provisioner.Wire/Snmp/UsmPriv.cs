using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Provisioner.Wire.Snmp;

/// <summary>How scoped PDUs are encrypted.</summary>
public enum UsmPriv
{
    /// <summary>Not at all.</summary>
    None,
    /// <summary>CBC-DES: RFC 3414 §8. Broken today; old PDUs have nothing else.</summary>
    Des,
    /// <summary>CFB128-AES-128: RFC 3826.</summary>
    Aes,
}

/// <summary>Encryption with a localised key, of which the first 16 octets are used.</summary>
internal static class UsmPrivs
{
    /// <summary>Octets of the salt that goes with a message.</summary>
    public const int SaltLength = 8;

    private const int AesBlock = 16, DesBlock = 8;

    /// <param name="priv">How.</param>
    /// <param name="key">The localised key.</param>
    /// <param name="salt">Eight octets, never the same twice under one key.</param>
    /// <param name="boots">The engine's.</param>
    /// <param name="time">The engine's.</param>
    /// <param name="clear">The scoped PDU.</param>
    public static byte[] Encrypt(this UsmPriv priv, ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt, int boots, int time, ReadOnlySpan<byte> clear)
    {
        if (priv is UsmPriv.Aes)
        {
            using var aes = Aes.Create();
            aes.Key = key[..AesBlock].ToArray();
            return aes.EncryptCfb(Padded(clear, AesBlock), Vector(boots, time, salt), PaddingMode.None, 8 * AesBlock)[..clear.Length];
        }
        using var des = Des(key);
        return des.EncryptCbc(Padded(clear, DesBlock), DesVector(key, salt), PaddingMode.None);
    }

    /// <exception cref="WireException">it can't be decrypted.</exception>
    public static byte[] Decrypt(this UsmPriv priv, ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt, int boots, int time, ReadOnlySpan<byte> data)
    {
        if (salt.Length != SaltLength) throw new WireException($"SNMP message: msgPrivacyParameters of {salt.Length} octets, wants {SaltLength}");
        if (data.IsEmpty) throw new WireException("SNMP message: encryptedPDU of 0 octets");
        if (priv is UsmPriv.Aes)
        {
            using var aes = Aes.Create();
            aes.Key = key[..AesBlock].ToArray();
            return aes.DecryptCfb(Padded(data, AesBlock), Vector(boots, time, salt), PaddingMode.None, 8 * AesBlock)[..data.Length];
        }
        if (data.Length % DesBlock != 0) throw new WireException($"SNMP message: encryptedPDU of {data.Length} octets, wants a multiple of {DesBlock}");
        using var des = Des(key);
        return des.DecryptCbc(data, DesVector(key, salt), PaddingMode.None);
    }

    // RFC 3826 §3.1.2.1: boots, time, salt.
    private static byte[] Vector(int boots, int time, ReadOnlySpan<byte> salt)
    {
        var vector = new byte[AesBlock];
        BinaryPrimitives.WriteInt32BigEndian(vector, boots);
        BinaryPrimitives.WriteInt32BigEndian(vector.AsSpan(4), time);
        salt.CopyTo(vector.AsSpan(8));
        return vector;
    }

    // RFC 3414 §8.1.1.1: the first 8 octets are the key, the next 8 the pre-vector.
    private static byte[] DesVector(ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt)
    {
        byte[] vector = key[DesBlock..(2 * DesBlock)].ToArray();
        for (int i = 0; i < DesBlock; i++) vector[i] ^= salt[i];
        return vector;
    }

    private static DES Des(ReadOnlySpan<byte> key)
    {
        var des = DES.Create();
        des.Key = key[..DesBlock].ToArray();
        return des;
    }

    private static byte[] Padded(ReadOnlySpan<byte> data, int block)
    {
        var padded = new byte[(data.Length + block - 1) / block * block];
        data.CopyTo(padded);
        return padded;
    }
}

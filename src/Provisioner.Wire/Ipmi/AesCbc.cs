using System.Security.Cryptography;

namespace Provisioner.Wire.Ipmi;

/// <summary>AES-CBC-128 as IPMI pads it: initialization vector, then payload, pad 01 02 03 …, pad length. IPMI 2.0 §13.29.</summary>
internal static class AesCbc
{
    private const int Block = 16;

    public static byte[] Encrypt(Aes aes, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> vector)
    {
        int pad = (Block - (payload.Length + 1) % Block) % Block;
        var clear = new byte[payload.Length + pad + 1];
        payload.CopyTo(clear);
        for (int i = 0; i < pad; i++) clear[payload.Length + i] = (byte)(i + 1);
        clear[^1] = (byte)pad;
        var sealedPayload = new byte[Block + clear.Length];
        vector.CopyTo(sealedPayload);
        aes.EncryptCbc(clear, vector, sealedPayload.AsSpan(Block), PaddingMode.None);
        return sealedPayload;
    }

    public static byte[] Decrypt(Aes aes, ReadOnlySpan<byte> payload)
    {
        if (payload.Length < 2 * Block || payload.Length % Block != 0)
            throw new WireException($"encrypted payload of {payload.Length} octets, wants a multiple of {Block} from {2 * Block} on");
        byte[] clear = aes.DecryptCbc(payload[Block..], payload[..Block], PaddingMode.None);
        int pad = clear[^1];
        // Only the length is looked at: some BMCs fill the pad with zeros.
        if (pad >= Block) throw new WireException($"encrypted payload: pad of {pad} octets, {Block - 1} are the most");
        return clear[..^(pad + 1)];
    }
}
